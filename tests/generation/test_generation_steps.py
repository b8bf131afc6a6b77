"""What one generation asks of the database does not grow with those that were made before it."""

from functools import partial

import pytest
from idle_studio import Idle

from aims import credits
from aims.core import ids
from aims.core.db import Tx
from aims.generation import attempt as rows
from aims.generation import settle
from aims.generation.attempt import Attempt
from aims.generation.lifecycle import AttemptState
from aims.providers import Running

EARLIER = 200
# Trees grow a level deeper; what reads the rows of earlier ones takes several steps for each of them.
SLACK = 1.1


class Steps:
    """Counts the steps of SQLite's machine on the connection that writes."""

    def __init__(self) -> None:
        self.taken = 0

    def watch(self, tx: Tx) -> None:
        """Begin to count."""
        tx._cursor.connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.taken += 1
        return 0


async def make(idle: Idle) -> None:
    """One generation from its acceptance to its end, by the steps of its driver."""
    accepted = await idle.accept()
    call = Attempt(ids.new_id(), 0, 0, 1, ids.token(), AttemptState.SUBMITTING)
    await idle.write(rows.begin, accepted.id, 1, call, "sandbox", 1000)
    await idle.write(rows.answered, accepted.id, 1, call, Running(ids.new_id(), {}))
    await idle.write(rows.storing, accepted.id, 1)
    stored = settle.Stored(f"workspaces/a/{accepted.id}.png", "image/png", 9, "0" * 64, 512, 512)
    made = settle.AttemptResult(call.id, AttemptState.DONE, (settle.OutputResult(0, stored),))
    assert await idle.write(settle.record, accepted.id, 1, made) is True


async def steps_of_one(idle: Idle, steps: Steps) -> int:
    """How many it takes, once what is prepared only once is prepared."""
    await make(idle)
    before = steps.taken
    await make(idle)
    return steps.taken - before


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_generation_takes_as_many_steps_after_hundreds_as_after_one(idle: Idle):
    """A statement that does not find its index reads everything that was ever made, and is right all the same."""
    await idle.by_hand("UPDATE api_keys SET rate_limit = 1000000, burst = 1000000")
    grant = partial(credits.grant, actor="operator")
    await idle.write(grant, idle.workspace_id, 1_000_000, "for the test")
    steps = Steps()
    await idle.write(steps.watch)

    first = await steps_of_one(idle, steps)
    for _ in range(EARLIER):
        await make(idle)
    later = await steps_of_one(idle, steps)

    assert 0 < first <= later <= first * SLACK
