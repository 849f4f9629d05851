"""The pages of the project, and what they quote."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HIDDEN = {"node_modules", "dist", "build"}
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(p.startswith(".") or p in HIDDEN for p in page.relative_to(ROOT).parts)
)


def read(name):
    return (ROOT / name).read_text("utf-8")


def name_of(page):
    return str(page.relative_to(ROOT))


def blocks(text, language):
    """Return the code blocks of a page, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def without_code(text):
    return re.sub(
        r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    )


def test_ids(text):
    """Return every test a page names, as (file, function)."""
    return re.findall(r"(tests/[\w/]+\.py)::(\w+)", text)


test_ids.__test__ = False


@cache
def functions(file):
    """Return the names of the functions of a source file, those in classes too."""
    tree = ast.parse(read(file))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def constants(text):
    """Return every `module.NAME = value` that a page quotes, as (module, name, value)."""
    return re.findall(r"`((?:[a-z_]+\.)+)([A-Z][A-Z0-9_]*) = ([^`]+)`", text)


def value_of(module, name):
    return getattr(importlib.import_module(module.rstrip(".")), name)
