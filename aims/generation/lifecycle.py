"""Every state of a generation, every legal move, and the only statements that write the state.

    accepted ── submitting ── running ── storing ── completed
        │            │           │          │  └──── failed
        └────────────┴───────────┴──────────┴─────── cancelled, failed

What no provider took goes back from `submitting` to `accepted`.

A move is `update ... where state = the one I saw and driver_epoch = mine`. A driver whose lease was taken over has an
old epoch: its moves touch no row, and it stops.
"""

from enum import StrEnum

from sqlalchemy import bindparam, func, update

from aims.core.clock import now
from aims.core.db import Tx
from aims.generation.tables import generations


class State(StrEnum):
    """Where a generation stands, inside. `OUTSIDE` has the words that everybody else sees."""

    ACCEPTED = "accepted"  # paid for, waiting for a driver or a place at the provider
    SUBMITTING = "submitting"  # a call to the provider is committed; its answer is not
    RUNNING = "running"  # the provider works on it
    STORING = "storing"  # made; being fetched, checked and written
    COMPLETED = "completed"  # at least one output is ours
    FAILED = "failed"  # nothing was delivered, and nothing charged
    CANCELLED = "cancelled"  # stopped on request, and nothing charged


class AttemptState(StrEnum):
    """Where one call to a provider stands."""

    SUBMITTING = "submitting"  # committed before the first byte is sent
    RUNNING = "running"  # the provider's id is ours
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # bytes were sent and no answer came; never sent again


TERMINAL = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED})
ATTEMPT_OVER = frozenset(
    {AttemptState.DONE, AttemptState.FAILED, AttemptState.CANCELLED, AttemptState.UNKNOWN}
)

MOVES: dict[State, frozenset[State]] = {
    State.ACCEPTED: frozenset({State.SUBMITTING, State.CANCELLED, State.FAILED}),
    State.SUBMITTING: frozenset(
        {State.ACCEPTED, State.RUNNING, State.STORING, State.CANCELLED, State.FAILED, State.COMPLETED}
    ),
    State.RUNNING: frozenset({State.STORING, State.CANCELLED, State.FAILED, State.COMPLETED}),
    State.STORING: frozenset({State.COMPLETED, State.FAILED, State.CANCELLED}),
    **{state: frozenset() for state in TERMINAL},
}

OUTSIDE = {
    State.ACCEPTED: "queued",
    State.SUBMITTING: "running",
    State.RUNNING: "running",
    State.STORING: "running",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}
"""The words of the API, for each state inside."""


class Superseded(Exception):
    """Another driver has this generation now, or it is finished: whoever gets this stops at once."""


_MOVE = (
    update(generations)
    .where(
        generations.c.id == bindparam("generation"),
        generations.c.state == bindparam("seen"),
        generations.c.driver_epoch == bindparam("epoch"),
    )
    .values(
        state=bindparam("state"),
        version=generations.c.version + 1,
        started_at=func.coalesce(generations.c.started_at, now()),
    )
)
_PUT_BACK = (
    update(generations)
    .where(
        generations.c.id == bindparam("generation"),
        generations.c.state == "submitting",
        generations.c.driver_epoch == bindparam("epoch"),
    )
    .values(state="accepted", version=generations.c.version + 1, started_at=None)
)
_FINISH = (
    update(generations)
    .where(
        generations.c.id == bindparam("generation"),
        generations.c.state == bindparam("seen"),
        generations.c.driver_epoch == bindparam("epoch"),
    )
    .values(
        state=bindparam("state"),
        version=generations.c.version + 1,
        finished_at=now(),
        lease_until=0,
        driver=None,
        credits_charged=bindparam("charged"),
        credits_refunded=bindparam("refunded"),
        error_code=bindparam("error_code"),
        error=bindparam("error"),
    )
)


def move(tx: Tx, generation_id: str, epoch: int, seen: State, to: State) -> None:
    """Go from the state that was seen to another that does not end the generation.

    Raises Superseded when the generation is no longer ours or no longer there.
    """
    if to not in MOVES[seen] or to in TERMINAL:
        raise AssertionError(f"{seen} does not move to {to}")
    if not tx.run(_MOVE, generation=generation_id, seen=seen, epoch=epoch, state=to):
        raise Superseded


def put_back(tx: Tx, generation_id: str, epoch: int) -> None:
    """Go back to waiting: a call was committed and not taken, so nothing has begun.

    Raises Superseded.
    """
    if not tx.run(_PUT_BACK, generation=generation_id, epoch=epoch):
        raise Superseded


def finish(
    tx: Tx,
    generation_id: str,
    epoch: int,
    seen: State,
    to: State,
    *,
    charged: int,
    refunded: int,
    error_code: str | None,
    error: str | None,
) -> None:
    """End a generation, in the transaction that resolves its hold.

    Raises Superseded.
    """
    if to not in TERMINAL or to not in MOVES[seen]:
        raise AssertionError(f"{seen} does not end in {to}")
    changed = tx.run(
        _FINISH,
        generation=generation_id,
        seen=seen,
        epoch=epoch,
        state=to,
        charged=charged,
        refunded=refunded,
        error_code=error_code,
        error=error,
    )
    if not changed:
        raise Superseded
