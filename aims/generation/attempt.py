"""The rows of an attempt: one planned call to a provider, committed before its first byte is sent."""

import time
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, func, insert, literal_column, select, update

from aims.core.clock import SECOND, now
from aims.core.db import Tx, among
from aims.generation import lifecycle
from aims.generation.leases import Route, routes_of
from aims.generation.lifecycle import AttemptState, State, Superseded
from aims.generation.owned import owned, seen
from aims.generation.request import Request, decode, encode
from aims.generation.tables import attempts, generations, outputs
from aims.providers import Running

_ATTEMPTS = (
    select(attempts).where(attempts.c.generation_id == bindparam("generation")).order_by(attempts.c.number)
)
_OUTPUTS = (
    select(outputs.c.id, outputs.c.position, outputs.c.token, outputs.c.state)
    .where(outputs.c.generation_id == bindparam("generation"))
    .order_by(outputs.c.position)
)
OPEN = frozenset({AttemptState.SUBMITTING, AttemptState.RUNNING})
UNLIMITED = 2**31
_NEW = ("id", "generation_id", "workspace_id", "number", "first_index", "quantity", "provider", "nonce")
_open_calls = (
    select(func.count())
    .where(
        attempts.c.workspace_id == bindparam("whose", type_=Text()),
        attempts.c.provider == bindparam("at", type_=Text()),
        among(attempts.c.state, OPEN),
        attempts.c.waits_since.is_(None),
    )
    .scalar_subquery()
)
# Counted by the statement that adds one, under the lock of the account: exact, however many servers there are.
_INSERT = insert(attempts).from_select(
    [*_NEW, "retry_reason", "state", "tries", "created_at"],
    select(
        *(bindparam(name, type_=attempts.c[name].type) for name in (*_NEW, "retry_reason")),
        literal_column("'submitting'"),
        literal_column("1"),
        now(),
    ).where(_open_calls < bindparam("most", type_=BigInteger())),
)
_AGAIN = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"), attempts.c.state == "submitting")
    .values(tries=attempts.c.tries + 1, retry_reason=bindparam("reason"))
)
_PUT_BACK = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"), attempts.c.state == "submitting")
    .values(waits_since=now(), retry_reason=bindparam("reason"), error_code=bindparam("code"))
)
_RESUME = (
    update(attempts)
    .where(
        attempts.c.id == bindparam("attempt"),
        attempts.c.state == "submitting",
        attempts.c.waits_since.is_not(None),
        _open_calls < bindparam("most", type_=BigInteger()),
    )
    .values(
        tries=attempts.c.tries + 1,
        waits_since=None,
        provider=bindparam("at", type_=Text()),
        retry_reason=func.coalesce(bindparam("reason", type_=Text()), attempts.c.retry_reason),
    )
)
_BEGUN = select(func.count()).where(
    attempts.c.generation_id == bindparam("generation"), attempts.c.waits_since.is_(None)
)
_WAITS = select(attempts.c.waits_since).where(attempts.c.id == bindparam("attempt"))
_MADE_AT = (
    update(generations)
    .where(generations.c.id == bindparam("generation"))
    .values(provider=bindparam("at"), version=generations.c.version + 1)
)
_RUNNING = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"), attempts.c.state == "submitting")
    .values(
        state="running", provider_ref=bindparam("ref"), provider_data=bindparam("kept"), submitted_at=now()
    )
)
_PROGRESS = (
    update(generations)
    .where(generations.c.id == bindparam("generation"))
    .values(progress=bindparam("percent"), version=generations.c.version + 1)
)

_TOLD = (
    update(generations)
    .where(generations.c.id == bindparam("generation"), generations.c.progress.is_(None))
    .values(progress=literal_column("0"))
)


class NoRoom(Exception):
    """The workspace has as many calls with the provider as it may have: this one begins later."""


@dataclass(slots=True)
class Attempt:
    """One call to a provider, as its driver sees it. `nonce` names it towards the provider.

    waits: nothing of it is with a provider, as none took it; it is sent once more. failures: how often it failed while
    others were answered; refused_by: providers that refused it for reasons of their own; both since this process has
    it. reason: why it was not taken the last time. sent_at: Unix seconds, when it was last sent.
    """

    id: str
    number: int
    first: int
    count: int
    nonce: str
    state: AttemptState
    tries: int = 1
    running: Running | None = None
    provider: str = ""
    waits: bool = False
    failures: int = 0
    refused_by: set[str] = field(default_factory=set)
    reason: str = ""
    sent_at: float = field(default_factory=time.time)


@dataclass(slots=True)
class Loaded:
    """A generation as a driver found it. `created_at` in microseconds; `outputs` by position."""

    id: str
    workspace_id: str
    kind: str
    provider: str
    state: State
    epoch: int
    created_at: int
    cancelled: bool
    request: Request
    routes: tuple[Route, ...]
    attempts: dict[int, Attempt] = field(default_factory=dict)
    outputs: dict[int, Any] = field(default_factory=dict)


def load(tx: Tx, generation_id: str, epoch: int) -> Loaded:
    """Read where a generation stands.

    Raises Superseded when it is finished or another driver's.
    """
    row = seen(tx, generation_id, epoch)
    found = Loaded(
        row.id,
        row.workspace_id,
        row.kind,
        row.provider,
        State(row.state),
        epoch,
        row.created_at,
        row.cancel_requested_at is not None,
        decode(row.request),
        routes_of(row.provider, row.model, row.routes),
    )
    for each in tx.all(_ATTEMPTS, generation=generation_id):
        running = None
        if each.provider_data is not None:
            running = Running(each.provider_ref, msgspec.json.decode(each.provider_data, type=dict[str, str]))
        found.attempts[each.number] = Attempt(
            each.id,
            each.number,
            each.first_index,
            each.quantity,
            each.nonce,
            AttemptState(each.state),
            each.tries,
            running,
            each.provider,
            each.waits_since is not None,
        )
        if each.submitted_at is not None:
            found.attempts[each.number].sent_at = each.submitted_at / SECOND
    found.outputs = {output.position: output for output in tx.all(_OUTPUTS, generation=generation_id)}
    return found


def look(tx: Tx, generation_id: str, epoch: int) -> bool:
    """Whether somebody asked for the generation to be stopped.

    Raises Superseded when it is not ours any more.
    """
    return seen(tx, generation_id, epoch).cancel_requested_at is not None


def begin(
    tx: Tx,
    generation_id: str,
    epoch: int,
    attempt: Attempt,
    provider: str,
    most: int = UNLIMITED,
    reason: str | None = None,
    *,
    told: bool = False,
) -> bool:
    """Commit an attempt before anything is sent. False when the generation was asked to stop: then nothing is sent.

    most: how many calls its workspace may have with the provider, this one included. reason: why it goes there and not
    where it would have gone first. One that waits is sent once more. told: the provider will say how far it is, so that
    nobody guesses from the start.

    Raises Superseded, or NoRoom; then nothing has changed.
    """
    row = owned(tx, generation_id, epoch)
    if row.cancel_requested_at is not None:
        return False
    if attempt.waits:
        begun = tx.run(
            _RESUME,
            attempt=attempt.id,
            whose=row.workspace_id,
            at=provider,
            most=most,
            reason=reason,
        )
        # A commit whose answer was lost is asked for again: nobody but us can have sent it.
        begun = begun or tx.value(_WAITS, attempt=attempt.id) is None
    else:
        begun = _insert(tx, row, attempt, provider, most, reason)
    if not begun:
        raise NoRoom
    if provider != row.provider:
        tx.run(_MADE_AT, generation=generation_id, at=provider)
    if told:
        tx.run(_TOLD, generation=generation_id)
    if State(row.state) is State.ACCEPTED:
        lifecycle.move(tx, generation_id, epoch, State.ACCEPTED, State.SUBMITTING)
    return True


def _insert(tx: Tx, row: Any, attempt: Attempt, provider: str, most: int, reason: str | None) -> int:
    return tx.run(
        _INSERT,
        id=attempt.id,
        generation_id=row.id,
        workspace_id=row.workspace_id,
        number=attempt.number,
        first_index=attempt.first,
        quantity=attempt.count,
        provider=provider,
        nonce=attempt.nonce,
        whose=row.workspace_id,
        at=provider,
        most=most,
        retry_reason=reason,
    )


def put_back(tx: Tx, generation_id: str, epoch: int, attempt: Attempt, reason: str, code: str) -> bool:
    """Commit that a call was not taken, so that nothing of it is with a provider whatever happens to this process.

    False when the generation was asked to stop.

    Raises Superseded.
    """
    row = owned(tx, generation_id, epoch)
    if row.cancel_requested_at is not None:
        return False
    if not tx.run(_PUT_BACK, attempt=attempt.id, reason=reason, code=code):
        raise Superseded
    if State(row.state) is State.SUBMITTING and not tx.value(_BEGUN, generation=generation_id):
        lifecycle.put_back(tx, generation_id, epoch)
    return True


def send_again(tx: Tx, generation_id: str, epoch: int, attempt: Attempt, reason: str) -> bool:
    """Commit that the call is made once more, and why. False when the generation was asked to stop: it is not sent.

    Raises Superseded.
    """
    if owned(tx, generation_id, epoch).cancel_requested_at is not None:
        return False
    if not tx.run(_AGAIN, attempt=attempt.id, reason=reason):
        raise Superseded
    return True


def answered(tx: Tx, generation_id: str, epoch: int, attempt: Attempt, running: Running) -> None:
    """Commit the provider's id for the attempt.

    Raises Superseded.
    """
    row = owned(tx, generation_id, epoch)
    kept = encode(dict(running.data))
    if not tx.run(_RUNNING, attempt=attempt.id, ref=running.reference, kept=kept):
        raise Superseded
    if State(row.state) is State.SUBMITTING:
        lifecycle.move(tx, generation_id, epoch, State.SUBMITTING, State.RUNNING)


def progress(tx: Tx, generation_id: str, epoch: int, percent: int) -> None:
    """Write down how far the provider says it is, for everybody who looks.

    Raises Superseded.
    """
    owned(tx, generation_id, epoch)
    tx.run(_PROGRESS, generation=generation_id, percent=percent)


def storing(tx: Tx, generation_id: str, epoch: int) -> None:
    """Commit that outputs are being fetched and written.

    Raises Superseded.
    """
    row = owned(tx, generation_id, epoch)
    if State(row.state) in (State.SUBMITTING, State.RUNNING):
        lifecycle.move(tx, generation_id, epoch, State(row.state), State.STORING)


__all__ = [
    "UNLIMITED",
    "Attempt",
    "Loaded",
    "NoRoom",
    "answered",
    "begin",
    "load",
    "look",
    "progress",
    "put_back",
    "send_again",
    "storing",
]
