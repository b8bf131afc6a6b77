"""Draws an order: the door to the illustrator."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from aims.providers.sandbox import brushes, compose, encode, scene
from aims.providers.sandbox.canvas import Canvas

# Shapes are drawn up to twice as large and reduced once, which smooths every edge at the price of one pass.
DRAWN_PIXELS = 4_400_000
# Larger pictures are drawn at this many pixels and enlarged: flat shapes stay clean, memory stays small.
WORKED_PIXELS = 4_200_000


@dataclass(frozen=True, slots=True)
class Order:
    """What to draw. width and height are pixels, 64 to 4096; references and mask are encoded pictures."""

    prompt: str
    width: int
    height: int
    seed: int
    negative_prompt: str = ""
    references: tuple[bytes, ...] = ()
    mask: bytes | None = None
    transparent: bool = False
    output_format: str = "png"
    mark: bool = True


def picture(order: Order) -> bytes:
    """The finished picture, encoded as `order.output_format`."""
    return encode.encoded(paint(order), order.output_format)


def paint(order: Order) -> Image.Image:
    """The finished picture before encoding: RGB, or RGBA when transparency is asked and the format can hold it.

    The same prompt, seed and size give the same pixels.
    """
    read = brushes.prepared(scene.read(order.prompt, order.negative_prompt))
    area = order.width * order.height
    shrink = min(1.0, math.sqrt(WORKED_PIXELS / area))
    work = (max(1, round(order.width * shrink)), max(1, round(order.height * shrink)))
    factor = 2 if work[0] * work[1] * 4 <= DRAWN_PIXELS and not brushes.coarse(read) else 1
    canvas = Canvas.blank(work[0] * factor, work[1] * factor)
    compose.paint(canvas, read, order.seed)
    image = canvas.image.reduce(factor) if factor > 1 else canvas.image
    image = brushes.finished(image, read, order.seed)
    if image.size != (order.width, order.height):
        image = image.resize((order.width, order.height), Image.Resampling.BICUBIC)
    return image
