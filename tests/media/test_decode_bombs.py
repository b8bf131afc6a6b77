"""No picture can exhaust the studio (MED-01). The bombs are real; where making one takes long, its header lies."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import hostile_pictures
import machine
import pytest
import pytest_asyncio
from PIL import Image

from aims.core.children import Children
from aims.core.errors import Invalid, StudioError, TooLarge
from aims.media import decode, frames
from aims.media.recognise import GIF, PNG, WEBP

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_GROWTH = 32 << 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    made = Children(2, allowed=decode.TASKS)
    yield made
    await made.close()


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    return hostile_pictures.bombs()


async def refused(children: Children, data: bytes) -> tuple[StudioError, float]:
    """The error, and the seconds until it came."""
    begin = time.perf_counter()
    with pytest.raises(StudioError) as error:
        await decode.normalise(children, data)
    return error.value, time.perf_counter() - begin


def memory(name: str) -> int:
    """VmRSS or VmHWM of this process, in bytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        machine.missing("/proc")
    found = re.search(rf"{name}:\s+(\d+) kB", status.read_text())
    assert found
    return int(found[1]) << 10


def forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def test_every_bomb_is_refused_before_it_is_decoded(
    children: Children, bombs: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    warm = hostile_pictures.encoded(Image.new("RGB", (8, 8)), "HEIF")
    await asyncio.gather(*(decode.probe(children, warm) for _ in range(2)))
    pids = set(children.pids)
    taken = {}
    for name, data in bombs.items():
        error, taken[name] = await refused(children, data)
        assert isinstance(error, TooLarge), name
        assert error.code == "image_too_large", name
    # None of them cost a child: that is how "before" shows.
    assert set(children.pids) == pids
    with capsys.disabled():
        print("\nbombs, ms: " + ", ".join(f"{name} {each * 1e3:.1f}" for name, each in taken.items()))


async def test_other_verbs_refuse_bombs_too(children: Children, bombs: dict[str, bytes]) -> None:
    for name, data in bombs.items():
        for verb in (decode.probe, decode.thumbnails, decode.examine):
            with pytest.raises(TooLarge) as error:
                await verb(children, data)
            assert error.value.code == "image_too_large", name


async def test_eight_bombs_at_once_do_not_grow_the_server(
    children: Children, bombs: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    small = {name: data for name, data in bombs.items() if len(data) < 4 << 20}
    before = memory("VmRSS")
    forget_the_peak()
    answers = await asyncio.gather(*(refused(children, data) for data in [*small.values()][:8]))
    growth = memory("VmHWM") - before
    assert all(error.code == "image_too_large" for error, _ in answers)
    assert growth < MOST_GROWTH
    with capsys.disabled():
        print(f"\n8 bombs at once: {growth / 1e6:.1f} MB, slowest {max(taken for _, taken in answers):.3f} s")


async def test_a_header_that_says_too_little_does_not_help(children: Children) -> None:
    noise = Image.effect_noise((512, 512), 90).convert("RGB")
    for form in ("AVIF", "HEIF"):
        data = hostile_pictures.encoded(noise, form)
        lie = hostile_pictures.with_size_in_container(data, 16, 16)
        try:
            seen = await decode.probe(children, lie)
        except Invalid:
            continue
        assert seen.width * seen.height <= 512 * 512


async def test_a_header_that_promises_more_than_there_is(children: Children) -> None:
    bmp = hostile_pictures.encoded(Image.new("RGB", (64, 64)), "BMP")
    lie = bmp[:18] + (5000).to_bytes(4, "little") * 2 + bmp[26:]
    error, _ = await refused(children, lie)
    assert (type(error), error.code) == (Invalid, "unreadable_image")


async def test_the_largest_picture_that_is_accepted(children: Children) -> None:
    """40 megapixels in one colour: small as a file, and real work."""
    data = hostile_pictures.encoded(Image.new("L", (8000, 5000), 77), "PNG")
    seen, small = await decode.examine(children, data)
    assert (seen.width, seen.height, small.large.width, small.colour) == (8000, 5000, 1024, "#4d4d4d")
    error, _ = await refused(children, hostile_pictures.encoded(Image.new("L", (8001, 5000)), "PNG"))
    assert error.code == "image_too_large"


async def test_frames_and_seconds_are_counted_without_decoding() -> None:
    pictures = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    for form, kind in (("GIF", GIF), ("WEBP", WEBP), ("PNG", PNG)):
        moving = hostile_pictures.encoded(
            pictures[0], form, save_all=True, append_images=pictures[1:], duration=40
        )
        assert frames.count(kind, moving) == (3, pytest.approx(0.12))
        assert frames.count(kind, hostile_pictures.encoded(pictures[0], form)) == (1, 0.0)
        for length in range(0, len(moving), 7):
            assert frames.count(kind, moving[:length]).frames <= 3
    assert frames.count(GIF, hostile_pictures.gif_of_a_million_frames()).frames == 201
