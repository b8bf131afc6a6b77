"""Keeps the parts of a scene apart while the illustrator paints it.

A layer's picture has four planes: red, green, blue and cover. What was painted before stays whole under what comes
after it, so nothing is missing when a nearer layer moves aside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.palette import Rgb

Finish = Callable[[Image.Image], Image.Image]
# A difference of so many steps is fully the layer's own; smaller ones are the soft edges of light and haze.
OWN = 22
_RAMP = [min(255, value * 255 // OWN) for value in range(256)]
MOST_LAYERS = 14
_LYING = frozenset(["water", "ground"])


@dataclass(slots=True)
class Layer:
    """One part of a scene. left, top: of its picture in pixels of the set; foot: the y where it stands, in pixels.

    far, near: its depths at its upper and its lower edge, 0..1, equal for what stands upright.
    grain: pixels of the set for one of the picture's; soft things are kept small, lying ground is kept large.
    flat: whether it lies on the ground, so that its rows have depths of their own.
    words: its pixels in one row, once they were needed so.
    """

    name: str
    picture: Image.Image
    left: int = 0
    top: int = 0
    foot: float = 0.0
    flip: bool = False
    far: float = 0.5
    near: float = 0.5
    grain: float = 1.0
    flat: bool = False
    words: NDArray[np.uint32] | None = None

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of its picture, in pixels of the set."""
        return self.left + self.size[0] / 2, self.top + self.size[1] / 2

    @property
    def size(self) -> tuple[float, float]:
        """Its width and height in pixels of the set."""
        return self.picture.width * self.grain, self.picture.height * self.grain


@dataclass(slots=True)
class LayeredCanvas(Canvas):
    """A canvas that keeps what is painted after each `layer` apart from what was there before."""

    factor: int = 1
    finish: Finish | None = None
    layers: list[Layer] = field(default_factory=list)
    _open: tuple[str, float, bool] = ("base", 0.0, False)
    _before: Image.Image | None = None
    _stamped: Image.Image | None = None
    _horizon: float = 9.0

    @classmethod
    def of(cls, room: tuple[int, int], factor: int, finish: Finish | None) -> LayeredCanvas:
        """A canvas for a set of `room` pixels, painted `factor` times as large and then reduced."""
        wide, tall = room[0] * factor, room[1] * factor
        scale = float(min(wide, tall))
        return cls(Image.new("RGB", (wide, tall)), scale, wide / scale, tall / scale, factor, finish)

    def layer(self, name: str, foot: float = 0.0, flip: bool = False) -> None:
        """Closes the layer that was open and begins another."""
        if len(self.layers) >= MOST_LAYERS:
            return
        self._close()
        self._open = (name, foot, flip)
        self._before = self.image.copy()

    def stamp(self, what: Image.Image | Rgb, at: tuple[int, int], mask: Image.Image) -> None:
        """Pastes, and remembers where: a white boat on white water is still a boat."""
        self.image.paste(what, at, mask)
        if self._stamped is None:
            self._stamped = Image.new("L", self.image.size)
        self._stamped.paste(255, at, mask)

    def done(self) -> list[Layer]:
        """The layers from far to near, once everything is painted."""
        self._close()
        self._before = None
        return self.layers

    def _close(self) -> None:
        cover = None
        box: tuple[int, int, int, int] | None = (0, 0, *self.image.size)
        if self._before is not None:
            cover, box = self._changed(self._before)
        self._stamped = None
        if box is None:
            return
        step = self.factor
        box = (box[0] // step, box[1] // step, -(-box[2] // step), -(-box[3] // step))
        name, foot, flip = self._open
        if name in _LYING:
            self._horizon = foot
        flat = name in _LYING or (name == "near" and box[1] * step > (self._horizon - 0.03) * self.scale)
        inner = (box[0] * step, box[1] * step, box[2] * step, box[3] * step)
        if self.finish:
            drawn = self.finish(self.image.reduce(step)).convert("RGB").crop(box)
        else:
            drawn = self.image.crop(inner).reduce(step)
        alpha = cover.crop(inner).reduce(step) if cover is not None else Image.new("L", drawn.size, 255)
        picture = Image.merge("RGBX", (*drawn.split(), alpha))
        if name != "base":
            # Twice as large and smooth: then the nearest pixel is near enough wherever the camera stands.
            picture = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
        grain = 1.0 if name == "base" else 0.5
        layer = Layer(name, picture, box[0], box[1], foot * self.scale / step, flip, grain=grain, flat=flat)
        self.layers.append(layer)

    def _changed(self, before: Image.Image) -> tuple[Image.Image, tuple[int, int, int, int] | None]:
        red, green, blue = ImageChops.difference(self.image, before).split()
        cover = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(_RAMP)
        if self._stamped is not None:
            cover = ImageChops.lighter(cover, self._stamped)
        box = cover.getbbox()
        if box is not None:
            # A clear rim, so that a layer's edge is smooth wherever it is shown.
            wide, tall = cover.size
            pad = 2 * self.factor
            box = (
                max(0, box[0] - pad),
                max(0, box[1] - pad),
                min(wide, box[2] + pad),
                min(tall, box[3] + pad),
            )
        return cover, box
