"""LED-04: pollers, wishes to stop, somebody who gives up and somebody who takes over, all in one instant: a hold is
resolved once, and whoever comes too late changes nothing.
"""

import asyncio
from functools import partial
from random import Random
from typing import Any

import pytest
from idle_studio import Idle
from sqlalchemy import bindparam, select

from aims import credits
from aims.core import ids
from aims.credits.tables import entries
from aims.generation import attempt as rows
from aims.generation import drive, leases, settle
from aims.generation.attempt import Attempt
from aims.generation.cancel import request_cancel
from aims.generation.drive import give_up_waiting
from aims.generation.lifecycle import AttemptState, Superseded
from aims.providers import Running

POLLERS = 10
VERBS = select(entries.c.verb).where(entries.c.hold_reference == bindparam("which")).order_by(entries.c.seq)
ENDS = (
    AttemptState.DONE,
    AttemptState.FAILED,
    AttemptState.CANCELLED,
    AttemptState.UNKNOWN,
)
STAGES = ("accepted", "put back", "submitting", "running", "storing")


def an_end(call: Attempt, state: AttemptState) -> settle.AttemptResult:
    """What one poller has found out."""
    stored = settle.Stored(f"workspaces/a/{call.id}.png", "image/png", 9, "0" * 64, 512, 512)
    outputs = (settle.OutputResult(0, stored if state is AttemptState.DONE else None, "It was not made."),)
    return settle.AttemptResult(call.id, state, outputs, None if state is AttemptState.DONE else "x", "Why.")


async def brought_to(idle: Idle, stage: str) -> tuple[str, Attempt]:
    """A generation that is so far."""
    accepted = await idle.accept()
    call = Attempt(ids.new_id(), 0, 0, 1, ids.token(), AttemptState.SUBMITTING)
    if stage != "accepted":
        await idle.write(rows.begin, accepted.id, 1, call, "sandbox")
    if stage == "put back":
        await idle.write(rows.put_back, accepted.id, 1, call, "It was busy.", "provider_busy")
    if stage in ("running", "storing"):
        await idle.write(rows.answered, accepted.id, 1, call, Running(call.id))
    if stage == "storing":
        await idle.write(rows.storing, accepted.id, 1)
    return accepted.id, call


async def race(idle: Idle, dice: Random) -> None:
    """One instant of one generation."""
    stage = dice.choice(STAGES)
    generation_id, call = await brought_to(idle, stage)
    # What is with no provider cannot be made by one.
    ends = ENDS if stage in STAGES[2:] else ENDS[1:3]
    steps: list[tuple[Any, ...]] = [
        (settle.record, generation_id, 1, an_end(call, dice.choice(ends))) for _ in range(POLLERS)
    ]
    steps += [(request_cancel, idle.actor, generation_id)] * dice.randrange(3)
    steps += [(drive.give_up, generation_id, 1, "It could not be finished.")] * dice.randrange(2)
    steps += [(give_up_waiting, generation_id, 1, "It waited for too long.")] * dice.randrange(2)
    steps += [(leases.take_over, f"other-{number}", 1, True) for number in range(dice.randrange(3))]
    steps += [(rows.storing, generation_id, 1)]
    dice.shuffle(steps)

    ended = await asyncio.gather(*(idle.write(*step) for step in steps), return_exceptions=True)

    for each in ended:
        assert not isinstance(each, BaseException) or isinstance(each, Superseded), repr(each)
    found = await idle.view(generation_id)
    if found.finished_at is None:
        # Whoever took it over is the only one who may end it.
        epoch = max(claim.epoch for each in ended if isinstance(each, list) for claim in each)
        await idle.write(drive.give_up, generation_id, epoch, "It could not be finished.")
    verbs = [row.verb for row in await idle.studio.db.read(lambda tx: tx.all(VERBS, which=generation_id))]
    assert verbs in (["hold", "capture"], ["hold", "release"]), verbs
    with pytest.raises(Superseded):
        await idle.write(settle.record, generation_id, 1, an_end(call, AttemptState.DONE))


@pytest.mark.parametrize("seeds", [range(25), pytest.param(range(25, 225), marks=pytest.mark.slow)])
async def test_led_04_a_hold_is_resolved_once_whoever_comes_in_the_same_instant(idle: Idle, seeds: range):
    await idle.by_hand("UPDATE api_keys SET rate_limit = 1000000, burst = 1000000")
    await idle.write(partial(credits.grant, actor="operator"), idle.workspace_id, 1_000_000, "for the race")
    for seed in seeds:
        try:
            await race(idle, Random(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert await idle.breaches() == set()
