"""While a server is busy, none of its threads takes the processor from another."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import machine
import pytest

from aims.core.scheduling import keep_turns

PATIENCE = 30.0


@pytest.fixture
def thread() -> Iterator[int]:
    """Another thread of this process, that waits; afterwards every thread is as it was."""
    if sys.platform != "linux":
        machine.missing("Linux")
    over = threading.Event()
    one = threading.Thread(target=over.wait)
    one.start()
    yield one.native_id or 0
    over.set()
    one.join()
    for each in os.listdir("/proc/self/task"):
        with suppress(OSError):
            os.sched_setscheduler(int(each), os.SCHED_OTHER, os.sched_param(0))


async def becomes(policy: int, thread: int, *, working: bool) -> None:
    """Work, or wait, until the thread and this one have a policy."""
    async with asyncio.timeout(PATIENCE):
        while {os.sched_getscheduler(thread), os.sched_getscheduler(0)} != {policy}:
            if working:
                sum(range(20_000))
            await asyncio.sleep(0 if working else 0.01)


async def test_a_busy_server_does_not_interrupt_itself_and_a_quiet_one_does(thread: int) -> None:
    keeping = asyncio.create_task(keep_turns(every=0.1))

    await becomes(os.SCHED_BATCH, thread, working=True)
    await becomes(os.SCHED_OTHER, thread, working=False)

    assert not keeping.done()
    keeping.cancel()


async def test_a_policy_that_was_chosen_stays(thread: int) -> None:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

    await keep_turns(every=0.1)

    assert (os.sched_getscheduler(0), os.sched_getscheduler(thread)) == (os.SCHED_BATCH, os.SCHED_OTHER)
