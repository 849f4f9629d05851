"""Compiled kernels, where they were built: each has a plain twin in Python that says what it does.

A kernel gives the very bits of its twin, so nobody needs to know which of the two is at work.
"""

import os
from importlib import import_module
from typing import Any

PLAIN = "MYOLOOP_PLAIN"
"""With this in the environment, and not 0, the plain twins work."""


def kernel(name: str) -> Any | None:  # noqa: ANN401  a compiled module has no types
    """Return the compiled module of this full name, None where it is not there or not wanted."""
    if unwanted():
        return None
    try:
        return import_module(name)
    except ImportError:
        return None


def unwanted() -> bool:
    """Say whether whoever started this process asked for the plain twins."""
    return os.environ.get(PLAIN, "0") not in ("", "0")
