"""Compiled kernels, where they were built: each has a plain twin in Python that says what it does.

A kernel gives the very bits of its twin, so nobody needs to know which of the two is at work.
"""

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from zlib import crc32

PLAIN = "MYOLOOP_PLAIN"
"""With this in the environment, and not 0, the plain twins work."""


def unwanted() -> bool:
    """Say whether whoever started this process asked for the plain twins."""
    return os.environ.get(PLAIN, "0") not in ("", "0")


def kernel(name: str) -> Any | None:  # noqa: ANN401  a compiled module has no types
    """Return the compiled module of this full name, None where it is not there or not wanted."""
    return None if unwanted() else _built(name)


@cache
def _built(name: str) -> Any | None:  # noqa: ANN401
    """Return the module, unless it was built of other sources than those beside it."""
    try:
        module: Any = import_module(name)
    except ImportError:
        return None
    source = Path(module.__file__).with_name(f"{name.rpartition('._')[2]}.c")
    return module if stamp(source) == module.lib.BUILT_FROM else None


def stamp(source: Path) -> int:
    """Return a number of a C file and its header: a change of either changes it."""
    return crc32(source.with_suffix(".h").read_bytes() + source.read_bytes())
