"""Links inside the project lead somewhere."""

import re

import pytest

from tests.docs.pages import PAGES, name_of, without_code

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page):
    """Return the anchors of a page, as GitHub makes them of its headings."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text("utf-8"), re.MULTILINE)
    bare = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in bare}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(without_code(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{name_of(page)}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{name_of(page)}: {target}"


def test_the_pages_are_found():
    names = {name_of(page) for page in PAGES}
    assert {"README.md", "ARCHITECTURE.md", "SAFETY.md", "firmware_bridge/PROTOCOL.md"} <= names
