"""Delete pictures and films for good: their rows, the traces of them in generations, and their files."""

import asyncio

from sqlalchemy import bindparam, update

from aims import media
from aims.accounts import Actor
from aims.core import failpoints
from aims.core.clock import now
from aims.core.db import Tx
from aims.core.log import logger
from aims.generation.request import encode
from aims.generation.studio import Studio
from aims.generation.tables import outputs
from aims.media import trash

# What was stored has a tiny picture in it. The output itself stays, since it was made and charged for.
_FORGET = update(outputs).where(outputs.c.id == bindparam("output")).values(stored=None, deleted_at=now())


async def erase(studio: Studio, actor: Actor, asset_id: str) -> None:
    """Delete one asset that is in the trash, now and for good.

    Raises NotFound, and Conflict for one that is not in the trash.
    """
    await studio.db.write(_erase, actor.workspace_id, asset_id, lane=actor.workspace_id)
    await remove_files(studio)


async def empty_trash(studio: Studio) -> None:
    """Delete what was in the trash for longer than the setting says, and what a crash left to be deleted."""
    count = trash.CHUNK
    while count == trash.CHUNK:
        count = await studio.db.write(_erase_overdue, studio.settings.trash_days)
        await remove_files(studio)
        if count:
            logger.info("deleted from the trash", count=count)


async def remove_files(studio: Studio) -> None:
    """Take the files of deleted rows off the disk. What cannot be removed now is left for the next time."""
    count = trash.CHUNK
    while count == trash.CHUNK:
        keys = await studio.db.read(trash.discarded_keys)
        count = len(keys)
        if not keys:
            return
        failpoints.hit("trash.committed")
        try:
            await asyncio.to_thread(
                studio.storage.remove_all, [each for key in keys for each in media.all_keys(key)]
            )
        except OSError as error:
            logger.error("files cannot be deleted", reason=error.strerror)
            return
        failpoints.hit("trash.removed")
        await studio.db.write(trash.forget_discarded, encode(keys))


def _erase(tx: Tx, workspace_id: str, asset_id: str) -> None:
    trash.discard(tx, workspace_id, asset_id)
    tx.run(_FORGET, output=asset_id)


def erase_lost(tx: Tx, workspace_id: str, asset_id: str) -> None:
    """Delete the rows of an asset whose file is gone already, wherever it was."""
    trash.throw_away(tx, workspace_id, asset_id)
    _erase(tx, workspace_id, asset_id)


def _erase_overdue(tx: Tx, days: int) -> int:
    gone = trash.discard_overdue(tx, days)
    for asset_id in gone:
        tx.run(_FORGET, output=asset_id)
    return len(gone)
