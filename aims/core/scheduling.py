"""A server with much to do does not interrupt itself.

Of threads in one interpreter only one can go on. Linux gives the processor to one that is woken at once: it then waits
for the one that was interrupted, and both switches were for nothing. On one processor that was a quarter of what a
generation takes. Told not to (`SCHED_BATCH`), the server does not get the processor back from a child that draws
either, and somebody who is alone waits 12 ms instead of 1. So it is told only while it is busy, when everybody waits
for what is before them anyway.
"""

import asyncio
import os
import sys
import time
from contextlib import suppress

LOOK_SECONDS = 1.0
BUSY, QUIET = 0.7, 0.4
"""Shares of one processor: above the one it is busy, below the other no longer."""


async def keep_turns(every: float = LOOK_SECONDS) -> None:
    """Look after the threads of this process until cancelled. A policy that the operator chose (`chrt`) stays.

    Does nothing where there is no such policy: macOS, musl, some containers.
    """
    if not _can_choose():
        return
    busy = False
    used, moment = time.process_time(), time.monotonic()
    while True:
        await asyncio.sleep(every)
        share = (time.process_time() - used) / (time.monotonic() - moment)
        used, moment = time.process_time(), time.monotonic()
        if share > BUSY or (busy and share < QUIET):
            busy = share > BUSY
            # Each time, as threads come and go.
            _choose(os.SCHED_BATCH if busy else os.SCHED_OTHER)


def _can_choose() -> bool:
    if sys.platform != "linux":
        return False
    try:
        return os.sched_getscheduler(0) == os.SCHED_OTHER
    except OSError:
        return False


def _choose(policy: int) -> None:
    for thread in os.listdir("/proc/self/task"):
        # It may have ended.
        with suppress(OSError):
            os.sched_setscheduler(int(thread), policy, os.sched_param(0))


__all__ = ["keep_turns"]
