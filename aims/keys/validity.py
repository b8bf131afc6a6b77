"""Which keys are still good, for many at once: what stays open for long asks again and again."""

from sqlalchemy import select

from aims.core.clock import now
from aims.core.db import Tx, members
from aims.keys.tables import api_keys

_VALID = select(api_keys.c.id).where(
    members(api_keys.c.id, "ids"),
    api_keys.c.revoked_at.is_(None),
    api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > now()),
)


def valid(tx: Tx, ids_as_json: str) -> frozenset[str]:
    """Those of these keys (a JSON list of ids) that are neither revoked nor expired."""
    return frozenset(row.id for row in tx.all(_VALID, ids=ids_as_json))
