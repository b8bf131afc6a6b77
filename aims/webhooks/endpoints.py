"""Endpoints of a workspace: where its events are sent, which of them, and the secret that signs them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Integer, Text, bindparam, case, func, insert, null, select, update

from aims.accounts.tables import workspaces
from aims.core import ids
from aims.core.clock import DAY, now, rfc3339
from aims.core.db import Tx
from aims.core.errors import Conflict, Invalid, NotFound
from aims.webhooks import addresses
from aims.webhooks.signing import Signer
from aims.webhooks.tables import endpoints

MOST = 20
"""Endpoints of one workspace."""

ROTATION = DAY
"""How long the secret before a rotation goes on signing, in microseconds."""

LATELY = 7 * DAY
"""How long the operator is told of an endpoint that was switched off, in microseconds."""

LONGEST_DESCRIPTION = 200
FIELDS = frozenset({"url", "events", "description"})
CHANGEABLE = FIELDS | {"enabled"}
BY_OWNER = "It was switched off by its owner."

_there = (
    (endpoints.c.id == bindparam("endpoint"))
    & (endpoints.c.workspace_id == bindparam("owner"))
    & endpoints.c.deleted_at.is_(None)
)
_LOCK = select(workspaces.c.id).where(workspaces.c.id == bindparam("owner")).with_for_update(key_share=True)
_COUNT = select(func.count()).where(
    endpoints.c.workspace_id == bindparam("owner"), endpoints.c.deleted_at.is_(None)
)
_INSERT = insert(endpoints).values(created_at=now())
_FIND = select(endpoints, now().label("now")).where(_there)
_LIST = (
    select(endpoints, now().label("now"))
    .where(endpoints.c.workspace_id == bindparam("owner"), endpoints.c.deleted_at.is_(None))
    .order_by(endpoints.c.id)
)
_wish = bindparam("enabled", type_=Integer)
_CHANGE = (
    update(endpoints)
    .where(_there)
    .values(
        url=func.coalesce(bindparam("new_url", type_=Text), endpoints.c.url),
        events=func.coalesce(bindparam("new_events", type_=Text), endpoints.c.events),
        description=case(
            (bindparam("described", type_=Integer) == 1, bindparam("new_description", type_=Text)),
            else_=endpoints.c.description,
        ),
        disabled_at=case(
            (_wish == 1, null()),
            (_wish == 0, func.coalesce(endpoints.c.disabled_at, now())),
            else_=endpoints.c.disabled_at,
        ),
        disabled_reason=case(
            (_wish == 1, null()),
            (_wish == 0, func.coalesce(endpoints.c.disabled_reason, BY_OWNER)),
            else_=endpoints.c.disabled_reason,
        ),
        failing_since=case((_wish == 1, null()), else_=endpoints.c.failing_since),
        rest_until=case((_wish == 1, 0), else_=endpoints.c.rest_until),
    )
)
_ROTATE = (
    update(endpoints)
    .where(_there)
    .values(
        previous_salt=endpoints.c.salt,
        previous_until=now() + ROTATION,
        salt=bindparam("new_salt"),
    )
)
_DELETE = update(endpoints).where(_there).values(deleted_at=now())
_DISABLED = select(endpoints.c.workspace_id, endpoints.c.id, endpoints.c.disabled_reason).where(
    endpoints.c.disabled_at.is_not(None),
    endpoints.c.disabled_reason != BY_OWNER,
    endpoints.c.disabled_at > now() - LATELY,
    endpoints.c.deleted_at.is_(None),
)


class EndpointView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An endpoint as its workspace sees it. Instants are RFC 3339 in UTC.

    failing_since: the first failure since anything arrived. previous_secret_until: while it is there, every attempt
    carries a second signature. secret: only in the answer that made it.
    """

    id: str
    url: str
    description: str | None
    events: list[str]
    enabled: bool
    disabled_at: str | None
    disabled_reason: str | None
    failing_since: str | None
    previous_secret_until: str | None
    created_at: str | None
    secret: str | msgspec.UnsetType = msgspec.UNSET


def create(
    tx: Tx, signer: Signer, workspace_id: str, body: Mapping[str, object], known: Sequence[str]
) -> EndpointView:
    """Add an endpoint. known: the types of event there are; all of them when the body names none.

    The answer has the secret, which is shown by nothing else but a rotation.

    Raises Invalid, naming the field; Conflict when the workspace has as many as it may have.
    """
    _refuse_unknown(body, FIELDS)
    url = addresses.check(body.get("url"))
    events = _events(body.get("events", list(known)), known)
    description = _description(body.get("description"))
    # Two at once are one after the other here, so that the most is the most.
    tx.one(_LOCK, owner=workspace_id)
    if tx.value(_COUNT, owner=workspace_id) >= MOST:
        raise Conflict(
            f"This workspace has {MOST} webhook endpoints, which is the most. Delete one that is not needed.",
            code="too_many_webhooks",
        )
    endpoint_id, salt = ids.new_id(), ids.token()
    tx.run(
        _INSERT,
        id=endpoint_id,
        workspace_id=workspace_id,
        url=url,
        description=description,
        events=" ".join(events),
        salt=salt,
    )
    return msgspec.structs.replace(find(tx, workspace_id, endpoint_id), secret=signer.secret(salt))


def find(tx: Tx, workspace_id: str, endpoint_id: str) -> EndpointView:
    """One endpoint.

    Raises NotFound, in the same words for another workspace's id and for one that never was.
    """
    row = tx.one(_FIND, endpoint=endpoint_id, owner=workspace_id) if ids.looks_like_id(endpoint_id) else None
    if row is None:
        raise not_found()
    return _view(row)


def list_all(tx: Tx, workspace_id: str) -> list[EndpointView]:
    """Every endpoint of the workspace, oldest first."""
    return [_view(row) for row in tx.all(_LIST, owner=workspace_id)]


def change(
    tx: Tx, workspace_id: str, endpoint_id: str, body: Mapping[str, object], known: Sequence[str]
) -> EndpointView:
    """Change what the body names; `enabled` switches it on and off. What waited while it was off is sent then.

    Raises NotFound; Invalid, naming the field.
    """
    find(tx, workspace_id, endpoint_id)
    _refuse_unknown(body, CHANGEABLE)
    enabled = body.get("enabled")
    if "enabled" in body and not isinstance(enabled, bool):
        raise Invalid.field("enabled", "`enabled` is true or false.")
    tx.run(
        _CHANGE,
        endpoint=endpoint_id,
        owner=workspace_id,
        new_url=addresses.check(body["url"]) if "url" in body else None,
        new_events=" ".join(_events(body["events"], known)) if "events" in body else None,
        described=int("description" in body),
        new_description=_description(body.get("description")),
        enabled=-1 if enabled is None else int(bool(enabled)),
    )
    return find(tx, workspace_id, endpoint_id)


def rotate(tx: Tx, signer: Signer, workspace_id: str, endpoint_id: str) -> EndpointView:
    """Give it a new secret, which the answer has. The one before signs too for 24 hours.

    Raises NotFound.
    """
    find(tx, workspace_id, endpoint_id)
    salt = ids.token()
    tx.run(_ROTATE, endpoint=endpoint_id, owner=workspace_id, new_salt=salt)
    return msgspec.structs.replace(find(tx, workspace_id, endpoint_id), secret=signer.secret(salt))


def delete(tx: Tx, workspace_id: str, endpoint_id: str) -> None:
    """Take it away, with everything that waits for it.

    Raises NotFound.
    """
    if not ids.looks_like_id(endpoint_id) or not tx.run(_DELETE, endpoint=endpoint_id, owner=workspace_id):
        raise not_found()


def disabled(tx: Tx) -> list[tuple[str, str, str]]:
    """Workspace, id and reason of every endpoint that the studio itself switched off in the last seven days."""
    return [(row.workspace_id, row.id, row.disabled_reason) for row in tx.all(_DISABLED)]


def not_found() -> NotFound:
    """The one sentence for an id that is not this workspace's."""
    return NotFound("There is no such webhook endpoint in this workspace.")


def _view(row: Any) -> EndpointView:
    return EndpointView(
        id=row.id,
        url=row.url,
        description=row.description,
        events=row.events.split(),
        enabled=row.disabled_at is None,
        disabled_at=rfc3339(row.disabled_at),
        disabled_reason=row.disabled_reason,
        failing_since=rfc3339(row.failing_since),
        previous_secret_until=rfc3339(row.previous_until) if row.previous_until > row.now else None,
        created_at=rfc3339(row.created_at),
    )


def _events(value: object, known: Sequence[str]) -> list[str]:
    choice = ", ".join(f"`{name}`" for name in known)
    if not isinstance(value, list) or not value:
        raise Invalid.field("events", f"`events` is a list with at least one of {choice}.")
    for name in value:
        if name not in known:
            shown = name[:60] if isinstance(name, str) else "this"
            raise Invalid.field("events", f"`{shown}` is no type of event. There are {choice}.")
    return [name for name in known if name in value]


def _description(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_DESCRIPTION or "\0" in value:
        raise Invalid.field(
            "description", f"`description` is a text of at most {LONGEST_DESCRIPTION} characters."
        )
    return value.strip() or None


def _refuse_unknown(body: Mapping[str, object], fields: frozenset[str]) -> None:
    for name in body:
        if name not in fields:
            raise Invalid.field(name[:60], f"`{name[:60]}` is no field of a webhook endpoint.")
