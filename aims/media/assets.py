"""Rows of stored pictures and films."""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select

from aims.core.clock import now
from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.media.tables import assets

_INSERT = insert(assets).values(created_at=now())
_BY_KEY = select(assets).where(assets.c.storage_key == bindparam("key"), assets.c.trashed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Asset:
    """What serving a file needs to know."""

    id: str
    workspace_id: str
    storage_key: str
    content_type: str
    bytes: int
    sha256: str


def keep(tx: Tx, **row: str | int | None) -> None:
    """Add the row of a stored file."""
    tx.run(_INSERT, **row)


def at(tx: Tx, storage_key: str) -> Asset:
    """The asset whose file has this key.

    Raises NotFound, also for one in the trash.
    """
    row = tx.one(_BY_KEY, key=storage_key)
    if row is None:
        raise NotFound("There is no such file.")
    return Asset(row.id, row.workspace_id, row.storage_key, row.content_type, row.bytes, row.sha256)
