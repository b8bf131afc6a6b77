"""Who drives: a lease in the database's time, an epoch that only grows, and waiters that hear of changes elsewhere."""

import asyncio

import pytest
from idle_studio import Idle

from aims.core.clock import SECOND
from aims.generation import Watch, drive, leases, lifecycle
from aims.generation.lifecycle import State, Superseded

SPAN = 3600 * SECOND


@pytest.fixture
async def left(idle: Idle):
    """A generation that nobody drives; given up in the end."""
    accepted = await idle.accept()
    yield accepted.id
    [claim] = await idle.write(leases.take_over, "the end", SPAN, True)
    await idle.write(drive.give_up, claim.generation_id, claim.epoch, "The test is over.")


async def test_what_nobody_drives_is_taken_over_once(idle: Idle, left: str):
    [claim] = await idle.write(leases.take_over, "one", SPAN, False)

    assert (claim.generation_id, claim.epoch, claim.provider) == (left, 2, "sandbox")
    assert await idle.write(leases.take_over, "two", SPAN, False) == []
    assert await idle.write(leases.take_over, "one", SPAN, False) == []


async def test_a_lease_that_has_run_out_is_taken_and_its_driver_can_do_nothing_more(idle: Idle, left: str):
    [slow] = await idle.write(leases.take_over, "slow", -SECOND, False)
    [quick] = await idle.write(leases.take_over, "quick", SPAN, False)

    assert quick.epoch == slow.epoch + 1
    with pytest.raises(Superseded):
        await idle.write(lifecycle.move, left, slow.epoch, State.ACCEPTED, State.SUBMITTING)
    assert await idle.write(leases.renew, "slow", SPAN) == 0
    assert await idle.write(leases.renew, "quick", SPAN) == 1


@pytest.mark.usefixtures("left")
async def test_a_lease_that_is_renewed_in_time_is_kept(idle: Idle):
    await idle.write(leases.take_over, "one", -SECOND, False)
    assert await idle.write(leases.renew, "one", SPAN) == 1

    assert await idle.write(leases.take_over, "two", SPAN, False) == []


@pytest.mark.usefixtures("left")
async def test_a_process_that_is_alone_need_not_wait_for_leases(idle: Idle):
    await idle.write(leases.take_over, "dead", SPAN, False)

    [claim] = await idle.write(leases.take_over, "alone", SPAN, True)

    assert claim.epoch == 3


@pytest.mark.usefixtures("left")
async def test_what_is_released_is_taken_over_at_once(idle: Idle):
    await idle.write(leases.take_over, "one", SPAN, False)
    assert await idle.write(leases.release, "one") == 1

    assert len(await idle.write(leases.take_over, "two", SPAN, False)) == 1


async def test_what_is_finished_has_no_lease(idle: Idle):
    accepted = await idle.accept()
    await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")

    assert await idle.write(leases.take_over, "one", SPAN, True) == []
    assert await idle.write(leases.renew, idle.studio.driver, SPAN) == 0


async def test_a_waiter_hears_of_a_change_that_another_process_made(idle: Idle, left: str):
    """The first look wakes as well: the change may lie between the waiter's own look and this one."""
    watch = Watch(idle.studio)
    async with idle.studio.signals.listen(left) as listener:
        await idle.write(lifecycle.move, left, 1, State.ACCEPTED, State.SUBMITTING)
        await watch.look()
        assert await listener.wait(0)

        await watch.look()
        assert not await listener.wait(0)

        await idle.write(lifecycle.move, left, 1, State.SUBMITTING, State.RUNNING)
        await watch.look()
        assert await listener.wait(0)


async def test_a_driver_hears_of_a_wish_that_another_process_wrote_down(idle: Idle, left: str):
    from aims.generation.cancel import request_cancel
    from aims.generation.watch import cancel_name

    await idle.write(lifecycle.move, left, 1, State.ACCEPTED, State.SUBMITTING)
    async with idle.studio.signals.listen(cancel_name(left)) as listener:
        await idle.write(request_cancel, idle.actor, left)
        await Watch(idle.studio).look()
        assert await asyncio.wait_for(listener.wait(0), 5)
