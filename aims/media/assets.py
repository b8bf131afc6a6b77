"""Rows of stored pictures and films."""

import hmac
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, bindparam, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from aims.core.clock import now
from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.media import search
from aims.media.tables import assets

THUMBNAILS = {"small": 256, "medium": 512, "large": 1024}
"""The three sizes, by the longest side in pixels that they may have."""

_VARIANT = re.compile(r"(?P<stem>.+)\.(?P<side>256|512|1024)\.webp")


class _next_seq(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it stands for
    """A number above those of all assets. SQLite has one writer, so it is the highest and one; Postgres counts."""

    type = BigInteger()
    name = "next_seq"
    inherit_cache = True


@compiles(_next_seq, "sqlite")
def _next_on_sqlite(element: _next_seq, compiler: SQLCompiler, **_: Any) -> str:
    return "(SELECT coalesce(max(seq), 0) + 1 FROM assets)"


@compiles(_next_seq, "postgresql")
def _next_on_postgres(element: _next_seq, compiler: SQLCompiler, **_: Any) -> str:
    return "nextval('assets_seq')"


_INSERT = insert(assets).values(seq=_next_seq(), created_at=now()).returning(assets)
_FIND = select(assets).where(assets.c.id == bindparam("asset"))
_HOLD = _FIND.where(assets.c.workspace_id == bindparam("workspace")).with_for_update()


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored picture or film. width, height: pixels; created_at, trashed_at: microseconds since 1970 UTC."""

    id: str
    seq: int
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
    generation_id: str | None
    prompt: str | None
    model: str | None
    preview: str | None
    sandbox: bool
    created_at: int
    trashed_at: int | None

    @property
    def extension(self) -> str:
        """The end of its file's name, without the dot."""
        return self.storage_key.rpartition(".")[2]


def asset_of(row: Any) -> Asset:
    """An asset from its row."""
    return Asset(
        row.id,
        row.seq,
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
        row.generation_id,
        row.prompt,
        row.model,
        row.preview,
        bool(row.sandbox),
        row.created_at,
        row.trashed_at,
    )


def thumbnail_key(storage_key: str, side: int) -> str:
    """Where the thumbnail of that size lies: beside the file, under the same unguessable name."""
    return f"{storage_key.rpartition('.')[0]}.{side}.webp"


def all_keys(storage_key: str) -> list[str]:
    """Everything that lies in storage for an asset: its thumbnails, and last its file."""
    return [*(thumbnail_key(storage_key, side) for side in THUMBNAILS.values()), storage_key]


def keep(tx: Tx, **row: str | int | None) -> None:
    """Add the row of a stored file, and index the words it was made from."""
    search.add(tx, tx.one(_INSERT, **row), shared=False)


def find(tx: Tx, workspace_id: str, asset_id: str) -> Asset:
    """An asset of this workspace.

    Raises NotFound, in the same words for another workspace's, for one in the trash and for one that never was.
    """
    row = tx.one(_FIND, asset=asset_id) if looks_like_id(asset_id) else None
    if row is None or row.workspace_id != workspace_id or row.trashed_at is not None:
        raise no_such_asset()
    return asset_of(row)


def hold(tx: Tx, workspace_id: str, asset_id: str, *, trashed_too: bool = False) -> Asset:
    """An asset of this workspace that is about to change: whoever else wants to change it waits.

    Raises NotFound, as `find` does.
    """
    row = tx.one(_HOLD, asset=asset_id, workspace=workspace_id) if looks_like_id(asset_id) else None
    if row is None or (row.trashed_at is not None and not trashed_too):
        raise no_such_asset()
    return asset_of(row)


def no_such_asset() -> NotFound:
    """What somebody is told who asks for an asset that is not in his workspace, wherever else it may be."""
    return NotFound("There is no such picture or film in this workspace.")


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
