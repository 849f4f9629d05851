"""What some tests need beside Python: programs, which `scripts/install_test_tools.sh` gets, and
compiled kernels."""

import os
import shutil
from contextlib import contextmanager

import pytest

from firmware_bridge.kernels import PLAIN, kernel


def needed(program):
    """Skip without this program; with CI=true, where every test must run, fail."""
    if shutil.which(program) is None:
        _miss(f"{program} is not installed: run scripts/install_test_tools.sh as root")


def kernel_needed(name):
    """Skip without this compiled kernel, and fail with CI=true; see that it is not forbidden."""
    with twins(plain=False):
        if kernel(name) is None:
            _miss(f"{name} is not built: `pip install -e .` with a C compiler builds it")


@contextmanager
def twins(*, plain):
    """Make what is made meanwhile of plain Python alone, or with the kernels."""
    before = os.environ.get(PLAIN)
    os.environ[PLAIN] = "1" if plain else "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[PLAIN]
        else:
            os.environ[PLAIN] = before


def _miss(why):
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(why)
    pytest.skip(why)
