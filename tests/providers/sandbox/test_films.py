"""The sandbox's films as files: codec, length, size, sound, the same bytes again, and the walls of a child."""

import asyncio
from typing import get_args

import numpy as np
import pytest
from filmed import SIZE, apart, job, made, order, shown

from aims.core.children import Children
from aims.core.errors import Invalid
from aims.providers import Role, Source
from aims.providers.sandbox import filming
from aims.providers.sandbox.adapter import FILM_TASK

SEA = "a red sailing boat on the sea at sunset"


def test_a_film_is_h264_of_exactly_the_asked_length_and_size_and_silent_unless_asked() -> None:
    film = shown(made(order(SEA, seconds=1.5)))
    assert film.codecs == ("h264",)
    assert film.pixel_format == "yuv420p"
    assert film.rate == 24
    assert film.size == SIZE
    assert len(film.frames) == 36
    assert film.seconds == pytest.approx(1.5, abs=1 / 24)
    assert film.keyframes >= 2, "a player could not jump into it"


def test_the_index_comes_before_the_pictures_so_that_a_player_can_begin_at_once() -> None:
    data = made(order(SEA, seconds=0.5))
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_is_aac_in_stereo_as_long_as_the_picture_and_neither_silent_nor_clipped() -> None:
    film = shown(made(order(SEA, audio=True)))
    assert film.codecs == ("h264", "aac")
    assert film.sound is not None
    assert film.sound.shape[0] == 2
    assert film.sound.shape[1] == pytest.approx(48_000, abs=2048)
    assert film.seconds == pytest.approx(1.0, abs=1 / 24)
    assert float(np.sqrt((film.sound**2).mean())) > 0.02
    assert float(np.abs(film.sound).max()) < 1.0
    assert not np.array_equal(film.sound[0], film.sound[1])


def test_the_same_order_gives_the_same_bytes_and_another_seed_another_film() -> None:
    first = made(order("a fox walking in a forest", audio=True, seconds=0.5))
    assert first == made(order("a fox walking in a forest", audio=True, seconds=0.5))
    other = made(order("a fox walking in a forest", audio=True, seconds=0.5, seed=2))
    assert apart(shown(first).frames[0], shown(other).frames[0]) > 4


def test_each_film_carries_the_mark() -> None:
    marked = shown(made(order("a plain white room", size=(640, 360), seconds=1 / 24))).frames[0]
    corner = marked.crop((560, 335, 640, 360)).convert("L")
    assert float(np.asarray(corner, np.float64).std()) > 12


@pytest.mark.parametrize(
    ("wanted", "shape", "size"),
    [
        ({"aspect_ratio": "9:16", "resolution": "480p"}, None, (480, 854)),
        ({"aspect_ratio": "21:9", "resolution": "480p"}, None, (1120, 480)),
        ({"resolution": "true_1080p"}, None, (1920, 1080)),
        ({"aspect_ratio": "auto", "resolution": "4k"}, None, (3840, 2160)),
        ({"aspect_ratio": "auto"}, (600, 800), (720, 960)),
        ({}, None, (1280, 720)),
    ],
    ids=["upright", "wide", "default shape", "largest", "shape of the picture", "nothing said"],
)
def test_what_an_order_leaves_open_comes_from_its_resolution_and_from_what_it_is_made_from(
    wanted: dict[str, str], shape: tuple[int, int] | None, size: tuple[int, int]
) -> None:
    assert filming.size_of(order(SEA, size=None, parameters=wanted), shape) == size


def test_odd_sizes_become_even_since_the_codec_wants_them_so() -> None:
    assert shown(made(order(SEA, size=(101, 77), seconds=2 / 24))).size == (100, 76)


@pytest.mark.parametrize("role", get_args(Role))
def test_a_reference_that_cannot_be_read_is_refused_in_words(role: Role) -> None:
    with pytest.raises(Invalid):
        made(order(SEA, references=[Source(role, b"this is neither picture nor film")]))


def test_a_confined_child_films_within_its_memory_and_gives_the_same_bytes() -> None:
    wanted = order(SEA, seconds=0.25, audio=True)

    async def in_a_child() -> bytes:
        children = Children(1, allowed=[FILM_TASK], memory_bytes=1536 << 20)
        try:
            return await children.run(
                FILM_TASK, job(wanted), deadline=300, cpu_seconds=120, memory_bytes=1536 << 20
            )
        finally:
            await children.close()

    assert asyncio.run(in_a_child()) == made(wanted)
