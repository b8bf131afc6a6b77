"""Rows of stored pictures and films."""

import hmac
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select

from aims.core.clock import now
from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.media.tables import assets

THUMBNAILS = {"small": 256, "medium": 512, "large": 1024}
"""The three sizes, by the longest side in pixels that they may have."""

_VARIANT = re.compile(r"(?P<stem>.+)\.(?P<side>256|512|1024)\.webp")

_INSERT = insert(assets).values(created_at=now())
_FIND = select(assets).where(assets.c.id == bindparam("asset"))


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored picture or film. width, height: pixels; created_at: microseconds since 1970 UTC."""

    id: str
    workspace_id: str
    kind: str
    storage_key: str
    content_type: str
    bytes: int
    sha256: str
    width: int
    height: int
    duration_ms: int | None
    source: str
    prompt: str | None
    model: str | None
    preview: str | None
    sandbox: bool
    created_at: int

    @property
    def extension(self) -> str:
        """The end of its file's name, without the dot."""
        return self.storage_key.rpartition(".")[2]


def asset_of(row: Any) -> Asset:
    """An asset from its row."""
    return Asset(
        row.id,
        row.workspace_id,
        row.kind,
        row.storage_key,
        row.content_type,
        row.bytes,
        row.sha256,
        row.width,
        row.height,
        row.duration_ms,
        row.source,
        row.prompt,
        row.model,
        row.preview,
        bool(row.sandbox),
        row.created_at,
    )


def thumbnail_key(storage_key: str, side: int) -> str:
    """Where the thumbnail of that size lies: beside the file, under the same unguessable name."""
    return f"{storage_key.rpartition('.')[0]}.{side}.webp"


def keep(tx: Tx, **row: str | int | None) -> None:
    """Add the row of a stored file."""
    tx.run(_INSERT, **row)


def find(tx: Tx, workspace_id: str, asset_id: str) -> Asset:
    """An asset of this workspace.

    Raises NotFound, in the same words for another workspace's, for one in the trash and for one that never was.
    """
    row = tx.one(_FIND, asset=asset_id) if looks_like_id(asset_id) else None
    if row is None or row.workspace_id != workspace_id or row.trashed_at is not None:
        raise NotFound("There is no such picture or film in this workspace.")
    return asset_of(row)


def at(tx: Tx, storage_key: str) -> tuple[Asset, str]:
    """The asset whose file, or whose thumbnail, has this key, and the key of the file to read.

    Raises NotFound, also for one in the trash.
    """
    variant = _VARIANT.fullmatch(storage_key)
    stem = variant["stem"] if variant else storage_key.rpartition(".")[0]
    asset_id = stem.rpartition("/")[2][:36]
    row = tx.one(_FIND, asset=asset_id) if looks_like_id(asset_id) else None
    if row is None or row.trashed_at is not None:
        raise NotFound("There is no such file.")
    whole = row.storage_key.rpartition(".")[0] if variant else row.storage_key
    if not hmac.compare_digest((stem if variant else storage_key).encode(), whole.encode()):
        raise NotFound("There is no such file.")
    return asset_of(row), storage_key
