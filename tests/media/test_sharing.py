"""Shares in the database: at most one lives at a time, however many ask at once."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from aims import media
from aims.core import ids
from aims.core.db import Database, Tx
from aims.core.errors import NotFound
from aims.media import assets
from aims.media.tables import shares

_ALL = select(func.count()).select_from(shares)


def keep(tx: Tx, workspace_id: str) -> str:
    """An asset that has a row and no file, which sharing does not ask for."""
    asset_id = ids.new_id()
    assets.keep(
        tx, id=asset_id, workspace_id=workspace_id, kind="image", storage_key=f"workspaces/x/{asset_id}.png",
        content_type="image/png", bytes=1, sha256="0" * 64, width=1, height=1, source="generation",
        prompt="A SECRETIVE lighthouse", model="acme/brush",
    )  # fmt: skip
    return asset_id


@pytest.fixture
async def asset(db: Database, alice: Any) -> str:
    return await db.write(keep, alice.id)


async def test_twenty_who_share_at_once_get_one_address(
    db: Database, another: Callable[[], Database], alice: Any, asset: str
):
    other = another()

    found = await asyncio.gather(
        *((db, other)[at % 2].write(media.share, alice.id, asset) for at in range(20))
    )

    assert len(set(found)) == 1
    assert await db.read(lambda tx: tx.value(_ALL)) == 1


async def test_the_id_of_a_share_is_random(db: Database, alice: Any, asset: str):
    found = set()
    for _ in range(5):
        share_id = await db.write(media.share, alice.id, asset)
        assert uuid.UUID(share_id).version == 4
        found.add(share_id)
        await db.write(media.unshare, alice.id, asset)

    assert len(found) == 5


async def test_sharing_and_taking_back_at_once_leave_one_address_or_none(
    db: Database, another: Callable[[], Database], alice: Any, asset: str
):
    """Whoever comes last has the last word, and no address that somebody was told shows anything but the asset."""
    other = another()
    told: list[str] = []

    async def share() -> None:
        told.append(await db.write(media.share, alice.id, asset))

    for _ in range(40):
        await asyncio.gather(share(), other.write(media.unshare, alice.id, asset), share())
    assert all(uuid.UUID(share_id).version == 4 for share_id in told)

    live = (await db.read(media.shares_of, f'["{asset}"]')).get(asset)
    for share_id in set(told):
        if share_id == live:
            assert (await db.read(media.shared, share_id)).asset.id == asset
        else:
            with pytest.raises(NotFound):
                await db.read(media.shared, share_id)


async def test_only_the_workspace_of_an_asset_shares_it(
    db: Database, alice: Any, asset: str, new_workspace: Callable[..., Awaitable[Any]]
):
    charlie = await new_workspace(0, "Charlie's studio")
    share_id = await db.write(media.share, alice.id, asset)

    for verb in (media.share, media.unshare):
        with pytest.raises(NotFound, match="in this workspace"):
            await db.write(verb, charlie.id, asset)

    assert (await db.read(media.shared, share_id)).share_id == share_id


@pytest.mark.parametrize(
    "share_id", ["", "x", "\0", "' OR 1=1 --", "%", "x" * 36, "\u0661" * 36, "0" * 10_000]
)
async def test_what_is_no_share_shows_nothing(db: Database, asset: str, share_id: str):
    with pytest.raises(NotFound, match="not shared any more"):
        await db.read(media.shared, share_id)


async def test_the_shares_of_many_assets_are_read_at_once(db: Database, alice: Any):
    made = [await db.write(keep, alice.id) for _ in range(5)]
    live = {each: await db.write(media.share, alice.id, each) for each in made[:3]}
    await db.write(media.unshare, alice.id, made[0])

    found = await db.read(media.shares_of, str(made).replace("'", '"'))

    assert found == {each: live[each] for each in made[1:3]}
    assert await db.read(media.shares_of, "[]") == {}
