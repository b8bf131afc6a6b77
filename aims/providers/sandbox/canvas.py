"""A drawing surface whose unit is the short side of the picture, whatever its size in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox.palette import Rgb

Point = tuple[float, float]
Points = Sequence[Point]


@dataclass(slots=True)
class Canvas:
    """An RGB picture of w x h units; the short side is 1 unit and `scale` pixels long."""

    image: Image.Image
    scale: float
    w: float
    h: float
    draw: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.draw = ImageDraw.Draw(self.image)

    @classmethod
    def blank(cls, width: int, height: int, colour: Rgb = (255, 255, 255)) -> Canvas:
        """A plain canvas of width x height pixels."""
        scale = float(min(width, height))
        return cls(Image.new("RGB", (width, height), colour), scale, width / scale, height / scale)

    def layer(self, name: str, foot: float = 0.0, flip: bool = False) -> None:
        """Says that what follows stands in front of what is there: a picture forgets it, a film keeps it apart.

        foot: the y where it stands, in units. flip: whether it looks the other way than it was designed.
        """

    def stamp(self, what: Image.Image | Rgb, at: tuple[int, int], mask: Image.Image) -> None:
        """Pastes a picture or a colour through a mask; `at` is the upper left corner in pixels."""
        self.image.paste(what, at, mask)

    def pixels(self, points: Points) -> list[Point]:
        """Unit points as pixel points."""
        return [(x * self.scale, y * self.scale) for x, y in points]

    def polygon(self, points: Points, fill: Rgb) -> None:
        """A flat shape."""
        self.draw.polygon(self.pixels(points), fill=fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Rgb) -> None:
        """A flat ellipse with its centre at x, y."""
        s = self.scale
        self.draw.ellipse(((x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s), fill=fill)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Rgb) -> None:
        """A flat upright rectangle."""
        s = self.scale
        if x1 > x0 and y1 > y0:
            self.draw.rectangle((x0 * s, y0 * s, x1 * s, y1 * s), fill=fill)

    def line(self, points: Points, width: float, fill: Rgb) -> None:
        """A stroke, width in units, at least one pixel."""
        self.draw.line(self.pixels(points), fill=fill, width=max(1, round(width * self.scale)), joint="curve")

    def shaded(self, points: Points, top: Rgb, bottom: Rgb) -> None:
        """A shape filled with a vertical gradient from its top to its bottom (inside the picture)."""
        path = self.pixels(points)
        wide, tall = self.image.size
        x0 = max(0, int(min(p[0] for p in path)))
        x1 = min(wide, int(max(p[0] for p in path)) + 2)
        y0 = max(0, int(min(p[1] for p in path)))
        y1 = min(tall, int(max(p[1] for p in path)) + 2)
        if x1 <= x0 or y1 <= y0:
            return
        size = (x1 - x0, y1 - y0)
        # A one-bit mask pastes five times faster than an eight-bit one; the final reduction smooths the edge.
        stencil = Image.new("1", size)
        ImageDraw.Draw(stencil).polygon([(x - x0, y - y0) for x, y in path], fill=1)
        self.image.paste(vertical(top, bottom, size), (x0, y0), stencil)

    def glow(self, x: float, y: float, radius: float, colour: Rgb, strength: float) -> None:
        """Soft light around a point; strength 0..1."""
        s = self.scale
        box = (int((x - radius) * s), int((y - radius) * s), int((x + radius) * s), int((y + radius) * s))
        clipped = (
            max(0, box[0]),
            max(0, box[1]),
            min(self.image.width, box[2]),
            min(self.image.height, box[3]),
        )
        if clipped[2] <= clipped[0] or clipped[3] <= clipped[1]:
            return
        across, down = 96 / max(1, box[2] - box[0]), 96 / max(1, box[3] - box[1])
        part = (
            (clipped[0] - box[0]) * across,
            (clipped[1] - box[1]) * down,
            min(96.0, (clipped[2] - box[0]) * across),
            min(96.0, (clipped[3] - box[1]) * down),
        )
        size = (clipped[2] - clipped[0], clipped[3] - clipped[1])
        mask = _soft_disc(strength).resize(size, Image.Resampling.BILINEAR, part)
        self.image.paste(colour, (clipped[0], clipped[1]), mask)

    def wash(self, colour: Rgb, top: float, bottom: float, y0: float = 0.0, y1: float | None = None) -> None:
        """Lays a colour over a band; its cover goes from `top` to `bottom` (0..1) down the band."""
        s = self.scale
        first, last = max(0, int(y0 * s)), min(self.image.height, int((self.h if y1 is None else y1) * s))
        if last <= first:
            return
        levels = np.linspace(top * 255, bottom * 255, last - first).clip(0, 255).astype(np.uint8)
        mask = Image.fromarray(levels[:, None]).resize(
            (self.image.width, last - first), Image.Resampling.NEAREST
        )
        self.image.paste(colour, (0, first), mask)

    def lay(self, picture: Image.Image) -> None:
        """Covers the whole canvas with a small picture, smoothly enlarged."""
        half = (max(1, self.image.width // 2), max(1, self.image.height // 2))
        soft = picture.resize(half, Image.Resampling.BICUBIC)
        self.image.paste(soft.resize(self.image.size, Image.Resampling.NEAREST))


def vertical(top: Rgb, bottom: Rgb, size: tuple[int, int]) -> Image.Image:
    """A picture of a vertical gradient."""
    ramp = np.linspace(np.array(top), np.array(bottom), size[1])
    return Image.fromarray(ramp.round().astype(np.uint8)[:, None, :]).resize(size, Image.Resampling.NEAREST)


def _soft_disc(strength: float) -> Image.Image:
    axis = (np.arange(96, dtype=np.float32) - 47.5) / 48
    away = np.clip(1 - np.hypot(axis[None, :], axis[:, None]), 0, 1)
    return Image.fromarray((away**2 * (255 * min(1.0, strength))).astype(np.uint8))


def smooth(points: Points, closed: bool = True, steps: int = 6) -> list[Point]:
    """A soft curve through the points (Catmull-Rom)."""
    path = np.asarray(points, np.float64)
    count = len(path)
    if count < 3:
        return [(float(x), float(y)) for x, y in path]
    if closed:
        extended = np.concatenate([path[-1:], path, path[:2]])
        spans = count
    else:
        extended = np.concatenate([path[:1], path, path[-1:]])
        spans = count - 1
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (extended[i : i + spans, None, :] for i in range(4))
    curve = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    flat = curve.reshape(-1, 2)
    if not closed:
        flat = np.concatenate([flat, path[-1:]])
    return [(float(x), float(y)) for x, y in flat]
