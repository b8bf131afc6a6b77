"""The server has the processor before its children do."""

import os
import sys

import machine
from test_children import pid_of, pool


async def test_a_child_does_not_take_the_processor_from_the_server() -> None:
    if sys.platform != "linux":
        machine.missing("Linux")
    children = pool(nice=7)
    child = await pid_of(children)
    assert os.getpriority(os.PRIO_PROCESS, child) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 7)
    assert os.sched_getscheduler(child) == os.SCHED_BATCH
    await children.close()
