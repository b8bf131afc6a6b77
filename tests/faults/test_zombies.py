"""JOB-03: a server that slept past its lease finds its work done by another, and changes nothing any more."""

import asyncio
import signal
from collections.abc import Callable

import pytest
from asking import accepted, balance, calling, check_books, check_files, picture
from crashing import PRICE, START, check_one_delivery
from server import Instance, until

from aims.core import failpoints

SLEEP_MS = 7000
ASKED = "SELECT id FROM attempts WHERE state = 'running'"


async def test_a_stopped_server_wakes_up_to_find_its_work_done(new_instance: Callable[..., Instance]) -> None:
    instance = new_instance("postgres", AIMS_SANDBOX_REPEATABLE="false")
    sleeper, other = await instance.serve(), await instance.serve()
    async with calling(sleeper, instance.first_key) as alice:
        generation_id = accepted(await alice.ask(picture("delay=1s")))
        await until(lambda: instance.rows(ASKED), "the provider has answered")
    sleeper.signal(signal.SIGSTOP)
    async with calling(other, instance.first_key) as alice:
        generation = await alice.finished(generation_id)
        before = instance.rows("SELECT * FROM generations"), instance.rows("SELECT * FROM entries")
        sleeper.signal(signal.SIGCONT)
        await sleeper.answers()
        async with calling(sleeper, instance.first_key) as awake:
            assert (await awake.see(generation_id))["outputs"][0]["bytes"] == generation["outputs"][0][
                "bytes"
            ]
        assert await sleeper.stop() == 0
        assert before == (instance.rows("SELECT * FROM generations"), instance.rows("SELECT * FROM entries"))
        assert instance.rows("SELECT driver_epoch FROM generations") == [(2,)]
        await check_one_delivery(instance, alice, generation)
    assert len(instance.submits()) == 1


@pytest.mark.parametrize("point", ["output.fetched", "storage.renamed", "settle.inside", "attempt.answered"])
async def test_a_driver_that_hangs_in_a_step_commits_nothing_late(
    new_instance: Callable[..., Instance], point: str
) -> None:
    """The server sleeps in the middle of a step, longer than its lease; it must notice when it goes on."""
    assert point in failpoints.POINTS
    instance = new_instance("postgres", AIMS_SANDBOX_REPEATABLE="false")
    sleeper = await instance.serve(AIMS_FAILPOINTS=f"{point}=1*sleep:{SLEEP_MS}")
    other = await instance.serve()
    async with calling(sleeper, instance.first_key) as alice:
        asking = asyncio.create_task(alice.ask(picture()))
        await until(lambda: point in instance.hits(), f"{point} was reached")
        async with calling(other, instance.first_key) as bob:
            ((generation_id,),) = instance.rows("SELECT id FROM generations")
            generation = await bob.finished(generation_id)
        assert accepted(await asking) == generation_id
        assert await sleeper.stop() == 0
        async with calling(other, instance.first_key) as bob:
            assert await bob.see(generation_id) == generation
            if point == "attempt.answered":
                # The answer was in the sleeper's memory only, so nobody may ask again, and nobody pays.
                assert (generation["status"], balance(instance)) == ("failed", (START, 0))
            else:
                assert generation["credits"]["charged"] == PRICE
                await check_one_delivery(instance, bob, generation)
    assert len(instance.submits()) == 1
    check_files(instance)
    check_books(instance)


async def test_a_server_that_freezes_inside_a_transaction_does_not_freeze_the_workspace(
    new_instance: Callable[..., Instance],
) -> None:
    """It holds the account's lock; the database must take the lock away, or nobody in the workspace works again."""
    instance = new_instance("postgres", AIMS_SANDBOX_REPEATABLE="false")
    frozen = await instance.serve(AIMS_FAILPOINTS="settle.inside=1*sleep:2000")
    other = await instance.serve()
    async with calling(frozen, instance.first_key) as alice:
        generation_id = accepted(await alice.ask(picture("delay=100ms")))
        await until(lambda: "settle.inside" in instance.hits(), "it is inside the transaction")
    frozen.signal(signal.SIGSTOP)
    async with calling(other, instance.first_key) as bob:
        generation = await bob.finished(generation_id, seconds=20)
        await check_one_delivery(instance, bob, generation)
        frozen.signal(signal.SIGCONT)
        await frozen.answers()
        assert await frozen.stop() == 0
        assert await bob.see(generation_id) == generation
    assert instance.complaints() == []
    check_books(instance)
