"""RAT-03, JOB-07: a workspace has so many calls with a provider, and thousands of one do not hold up another's one."""

import asyncio
from typing import Any

import pytest
from flights import most_at_once
from idle_studio import Idle
from sqlalchemy import bindparam, func, select, update

from aims import accounts, bootstrap, catalog, generation
from aims.accounts import Actor
from aims.core import ids
from aims.core.db import Database, Tx
from aims.generation import attempt as rows
from aims.generation import cancel, drive, leases, submit
from aims.generation.attempt import Attempt, NoRoom
from aims.generation.lifecycle import AttemptState
from aims.generation.tables import attempts, generations

SHARE = 3
PATIENCE = 60
SMALL = {"model": "fal-ai/nano-banana-2", "resolution": "0.5K"}
BEGUN = (
    select(attempts.c.created_at, attempts.c.finished_at)
    .where(attempts.c.workspace_id == bindparam("workspace"))
    .order_by(attempts.c.created_at)
)
UNFINISHED = select(func.count()).where(generations.c.finished_at.is_(None))


@pytest.fixture
def studio_settings() -> dict[str, Any]:
    return {"workspace_concurrency": SHARE}


def attempt() -> Attempt:
    return Attempt(ids.new_id(), 0, 0, 1, ids.token(), AttemptState.SUBMITTING)


async def new_actor(studio: Any, balance: int) -> Actor:
    """Somebody with a workspace of their own."""
    workspace_id = ids.new_id()
    await studio.db.write(bootstrap.create_workspace, workspace_id, "Somebody's", balance)
    return Actor(workspace_id, "operator", accounts.ANY)


async def ask(studio: Any, actor: Actor, directive: str = "") -> str:
    prompt = f"Abstract [sandbox: {directive}]" if directive else "Abstract"
    draft = catalog.check(studio.shelf, "image", {**SMALL, "prompt": prompt}, default_model="")
    return (await submit(studio, actor, draft)).id


async def begun(studio: Any, actor: Actor) -> list[Any]:
    """The calls of a workspace, in the order in which they began."""
    return await studio.db.read(lambda tx: tx.all(BEGUN, workspace=actor.workspace_id))


async def until(look: Any) -> None:
    """Wait until a look finds something."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await look():
                return
            await asyncio.sleep(0.02)


async def test_a_workspace_never_has_more_calls_with_the_provider_than_it_may_have(running: Any) -> None:
    studio = running.studio
    alice = await new_actor(studio, 10_000)
    asked = [await ask(studio, alice, "delay=300ms, fail=all") for _ in range(20)]
    await until(lambda: all_over(studio))

    calls = await begun(studio, alice)
    assert len(calls) == len(asked)
    assert most_at_once((each.created_at, each.finished_at) for each in calls) == SHARE


async def all_over(studio: Any) -> bool:
    return not await studio.db.read(lambda tx: tx.value(UNFINISHED))


async def test_bobs_one_begins_before_alices_fiftieth_of_hundreds(running: Any) -> None:
    studio = running.studio
    alice, bob = await new_actor(studio, 100_000), await new_actor(studio, 1000)
    asked = [await ask(studio, alice, "delay=50ms, fail=all") for _ in range(500)]
    before = len(await begun(studio, alice))
    his = await ask(studio, bob)
    await until(lambda: begun(studio, bob))
    [call] = await begun(studio, bob)
    hers = [each for each in await begun(studio, alice) if each.created_at < call.created_at]

    assert len(hers) < before + 50
    assert len(hers) < len(asked)
    await asyncio.gather(*(cancel(studio, alice, each) for each in asked))
    await until(lambda: all_over(studio))
    view = (await studio.db.read(generation.read, bob.workspace_id, his, "http://x")).view
    assert view.status == "completed"
    assert most_at_once((each.created_at, each.finished_at) for each in await begun(studio, alice)) <= SHARE


async def test_what_waits_holds_no_place_and_is_small(running: Any) -> None:
    """Alice's hundreds wait for her share; the places themselves are free, and there is no task for any of them."""
    studio = running.studio
    alice = await new_actor(studio, 100_000)
    before = len(asyncio.all_tasks())
    asked = [await ask(studio, alice, "delay=10m") for _ in range(200)]
    await until(lambda: has_begun(studio, alice, SHARE))

    assert studio.places("sandbox").waiting == len(asked) - SHARE
    assert len(asyncio.all_tasks()) <= before + SHARE + 5
    await asyncio.gather(*(cancel(studio, alice, each) for each in asked))
    await until(lambda: all_over(studio))
    assert len(await begun(studio, alice)) == SHARE


async def has_begun(studio: Any, actor: Actor, number: int) -> bool:
    return len(await begun(studio, actor)) == number


async def test_a_call_begins_only_where_there_is_room_and_each_that_ends_makes_some(idle: Idle) -> None:
    accepted = [await idle.accept() for _ in range(4)]
    calls = [attempt() for _ in accepted]
    for each, call in zip(accepted[:2], calls, strict=False):
        assert await idle.write(rows.begin, each.id, 1, call, "sandbox", 2) is True

    with pytest.raises(NoRoom):
        await idle.write(rows.begin, accepted[2].id, 1, calls[2], "sandbox", 2)
    view = await idle.view(accepted[2].id)
    assert (view.stage, view.started_at) == ("accepted", None)
    # Another provider has room of its own.
    assert await idle.write(rows.begin, accepted[3].id, 1, calls[3], "another", 2) is True

    await idle.write(drive.give_up, accepted[0].id, 1, "It is over.")
    assert await idle.write(rows.begin, accepted[2].id, 1, calls[2], "sandbox", 2) is True
    for each in accepted[1:]:
        await idle.write(drive.give_up, each.id, 1, "It is over.")


async def test_of_many_servers_that_begin_at_once_only_so_many_do(idle: Idle) -> None:
    """Each of them counts and adds in a transaction of its own; the last place is sold once."""
    accepted = [await idle.accept() for _ in range(12)]
    others = [Database(idle.studio.settings.database) for _ in range(4)]
    try:
        results = await asyncio.gather(
            *(
                others[number % 4].write(rows.begin, each.id, 1, attempt(), "sandbox", SHARE)
                for number, each in enumerate(accepted)
            ),
            return_exceptions=True,
        )
    finally:
        for each in others:
            await each.close()

    assert sorted(type(each).__name__ for each in results) == ["NoRoom"] * 9 + ["bool"] * 3
    for each in accepted:
        await idle.write(drive.give_up, each.id, 1, "It is over.")


async def test_giving_up_leaves_no_call_open(idle: Idle) -> None:
    accepted = await idle.accept(n=8, model="fal-ai/nano-banana-2")
    for number in range(2):
        call = Attempt(ids.new_id(), number, 4 * number, 4, ids.token(), AttemptState.SUBMITTING)
        await idle.write(rows.begin, accepted.id, 1, call, "sandbox")

    await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")

    found = await idle.studio.db.read(lambda tx: tx.all(select(attempts.c.state)))
    assert [row.state for row in found] == ["unknown", "unknown"]
    assert (await idle.view(accepted.id)).status == "failed"


async def test_what_was_with_the_provider_is_taken_up_before_what_was_not(idle: Idle) -> None:
    accepted = [await idle.accept() for _ in range(2)]
    await idle.write(rows.begin, accepted[1].id, 1, attempt(), "sandbox")

    claims = await idle.write(leases.take_over, "one", 0, True)

    assert {claim.generation_id: claim.begun for claim in claims} == {
        accepted[0].id: False,
        accepted[1].id: True,
    }
    assert {claim.workspace_id for claim in claims} == {idle.workspace_id}
    for each in accepted:
        await idle.write(drive.give_up, each.id, 2, "It is over.")


async def test_progress_is_written_down_by_its_driver_only(idle: Idle) -> None:
    accepted = await idle.accept()
    await idle.write(rows.begin, accepted.id, 1, attempt(), "sandbox")
    before = await idle.studio.db.read(generation.read, idle.workspace_id, accepted.id, "http://x")

    await idle.write(rows.progress, accepted.id, 1, 40)

    after = await idle.studio.db.read(generation.read, idle.workspace_id, accepted.id, "http://x")
    assert (before.view.progress, after.view.progress) == (None, 0.4)
    assert after.version == before.version + 1
    await idle.write(set_epoch, accepted.id)
    with pytest.raises(rows.Superseded):
        await idle.write(rows.progress, accepted.id, 1, 50)
    await idle.write(drive.give_up, accepted.id, 2, "It is over.")


def set_epoch(tx: Tx, generation_id: str) -> None:
    """Another driver takes over."""
    assert tx.run(update(generations).where(generations.c.id == generation_id).values(driver_epoch=2)) == 1
