"""The trash: what is in it shows nowhere and comes back whole; after its days, or when told so, it is deleted for good.

Deleting for good takes three steps, so that a crash between any two leaves nothing half-visible. The row goes, with all
that names it, and the key of its file is remembered in the same transaction. Then the files go. Then the key is
forgotten. Whoever starts next goes on with the keys that are remembered.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from aims.core import failpoints
from aims.core.clock import DAY, now
from aims.core.db import Tx, insert, members
from aims.core.errors import Conflict
from aims.media import search
from aims.media.assets import Asset, asset_of, hold
from aims.media.sharing import revoke
from aims.media.tables import assets, discarded, shares, upload_keys

CHUNK = 100

_TRASH = (
    update(assets)
    .where(assets.c.id == bindparam("asset"), assets.c.trashed_at.is_(None))
    .values(trashed_at=now())
    .returning(assets)
)
_RESTORE = (
    update(assets)
    .where(assets.c.id == bindparam("asset"), assets.c.trashed_at.is_not(None))
    .values(trashed_at=None)
    .returning(assets)
)
# Two servers may empty the trash at once: each takes what the other has not.
_OVERDUE = (
    select(assets)
    .where(assets.c.trashed_at < now() - bindparam("age"))
    .order_by(assets.c.trashed_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_FORGET_KEYS = delete(upload_keys).where(upload_keys.c.asset_id == bindparam("asset"))
_DELETE_SHARES = delete(shares).where(shares.c.asset_id == bindparam("asset"))
_DELETE = delete(assets).where(assets.c.id == bindparam("asset"))
_REMEMBER = insert(discarded).values(created_at=now()).on_conflict_do_nothing()
_DISCARDED = select(discarded.c.storage_key).order_by(discarded.c.storage_key).limit(bindparam("most"))
_FORGET = delete(discarded).where(members(discarded.c.storage_key, "gone"))


def throw_away(tx: Tx, workspace_id: str, asset_id: str) -> None:
    """Put an asset in the trash: its file, thumbnails and share are gone from this moment. Twice is once.

    Its share does not come back with it, and an Idempotency-Key of its upload stands for nothing any more.

    Raises NotFound.
    """
    hold(tx, workspace_id, asset_id, trashed_too=True)
    row = tx.one(_TRASH, asset=asset_id)
    if row is not None:
        revoke(tx, asset_id)
        tx.run(_FORGET_KEYS, asset=asset_id)
        search.renew(tx, row, shared=False)


def restore(tx: Tx, workspace_id: str, asset_id: str) -> None:
    """Take an asset out of the trash. Its file is where it was; who wants to share it again gets a new address.

    Raises NotFound.
    """
    hold(tx, workspace_id, asset_id, trashed_too=True)
    row = tx.one(_RESTORE, asset=asset_id)
    if row is not None:
        search.renew(tx, row, shared=False)


def discard(tx: Tx, workspace_id: str, asset_id: str) -> None:
    """Delete the row of an asset that is in the trash, and remember its file.

    Raises NotFound, and Conflict for one that is not in the trash.
    """
    found = hold(tx, workspace_id, asset_id, trashed_too=True)
    if found.trashed_at is None:
        raise Conflict(
            "Only what is in the trash is deleted for good. Delete it once without `permanent`.",
            code="not_in_trash",
        )
    _discard(tx, found)


def discard_overdue(tx: Tx, days: int) -> list[str]:
    """Delete the rows of at most a hundred assets that were in the trash for longer, and return their ids."""
    rows: list[Any] = tx.all(_OVERDUE, age=days * DAY, most=CHUNK)
    for row in rows:
        _discard(tx, asset_of(row))
    return [row.id for row in rows]


def _discard(tx: Tx, asset: Asset) -> None:
    search.remove(tx, asset.seq)
    tx.run(_FORGET_KEYS, asset=asset.id)
    tx.run(_DELETE_SHARES, asset=asset.id)
    tx.run(_DELETE, asset=asset.id)
    tx.run(_REMEMBER, storage_key=asset.storage_key)
    failpoints.hit("trash.inside")


def discard_unnamed(tx: Tx, storage_keys: Iterable[str]) -> None:
    """Remember files that no row names and none ever will; whether they are there is not known."""
    tx.run_many(_REMEMBER, [{"storage_key": storage_key} for storage_key in storage_keys])


def discarded_keys(tx: Tx) -> list[str]:
    """The keys of at most a hundred files whose rows are gone and which may still be on the disk."""
    return [row.storage_key for row in tx.all(_DISCARDED, most=CHUNK)]


def forget_discarded(tx: Tx, keys_as_json: str) -> None:
    """Forget these keys (a JSON list): their files are off the disk."""
    tx.run(_FORGET, gone=keys_as_json)
