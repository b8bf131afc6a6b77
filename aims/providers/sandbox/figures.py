"""Reads figures: subjects written as short lines of shapes, so that a drawing is data and not code.

A line is `kind colour numbers`, several on a row are separated by `;`. Numbers are hundredths of the subject's
square (x right, y down, -100..100, ground at 100). A `=` before the kind draws the shape and its mirror image.

    b blob through points      p polygon            o x y rx ry [turn]     r x0 y0 x1 y1 [corner]
    l start end points (limb)  c width x y radius   a width x y radius start end   e x y size (eye)

Colours: m main, d dark, l light, k ink, p pale, s second, w white, g glass or lamp light, f skin, F shaded skin,
h hair, or six hex digits.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from aims.providers.sandbox.palette import Rgb, mix, rgb
from aims.providers.sandbox.pen import Drawing, Look, Pen, Subject

Stroke = tuple[str, str, tuple[float, ...]]
SKINS = ("f2cda8", "e3b088", "c98d62", "a06a45", "74492f")
HAIRS = ("2a2025", "4b2f22", "7a4a28", "b9853f", "a33f26", "d8d2cc")


@cache
def strokes(text: str) -> tuple[Stroke, ...]:
    """The shapes of a figure, mirrored ones written out."""
    found: list[Stroke] = []
    for part in text.replace("\n", ";").split(";"):
        words = part.split()
        if not words:
            continue
        kind, colour = words[0], words[1]
        numbers = tuple(float(word) / 100 for word in words[2:])
        if kind.startswith("="):
            found.append((kind[1], colour, _mirrored(kind[1], numbers)))
            kind = kind[1]
        found.append((kind, colour, numbers))
    return tuple(found)


def _mirrored(kind: str, numbers: tuple[float, ...]) -> tuple[float, ...]:
    skip = {"l": 2, "c": 1, "a": 1}.get(kind, 0)
    head, body = numbers[:skip], numbers[skip:]
    if kind in "bpl":
        return (*head, *(-n if index % 2 == 0 else n for index, n in enumerate(body)))
    if kind == "r":
        return (-body[2], body[1], -body[0], body[3], *body[4:])
    if kind == "o":
        return (-body[0], *body[1:4], *(-n for n in body[4:]))
    if kind == "a":
        return (*head, -body[0], *body[1:3], 1.8 - body[4], 1.8 - body[3])
    return (*head, -body[0], *body[1:])


def inks(look: Look, rng: np.random.Generator) -> dict[str, Rgb]:
    """The colours that the letters of a figure stand for."""
    skin = rgb(SKINS[int(rng.integers(5))])
    glass = rgb("ffd98a") if look.lamp else mix(rgb("bfe0ee"), look.light, 0.2)
    return {
        "m": look.main,
        "d": look.dark,
        "l": look.light,
        "k": look.ink,
        "p": mix(look.light, (255, 252, 244), 0.65),
        "s": look.second(mix(look.dark, look.ink, 0.35)),
        "w": (252, 250, 245),
        "g": glass,
        "f": skin,
        "F": mix(skin, (90, 40, 50), 0.25),
        "h": rgb(HAIRS[int(rng.integers(6))]),
    }


def figure(*variants: str) -> Drawing:
    """A drawing that shows one of the figures, by the picture's seed."""

    def draw(pen: Pen, look: Look, rng: np.random.Generator) -> None:
        colours = inks(look, rng)
        text = variants[int(rng.integers(len(variants)))]
        for kind, colour, numbers in strokes(text):
            _stroke(pen, kind, colours[colour] if len(colour) == 1 else rgb(colour), numbers)

    return draw


def _stroke(pen: Pen, kind: str, fill: Rgb, n: tuple[float, ...]) -> None:
    if kind == "o":
        pen.oval(n[0], n[1], n[2], n[3], fill, n[4] * 100 if len(n) > 4 else 0.0)
    elif kind == "r":
        pen.box(n[0], n[1], n[2], n[3], fill, n[4] if len(n) > 4 else 0.0)
    elif kind == "l":
        pen.limb(list(zip(n[2::2], n[3::2], strict=True)), n[0], n[1], fill)
    elif kind == "c":
        pen.ring(n[1], n[2], n[3], n[0], fill)
    elif kind == "a":
        pen.arc(n[1], n[2], n[3], n[4] * 100, n[5] * 100, n[0], fill)
    elif kind == "e":
        pen.eye(n[0], n[1], n[2], fill)
    else:
        points = list(zip(n[0::2], n[1::2], strict=True))
        (pen.blob if kind == "b" else pen.poly)(points, fill)


def subjects(table: dict[str, tuple[str, float, str, str]]) -> dict[str, Subject]:
    """Subjects from rows of colour, height in canvas units, home and figure; `|` separates variants."""
    return {
        name: Subject(figure(*text.split("|")), rgb(colour), height, home)
        for name, (colour, height, home, text) in table.items()
    }
