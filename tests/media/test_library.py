"""Lists of the library: newest first, complete and stable page by page, and only one's own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import msgspec
import pytest
from shelves import AT, BASE, found, keep, keep_all, page
from sqlalchemy import func, select

from aims import media
from aims.core.db import Database, Tx
from aims.core.errors import Invalid, NotFound

SORTS = select(func.current_setting("enable_sort"))


async def test_a_list_is_newest_first_and_each_page_goes_on_where_the_last_ended(db: Database, alice: Any):
    made = await db.write(keep_all, alice.id, ["A lighthouse"] * 7)

    pages = [await page(db, alice.id, limit=3)]
    while pages[-1].next_cursor:
        pages.append(await page(db, alice.id, pages[-1].next_cursor, 3))

    assert [len(each.items) for each in pages] == [3, 3, 1]
    assert [item.id for each in pages for item in each.items] == made[::-1]


async def test_what_is_kept_in_one_instant_is_not_lost_between_pages(db: Database, alice: Any):
    made = await db.write(keep_all, alice.id, ["A lighthouse"] * 5)

    def at_once(tx: Tx) -> None:
        for asset_id in made:
            tx.run(AT, asset=asset_id, at=1_000_000)

    await db.write(at_once)

    assert await found(db, alice.id) == made[::-1]


@pytest.mark.parametrize("wanted", [{}, {"text": "lighthouse"}, {"kind": "image"}])
async def test_pages_are_complete_and_stable_while_others_add(
    db: Database, another: Callable[[], Database], alice: Any, wanted: dict[str, Any]
):
    made = await db.write(keep_all, alice.id, ["A lighthouse"] * 20)
    other, reading = another(), True

    async def add() -> None:
        while reading:
            await other.write(keep, alice.id)

    adding = asyncio.create_task(add())
    seen: list[str] = []
    cursor: str | None = None
    while cursor or not seen:
        part = await page(db, alice.id, cursor, 3, **wanted)
        seen += [item.id for item in part.items]
        cursor = part.next_cursor
    reading = False
    await adding

    assert len(seen) == len(set(seen))
    assert [each for each in seen if each in set(made)] == made[::-1]


async def test_each_filter_leaves_out_what_is_another(db: Database, alice: Any):
    def fill(tx: Tx) -> dict[str, str]:
        film = {"kind": "video", "duration_ms": 4000, "content_type": "video/mp4"}
        return {
            "picture": keep(tx, alice.id, "A red barn"),
            "film": keep(tx, alice.id, "A red kite", model="acme/camera", **film),
            "upload": keep(tx, alice.id, None, source="upload", model=None),
            "shared": keep(tx, alice.id, "A blue barn", model="acme/Brush"),
        }

    made = await db.write(fill)
    await db.write(media.share, alice.id, made["shared"])
    cases: list[tuple[dict[str, object], set[str]]] = [
        ({}, {"picture", "film", "upload", "shared"}),
        ({"kind": "image"}, {"picture", "upload", "shared"}),
        ({"kind": "video"}, {"film"}),
        ({"source": "upload"}, {"upload"}),
        ({"source": "generation", "kind": "image"}, {"picture", "shared"}),
        ({"model": "acme/brush"}, {"picture"}),
        ({"model": "acme/nothing"}, set()),
        ({"shared": True}, {"shared"}),
        ({"shared": False}, {"picture", "film", "upload"}),
        ({"text": "red"}, {"picture", "film"}),
        ({"text": "red", "kind": "video"}, {"film"}),
        ({"text": "barn", "shared": False}, {"picture"}),
        ({"trashed": True}, set()),
    ]
    for wanted, names in cases:
        assert set(await found(db, alice.id, **wanted)) == {made[name] for name in names}, wanted

    await db.write(media.unshare, alice.id, made["shared"])
    assert await found(db, alice.id, shared=True) == []


@pytest.mark.parametrize("more", [{}, {"kind": "image"}, {"text": "lighthouse"}])
async def test_a_span_begins_with_its_first_instant_and_ends_before_its_last(
    db: Database, alice: Any, more: dict[str, Any]
):
    made = await db.write(keep_all, alice.id, ["A lighthouse"] * 5)

    def spread(tx: Tx) -> None:
        # The clock went back in the middle: the order of keeping is another than that of the instants.
        for asset_id, at in zip(made, (10, 20, 30, 15, 40), strict=True):
            tx.run(AT, asset=asset_id, at=at)

    await db.write(spread)
    # The index of words has the instant at which it was kept.
    for asset_id in made:
        await db.write(media.share, alice.id, asset_id)
    spans = [
        ({"since": 20}, {1, 2, 4}),
        ({"until": 20}, {0, 3}),
        ({"since": 15, "until": 40}, {1, 2, 3}),
        ({"since": 41}, set()),
        ({"since": 30, "until": 30}, set()),
    ]
    for span, places in spans:
        assert set(await found(db, alice.id, **span, **more)) == {made[each] for each in places}, span


async def test_an_asset_is_shown_with_all_that_is_documented(db: Database, alice: Any):
    film = {"kind": "video", "duration_ms": 4500, "content_type": "video/mp4", "generation_id": "of-alice"}
    asset_id = await db.write(lambda tx: keep(tx, alice.id, "A red kite", **film))
    share_id = await db.write(media.share, alice.id, asset_id)

    (item,) = (await page(db, alice.id)).items
    stem = f"{BASE}/workspaces/{alice.id}/2026/11/{asset_id}-{'0' * 32}"
    shown = json.loads(msgspec.json.encode(item))
    created_at = shown.pop("created_at")

    assert created_at.endswith("Z")
    assert shown == {
        "id": asset_id,
        "kind": "video",
        "url": f"{stem}.png",
        "thumbnail_url": f"{stem}.512.webp",
        "content_type": "video/mp4",
        "width": 1,
        "height": 1,
        "duration": 4.5,
        "bytes": 1,
        "sha256": "0" * 64,
        "source": "generation",
        "generation_id": "of-alice",
        "prompt": "A red kite",
        "model": "acme/brush",
        "share_url": f"{BASE}/shared/media/{share_id}",
        "trashed_at": None,
    }
    assert await db.read(media.show, alice.id, asset_id, BASE) == item


async def test_nobody_sees_what_another_workspace_keeps(
    db: Database, alice: Any, new_workspace: Callable[..., Awaitable[Any]]
):
    charlie = await new_workspace(0, "Charlie's studio")
    hers = await db.write(keep_all, alice.id, ["A lighthouse", "A barn"])
    his = await db.write(keep_all, charlie.id, ["A lighthouse"])

    for wanted in ({}, {"text": "lighthouse"}, {"text": "l"}, {"kind": "image"}, {"text": "lighthouse barn"}):
        assert set(await found(db, charlie.id, **wanted)) <= set(his), wanted
    # The label of another workspace cannot be typed.
    for text in (f"_w{alice.id}", f"_w{alice.id.replace('-', '')}", f'" OR _w{alice.id.replace("-", "")}'):
        assert await found(db, charlie.id, text=text) == []
    with pytest.raises(NotFound, match="in this workspace"):
        await db.read(media.show, charlie.id, hers[0], BASE)


async def test_a_cursor_belongs_to_its_list(
    db: Database, alice: Any, new_workspace: Callable[..., Awaitable[Any]]
):
    charlie = await new_workspace(0, "Charlie's studio")
    await db.write(keep_all, alice.id, ["A lighthouse"] * 3)
    wanted = media.Wanted(text="lighthouse")
    cursor = (await page(db, alice.id, limit=1, **asdict(wanted))).next_cursor
    assert cursor is not None

    lists: list[tuple[str, dict[str, Any]]] = [
        (charlie.id, asdict(wanted)),
        (alice.id, {}),
        (alice.id, {"text": "light"}),
        (alice.id, {"kind": "image"}),
    ]
    for workspace_id, other in lists:
        with pytest.raises(Invalid, match="does not belong to this list"):
            await page(db, workspace_id, cursor, **other)
    for text in ("", "x", "{}", "A" * 5000, cursor[:-2], "\0"):
        with pytest.raises(Invalid, match="does not belong to this list"):
            await page(db, alice.id, text, **asdict(wanted))


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
@pytest.mark.parametrize("wanted", [{}, {"text": "lighthouse"}, {"kind": "image"}])
async def test_a_page_is_read_in_order_whatever_the_database_has_counted(
    db: Database, alice: Any, wanted: dict[str, Any]
):
    await db.write(keep_all, alice.id, ["A lighthouse"] * 3)

    def planned(tx: Tx) -> tuple[str, str]:
        before = tx.value(SORTS)
        media.browse(tx, alice.id, media.Wanted(**wanted), None, 2, BASE)
        return before, tx.value(SORTS)

    assert await db.read(planned) == ("on", "off")
    # It holds for that transaction only.
    assert await db.read(lambda tx: tx.value(SORTS)) == "on"
