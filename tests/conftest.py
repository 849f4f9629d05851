"""What every test gets: virtual time, and no leftovers."""

import asyncio
import inspect
import logging
import tempfile
from pathlib import Path

import pytest

from sim.virtual_time import VirtualTimeLoop


def pytest_asyncio_loop_factories(config, item):
    """Tests live in virtual time, unless they are about a real wire."""
    del config
    if item.get_closest_marker("wire"):
        return {"real": asyncio.SelectorEventLoop}
    return {"virtual": VirtualTimeLoop}


@pytest.fixture(autouse=True)
def leftovers(request):
    """A task that outlives its test is a failing test."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("no_stray_tasks")


@pytest.fixture
async def no_stray_tasks():
    before = asyncio.all_tasks()
    yield
    stray = {t for t in asyncio.all_tasks() - before if not t.done()} - {asyncio.current_task()}
    assert not stray, f"these tasks were left behind: {stray}"


@pytest.fixture
def socket_folder():
    """A folder whose name leaves room for a socket's, however deep the tests' own folders lie."""
    with tempfile.TemporaryDirectory(prefix="myo", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class _Strict(logging.Handler):
    def emit(self, record):
        record.getMessage()  # raises where message and arguments do not fit


@pytest.fixture(autouse=True)
def strict_logging():
    """A badly formatted log line is a failing test."""
    handler = _Strict()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
