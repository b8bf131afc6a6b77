"""The server has the processor before its children do."""

import os
import sys

import pytest
from test_children import pid_of, pool


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this policy")
async def test_a_child_does_not_take_the_processor_from_the_server() -> None:
    children = pool(nice=7)
    child = await pid_of(children)
    assert os.getpriority(os.PRIO_PROCESS, child) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 7)
    assert os.sched_getscheduler(child) == os.SCHED_BATCH
    await children.close()
