"""Events: written in the transaction that makes them true, for every endpoint that wants to hear of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select

from aims.core import ids
from aims.core.clock import now, rfc3339
from aims.core.db import Tx
from aims.core.errors import Conflict
from aims.core.ids import looks_like_id
from aims.webhooks.endpoints import not_found
from aims.webhooks.tables import deliveries, endpoints, events

DUE = "webhooks"
"""The signal that there is something to send."""

TEST = "webhook.test"

_SUBSCRIBED = select(endpoints.c.id, endpoints.c.events, now().label("now")).where(
    endpoints.c.workspace_id == bindparam("owner"),
    endpoints.c.disabled_at.is_(None),
    endpoints.c.deleted_at.is_(None),
)
_TARGET = select(endpoints.c.id, endpoints.c.disabled_at, now().label("now")).where(
    endpoints.c.id == bindparam("endpoint"),
    endpoints.c.workspace_id == bindparam("owner"),
    endpoints.c.deleted_at.is_(None),
)
_HAPPENED = insert(events).values(created_at=bindparam("moment"))
_DELIVER = insert(deliveries).values(state="waiting", due_at=now(), created_at=now())


def emit(tx: Tx, workspace_id: str, kind: str, data: Mapping[str, object]) -> None:
    """Tell every endpoint of the workspace that subscribed to events of this kind.

    Part of the caller's transaction: an event is there if and only if the change is. Without a subscriber this is one
    read of an index. `data` is thin: ids, states and amounts; no text of a person's and no address.
    """
    found = tx.all(_SUBSCRIBED, owner=workspace_id)
    subscribed = [row for row in found if kind in row.events.split()]
    if subscribed:
        _write(tx, workspace_id, kind, data, subscribed[0].now, [row.id for row in subscribed])


def ping(tx: Tx, workspace_id: str, endpoint_id: str) -> str:
    """Send one endpoint a `webhook.test`, whatever it subscribed to. Returns the delivery's id.

    Raises NotFound, or Conflict when the endpoint is switched off.
    """
    target = require_enabled(tx, workspace_id, endpoint_id)
    return _write(tx, workspace_id, TEST, {"id": endpoint_id}, target.now, [endpoint_id])[0]


def require_enabled(tx: Tx, workspace_id: str, endpoint_id: str) -> Any:
    """An endpoint that something can be sent to: its id and the database's now.

    Raises NotFound, or Conflict when it is switched off.
    """
    row = tx.one(_TARGET, endpoint=endpoint_id, owner=workspace_id) if looks_like_id(endpoint_id) else None
    if row is None:
        raise not_found()
    if row.disabled_at is not None:
        raise Conflict(
            'This webhook endpoint is switched off. Send PATCH {"enabled": true} first.',
            code="webhook_disabled",
        )
    return row


def _write(
    tx: Tx, workspace_id: str, kind: str, data: Mapping[str, object], moment: int, targets: Sequence[str]
) -> list[str]:
    event_id = f"msg_{ids.new_id().replace('-', '')}"
    payload = msgspec.json.encode({"type": kind, "timestamp": rfc3339(moment), "data": data}).decode()
    tx.run(_HAPPENED, id=event_id, workspace_id=workspace_id, type=kind, payload=payload, moment=moment)
    made = [ids.new_id() for _ in targets]
    for delivery_id, endpoint_id in zip(made, targets, strict=True):
        tx.run(_DELIVER, id=delivery_id, event_id=event_id, endpoint_id=endpoint_id)
    return made
