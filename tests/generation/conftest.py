"""A studio that accepts and drives nothing, so that a test can make each step itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from idle_studio import Idle

from aims import bootstrap
from aims.core import settings


@pytest.fixture
async def idle(request: pytest.FixtureRequest, studio_flags: dict[str, Any]) -> AsyncIterator[Idle]:
    """A studio of each kind of database that drives nothing; its books are checked afterwards."""
    async with AsyncExitStack() as stack:
        studio = await bootstrap.open_studio(settings.load(**studio_flags), create=True)
        stack.push_async_callback(bootstrap.close_studio, studio)
        first = await bootstrap.first_start(studio)
        assert first is not None
        actor = await studio.ring.recognise(studio.db, first.api_key)
        idle = Idle(studio, first.workspace_id, actor)
        yield idle
        if not request.node.get_closest_marker("broken_books"):
            assert await idle.breaches() == set()
