"""What people send: recognised by its bytes, cleaned in a decoder child, stored, and kept as an asset."""

import asyncio
import hashlib
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select

from aims.core import ids
from aims.core.children import Children
from aims.core.clock import DAY, now
from aims.core.db import Database, IntegrityError, Tx
from aims.core.errors import Conflict, Invalid, Mismatch, TooLarge
from aims.media import assets, decode, storage
from aims.media.tables import upload_keys

LARGEST = 20 * 1024 * 1024

_INSERT_KEY = insert(upload_keys).values(created_at=now())
_FIND_KEY = select(upload_keys.c.fingerprint, upload_keys.c.asset_id).where(
    upload_keys.c.workspace_id == bindparam("workspace"), upload_keys.c.key == bindparam("name")
)
_PRUNE_KEYS = delete(upload_keys).where(upload_keys.c.created_at < now() - bindparam("age"))
_NOW = select(now())


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload that is stored. `replayed`: an earlier request under the same key had brought it."""

    id: str
    storage_key: str
    replayed: bool = False


class Uploads:
    """Takes uploads in for one process."""

    def __init__(self, db: Database, disk: storage.Disk, children: Children) -> None:
        self._db = db
        self._disk = disk
        self._children = children
        self._arriving: set[tuple[str, str]] = set()

    async def keep(self, workspace_id: str, data: bytes, *, key: str | None = None) -> Kept:
        """Clean and store a picture that a person sent. Nothing of its metadata is kept.

        key: the caller's Idempotency-Key. The same key and the same bytes give the same asset.

        Raises TooLarge (more than 20 MiB, or too many pixels), Unsupported, Invalid (damaged), Conflict (the same key
        is still arriving), Mismatch, Unavailable.
        """
        if len(data) > LARGEST:
            raise too_large()
        if not data:
            raise Invalid.field("file", "The file is empty. Send a picture.", code="empty_upload")
        if key is None:
            return await self._keep(workspace_id, data, None)
        place = (workspace_id, key)
        if place in self._arriving:
            raise Conflict(
                "An upload with this Idempotency-Key is still arriving. Wait for it.",
                code="idempotency_key_in_use",
            )
        self._arriving.add(place)
        try:
            return await self._keep(workspace_id, data, key)
        finally:
            self._arriving.discard(place)

    async def _keep(self, workspace_id: str, data: bytes, key: str | None) -> Kept:
        fingerprint = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        known = await self._db.read(known_upload, workspace_id, key, fingerprint) if key else None
        if known is not None:
            return known
        self._disk.require_space()
        clean = await decode.normalise(self._children, data)
        _, small = await decode.examine(self._children, clean.data)
        asset_id, moment = ids.new_id(), await self._db.read(_instant)
        place = storage.upload_key(workspace_id, asset_id, ids.token(), clean.extension, moment)
        await asyncio.to_thread(self._disk.write_all, files(place, clean.data, small))
        row: dict[str, str | int | None] = {
            "id": asset_id,
            "workspace_id": workspace_id,
            "kind": "image",
            "storage_key": place,
            "content_type": clean.content_type,
            "bytes": len(clean.data),
            "sha256": hashlib.sha256(clean.data).hexdigest(),
            "width": clean.width,
            "height": clean.height,
            "preview": small.preview,
            "colour": small.colour,
            "source": "upload",
        }
        try:
            return await self._db.write(write_upload, row, key, fingerprint)
        except IntegrityError:
            # Another process brought the same key first: its asset counts, ours has no row and its file goes.
            for name in files(place, b"", small):
                self._disk.remove(name)
            found = await self._db.read(known_upload, workspace_id, key or "", fingerprint)
            if found is None:
                raise
            return found


def too_large() -> TooLarge:
    """What a file of more than 20 MiB is told."""
    return TooLarge(
        f"The file is larger than {LARGEST >> 20} MiB. Send a smaller one.", code="upload_too_large"
    )


def files(storage_key: str, data: bytes, small: decode.Thumbnails) -> dict[str, bytes]:
    """Everything that is stored for one picture, by storage key."""
    sides = assets.THUMBNAILS
    return {
        assets.thumbnail_key(storage_key, sides["small"]): small.small.data,
        assets.thumbnail_key(storage_key, sides["medium"]): small.medium.data,
        assets.thumbnail_key(storage_key, sides["large"]): small.large.data,
        storage_key: data,
    }


def write_upload(tx: Tx, row: dict[str, str | int | None], key: str | None, fingerprint: str) -> Kept:
    """Keep the asset, and let the key stand for it."""
    assets.keep(tx, **row)
    if key is not None:
        tx.run(
            _INSERT_KEY,
            workspace_id=row["workspace_id"],
            key=key,
            fingerprint=fingerprint,
            asset_id=row["id"],
        )
    return Kept(str(row["id"]), str(row["storage_key"]))


def known_upload(tx: Tx, workspace_id: str, key: str, fingerprint: str) -> Kept | None:
    """The asset that this key stands for already.

    Raises Mismatch when the key was used for other bytes.
    """
    row = tx.one(_FIND_KEY, workspace=workspace_id, name=key)
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Mismatch("This Idempotency-Key was used for another file. Use a new key for a new file.")
    found = assets.find(tx, workspace_id, row.asset_id)
    return Kept(found.id, found.storage_key, replayed=True)


def forget_keys(tx: Tx, days: int) -> int:
    """Forget keys older than that; a forgotten key makes a new upload."""
    return tx.run(_PRUNE_KEYS, age=days * DAY)


def _instant(tx: Tx) -> int:
    return int(tx.value(_NOW))
