"""A pen for one subject: draws in a square from -1 to 1 (x right, y down, ground at y = 1) on its own tile."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox.canvas import Point, Points, smooth
from aims.providers.sandbox.palette import Rgb, brighter, luma, mix

# Tiles are wider than the square, so that tails and sails may lean out.
MARGIN = 1.25


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one subject: its own colour and what goes with it.

    extra: the further colours the prompt named for it; lamp: True when windows and flames glow;
    pose: running, lying or nothing.
    """

    main: Rgb
    dark: Rgb
    light: Rgb
    ink: Rgb
    extra: tuple[Rgb, ...] = ()
    lamp: bool = False
    pose: str = ""

    def second(self, otherwise: Rgb) -> Rgb:
        """The second colour the prompt named, or the usual one."""
        return self.extra[0] if self.extra else otherwise


def look(main: Rgb, extra: tuple[Rgb, ...] = (), lamp: bool = False) -> Look:
    """Shades that belong to a colour."""
    shade: Rgb = (24, 22, 48)
    dark = mix(main, shade, 0.32 if luma(main) > 60 else 0.5)
    light = brighter(main, 0.32 if luma(main) < 200 else 0.55)
    return Look(main, dark, light, mix(main, (18, 16, 32), 0.82), extra, lamp)


@dataclass(slots=True)
class Pen:
    """Draws shapes on a transparent tile."""

    tile: Image.Image
    draw: ImageDraw.ImageDraw = field(init=False)
    unit: float = field(init=False)

    def __post_init__(self) -> None:
        self.draw = ImageDraw.Draw(self.tile)
        self.unit = self.tile.width / (2 * MARGIN)

    @classmethod
    def blank(cls, pixels: int) -> Pen:
        """A pen on an empty tile; the subject's square is `pixels` wide."""
        side = max(8, round(pixels * MARGIN))
        return cls(Image.new("RGBA", (side, side)))

    def at(self, point: Point) -> Point:
        """A pixel place."""
        return (point[0] + MARGIN) * self.unit, (point[1] + MARGIN) * self.unit

    def poly(self, points: Points, fill: Rgb) -> None:
        """A shape with straight edges."""
        self.draw.polygon([self.at(point) for point in points], fill=fill)

    def blob(self, points: Points, fill: Rgb, steps: int = 8) -> None:
        """A soft closed shape through the points."""
        self.poly(smooth(points, steps=steps), fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Rgb, turn: float = 0.0) -> None:
        """An ellipse, turned by `turn` degrees."""
        if turn:
            c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            ring = [
                (
                    x + rx * math.cos(a) * c - ry * math.sin(a) * s,
                    y + rx * math.cos(a) * s + ry * math.sin(a) * c,
                )
                for a in (step * math.tau / 40 for step in range(40))
            ]
            self.poly(ring, fill)
            return
        x0, y0 = self.at((x - rx, y - ry))
        x1, y1 = self.at((x + rx, y + ry))
        self.draw.ellipse((x0, y0, x1, y1), fill=fill)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Rgb, corner: float = 0.0) -> None:
        """A rectangle with round corners of radius `corner`."""
        a, b = self.at((min(x0, x1), min(y0, y1))), self.at((max(x0, x1), max(y0, y1)))
        if corner:
            self.draw.rounded_rectangle((*a, *b), radius=corner * self.unit, fill=fill)
        else:
            self.draw.rectangle((*a, *b), fill=fill)

    def limb(self, points: Points, start: float, end: float, fill: Rgb, curved: bool = True) -> None:
        """A stroke that goes from width `start` to width `end`, with round ends."""
        path = smooth(points, closed=False, steps=8) if curved and len(points) > 2 else list(points)
        if len(path) == 2:
            (ax, ay), (bx, by) = path
            path = [(ax + (bx - ax) * t / 6, ay + (by - ay) * t / 6) for t in range(7)]
        spine = np.array(path)
        way = np.gradient(spine, axis=0)
        way /= np.maximum(1e-6, np.hypot(way[:, :1], way[:, 1:]))
        side = np.stack([-way[:, 1], way[:, 0]], axis=1)
        half = np.linspace(start, end, len(path))[:, None] / 2
        outline = np.concatenate([spine + side * half, (spine - side * half)[::-1]])
        self.poly([(float(x), float(y)) for x, y in outline], fill)
        self.oval(*path[0], start / 2, start / 2, fill)
        self.oval(*path[-1], end / 2, end / 2, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: Rgb) -> None:
        """A circle line."""
        x0, y0 = self.at((x - radius, y - radius))
        x1, y1 = self.at((x + radius, y + radius))
        self.draw.ellipse((x0, y0, x1, y1), outline=fill, width=max(1, round(width * self.unit)))

    def arc(
        self, x: float, y: float, radius: float, start: float, end: float, width: float, fill: Rgb
    ) -> None:
        """A part of a circle line, degrees clockwise from the right."""
        x0, y0 = self.at((x - radius, y - radius))
        x1, y1 = self.at((x + radius, y + radius))
        self.draw.arc((x0, y0, x1, y1), start, end, fill=fill, width=max(1, round(width * self.unit)))

    def eye(self, x: float, y: float, size: float, ink: Rgb = (24, 22, 30)) -> None:
        """A dark eye with a light in it."""
        self.oval(x, y, size, size, ink)
        self.oval(x + size * 0.3, y - size * 0.35, size * 0.35, size * 0.35, (255, 255, 255))


Drawing = Callable[[Pen, Look, np.random.Generator], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """How a kind of subject is drawn: its usual colour, its height in canvas units and where it belongs.

    home: ground, water, sky, deep, table or any.
    """

    drawing: Drawing
    colour: Rgb
    height: float
    home: str
