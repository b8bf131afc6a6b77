"""Draws an order: the door to the illustrator."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from aims.providers.sandbox import brushes, compose, edit, encode, scene, signature, single
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

    The same prompt, seed and size give the same pixels. References that are not pictures raise `Invalid`.
    """
    read = brushes.prepared(scene.read(order.prompt, order.negative_prompt))
    area = order.width * order.height
    shrink = min(1.0, math.sqrt(WORKED_PIXELS / area))
    work = (max(1, round(order.width * shrink)), max(1, round(order.height * shrink)))
    if order.references:
        image = edit.paint(edit.opened(order.references, work), read, order.seed, order.mask)
    elif order.transparent and order.output_format != "jpeg":
        image = _alone(read, work, order.seed)
    else:
        image = _drawn(read, work, order.seed)
    if image.size != (order.width, order.height):
        image = image.resize((order.width, order.height), Image.Resampling.BICUBIC)
    return signature.sign(image) if order.mark else image


def _drawn(read: scene.Scene, size: tuple[int, int], seed: int) -> Image.Image:
    factor = 2 if size[0] * size[1] * 4 <= DRAWN_PIXELS and not brushes.coarse(read) else 1
    canvas = Canvas.blank(size[0] * factor, size[1] * factor)
    compose.paint(canvas, read, seed)
    image = canvas.image.reduce(factor) if factor > 1 else canvas.image
    return brushes.finished(image, read, seed)


def _alone(read: scene.Scene, size: tuple[int, int], seed: int) -> Image.Image:
    """The subject on alpha; brushes work on it over white and its outline stays."""
    cut = single.cutout(size, read, compose.palette_of(read, seed), f"{seed}/{read.layout}")
    if not brushes.chosen(read):
        return cut
    ground = Image.new("RGB", size, (255, 255, 255))
    ground.paste(cut, mask=cut)
    painted = brushes.finished(ground, read, seed)
    painted.putalpha(cut.getchannel("A"))
    return painted
