"""Small pictures and films that really open and play."""

import io
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
from PIL import Image, ImageDraw

SIDE = 64
RATE = 8


def picture(number: int, kind: str = "png") -> bytes:
    """A picture with its number's colour."""
    image = Image.new("RGB", (SIDE, SIDE), (40 + 53 * number % 200, 90, 140))
    ImageDraw.Draw(image).ellipse((12, 12, 52, 52), fill=(240, 220, 60 + 40 * number % 180))
    data = io.BytesIO()
    image.save(data, kind.upper())
    return data.getvalue()


@lru_cache(maxsize=16)
def film(seconds: int) -> bytes:
    """A film of so many seconds."""
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width = stream.height = SIDE
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, RATE)
        for at in range(seconds * RATE):
            image = Image.new("RGB", (SIDE, SIDE), (at * 7 % 256, 80, 120))
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    return data.getvalue()
