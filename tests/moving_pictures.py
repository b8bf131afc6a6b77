"""Real films of a second or two, made on the spot, whole and spoiled in every way that matters."""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np

RATE = 24
Painter = Callable[[int], np.ndarray]


def stripes(width: int = 160, height: int = 90) -> Painter:
    """A light bar that wanders over a gradient; no two frames are alike."""
    ground = np.zeros((height, width, 3), np.uint8)
    ground[..., 0] = np.linspace(30, 220, width, dtype=np.uint8)[None, :]
    ground[..., 2] = np.linspace(40, 200, height, dtype=np.uint8)[:, None]

    def paint(number: int) -> np.ndarray:
        frame = ground.copy()
        frame[:, number * 5 % width : number * 5 % width + width // 16] = (250, 240, 90)
        return frame

    return paint


def plain(colour: tuple[int, int, int], width: int = 160, height: int = 90) -> np.ndarray:
    """One colour."""
    return np.full((height, width, 3), colour, np.uint8)


def film(
    paint: Painter | None = None,
    *,
    frames: int = RATE,
    rate: Fraction | int = RATE,
    codec: str = "libx264",
    sound: bool = False,
    form: str = "mp4",
    every: int = 250,
    options: dict[str, str] | None = None,
    **tuning: str,
) -> bytes:
    """An encoded film. rate: frames in a second. every: frames from one that stands alone to the next.

    options: of the file. tuning: of the encoder.
    """
    paint = paint or stripes()
    height, width, _ = paint(0).shape
    data = io.BytesIO()
    with av.open(data, "w", format=form, options=options or {}) as container:
        picture: Any = container.add_stream(codec, rate=rate)
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        picture.options = {
            "g": str(every),
            **({"preset": "ultrafast"} if codec == "libx264" else {}),
            **tuning,
        }
        heard: Any = container.add_stream("aac", rate=44100, layout="mono") if sound else None
        for number in range(frames):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(paint(number), "rgb24")))
        container.mux(picture.encode())
        if heard is not None:
            for at in range(0, 44100 * frames // RATE, 1024):
                tone = np.sin(np.arange(at, at + 1024) / 20, dtype=np.float32)[None, :]
                piece = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
                piece.sample_rate, piece.pts = 44100, at
                container.mux(heard.encode(piece))
            container.mux(heard.encode())
    return data.getvalue()


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The outermost boxes of an MP4: names and whole boxes."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at : at + length]
        at += length


def index_first(data: bytes) -> bytes:
    """The same film with its index before its frames, as the web has them: it opens however short it is cut."""
    parts = dict(boxes(data))
    index = bytearray(parts[b"moov"])
    at = index.find(b"stco")
    while at >= 0:
        for number in range(int.from_bytes(index[at + 8 : at + 12], "big")):
            place = at + 12 + 4 * number
            moved = int.from_bytes(index[place : place + 4], "big") + len(index)
            index[place : place + 4] = moved.to_bytes(4, "big")
        at = index.find(b"stco", at + 4)
    rest = b"".join(box for name, box in boxes(data) if name not in (b"ftyp", b"moov"))
    return parts[b"ftyp"] + bytes(index) + rest


def noise(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 255, (90, 160, 3), np.uint8)


@cache
def spoiled() -> dict[str, bytes]:
    """What a provider may send when it says that a film is ready, and no film that plays."""
    whole = index_first(film(noise, frames=12))
    first = whole.index(b"mdat") + 4
    middle = first + (len(whole) - first) // 2
    later = film(noise, frames=12)
    return {
        "nothing": b"",
        "a page": b"<!doctype html><title>404</title><script>alert(1)</script>",
        "a page that begins as a film": whole[:32] + b"<!doctype html><script>alert(1)</script>",
        "an error in JSON": b'{"detail": "expired"}',
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "cut off, index first": whole[: len(whole) * 9 // 10],
        "cut off by one byte": whole[:-1],
        "cut off after the index": whole[:first],
        "cut off, index last": later[: len(later) * 9 // 10],
        "frames of zeros": whole[:first] + bytes(len(whole) - first),
        "zeros in the middle": whole[:middle] + bytes(2000) + whole[middle + 2000 :],
        "sound only": _sound_only(),
        "an old codec": film(codec="mpeg4"),
    }


def _sound_only() -> bytes:
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as container:
        heard: Any = container.add_stream("aac", rate=44100, layout="mono")
        for at in range(0, 44100, 1024):
            piece = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            piece.sample_rate, piece.pts = 44100, at
            container.mux(heard.encode(piece))
        container.mux(heard.encode())
    return data.getvalue()
