"""A film counts as made when it plays: real films, whole and spoiled, before real children (PRV-10, MED-06)."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from moving_pictures import film, index_first, noise, plain, spoiled, stripes
from PIL import Image
from structlog.testing import capture_logs

from aims.core.children import Children
from aims.core.errors import Invalid, StudioError, TooLarge, Unavailable, Unsupported
from aims.media import decode, films, limits

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = Path(__file__).parent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    made = Children(1, allowed=decode.TASKS)
    yield made
    await made.close()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sound": {"sound": True},
    "many key frames": {"every": 6},
    "fragments": {"every": 12, "options": {"movflags": "frag_keyframe+empty_moov"}},
    "hevc": {"codec": "libx265", "x265-params": "log-level=none"},
    "av1": {"codec": "libsvtav1"},
}


@pytest.mark.parametrize("name", KINDS)
async def test_a_film_that_plays_is_measured(children: Children, name: str) -> None:
    data = film(frames=36, **KINDS[name])
    for each in (data,) if name == "fragments" else (data, index_first(data)):
        seen, _ = await decode.examine_film(children, each)
        assert (seen.content_type, seen.width, seen.height) == ("video/mp4", 160, 90)
        assert (seen.duration_ms, seen.has_sound) == (1500, name == "sound")


async def test_its_poster_comes_in_three_sizes_with_a_preview_and_a_colour(children: Children) -> None:
    wide = np.zeros((720, 1280, 3), np.uint8)
    wide[:, :900], wide[:, 900:] = (200, 40, 40), (40, 40, 200)

    seen, small = await decode.examine_film(children, film(lambda _: wide, frames=3))

    made = (small.small, small.medium, small.large)
    assert [(each.width, each.height) for each in made] == [(256, 144), (512, 288), (1024, 576)]
    for each in made:
        image = opened(each.data)
        assert (image.format, image.size) == ("WEBP", (each.width, each.height))
        assert b"trainedAlgorithmicMedia" in each.data
        assert image.convert("RGB").getpixel((9, 9)) == pytest.approx((200, 40, 40), abs=12)
    assert small.preview.startswith("data:image/webp;base64,")
    assert len(small.preview) <= 400
    red, _, blue = bytes.fromhex(small.colour[1:])
    assert red > 150 > blue
    assert (seen.width, seen.height) == (1280, 720)


@pytest.mark.parametrize("dark", [range(8), range(14), range(14, 24), range(8, 16)], ids=str)
async def test_the_poster_is_no_black_frame_where_there_is_another(children: Children, dark: range) -> None:
    bright = stripes()

    _, small = await decode.examine_film(
        children, film(lambda number: plain((0, 0, 0)) if number in dark else bright(number))
    )

    assert np.asarray(opened(small.large.data).convert("L")).mean() > 60


async def test_a_film_that_is_black_throughout_has_a_black_poster(children: Children) -> None:
    seen, small = await decode.examine_film(children, film(lambda _: plain((0, 0, 0)), frames=3))

    assert small.colour == "#000000"
    assert seen.duration_ms == 125


async def test_what_does_not_play_is_no_film(children: Children) -> None:
    for name, data in spoiled().items():
        with pytest.raises((Invalid, Unsupported)) as error:
            await decode.examine_film(children, data)
        assert error.value.code in {"unplayable_film", "unsupported_media_type"}, name


async def test_a_film_that_breaks_off_anywhere_is_no_film(children: Children) -> None:
    whole = index_first(film(frames=12, every=4, sound=True))
    await decode.examine_film(children, whole)
    pids = children.pids

    for length in range(1, len(whole), 997):
        with pytest.raises((Invalid, Unsupported)):
            await decode.examine_film(children, whole[:length])
    # Each was refused by the task itself; none cost its child.
    assert children.pids == pids


async def test_bytes_that_are_wrong_here_and_there_break_nothing_but_their_film(children: Children) -> None:
    whole, random = index_first(film(frames=12, sound=True)), np.random.default_rng(5)

    with capture_logs() as logs:
        for _ in range(60):
            spoilt = bytearray(whole)
            for at in random.integers(8, len(whole), 40):
                spoilt[at] = random.integers(256)
            try:
                seen, _ = await decode.examine_film(children, bytes(spoilt))
            except StudioError:
                continue
            assert seen.width * seen.height <= limits.MOST_FILM_PIXELS

    # Damage may ask for more memory than there is; that our own code trips over it is a mistake of ours.
    assert {each["reason"] for each in logs} <= {"memory"}
    assert (await decode.examine_film(children, whole))[0].has_sound


async def test_a_picture_is_no_film_and_a_film_is_no_picture(children: Children) -> None:
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, "AVIF")
    with pytest.raises(Unsupported):
        await decode.examine_film(children, data.getvalue())
    for verb in (decode.normalise, decode.examine):
        with pytest.raises(Unsupported):
            await verb(children, film(frames=2))


@pytest.mark.parametrize(
    ("width", "height", "rate"),
    [(4096, 2400, 24), (4200, 64, 24), (160, 90, Fraction(1, 400))],
    ids=["pixels", "side", "twenty minutes"],
)
async def test_a_film_that_is_too_large_or_too_long_is_refused(
    children: Children, width: int, height: int, rate: Fraction | int
) -> None:
    data = film(lambda _: plain((9, 9, 9), width, height), frames=3, rate=rate)

    with pytest.raises(TooLarge) as error:
        await decode.examine_film(children, data)

    assert error.value.code == "film_too_large"


async def test_a_film_of_more_bytes_than_are_kept_does_not_reach_a_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = Children(1, allowed=())
    monkeypatch.setattr(decode, "MOST_FILM_BYTES", 1000)

    with pytest.raises(TooLarge):
        await decode.examine_film(nobody, film(frames=12))


class TestDecodedInParts:
    """What happens to films that are too long to be decoded whole, in this process, with a lower bound."""

    @pytest.fixture(autouse=True)
    def lower(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MOST_DECODED_PIXELS", 160 * 90 * 30)

    @pytest.mark.parametrize("every", [250, 24])
    async def test_a_film_that_plays_is_measured(self, every: int) -> None:
        answer = films.examine(film(frames=120, every=every))
        assert b'"duration_ms": 5000' in answer

    @pytest.mark.parametrize("part", [0.02, 0.52, 0.99])
    async def test_damage_where_it_is_looked_for_is_found(self, part: float) -> None:
        whole = index_first(film(noise, frames=120, every=4))
        first = whole.index(b"mdat") + 4
        at = first + int((len(whole) - first) * part)
        with pytest.raises(Invalid):
            films.examine(whole[:at] + bytes(2000) + whole[at + 2000 :])

    async def test_an_end_that_is_missing_is_found(self) -> None:
        whole = index_first(film(frames=120))
        with pytest.raises(Invalid):
            films.examine(whole[:-50])

    async def test_frames_have_a_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MOST_FILM_FRAMES", 119)
        with pytest.raises(TooLarge):
            films.examine(film(frames=120))


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "begun")
    return tmp_path / "begun"


def unruly(pipe: Path) -> Children:
    """A pool whose children may also do what tests/media/child_films.py does."""
    tasks = [f"child_films:{name}" for name in ("hold", "sleep", "crash", "lie")]
    return Children(1, allowed=[*decode.TASKS, *tasks], extra_paths=[str(HERE), str(pipe.parent)])


async def test_a_film_whose_child_is_killed_is_given_to_another_once(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children, data = unruly(pipe), film(frames=3)
    monkeypatch.setattr(decode, "_EXAMINE_FILM", "child_films:hold")

    async def kill() -> None:
        os.kill(int(await asyncio.to_thread(pipe.read_bytes)), signal.SIGKILL)

    task = asyncio.create_task(decode.examine_film(children, data))
    await kill()
    # Again, in a child that lives; killed there as well, the film is what kills.
    await kill()
    with pytest.raises(TooLarge):
        await task

    task = asyncio.create_task(decode.examine_film(children, data))
    pid = int(await asyncio.to_thread(pipe.read_bytes))
    monkeypatch.setattr(decode, "_EXAMINE_FILM", "aims.media.films:examine")
    os.kill(pid, signal.SIGKILL)
    assert (await task)[0].duration_ms == 125
    await children.close()


async def test_a_film_that_is_looked_at_when_the_studio_stops_is_not_refused(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = unruly(pipe)
    monkeypatch.setattr(decode, "_EXAMINE_FILM", "child_films:hold")
    task = asyncio.create_task(decode.examine_film(children, film(frames=3)))
    await asyncio.to_thread(pipe.read_bytes)

    await children.close()

    with pytest.raises(Unavailable):
        await task


@pytest.mark.parametrize("deed", ["crash", "lie"])
async def test_a_child_that_breaks_over_a_film_costs_that_film(
    pipe: Path, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    children, data = unruly(pipe), film(frames=3)
    with monkeypatch.context() as patch:
        patch.setattr(decode, "_EXAMINE_FILM", f"child_films:{deed}")
        with pytest.raises(StudioError) as error:
            await decode.examine_film(children, data)
    assert error.value.code == "unplayable_film"
    assert (await decode.examine_film(children, data))[0].duration_ms == 125
    await children.close()


async def test_a_film_that_never_ends_is_left_at_its_deadline(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children, data = unruly(pipe), film(frames=3)
    with monkeypatch.context() as patch:
        patch.setattr(decode, "_EXAMINE_FILM", "child_films:sleep")
        patch.setattr(decode, "_FILM_SECONDS", 0.3)
        with pytest.raises(TooLarge):
            await decode.examine_film(children, data)
    assert (await decode.examine_film(children, data))[0].duration_ms == 125
    await children.close()


async def test_a_film_that_needs_more_memory_than_a_child_has_is_refused_and_the_next_is_not() -> None:
    children = Children(1, allowed=decode.TASKS, memory_bytes=260 << 20)
    large = film(lambda _: plain((90, 120, 30), 4096, 2304), frames=12, refs="16")

    # Its decoder may call that damage.
    with pytest.raises((TooLarge, Invalid)):
        await decode.examine_film(children, large)
    assert (await decode.examine_film(children, film(frames=3)))[0].duration_ms == 125
    await children.close()
