"""WHK-03 and WHK-05 for generations: every end is one thin event, and what is rolled back is none."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from aims import bootstrap, catalog, generation, webhooks
from aims.accounts import ANY, Actor
from aims.core import settings
from aims.core.db import Tx
from aims.core.errors import Conflict
from aims.generation.cancel import request_cancel
from aims.generation.tables import generations
from aims.webhooks.tables import events

BODY = {"model": "fal-ai/nano-banana-2", "resolution": "0.5K"}
SECRET_WORDS = "a castle that nobody may hear of"
ROUNDS = 90
LARGEST = 20_000

_EVENTS = select(events).order_by(events.c.id)
_ENDS = select(generations.c.id, generations.c.state).where(generations.c.finished_at.is_not(None))


async def subscribe(studio: generation.Studio, workspace_id: str, **body: object) -> None:
    """An endpoint that is told of everything."""
    wanted = {"url": "http://shop.example/"} | body
    await studio.db.write(webhooks.create, studio.signer, workspace_id, wanted, generation.EVENTS)


async def accept(running: Any, directive: str = "", **body: object) -> str:
    """Ask for pictures."""
    studio = running.studio
    prompt = f"{SECRET_WORDS} [sandbox: {directive}]" if directive else SECRET_WORDS
    shelf = studio.counter.of(running.workspace_id).shelf
    draft = catalog.check(shelf, "image", BODY | body | {"prompt": prompt}, default_model="")
    return (await generation.submit(studio, running.actor, draft)).id


async def ended(studio: generation.Studio, generation_id: str) -> None:
    """Wait until a generation is over."""
    async with studio.signals.listen(generation_id) as listener:
        while not await studio.db.read(generation.is_finished, generation_id):
            await listener.wait(0.1)


async def told(studio: generation.Studio) -> list[dict[str, Any]]:
    """Every event, as it will be sent."""
    found = await studio.db.read(lambda tx: tx.all(_EVENTS))
    assert all(len(row.payload.encode()) < LARGEST for row in found)
    return [json.loads(row.payload) for row in found]


def test_the_events_are_the_ends_of_a_generation() -> None:
    assert generation.EVENTS == ("generation.completed", "generation.failed", "generation.cancelled")


@pytest.mark.parametrize(
    ("directive", "status", "outputs", "charged"),
    [
        ("", "completed", ["completed"] * 2, 50),
        ("fail=1", "completed", ["completed", "failed"], 25),
        ("fail=all", "failed", ["failed"] * 2, 0),
    ],
)
async def test_an_end_is_told_thinly(
    running: Any, directive: str, status: str, outputs: list[str], charged: int
) -> None:
    studio = running.studio
    await subscribe(studio, running.workspace_id)
    made = await accept(running, directive, n=2)
    await ended(studio, made)
    (event,) = await told(studio)
    view = (await studio.db.read(generation.read, running.workspace_id, made, "http://x")).view
    assert event["type"] == f"generation.{status}"
    assert event["data"] == {
        "id": made,
        "kind": "image",
        "status": status,
        "outputs": [{"id": each.id, "status": each.status} for each in view.outputs],
        "credits": {"held": 0, "charged": charged, "refunded": 50 - charged},
    }
    assert sorted(each["status"] for each in event["data"]["outputs"]) == sorted(outputs)
    text = json.dumps(event)
    assert "castle" not in text
    assert "://" not in text


async def test_the_largest_event_is_still_thin(running: Any) -> None:
    studio = running.studio
    await subscribe(studio, running.workspace_id)
    await ended(studio, await accept(running, "fail=all", n=8))
    (event,) = await told(studio)
    assert len(event["data"]["outputs"]) == 8
    assert len(json.dumps(event)) < LARGEST / 10


async def test_whoever_subscribed_to_other_ends_is_not_told(running: Any) -> None:
    studio = running.studio
    await subscribe(studio, running.workspace_id, events=["generation.cancelled"])
    await ended(studio, await accept(running, "fail=all"))
    assert await told(studio) == []


async def test_a_signal_says_that_there_is_something_to_send(running: Any) -> None:
    studio = running.studio
    await subscribe(studio, running.workspace_id)
    async with studio.signals.listen(webhooks.DUE) as listener:
        await ended(studio, await accept(running, "fail=all"))
        assert await listener.wait(60)


@pytest.fixture
async def idle(studio_flags: dict[str, Any]) -> AsyncIterator[generation.Studio]:
    """A studio that accepts and drives nothing: cancelling what it accepted ends it at once."""
    studio = await bootstrap.open_studio(settings.load(**studio_flags, starting_credits=10_000), create=True)
    yield studio
    await bootstrap.close_studio(studio)


def give_way(tx: Tx, actor: Actor, generation_id: str) -> None:
    """End a generation, and then fail: nothing of it happened."""
    request_cancel(tx, actor, generation_id)
    assert (generation_id, "cancelled") in tx.all(_ENDS)
    raise Conflict("Somebody else was first.")


async def test_what_is_rolled_back_is_told_to_nobody_and_everything_else_exactly_once(
    idle: generation.Studio,
) -> None:
    first = await bootstrap.first_start(idle)
    assert first is not None
    actor = Actor(first.workspace_id, "operator", ANY)
    await subscribe(idle, actor.workspace_id)
    shelf = idle.counter.of(actor.workspace_id).shelf
    draft = catalog.check(shelf, "image", BODY | {"prompt": SECRET_WORDS}, default_model="")
    asked = [(await generation.submit(idle, actor, draft)).id for _ in range(ROUNDS)]

    async def end(generation_id: str, fails: bool) -> None:
        if fails:
            with pytest.raises(Conflict):
                await idle.db.write(give_way, actor, generation_id, lane=actor.workspace_id)
        else:
            await generation.cancel(idle, actor, generation_id)

    # All at once, so that what fails and what does not share their commits.
    plans = [(True,), (True, False), (False,)]
    await asyncio.gather(*(end(made, fails) for at, made in enumerate(asked) for fails in plans[at % 3]))
    ends = dict(await idle.db.read(lambda tx: tx.all(_ENDS)))
    found = [event["data"] for event in await told(idle)]
    assert set(ends) == {made for at, made in enumerate(asked) if at % 3}
    assert {data["id"]: data["status"] for data in found} == ends
    assert len(found) == len(ends)
