"""Whoever is tested: one far end for the whole suite, fresh for every test."""

import contextlib

import pytest

from tests.conformance.far_ends import twin_in_memory
from tests.conformance.host import Host


@pytest.fixture
async def bear():
    """Bear far ends with wishes: `await bear(clock_us=...)`."""
    async with contextlib.AsyncExitStack() as stack:

        async def bear_one(**wanted):
            return await stack.enter_async_context(twin_in_memory(**wanted))

        yield bear_one


@pytest.fixture
async def far_end(bear):
    return await bear()


@pytest.fixture
async def host(far_end):
    return Host(far_end)
