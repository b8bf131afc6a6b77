"""The trash in the database: what goes in shows nowhere, comes back whole, and is deleted for good once."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from shelves import BASE, found, keep, keep_all
from sqlalchemy import bindparam, func, select, update

from aims import media
from aims.core.clock import DAY, SECOND, now
from aims.core.db import Database, Tx
from aims.core.errors import Conflict, NotFound
from aims.media import trash, uploads
from aims.media.tables import assets, discarded, shares, upload_keys

AGE = update(assets).where(assets.c.id == bindparam("asset")).values(trashed_at=now() - bindparam("age"))
COUNTS = [select(func.count()).select_from(table) for table in (assets, shares, upload_keys)]


async def test_what_is_in_the_trash_is_in_no_other_list(db: Database, alice: Any):
    first, second = await db.write(keep_all, alice.id, ["A lighthouse", "A lighthouse"])

    await db.write(media.throw_away, alice.id, first)

    for wanted in ({}, {"text": "lighthouse"}, {"kind": "image"}):
        assert await found(db, alice.id, **wanted) == [second]
        assert await found(db, alice.id, trashed=True, **wanted) == [first]
    assert await db.read(media.living, json.dumps([first, second])) == {second: None}

    await db.write(media.restore, alice.id, first)

    for wanted in ({}, {"text": "lighthouse"}, {"kind": "image"}):
        assert await found(db, alice.id, **wanted) == [second, first]
        assert await found(db, alice.id, trashed=True, **wanted) == []


async def test_what_is_in_the_trash_is_shown_without_addresses(db: Database, alice: Any):
    asset_id = await db.write(keep, alice.id)
    before = await db.read(media.show, alice.id, asset_id, BASE)

    await db.write(media.throw_away, alice.id, asset_id)
    once = await db.read(media.show, alice.id, asset_id, BASE)
    await db.write(media.throw_away, alice.id, asset_id)

    assert (once.url, once.thumbnail_url, once.share_url) == (None, None, None)
    assert once.trashed_at is not None
    assert await db.read(media.show, alice.id, asset_id, BASE) == once
    for _ in range(2):
        await db.write(media.restore, alice.id, asset_id)
        assert await db.read(media.show, alice.id, asset_id, BASE) == before


async def test_a_share_dies_in_the_trash_and_stays_dead(db: Database, alice: Any):
    asset_id = await db.write(keep, alice.id)
    share_id = await db.write(media.share, alice.id, asset_id)

    await db.write(media.throw_away, alice.id, asset_id)
    await db.write(media.restore, alice.id, asset_id)

    with pytest.raises(NotFound):
        await db.read(media.shared, share_id)
    assert await found(db, alice.id, shared=True) == []
    assert await db.write(media.share, alice.id, asset_id) != share_id
    assert await found(db, alice.id, shared=True) == [asset_id]


async def test_sharing_and_trashing_at_once_leave_nothing_shared_in_the_trash(
    db: Database, another: Callable[[], Database], alice: Any
):
    other = another()
    for _ in range(20):
        asset_id = await db.write(keep, alice.id)
        await asyncio.gather(
            db.write(media.share, alice.id, asset_id),
            other.write(media.throw_away, alice.id, asset_id),
            return_exceptions=True,
        )
        await db.write(media.restore, alice.id, asset_id)
        assert await db.read(media.living, json.dumps([asset_id])) == {asset_id: None}
        assert await found(db, alice.id, shared=True) == []


async def test_a_key_stands_for_an_upload_until_it_is_in_the_trash(db: Database, alice: Any):
    def send(tx: Tx, asset_id: str) -> str:
        row = {"workspace_id": alice.id, "id": asset_id}
        tx.run(uploads._INSERT_KEY, workspace_id=alice.id, key="k", fingerprint="f", asset_id=row["id"])
        return asset_id

    first = await db.write(
        keep,
        alice.id,
        None,
    )
    await db.write(send, first)
    known = await db.read(uploads.known_upload, alice.id, "k", "f")
    assert known is not None
    assert known.id == first

    await db.write(media.throw_away, alice.id, first)

    assert await db.read(uploads.known_upload, alice.id, "k", "f") is None


async def test_only_what_is_in_the_trash_is_deleted_for_good(db: Database, alice: Any):
    asset_id = await db.write(keep, alice.id)
    await db.write(media.share, alice.id, asset_id)

    with pytest.raises(Conflict, match="in the trash"):
        await db.write(trash.discard, alice.id, asset_id)
    await db.write(media.throw_away, alice.id, asset_id)
    await db.write(trash.discard, alice.id, asset_id)

    assert [await db.read(lambda tx, count=count: tx.value(count)) for count in COUNTS] == [0, 0, 0]
    for wanted in ({}, {"text": "lighthouse"}):
        assert await found(db, alice.id, trashed=True, **wanted) == []
    (key,) = await db.read(trash.discarded_keys)
    assert asset_id in key
    await db.write(trash.forget_discarded, json.dumps([key]))
    assert await db.read(trash.discarded_keys) == []
    for verb in (media.throw_away, media.restore, trash.discard):
        with pytest.raises(NotFound, match="in this workspace"):
            await db.write(verb, alice.id, asset_id)


async def test_the_trash_is_another_workspaces_business(
    db: Database, alice: Any, new_workspace: Callable[..., Awaitable[Any]]
):
    charlie = await new_workspace(0, "Charlie's studio")
    living, trashed = await db.write(keep_all, alice.id, ["A lighthouse", "A barn"])
    await db.write(media.throw_away, alice.id, trashed)

    for verb in (media.throw_away, media.restore, trash.discard):
        for asset_id in (living, trashed):
            with pytest.raises(NotFound, match="in this workspace"):
                await db.write(verb, charlie.id, asset_id)
    assert await found(db, charlie.id, trashed=True) == []
    assert await found(db, alice.id) == [living]
    assert await found(db, alice.id, trashed=True) == [trashed]


async def test_what_has_been_there_for_its_days_goes_and_nothing_else(
    db: Database, another: Callable[[], Database], alice: Any
):
    made = await db.write(keep_all, alice.id, ["A lighthouse"] * 250)
    old, young, living = made[:230], made[230:240], made[240:]

    def age(tx: Tx) -> None:
        for asset_id in old + young:
            media.throw_away(tx, alice.id, asset_id)
        for asset_id in old:
            tx.run(AGE, asset=asset_id, age=30 * DAY + SECOND)

    await db.write(age)
    other = another()
    gone: list[str] = []
    while some := await asyncio.gather(
        db.write(trash.discard_overdue, 30), other.write(trash.discard_overdue, 30)
    ):
        gone += [asset_id for part in some for asset_id in part]
        if not any(some):
            break

    assert sorted(gone) == sorted(old)
    assert await found(db, alice.id) == living[::-1]
    assert sorted(await found(db, alice.id, trashed=True)) == sorted(young)
    assert await db.read(lambda tx: tx.value(select(func.count()).select_from(discarded))) == 230
