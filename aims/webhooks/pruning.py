"""Take away what is old, and what belonged to endpoints that were deleted: in chunks, so that nobody waits long."""

import msgspec
from sqlalchemy import bindparam, delete, exists, or_, select

from aims.core.clock import DAY, now
from aims.core.db import Tx, members
from aims.webhooks.tables import attempts, deliveries, endpoints, events

CHUNK = 500
_nobody_sends = or_(deliveries.c.sender.is_(None), deliveries.c.due_at <= now())
_OLD = (
    select(deliveries.c.id)
    .where(deliveries.c.created_at < now() - bindparam("age"), _nobody_sends)
    .order_by(deliveries.c.created_at)
    .limit(CHUNK)
)
_OF_DELETED = (
    select(deliveries.c.id)
    .select_from(endpoints.join(deliveries, deliveries.c.endpoint_id == endpoints.c.id))
    .where(endpoints.c.deleted_at.is_not(None), _nobody_sends)
    .limit(CHUNK)
)
_FORGET_ATTEMPTS = delete(attempts).where(members(attempts.c.delivery_id, "ids"))
_FORGET_DELIVERIES = delete(deliveries).where(members(deliveries.c.id, "ids"))
_forgotten = (
    select(events.c.id)
    .where(
        events.c.created_at < now() - bindparam("age"),
        ~exists().where(deliveries.c.event_id == events.c.id),
    )
    .order_by(events.c.created_at)
    .limit(CHUNK)
)
_FORGET_EVENTS = delete(events).where(events.c.id.in_(_forgotten))
# A day later: whoever wrote an event for it before it was deleted has long committed.
_FORGET_ENDPOINTS = delete(endpoints).where(
    endpoints.c.deleted_at < now() - DAY, ~exists().where(deliveries.c.endpoint_id == endpoints.c.id)
)


def prune(tx: Tx, days: int) -> bool:
    """Take away one chunk of what is older than that, or of a deleted endpoint's. True when there may be more."""
    old = [row.id for row in tx.all(_OLD, age=days * DAY)]
    gone = [row.id for row in tx.all(_OF_DELETED)]
    for chunk in (old, gone):
        ids = msgspec.json.encode(chunk).decode()
        tx.run(_FORGET_ATTEMPTS, ids=ids)
        tx.run(_FORGET_DELIVERIES, ids=ids)
    forgotten = tx.run(_FORGET_EVENTS, age=days * DAY)
    tx.run(_FORGET_ENDPOINTS)
    return CHUNK in (len(old), len(gone), forgotten)
