"""Four-legged animals from one parametric body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aims.providers.sandbox.pen import Drawing, Look, Pen, Subject
from aims.providers.sandbox.palette import mix, rgb


@dataclass(frozen=True, slots=True)
class Build:
    """The proportions of an animal that looks to the right, in subject units (2 is the whole height)."""

    length: float = 1.0
    girth: float = 0.5
    leg: float = 0.55
    leg_width: float = 0.13
    reach: float = 0.18
    rise: float = 0.45
    neck: float = 0.26
    head: float = 0.2
    snout: float = 0.16
    muzzle: float = 0.1
    ear: str = "point"
    tail: str = "thin"
    marks: str = ""
    crown: str = ""


BUILDS: dict[str, tuple[Build, str, float]] = {
    "dog": (
        Build(0.95, 0.44, 0.58, 0.13, 0.2, 0.42, 0.28, 0.22, 0.22, 0.12, "flop", "up", "belly"),
        "b9793f",
        0.3,
    ),
    "fox": (
        Build(0.95, 0.4, 0.5, 0.1, 0.24, 0.34, 0.24, 0.21, 0.24, 0.08, "point", "bushy", "fox"),
        "d9662a",
        0.26,
    ),
    "wolf": (
        Build(1.0, 0.46, 0.6, 0.12, 0.24, 0.36, 0.3, 0.21, 0.24, 0.1, "point", "bushy", "belly"),
        "6f7682",
        0.32,
    ),
    "horse": (
        Build(1.05, 0.48, 0.82, 0.12, 0.26, 0.66, 0.28, 0.15, 0.3, 0.11, "small", "horse", "", "mane"),
        "7d4a2c",
        0.46,
    ),
    "unicorn": (
        Build(1.05, 0.46, 0.82, 0.11, 0.26, 0.66, 0.27, 0.15, 0.3, 0.11, "small", "horse", "", "unicorn"),
        "f4eef6",
        0.46,
    ),
    "bear": (Build(1.15, 0.72, 0.45, 0.24, 0.2, 0.2, 0.5, 0.27, 0.2, 0.14, "round", "stub"), "6b4630", 0.4),
    "panda": (
        Build(1.05, 0.74, 0.42, 0.25, 0.18, 0.24, 0.5, 0.3, 0.14, 0.14, "round", "stub", "panda"),
        "f2f0ea",
        0.36,
    ),
    "elephant": (
        Build(1.2, 0.82, 0.62, 0.27, 0.18, 0.3, 0.5, 0.3, 0.0, 0.1, "big", "thin", "", "trunk"),
        "8b8f9a",
        0.56,
    ),
    "deer": (
        Build(0.9, 0.4, 0.78, 0.085, 0.22, 0.62, 0.18, 0.14, 0.22, 0.09, "leaf", "stub", "belly", "antlers"),
        "a86c3c",
        0.46,
    ),
    "lion": (
        Build(1.1, 0.5, 0.52, 0.15, 0.16, 0.3, 0.36, 0.24, 0.16, 0.13, "round", "tuft", "", "lion"),
        "d9a24c",
        0.36,
    ),
    "tiger": (
        Build(1.15, 0.48, 0.5, 0.15, 0.22, 0.28, 0.34, 0.23, 0.15, 0.13, "round", "long", "stripes"),
        "e0852c",
        0.34,
    ),
    "cow": (
        Build(1.15, 0.6, 0.52, 0.14, 0.2, 0.26, 0.36, 0.2, 0.26, 0.14, "leaf", "tuft", "patches", "horns"),
        "f0ebe2",
        0.38,
    ),
    "sheep": (
        Build(0.95, 0.62, 0.38, 0.1, 0.16, 0.26, 0.3, 0.17, 0.18, 0.11, "flop", "stub", "wool"),
        "f1ede2",
        0.28,
    ),
    "pig": (
        Build(1.1, 0.62, 0.34, 0.15, 0.16, 0.12, 0.44, 0.24, 0.16, 0.12, "point", "curl"),
        "eda3a6",
        0.26,
    ),
    "giraffe": (
        Build(
            0.72, 0.4, 0.78, 0.085, 0.3, 1.0, 0.16, 0.12, 0.2, 0.09, "leaf", "tuft", "giraffe", "ossicones"
        ),
        "e3b45c",
        0.62,
    ),
    "zebra": (
        Build(1.0, 0.48, 0.72, 0.11, 0.26, 0.58, 0.26, 0.15, 0.28, 0.11, "small", "horse", "stripes", "mane"),
        "f4f1ec",
        0.42,
    ),
    "mouse": (Build(0.85, 0.5, 0.22, 0.09, 0.2, 0.02, 0.4, 0.24, 0.22, 0.05, "huge", "long"), "9a9099", 0.16),
    "camel": (
        Build(0.95, 0.46, 0.8, 0.11, 0.34, 0.56, 0.17, 0.14, 0.24, 0.1, "small", "tuft", "humps"),
        "c9985c",
        0.46,
    ),
}


def _animal(build: Build) -> Drawing:
    def draw(pen: Pen, look: Look, rng: np.random.Generator) -> None:
        _draw(pen, look, rng, build)

    return draw


def _draw(pen: Pen, look: Look, rng: np.random.Generator, b: Build) -> None:
    middle = 1 - b.leg - b.girth * 0.45
    half = b.length / 2
    hx, hy = half * 0.9 + b.reach, middle - b.rise
    legs = mix(look.dark, look.ink, 0.7) if b.marks in {"panda", "fox"} else look.main
    _tail(pen, look, b, -half * 0.98, middle - b.girth * 0.2)
    _legs(pen, b, half, middle, mix(legs, look.ink, 0.4), 0.13)
    if b.crown in {"mane", "unicorn"}:
        mane = look.second(rgb("e9a6d8") if b.crown == "unicorn" else mix(look.main, look.ink, 0.7))
        pen.limb(
            [(half * 0.55, middle - b.girth * 0.45), (hx - 0.2, hy + 0.16), (hx - 0.06, hy - 0.16)],
            0.2,
            0.12,
            mane,
        )
    pen.limb(
        [(half * 0.6, middle - b.girth * 0.05), (hx - 0.03, hy + 0.04)],
        b.girth * 0.72,
        b.neck * 0.8,
        look.main,
    )
    if b.marks == "humps":
        pen.oval(-half * 0.35, middle - b.girth * 0.45, 0.17, 0.25, look.main)
        pen.oval(half * 0.3, middle - b.girth * 0.45, 0.17, 0.25, look.main)
    body = [
        (-half, middle - b.girth * 0.1),
        (-half * 0.7, middle - b.girth * 0.5),
        (0, middle - b.girth * 0.46),
        (half * 0.6, middle - b.girth * 0.52),
        (half * 1.02, middle - b.girth * 0.05),
        (half * 0.8, middle + b.girth * 0.42),
        (0, middle + b.girth * 0.42),
        (-half * 0.75, middle + b.girth * 0.44),
    ]
    pen.blob(body, look.main)
    _marks(pen, look, b, half, middle, rng)
    _legs(pen, b, half, middle, legs, 0.0)
    _head(pen, look, b, hx, hy)


def _legs(pen: Pen, b: Build, half: float, middle: float, fill: tuple[int, int, int], shift: float) -> None:
    for side, bend in ((-1, -0.07), (1, 0.03)):
        x = side * half * 0.74 + shift * (1 if side > 0 else 1.1)
        knee = (x + bend, 1 - b.leg * 0.45)
        foot = (x + bend * 0.2, 0.97)
        pen.limb(
            [(x - bend * 0.4, middle + b.girth * 0.12), knee, foot],
            b.leg_width * 1.75,
            b.leg_width * 0.8,
            fill,
        )
        pen.oval(foot[0] + b.leg_width * 0.25, 0.965, b.leg_width * 0.62, 0.04, fill)


def _tail(pen: Pen, look: Look, b: Build, x: float, y: float) -> None:
    if b.tail == "bushy":
        pen.blob(
            [
                (x + 0.1, y + 0.02),
                (x - 0.18, y + 0.02),
                (x - 0.42, y + 0.26),
                (x - 0.5, y + 0.52),
                (x - 0.3, y + 0.46),
                (x - 0.08, y + 0.26),
            ],
            look.main,
        )
        tip = rgb("f7efe2") if b.marks == "fox" else look.dark
        pen.blob([(x - 0.42, y + 0.3), (x - 0.52, y + 0.54), (x - 0.3, y + 0.47)], tip)
    elif b.tail == "horse":
        hair = look.second(mix(look.main, look.ink, 0.7) if b.crown == "mane" else rgb("e9a6d8"))
        pen.limb(
            [(x + 0.06, y), (x - 0.14, y + 0.1), (x - 0.2, y + 0.4), (x - 0.14, y + 0.66)], 0.09, 0.16, hair
        )
    elif b.tail == "up":
        pen.limb([(x + 0.08, y + 0.02), (x - 0.1, y - 0.12), (x - 0.12, y - 0.34)], 0.13, 0.07, look.main)
    elif b.tail in {"thin", "tuft", "long", "curl"}:
        reach = 0.5 if b.tail == "long" else 0.34
        path = [(x + 0.04, y), (x - 0.12, y + 0.14), (x - 0.14, y + reach), (x - 0.26, y + reach + 0.08)]
        if b.tail == "curl":
            path = [(x + 0.02, y), (x - 0.1, y - 0.06), (x - 0.06, y - 0.16), (x - 0.16, y - 0.12)]
        pen.limb(path, 0.09 if b.tail == "long" else 0.05, 0.05, look.main if b.marks != "wool" else look.ink)
        if b.tail == "tuft":
            pen.oval(x - 0.26, y + reach + 0.1, 0.05, 0.1, look.ink, 20)
    else:
        pen.oval(x, y - 0.02, 0.1, 0.09, look.light)


def _marks(pen: Pen, look: Look, b: Build, half: float, middle: float, rng: np.random.Generator) -> None:
    g = b.girth
    if b.marks in {"belly", "fox"}:
        pen.blob(
            [
                (-half * 0.5, middle + g * 0.34),
                (half * 0.7, middle + g * 0.2),
                (half * 0.84, middle + g * 0.38),
                (0, middle + g * 0.42),
            ],
            look.light,
        )
    elif b.marks == "stripes":
        ink = rgb("23202a")
        for index in range(8):
            x = -half * 0.85 + index * half * 0.23
            tall = g * (0.62 if index % 2 else 0.46)
            pen.poly(
                [(x, middle - g * 0.46), (x + 0.07, middle - g * 0.46), (x + 0.05, middle - g * 0.46 + tall)],
                ink,
            )
    elif b.marks in {"patches", "giraffe"}:
        ink = look.second(rgb("2e2a30") if b.marks == "patches" else rgb("a8642c"))
        count, size = (5, 0.15) if b.marks == "patches" else (22, 0.055)
        for _ in range(count):
            x, y = (rng.random() - 0.5) * half * 1.5, middle + (rng.random() - 0.5) * g * 0.6
            pen.blob(
                [
                    (x - size, y),
                    (x, y - size * 0.8),
                    (x + size, y - size * 0.2),
                    (x + size * 0.4, y + size * 0.8),
                ],
                ink,
            )
    elif b.marks == "panda":
        pen.blob(
            [
                (half * 0.3, middle - g * 0.5),
                (half * 0.85, middle - g * 0.44),
                (half * 0.95, middle + g * 0.4),
                (half * 0.45, middle + g * 0.42),
            ],
            rgb("2a2730"),
        )
    elif b.marks == "wool":
        for index in range(16):
            angle = index / 16 * 6.283
            pen.oval(
                np.cos(angle) * half * 0.9,
                middle + np.sin(angle) * g * 0.42,
                0.16,
                0.15,
                look.main if index > 3 else look.dark,
            )
        pen.oval(0, middle, half * 0.9, g * 0.42, look.main)


def _head(pen: Pen, look: Look, b: Build, x: float, y: float) -> None:
    r = b.head
    face = rgb("3a333a") if b.marks == "wool" else look.main
    _ears(pen, look, b, x, y, face)
    if b.crown == "lion":
        pen.oval(x - 0.06, y + 0.06, r * 1.75, r * 1.8, mix(look.dark, rgb("7a3f1c"), 0.7))
        pen.oval(x - 0.02, y + 0.04, r * 1.4, r * 1.45, mix(look.dark, rgb("9a5522"), 0.5))
    if b.snout:
        pen.limb([(x, y + r * 0.15), (x + r * 0.5 + b.snout, y + r * 0.42)], r * 1.5, b.muzzle * 1.7, face)
    pen.oval(x, y, r, r * 0.95, face)
    if b.crown == "trunk":
        pen.limb(
            [
                (x + r * 0.6, y + r * 0.1),
                (x + r * 1.35, y + 0.3),
                (x + r * 1.25, y + 0.7),
                (x + r * 1.55, y + 0.86),
            ],
            0.26,
            0.1,
            look.main,
        )
        pen.limb([(x + r * 0.7, y + r * 0.75), (x + r * 1.6, y + r * 1.25)], 0.08, 0.03, rgb("f5efe0"))
        pen.blob(
            [
                (x - r * 1.2, y - r * 0.7),
                (x - r * 0.1, y - r * 0.8),
                (x + r * 0.1, y + r * 0.5),
                (x - r * 0.7, y + r * 1.5),
                (x - r * 1.5, y + r * 0.5),
            ],
            look.dark,
        )
    if b.marks in {"fox", "belly", "stripes"}:
        pen.limb(
            [(x + r * 0.3, y + r * 0.55), (x + r * 0.5 + b.snout, y + r * 0.55)],
            r * 0.75,
            b.muzzle * 0.9,
            brighter_face(look),
        )
    if b.marks == "panda":
        pen.oval(x + r * 0.3, y - r * 0.05, r * 0.32, r * 0.36, rgb("2a2730"), 25)
        pen.oval(x - r * 0.5, y, r * 0.26, r * 0.32, rgb("2a2730"), -20)
    if b.crown != "trunk":
        pen.oval(
            x + r * 0.5 + b.snout + b.muzzle * 0.55,
            y + r * 0.32,
            b.muzzle * 0.42,
            b.muzzle * 0.36,
            rgb("2a2228"),
        )
    pen.eye(
        x + r * 0.32,
        y - r * 0.12,
        max(0.026, r * 0.14),
        rgb("f4d35e") if b.marks == "wool" else rgb("1c1a22"),
    )
    _crown(pen, look, b, x, y)


def brighter_face(look: Look) -> tuple[int, int, int]:
    """The pale fur around a muzzle."""
    return mix(look.light, (255, 250, 240), 0.55)


def _ears(pen: Pen, look: Look, b: Build, x: float, y: float, face: tuple[int, int, int]) -> None:
    r = b.head
    inner = mix(look.dark, rgb("d98a8a"), 0.3)
    if b.ear == "point":
        for dx in (-0.62, 0.18):
            pen.poly(
                [
                    (x + r * dx, y - r * 0.4),
                    (x + r * (dx + 0.08), y - r * 1.75),
                    (x + r * (dx + 0.75), y - r * 0.6),
                ],
                face,
            )
            pen.poly(
                [
                    (x + r * (dx + 0.14), y - r * 0.6),
                    (x + r * (dx + 0.17), y - r * 1.4),
                    (x + r * (dx + 0.55), y - r * 0.65),
                ],
                inner,
            )
    elif b.ear in {"round", "huge"}:
        size = r * (0.4 if b.ear == "round" else 0.85)
        fill = rgb("2a2730") if b.marks == "panda" else look.dark
        for dx in (-0.62, 0.5):
            pen.oval(x + r * dx, y - r * 0.8, size, size, fill)
            pen.oval(x + r * dx, y - r * 0.78, size * 0.55, size * 0.55, inner)
    elif b.ear in {"leaf", "small"}:
        size = 0.16 if b.ear == "leaf" else 0.1
        pen.oval(x - r * 0.7, y - r * 0.8, size * 0.45, size, look.dark, -38)
        pen.oval(x - r * 0.1, y - r * 1.0, size * 0.42, size, face, -12)
    elif b.ear == "flop":
        pen.oval(x - r * 0.75, y + r * 0.1, r * 0.36, r * 0.85, look.dark, 18)


def _crown(pen: Pen, look: Look, b: Build, x: float, y: float) -> None:
    r = b.head
    if b.ear == "flop":
        pen.oval(x - r * 0.62, y + r * 0.2, r * 0.34, r * 0.8, look.dark, 14)
    if b.crown == "antlers":
        horn = rgb("6b4a30")
        for side in (-1, 1):
            tip = (x - 0.06 + side * 0.24, y - 0.52)
            pen.limb(
                [(x - 0.03 + side * 0.03, y - r * 0.8), (x - 0.04 + side * 0.22, y - 0.28), tip],
                0.05,
                0.025,
                horn,
            )
            for t, up in ((0.45, 0.2), (0.75, 0.2)):
                px, py = x - 0.04 + side * 0.22 * t * 1.25, y - 0.12 - 0.3 * t
                pen.limb([(px, py), (px + side * 0.13, py - up)], 0.035, 0.015, horn)
    elif b.crown == "horns":
        for side in (-1, 1):
            pen.limb(
                [
                    (x + side * r * 0.5, y - r * 0.7),
                    (x + side * r * 1.1, y - r * 1.1),
                    (x + side * r * 1.0, y - r * 1.6),
                ],
                0.07,
                0.02,
                rgb("d9cbb0"),
            )
    elif b.crown == "unicorn":
        pen.poly([(x + 0.02, y - r * 0.8), (x + 0.34, y - 0.56), (x + 0.14, y - r * 0.6)], rgb("f4c64e"))
    elif b.crown == "ossicones":
        for dx in (-0.05, 0.06):
            pen.limb([(x + dx, y - r * 0.7), (x + dx - 0.01, y - r * 1.7)], 0.035, 0.05, look.dark)


def sitting_cat(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A cat that sits and looks at the viewer, tail around its side."""
    pale = mix(look.light, (255, 250, 240), 0.6)
    pen.limb([(0.25, 0.86), (0.72, 0.9), (0.86, 0.55), (0.68, 0.3)], 0.17, 0.12, look.dark)
    pen.blob(
        [
            (-0.18, -0.25),
            (0.2, -0.25),
            (0.42, 0.25),
            (0.55, 0.78),
            (0.36, 0.98),
            (-0.36, 0.98),
            (-0.5, 0.75),
            (-0.38, 0.2),
        ],
        look.main,
    )
    pen.blob([(-0.13, -0.1), (0.13, -0.1), (0.16, 0.35), (0.0, 0.6), (-0.16, 0.35)], pale)
    for side in (-1, 1):
        pen.limb([(side * 0.15, 0.3), (side * 0.17, 0.7), (side * 0.16, 0.92)], 0.2, 0.16, look.main)
        pen.oval(side * 0.17, 0.94, 0.13, 0.065, pale)
        pen.poly([(side * 0.4, -0.5), (side * 0.42, -1.02), (side * 0.08, -0.78)], look.main)
        pen.poly(
            [(side * 0.34, -0.62), (side * 0.36, -0.9), (side * 0.17, -0.77)],
            mix(look.dark, rgb("e08f8f"), 0.6),
        )
    pen.blob(
        [(-0.42, -0.5), (-0.26, -0.8), (0.26, -0.8), (0.42, -0.5), (0.34, -0.25), (0, -0.13), (-0.34, -0.25)],
        look.main,
    )
    pen.blob([(-0.15, -0.36), (0.15, -0.36), (0.17, -0.2), (0, -0.14), (-0.17, -0.2)], pale)
    for index in (-1, 0, 1):
        pen.poly([(index * 0.1 - 0.03, -0.8), (index * 0.1 + 0.03, -0.8), (index * 0.07, -0.62)], look.dark)
    iris = rgb("8fd06a") if rng.random() < 0.6 else rgb("f0c64a")
    for side in (-1, 1):
        pen.oval(side * 0.19, -0.48, 0.095, 0.085, iris)
        pen.oval(side * 0.19, -0.48, 0.035, 0.08, rgb("17151c"))
        pen.oval(side * 0.19 + 0.025, -0.515, 0.02, 0.02, (255, 255, 255))
        for tilt in (-0.05, 0.02):
            pen.limb([(side * 0.14, -0.28), (side * 0.52, -0.3 + tilt)], 0.012, 0.006, look.ink)
    pen.poly([(-0.045, -0.36), (0.045, -0.36), (0, -0.31)], rgb("d9747a"))
    pen.limb([(0, -0.31), (0, -0.26)], 0.014, 0.014, look.ink)


def rabbit(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A crouching rabbit with upright ears."""
    pale = mix(look.light, (255, 252, 245), 0.6)
    pen.oval(-0.62, 0.62, 0.15, 0.14, pale)
    pen.blob(
        [(-0.6, 0.6), (-0.4, 0.2), (0.0, 0.12), (0.34, 0.3), (0.42, 0.85), (-0.1, 0.98), (-0.55, 0.92)],
        look.main,
    )
    pen.oval(-0.22, 0.7, 0.3, 0.27, look.dark, -10)
    pen.oval(-0.2, 0.7, 0.27, 0.25, look.main, -10)
    pen.limb([(-0.1, 0.94), (0.2, 0.95)], 0.1, 0.08, pale)
    pen.limb([(0.3, 0.6), (0.34, 0.93)], 0.16, 0.1, look.main)
    for dx, turn in ((0.24, -14), (0.42, 6)):
        pen.oval(dx, -0.48, 0.1, 0.42, look.main, turn)
        pen.oval(dx, -0.46, 0.05, 0.32, mix(look.main, rgb("e8a0a0"), 0.6), turn)
    pen.blob([(0.12, 0.1), (0.3, -0.14), (0.6, -0.02), (0.72, 0.2), (0.5, 0.38), (0.2, 0.34)], look.main)
    pen.oval(0.6, 0.26, 0.12, 0.1, pale)
    pen.oval(0.71, 0.17, 0.035, 0.03, rgb("d9747a"))
    pen.eye(0.46, 0.08, 0.055)


def monkey(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A sitting ape with a pale face."""
    pale = rgb("e0b48c")
    pen.limb([(0.3, 0.8), (0.8, 0.8), (0.85, 0.3), (0.65, 0.2)], 0.09, 0.07, look.dark)
    pen.blob([(-0.3, -0.05), (0.3, -0.05), (0.48, 0.6), (0.36, 0.97), (-0.36, 0.97), (-0.48, 0.6)], look.main)
    pen.oval(0, 0.5, 0.25, 0.34, mix(look.main, pale, 0.6))
    for side in (-1, 1):
        pen.limb([(side * 0.32, 0.05), (side * 0.6, 0.4), (side * 0.3, 0.72)], 0.2, 0.14, look.dark)
        pen.oval(side * 0.3, 0.94, 0.2, 0.08, look.dark)
        pen.oval(side * 0.45, -0.45, 0.15, 0.16, look.dark)
        pen.oval(side * 0.45, -0.45, 0.09, 0.1, pale)
    pen.oval(0, -0.45, 0.42, 0.42, look.main)
    pen.blob(
        [
            (-0.3, -0.5),
            (-0.15, -0.66),
            (0, -0.58),
            (0.15, -0.66),
            (0.3, -0.5),
            (0.26, -0.2),
            (0, -0.08),
            (-0.26, -0.2),
        ],
        pale,
    )
    for side in (-1, 1):
        pen.eye(side * 0.14, -0.48, 0.055)
        pen.oval(side * 0.035, -0.3, 0.018, 0.014, look.ink)
    pen.arc(0, -0.27, 0.13, 30, 150, 0.022, look.ink)


SUBJECTS: dict[str, Subject] = {
    **{
        name: Subject(_animal(build), rgb(tone), height, "ground")
        for name, (build, tone, height) in BUILDS.items()
    },
    "cat": Subject(sitting_cat, rgb("d98b45"), 0.3, "ground"),
    "rabbit": Subject(rabbit, rgb("b9a48c"), 0.22, "ground"),
    "monkey": Subject(monkey, rgb("6b4a35"), 0.34, "ground"),
}
