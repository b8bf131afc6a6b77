"""Alice's post: a workspace, a world outside, and senders that end with the test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from outside import Outside
from posting import Post

from aims.core.db import Database


@pytest.fixture
def outside() -> Iterator[Outside]:
    """Names, sites and canaries on this machine."""
    world = Outside()
    yield world
    world.close()


@pytest.fixture
async def post(db: Database, alice: Any, outside: Outside) -> AsyncIterator[Post]:
    """Alice's post, on SQLite and on Postgres."""
    async with AsyncExitStack() as stack:
        yield Post(db, alice.id, outside, stack)
