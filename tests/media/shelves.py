"""Assets without files, for tests of what the database knows of them."""

from sqlalchemy import bindparam, update

from aims import media
from aims.core import ids
from aims.core.db import Database, Tx
from aims.core.pages import Page
from aims.media import assets
from aims.media.library import MediaView
from aims.media.tables import assets as table

BASE = "https://studio.example"
AT = update(table).where(table.c.id == bindparam("asset")).values(created_at=bindparam("at"))


def keep(tx: Tx, workspace_id: str, prompt: str | None = "A lighthouse", **others: str | int | None) -> str:
    """Keep an asset, and return its id."""
    asset_id = ids.new_id()
    row: dict[str, str | int | None] = {
        "kind": "image",
        "storage_key": f"workspaces/{workspace_id}/2026/11/{asset_id}-{'0' * 32}.png",
        "content_type": "image/png",
        "bytes": 1,
        "sha256": "0" * 64,
        "width": 1,
        "height": 1,
        "source": "generation",
        "model": "acme/brush",
    }
    assets.keep(tx, id=asset_id, workspace_id=workspace_id, prompt=prompt, **(row | others))
    return asset_id


def keep_all(tx: Tx, workspace_id: str, prompts: list[str]) -> list[str]:
    """Keep an asset for each prompt, in this order."""
    return [keep(tx, workspace_id, prompt) for prompt in prompts]


async def page(
    db: Database, workspace_id: str, cursor: str | None = None, limit: int = 50, **wanted: object
) -> Page[MediaView]:
    """A page of the library."""
    asked = media.Wanted(**wanted)  # ty: ignore[invalid-argument-type] - each test gives what the field holds
    return await db.read(media.browse, workspace_id, asked, cursor, limit, BASE)


async def found(db: Database, workspace_id: str, **wanted: object) -> list[str]:
    """The ids of all that is found, page by page, two on each."""
    ids_found: list[str] = []
    cursor: str | None = None
    while True:
        part = await page(db, workspace_id, cursor, 2, **wanted)
        ids_found += [item.id for item in part.items]
        cursor = part.next_cursor
        if cursor is None:
            return ids_found
