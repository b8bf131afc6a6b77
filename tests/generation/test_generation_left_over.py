"""What was accepted is driven, also when whoever asked went away before it was handed over."""

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import select

from aims import catalog, generation
from aims.core.db import Tx
from aims.generation import leases
from aims.generation.tables import generations

ONLY = select(generations.c.id)


@pytest.fixture
def studio_settings() -> dict[str, Any]:
    """Leases are renewed, and left-overs looked for, every two thirds of a second."""
    return {"lease_seconds": 2}


def hold_the_writer(tx: Tx, begun: threading.Event, go: threading.Event) -> None:
    begun.set()
    assert go.wait(30)


async def test_a_request_whose_caller_leaves_during_the_commit_is_still_finished_and_charged_once(
    running: Any,
) -> None:
    studio, begun, go = running.studio, threading.Event(), threading.Event()
    body = {"prompt": "a pear", "model": "openai/gpt-image-2", "size": "816x816"}
    draft = catalog.check(studio.shelf, "image", body, default_model="openai/gpt-image-2")
    lane = running.workspace_id
    blocked = asyncio.create_task(studio.db.write(hold_the_writer, begun, go, lane=lane))
    await asyncio.to_thread(begun.wait, 30)
    asking = asyncio.create_task(generation.submit(studio, running.actor, draft))
    await asyncio.sleep(0.05)
    asking.cancel()
    go.set()
    await asyncio.gather(blocked, asking, return_exceptions=True)
    assert asking.cancelled()

    generation_id = await studio.db.write(accepted, lane=lane)
    async with studio.signals.listen(generation_id) as listener, asyncio.timeout(60):
        while not await studio.db.read(generation.is_finished, generation_id):
            await listener.wait(60)
    finding = await studio.db.read(generation.read, running.workspace_id, generation_id, "http://studio.test")
    assert finding.view.credits.charged == finding.view.outputs[0].credits_refunded + 70
    assert not await studio.db.read(leases.mine, studio.driver)


def accepted(tx: Tx) -> str:
    """The only generation there is."""
    return str(tx.value(ONLY))
