"""The log of deliveries: what was sent where, every attempt with its answer, and sending it again."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, null, or_, select, update

from aims.core import pages
from aims.core.clock import now, rfc3339
from aims.core.db import Tx, members
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.webhooks.endpoints import find as find_endpoint
from aims.webhooks.events import require_enabled
from aims.webhooks.tables import attempts, deliveries, events

BEGIN = "~"
"""Sorts after every id: where the newest delivery is."""

_listed = select(
    deliveries.c.id,
    deliveries.c.event_id,
    deliveries.c.state,
    deliveries.c.sender,
    deliveries.c.due_at,
    deliveries.c.created_at,
    deliveries.c.finished_at,
    events.c.type,
    events.c.payload,
).select_from(deliveries.join(events, events.c.id == deliveries.c.event_id))
_PAGE = (
    _listed.where(
        deliveries.c.endpoint_id == bindparam("endpoint"),
        deliveries.c.id < bindparam("before", type_=Text),
    )
    .order_by(deliveries.c.id.desc())
    .limit(bindparam("most"))
)
_ONE = _listed.where(
    deliveries.c.id == bindparam("delivery"), deliveries.c.endpoint_id == bindparam("endpoint")
)
_ATTEMPTS = (
    select(attempts)
    .where(members(attempts.c.delivery_id, "ids"))
    .order_by(attempts.c.delivery_id, attempts.c.number)
)
_REPLAY = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery"),
        deliveries.c.endpoint_id == bindparam("endpoint"),
        # What is being sent at this moment is not sent beside itself.
        or_(deliveries.c.sender.is_(None), deliveries.c.due_at <= now()),
    )
    .values(state="waiting", due_at=now(), sender=None, tries=0, finished_at=null())
)


class AttemptView(msgspec.Struct, frozen=True):
    """One attempt. duration: seconds; response: the beginning of the body, as text, at most 4 KiB."""

    number: int
    started_at: str | None
    duration: float
    status: int | None
    response: str | None
    error: str | None


class DeliveryView(msgspec.Struct, frozen=True):
    """A delivery of an event to an endpoint.

    state: `waiting`, `sending`, `delivered` or `exhausted`. next_attempt_at: only while it waits.
    """

    id: str
    event_id: str
    event_type: str
    state: str
    next_attempt_at: str | None
    created_at: str | None
    finished_at: str | None
    payload: msgspec.Raw
    attempts: list[AttemptView]


def page(
    tx: Tx, workspace_id: str, endpoint_id: str, most: int, cursor: str | None
) -> pages.Page[DeliveryView]:
    """The endpoint's deliveries, newest first.

    Raises NotFound; Invalid for a cursor of another list.
    """
    find_endpoint(tx, workspace_id, endpoint_id)
    before = BEGIN if cursor is None else pages.read(cursor, tuple[str], workspace_id, endpoint_id)[0]
    rows, more = pages.cut(tx.all(_PAGE, endpoint=endpoint_id, before=before, most=most + 1), most)
    following = pages.cursor([rows[-1].id], workspace_id, endpoint_id) if more else None
    return pages.Page(_views(tx, rows), following)


def show(tx: Tx, workspace_id: str, endpoint_id: str, delivery_id: str) -> DeliveryView:
    """One delivery.

    Raises NotFound, in the same words for another workspace's id and for one that never was.
    """
    find_endpoint(tx, workspace_id, endpoint_id)
    row = tx.one(_ONE, delivery=delivery_id, endpoint=endpoint_id) if looks_like_id(delivery_id) else None
    if row is None:
        raise NotFound("There is no such delivery of this webhook endpoint.")
    return _views(tx, [row])[0]


def replay(tx: Tx, workspace_id: str, endpoint_id: str, delivery_id: str) -> DeliveryView:
    """Send it again, with the same id, and from the beginning of the schedule. One that is being sent is left alone.

    Raises NotFound, or Conflict when the endpoint is switched off.
    """
    show(tx, workspace_id, endpoint_id, delivery_id)
    require_enabled(tx, workspace_id, endpoint_id)
    tx.run(_REPLAY, delivery=delivery_id, endpoint=endpoint_id)
    return show(tx, workspace_id, endpoint_id, delivery_id)


def _views(tx: Tx, rows: list[Any]) -> list[DeliveryView]:
    made: defaultdict[str, list[AttemptView]] = defaultdict(list)
    for row in tx.all(_ATTEMPTS, ids=msgspec.json.encode([row.id for row in rows]).decode()):
        made[row.delivery_id].append(
            AttemptView(
                row.number,
                rfc3339(row.started_at),
                row.duration_ms / 1000,
                row.status,
                row.response,
                row.error,
            )
        )
    return [_view(row, made[row.id]) for row in rows]


def _view(row: Any, made: list[AttemptView]) -> DeliveryView:
    waits = row.state == "waiting" and row.sender is None
    return DeliveryView(
        id=row.id,
        event_id=row.event_id,
        event_type=row.type,
        state="sending" if row.sender is not None else row.state,
        next_attempt_at=rfc3339(row.due_at) if waits else None,
        created_at=rfc3339(row.created_at),
        finished_at=rfc3339(row.finished_at),
        payload=msgspec.Raw(row.payload.encode()),
        attempts=made,
    )
