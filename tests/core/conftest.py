"""An outside world, and a fetcher that stands in it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from outside import Outside

from aims.core.fetch import Fetcher


@pytest.fixture
def outside() -> Iterator[Outside]:
    """Names, sites and canaries on this machine."""
    world = Outside()
    yield world
    world.close()


@pytest.fixture
async def fetcher(outside: Outside) -> AsyncIterator[Fetcher]:
    """A fetcher for which that is the world."""
    fetcher = Fetcher(outside.network)
    yield fetcher
    await fetcher.close()
