"""What the pages say about the code is true: tests they name exist, constants have that value."""

import ast
import re

import pytest

from tests.docs.pages import PAGES, ROOT, constants, functions, name_of, test_ids, value_of

ALL = pytest.mark.parametrize("page", PAGES, ids=name_of)
PACKAGES = (
    r"(?:firmware_bridge|profiles|controller|records|sim|console|scripts|tests|benchmarks|docs)"
)


@ALL
def test_every_test_that_a_page_names_is_there(page):
    for file, function in test_ids(page.read_text("utf-8")):
        assert (ROOT / file).is_file(), f"{name_of(page)} names {file}, which does not exist"
        assert function in functions(file), f"{name_of(page)} names {file}::{function}"


@ALL
def test_every_constant_that_a_page_quotes_has_that_value(page):
    for module, name, written in constants(page.read_text("utf-8")):
        assert value_of(module, name) == ast.literal_eval(written), f"{module}{name}"


@ALL
def test_every_file_that_a_page_names_is_there(page):
    named = re.findall(
        rf"`({PACKAGES}/[\w./-]+\.(?:py|md|yaml))(?:::\w+)?`", page.read_text("utf-8")
    )
    missing = [file for file in named if not (ROOT / file).is_file()]
    assert not missing, f"{name_of(page)} names files that are not there: {missing}"


def test_the_pages_do_name_and_quote():
    texts = {name_of(page): page.read_text("utf-8") for page in PAGES}
    assert len(test_ids(texts["SAFETY.md"])) > 50
    assert len(constants(texts["SAFETY.md"])) > 15
    assert len(test_ids(texts["ARCHITECTURE.md"])) > 10
