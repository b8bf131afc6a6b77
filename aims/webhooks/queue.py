"""Who sends what, and what came of it: exclusive by a lease in the database's time, fenced by a count of claims.

A delivery that somebody sends has that lease as the time at which it is due again: when the sender dies, it simply
comes up once more, with the same id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from aims.core.clock import SECOND, now
from aims.core.db import Tx, members
from aims.webhooks import schedule
from aims.webhooks.schedule import Outcome
from aims.webhooks.tables import attempts, deliveries, endpoints, events

LANES = 500
"""Endpoints of one look."""

GONE = "The receiver answered 410 Gone: it wants no more events."
SILENT = f"Nothing has arrived for {schedule.PATIENCE // schedule.HOUR // 24} days."

# Written out, not bound: only then does SQLite know that the partial index has every row that is asked for.
_waits = deliveries.c.due_at != literal_column("0")
# As a subquery the clock is read once, and PostgreSQL goes to the place in the index; else it would walk through it.
_due = _waits & (deliveries.c.due_at <= select(now()).scalar_subquery())

# From one endpoint straight to the next: a thousand rows of one cost as much as one row.
_first = select(func.min(deliveries.c.endpoint_id).label("id")).where(
    _waits, deliveries.c.endpoint_id > bindparam("after")
)
_lanes = _first.cte("lanes", recursive=True)
_next = (
    select(func.min(deliveries.c.endpoint_id))
    .where(_waits, deliveries.c.endpoint_id > _lanes.c.id)
    .scalar_subquery()
)
_lanes = _lanes.union_all(select(_next).where(_lanes.c.id.is_not(None)))
_DUE = (
    select(endpoints.c.id, endpoints.c.workspace_id, endpoints.c.failing_since)
    .select_from(_lanes.join(endpoints, endpoints.c.id == _lanes.c.id))
    .where(
        endpoints.c.disabled_at.is_(None),
        endpoints.c.deleted_at.is_(None),
        endpoints.c.rest_until <= now(),
        exists().where(deliveries.c.endpoint_id == endpoints.c.id, _due),
    )
    .order_by(endpoints.c.id)
    .limit(LANES)
)
# Named, so that PostgreSQL chooses once: a subquery with a limit may be run again for every row it is compared with.
_claimable = (
    select(deliveries.c.id)
    .where(deliveries.c.endpoint_id == bindparam("endpoint"), _due)
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
    .cte("claimable")
)
_CLAIM = (
    update(deliveries)
    .where(deliveries.c.id.in_(select(_claimable.c.id)), _due)
    .values(sender=bindparam("me"), claims=deliveries.c.claims + 1, due_at=now() + bindparam("span"))
    .returning(deliveries.c.id)
)
_CLAIMED = (
    select(
        deliveries.c.id,
        deliveries.c.endpoint_id,
        deliveries.c.claims,
        deliveries.c.tries,
        events.c.id.label("event_id"),
        events.c.payload,
        endpoints.c.workspace_id,
        endpoints.c.failing_since,
        endpoints.c.url,
        endpoints.c.salt,
        endpoints.c.previous_salt,
        endpoints.c.previous_until,
        now().label("now"),
    )
    .select_from(
        deliveries.join(events, events.c.id == deliveries.c.event_id).join(
            endpoints, endpoints.c.id == deliveries.c.endpoint_id
        )
    )
    .where(members(deliveries.c.id, "ids"))
)
_RENEW = (
    update(deliveries)
    .where(members(deliveries.c.id, "ids"), deliveries.c.sender == bindparam("me"), _waits)
    .values(due_at=now() + bindparam("span"))
)
_RELEASE = update(deliveries).where(deliveries.c.sender == bindparam("me")).values(sender=None, due_at=now())
_RELEASE_ALL = update(deliveries).where(deliveries.c.sender.is_not(None)).values(sender=None, due_at=now())
_over = bindparam("over", type_=Integer) == 1
_RECORD = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery"),
        deliveries.c.claims == bindparam("claim"),
        deliveries.c.sender == bindparam("me"),
    )
    .values(
        state=bindparam("now_is"),
        due_at=case((_over, 0), else_=now() + bindparam("pause", type_=BigInteger)),
        finished_at=case((_over, now()), else_=null()),
        sender=None,
        tries=deliveries.c.tries + 1,
        attempts=deliveries.c.attempts + 1,
    )
    .returning(deliveries.c.attempts)
)
_LOG = insert(attempts)
_ARRIVED = (
    update(endpoints)
    .where(endpoints.c.id == bindparam("endpoint"), endpoints.c.failing_since.is_not(None))
    .values(failing_since=None)
)
_rest = now() + bindparam("rest", type_=BigInteger)
_FAILED = (
    update(endpoints)
    .where(endpoints.c.id == bindparam("endpoint"))
    .values(
        failing_since=func.coalesce(endpoints.c.failing_since, now()),
        rest_until=case((endpoints.c.rest_until < _rest, _rest), else_=endpoints.c.rest_until),
    )
)
_DISABLE = (
    update(endpoints)
    .where(
        endpoints.c.id == bindparam("endpoint"),
        endpoints.c.disabled_at.is_(None),
        endpoints.c.failing_since <= now() - bindparam("age", type_=BigInteger),
    )
    .values(disabled_at=now(), disabled_reason=bindparam("reason"))
)


@dataclass(frozen=True, slots=True)
class Lane:
    """An endpoint that something is due for. failing: its last attempt did not arrive."""

    endpoint_id: str
    workspace_id: str
    failing: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is this process's to send. tries: attempts before this one. salts: of the secrets that sign.

    number: fences what is written about it. moment: the database's clock when it was claimed, in microseconds.
    """

    id: str
    number: int
    lane: Lane
    tries: int
    event_id: str
    payload: bytes
    url: str
    salts: tuple[str, ...]
    moment: int


def due(tx: Tx, after: str) -> list[Lane]:
    """Up to 500 endpoints that something is due for, in the order of their ids, from the one after `after` on."""
    return [
        Lane(row.id, row.workspace_id, row.failing_since is not None) for row in tx.all(_DUE, after=after)
    ]


def claim(tx: Tx, me: str, span: int, rooms: Mapping[str, int]) -> list[Claim]:
    """Take what has waited longest, as many of each endpoint as `rooms` says, for `span` microseconds."""
    ids: list[str] = []
    for endpoint_id, room in rooms.items():
        ids += [row.id for row in tx.all(_CLAIM, endpoint=endpoint_id, room=room, me=me, span=span)]
    return [_claim(row) for row in tx.all(_CLAIMED, ids=msgspec.json.encode(ids).decode())] if ids else []


def _claim(row: Any) -> Claim:
    salts = (row.salt, row.previous_salt) if row.previous_until > row.now else (row.salt,)
    lane = Lane(row.endpoint_id, row.workspace_id, row.failing_since is not None)
    return Claim(
        row.id, row.claims, lane, row.tries, row.event_id, row.payload.encode(), row.url, salts, row.now
    )


def renew(tx: Tx, me: str, span: int, ids: Sequence[str]) -> int:
    """Keep what this process is sending for `span` microseconds more."""
    return tx.run(_RENEW, me=me, span=span, ids=msgspec.json.encode(ids).decode())


def release(tx: Tx, me: str) -> int:
    """Let others send at once what this process has claimed and did not send."""
    return tx.run(_RELEASE, me=me)


def release_all(tx: Tx) -> int:
    """Take back what dead processes have claimed. Only for a process that is known to be alone."""
    return tx.run(_RELEASE_ALL)


def record(tx: Tx, me: str, sent: Claim, outcome: Outcome, chance: float) -> str | None:
    """Write what came of an attempt, and when the next one is due. chance: 0 to 1, for the jitter.

    Returns why the endpoint was switched off, if it was. What another process has taken over meanwhile is left to it.
    """
    pause = None if outcome.arrived or outcome.gone else schedule.wait(sent.tries + 1, outcome.rest, chance)
    row = tx.one(
        _RECORD,
        delivery=sent.id,
        claim=sent.number,
        me=me,
        now_is="delivered" if outcome.arrived else "exhausted" if pause is None else "waiting",
        over=int(pause is None),
        pause=pause or 0,
    )
    if row is None:
        return None
    tx.run(
        _LOG,
        delivery_id=sent.id,
        number=row.attempts,
        started_at=sent.moment,
        duration_ms=outcome.duration_ms,
        status=outcome.status,
        response=outcome.response,
        error=outcome.error,
    )
    endpoint_id = sent.lane.endpoint_id
    if outcome.arrived:
        tx.run(_ARRIVED, endpoint=endpoint_id)
        return None
    tx.run(_FAILED, endpoint=endpoint_id, rest=outcome.rest)
    if outcome.gone:
        # Failing since now at the latest, whatever this host's clock did in between.
        return GONE if tx.run(_DISABLE, endpoint=endpoint_id, reason=GONE, age=-SECOND) else None
    if pause is None and tx.run(_DISABLE, endpoint=endpoint_id, reason=SILENT, age=schedule.PATIENCE):
        return SILENT
    return None
