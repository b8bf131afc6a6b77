"""Compositions of the shapes that a prompt names: circles, triangles, squares, lines, dots and more."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox import words
from aims.providers.sandbox.canvas import Canvas, Point
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.ornaments import Inks
from aims.providers.sandbox.palette import Rgb

SHAPES = words.table(
    {
        "circle": "circle disc disk round sphere bubble",
        "ring": "ring",
        "triangle": "triangle pyramid",
        "square": "square cube rectangle block box",
        "diamond": "rhombus lozenge",
        "hexagon": "hexagon polygon pentagon",
        "line": "line linear stripe bar stroke",
        "dot": "dot polka speck",
        "spiral": "spiral swirl vortex",
        "wave": "wave wavy ripple curve",
        "arc": "arc arch semicircle crescent",
        "star": "star",
        "cross": "cross plus",
    }
)
_CORNERS = {"triangle": 3, "square": 4, "diamond": 4, "hexagon": 6}
# These alone have pictures of their own; with another shape they join a composition.
_ALONE = {
    "circle": "circles",
    "ring": "circles",
    "dot": "circles",
    "line": "stripes",
    "spiral": "spiral",
    "wave": "waves",
}


def shapes_of(spoken: frozenset[str]) -> tuple[str, ...]:
    """The shapes to compose: at least two kinds, or one that has no picture of its own, or overlapping ones."""
    found = sorted({name for word in spoken for name in words.meanings(word, SHAPES)[:1]})
    gathered = bool(spoken & {"overlapping", "intersecting", "geometric", "floating", "scattered"})
    if len(found) > 1 or gathered or not set(found) & set(_ALONE):
        return tuple(found)
    return ()


def alone(spoken: frozenset[str]) -> str:
    """The kind of picture that belongs to the one shape that is named, or nothing."""
    found = {_ALONE.get(name, "") for word in spoken for name in words.meanings(word, SHAPES)[:1]}
    return found.pop() if len(found) == 1 else ""


def compose(canvas: Canvas, colours: Inks, shapes: tuple[str, ...], rng: np.random.Generator) -> None:
    """Large shapes first, small ones on top; half of them let what is under them shine through."""
    area = canvas.w * canvas.h
    count = round(15 + 5 * min(3.0, area))
    turn = rng.permutation(len(colours) - 1)
    for index in range(count):
        ink = colours[1 + int(turn[(index + index // len(shapes)) % len(turn)])]
        kind = shapes[index % len(shapes)]
        size = (0.34 * (1 - index / count) ** 1.3 + 0.045) * spread(0.75, 1.15, rng)
        at = (canvas.w * spread(0.04, 0.96, rng), canvas.h * spread(0.04, 0.96, rng))
        _shape(canvas, kind, at, size, ink, rng, index % 2 == 0)


def _shape(
    canvas: Canvas, kind: str, at: Point, r: float, ink: Rgb, rng: np.random.Generator, clear: bool
) -> None:
    """One shape, on its own layer so that it can be transparent."""
    s, reach = canvas.scale, r * 1.5
    side = max(4, round(reach * 2 * s))
    cover = Image.new("L", (side, side))
    pen = ImageDraw.Draw(cover)
    centre, radius = side / 2, r * s
    turn = spread(-0.5, 0.5, rng) if kind in {"square", "diamond"} else rng.random() * math.tau
    value = 205 if clear else 255
    wide = max(2, round(radius * (0.09 if kind in {"line", "arc"} else 0.14)))
    if kind in _CORNERS:
        corners = _CORNERS[kind]
        stretch = 0.66 if kind == "diamond" else 1.0
        turn = turn * 0.35 if kind == "diamond" else turn
        offset = math.pi / 4 if kind == "square" else math.pi / 2
        rim = [offset + k / corners * math.tau for k in range(corners)]
        points = [(math.cos(a) * radius * stretch, math.sin(a) * radius) for a in rim]
        pen.polygon([_turned(point, turn, centre) for point in points], fill=value)
    elif kind == "star":
        rim = [turn + k / 10 * math.tau for k in range(10)]
        radii = [radius * (1.0 if k % 2 else 0.42) for k in range(10)]
        pen.polygon(
            [(centre + math.cos(a) * q, centre + math.sin(a) * q) for a, q in zip(rim, radii, strict=True)],
            fill=value,
        )
    elif kind in {"circle", "dot"}:
        radius *= 0.92 if kind == "circle" else 0.22
        pen.ellipse((centre - radius, centre - radius, centre + radius, centre + radius), fill=value)
    elif kind in {"ring", "arc"}:
        start = 0.0 if kind == "ring" else math.degrees(turn)
        for step in range(3):
            q = radius * (1 - 0.27 * step)
            end = start + (360 if kind == "ring" else 180)
            pen.arc((centre - q, centre - q, centre + q, centre + q), start, end, fill=value, width=wide)
    else:
        path = [_turned(point, turn, centre) for point in _path(kind, radius)]
        pen.line(path, fill=value, width=wide, joint="curve")
    corner = (round(at[0] * s - side / 2), round(at[1] * s - side / 2))
    canvas.image.paste(ink, corner, cover)


def _path(kind: str, radius: float) -> list[Point]:
    """An open line around the middle."""
    if kind == "spiral":
        turns = [t / 72 for t in range(73)]
        return [(math.cos(t * 20) * radius * t, math.sin(t * 20) * radius * t) for t in turns]
    steps = [t / 24 - 1 for t in range(49)]
    if kind == "wave":
        return [(t * radius * 1.45, math.sin(t * 9) * radius * 0.24) for t in steps]
    if kind == "cross":
        return [(-radius, 0), (radius, 0), (0, 0), (0, -radius), (0, radius)]
    return [(-radius * 1.45, 0), (radius * 1.45, 0)]


def _turned(point: Point, turn: float, centre: float) -> Point:
    x, y = point
    c, s = math.cos(turn), math.sin(turn)
    return centre + x * c - y * s, centre + x * s + y * c
