"""The same upload brought to two servers at once, and uploads when something else goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile_pictures import encoded
from PIL import Image

from aims import media
from aims.core.children import Children
from aims.core.db import Database
from aims.core.errors import Conflict, Invalid, TooLarge, Unavailable
from aims.media import Uploads, decode
from aims.media.storage import Disk

PNG = encoded(Image.new("RGB", (40, 30), "teal"), "PNG")
JPEG = encoded(Image.new("RGB", (40, 30), "teal"), "JPEG")


@dataclass(frozen=True, slots=True)
class Two:
    """Two servers that share a database and a folder."""

    first: Uploads
    second: Uploads
    disk: Disk

    @property
    def files(self) -> list[Path]:
        return [path for path in self.disk.root.rglob("*") if path.is_file()]


@pytest.fixture
async def two(db: Database, another: Callable[[], Database], tmp_path: Path) -> AsyncIterator[Two]:
    disk, children = Disk(tmp_path / "media"), Children(2, allowed=decode.TASKS)
    yield Two(Uploads(db, disk, children), Uploads(another(), Disk(disk.root), children), disk)
    await children.close()


async def test_two_servers_that_are_brought_the_same_upload_keep_one(two: Two, alice: Any):
    kept = await asyncio.gather(*(one.keep(alice.id, PNG, key="k") for one in (two.first, two.second)))

    assert len({(each.id, each.storage_key) for each in kept}) == 1
    assert sorted(each.replayed for each in kept) == [False, True]
    assert len(two.files) == 4


async def test_two_servers_that_are_brought_different_uploads_under_one_key_keep_one(two: Two, alice: Any):
    answers = await asyncio.gather(
        two.first.keep(alice.id, PNG, key="k"),
        two.second.keep(alice.id, JPEG, key="k"),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in answers) == ["Kept", "Mismatch"]
    assert len(two.files) == 4


async def test_one_server_takes_the_same_key_once_at_a_time(two: Two, alice: Any):
    first = asyncio.create_task(two.first.keep(alice.id, PNG, key="k"))
    await asyncio.sleep(0)

    with pytest.raises(Conflict, match="still arriving"):
        await two.first.keep(alice.id, PNG, key="k")

    assert (await two.first.keep(alice.id, PNG, key="another")).id != (await first).id


async def test_a_key_is_free_again_when_its_upload_was_cancelled(two: Two, alice: Any):
    first = asyncio.create_task(two.first.keep(alice.id, PNG, key="k"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    assert not (await two.first.keep(alice.id, PNG, key="k")).replayed


async def test_the_row_says_what_lies_on_the_disk(two: Two, alice: Any, db: Database):
    kept = await two.first.keep(alice.id, JPEG)

    asset = await db.read(media.find, alice.id, kept.id)
    assert (asset.kind, asset.source, asset.content_type) == ("image", "upload", "image/jpeg")
    assert (asset.width, asset.height, asset.prompt, asset.model) == (40, 30, None, None)
    assert asset.bytes == len(two.disk.read(kept.storage_key))
    assert asset.preview is not None
    assert asset.preview.startswith("data:image/webp;base64,")
    for side in (256, 512, 1024):
        key = media.thumbnail_key(kept.storage_key, side)
        assert (await db.read(media.at, key))[1] == key
        assert two.disk.read(key)[:4] == b"RIFF"


async def test_a_folder_that_cannot_be_written_keeps_nothing(
    two: Two, alice: Any, db: Database, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        await two.first.keep(alice.id, PNG, key="k")
    monkeypatch.undo()

    assert two.files == []
    assert not (await two.first.keep(alice.id, PNG, key="k")).replayed


async def test_below_the_watermark_nothing_is_taken_in(db: Database, two: Two, alice: Any, tmp_path: Path):
    disk = Disk(tmp_path / "small", min_free=1 << 60)
    uploads = Uploads(db, disk, two.first._children)

    with pytest.raises(Unavailable, match="no new work is accepted"):
        await uploads.keep(alice.id, PNG)


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", Invalid), (bytes(20 << 20) + b"x", TooLarge), (PNG[:60], Invalid)],
    ids=["nothing", "too much", "half"],
)
async def test_what_cannot_be_kept_leaves_nothing(two: Two, alice: Any, data: bytes, error: type[Exception]):
    with pytest.raises(error):
        await two.first.keep(alice.id, data, key="k")

    assert two.files == []
    assert not (await two.first.keep(alice.id, PNG, key="k")).replayed
