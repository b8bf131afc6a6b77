"""JOB-06: a picture that kills whoever opens it is given up after some tries, and its credits come back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from test_generation_downloads import Distant, Store, answer, made, png, provider, store

from aims.generation import collect
from aims.generation.collect import UNUSABLE

__all__ = ["provider", "store"]


@pytest.fixture
async def killer(running: Any) -> AsyncIterator[list[int]]:
    """Somebody who kills every child of the studio as soon as it lives, as a machine without memory does."""
    killed: list[int] = []

    async def kill() -> None:
        while True:
            for pid in running.studio.children.pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            await asyncio.sleep(0.005)

    task = asyncio.create_task(kill())
    yield killed
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_job_06_a_picture_whose_reader_is_killed_again_and_again_is_given_up(
    running: Any, provider: Distant, store: Store, killer: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "FIRST_WAIT", 0.01)
    store.then(answer(png(), Content_Type="image/png"))

    found = await made(running)

    assert (found.view.status, found.view.error) == ("failed", UNUSABLE["image"])
    assert (found.view.credits.charged, found.view.credits.refunded) == (0, 25)
    assert provider.bought == 1
    assert len(set(killer)) >= collect.TRIES
