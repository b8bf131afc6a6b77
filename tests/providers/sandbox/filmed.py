"""Films small pictures' worth of orders for the tests, and takes what comes back apart."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import av
import msgspec
import numpy as np
from drawn_pictures import Field, as_png, pixels
from numpy.typing import NDArray
from PIL import Image

from aims.providers import Order, Role, Source
from aims.providers.sandbox import filming

SIZE = (192, 108)


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was decoded again: its frames, its sound (2 x samples) or None, and what its tracks say."""

    frames: list[Image.Image]
    sound: NDArray[np.float32] | None
    size: tuple[int, int]
    codecs: tuple[str, ...]
    pixel_format: str
    rate: float
    seconds: float
    keyframes: int


def order(
    prompt: str,
    *,
    seconds: float | None = 1.0,
    size: tuple[int, int] | None = SIZE,
    seed: int = 1,
    audio: bool = False,
    references: Iterable[Source] = (),
    parameters: Mapping[str, str] | None = None,
) -> Order:
    """An order for one film."""
    return Order(
        nonce="n",
        model="m",
        endpoint="e",
        kind="video",
        prompt=prompt,
        negative_prompt="",
        parameters=parameters or {},
        count=1,
        first=0,
        of=1,
        seed=seed,
        width=size[0] if size else None,
        height=size[1] if size else None,
        duration=seconds,
        audio=audio,
        references=tuple(references),
    )


def job(wanted: Order) -> bytes:
    """What the child is given for the first film of an order."""
    return msgspec.msgpack.encode((0, wanted))


def made(wanted: Order) -> bytes:
    """The film of an order, made in this process."""
    return filming.film(job(wanted))


def shown(data: bytes) -> Film:
    """A film, decoded. All is read while it is open: what belongs to a closed film may be anything."""
    with av.open(io.BytesIO(data), "r") as film:
        sound = None
        if film.streams.audio:
            pieces = [frame.to_ndarray() for frame in film.decode(film.streams.audio[0])]
            sound = np.concatenate(pieces, axis=1).astype(np.float32)
    with av.open(io.BytesIO(data), "r") as film:
        video = film.streams.video[0]
        video.thread_type = "NONE"
        decoded = list(film.decode(video))
        assert film.duration is not None
        return Film(
            frames=[frame.to_image() for frame in decoded],
            sound=sound,
            size=(video.width, video.height),
            codecs=tuple(stream.codec_context.name for stream in film.streams),
            pixel_format=str(video.pix_fmt),
            rate=float(video.average_rate or 0),
            seconds=film.duration / 1_000_000,
            keyframes=sum(frame.key_frame for frame in decoded),
        )


def apart(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, 0 equal to 255."""
    return float(np.abs(pixels(one) - pixels(other)).mean())


def alike(one: Image.Image, other: Image.Image) -> float:
    """The correlation of two pictures' brightness, 1 for the same."""
    first, second = (np.asarray(each.convert("L"), np.float64).ravel() for each in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def source(role: Role, image: Image.Image) -> Source:
    """A picture to work from."""
    return Source(role, as_png(image))


def moved_right(before: Image.Image, after: Image.Image) -> float:
    """How far what is seen moved to the right from one frame to another, in pixels; left is negative."""
    one, two = (np.asarray(each.convert("L"), np.float64) for each in (before, after))
    best, where = np.inf, 0
    reach = one.shape[1] // 5
    for shift in range(-reach, reach + 1):
        left = one[:, max(0, -shift) : one.shape[1] - max(0, shift)]
        right = two[:, max(0, shift) : one.shape[1] - max(0, -shift)]
        difference = float(np.abs(left - right).mean())
        if difference < best:
            best, where = difference, shift
    return float(where)


def colours_near(image: Image.Image, colour: tuple[int, int, int], within: int = 60) -> int:
    """How many pixels are about that colour."""
    field: Field = pixels(image)
    return int((np.abs(field - np.array(colour)).max(axis=2) < within).sum())
