"""Four-legged animals from one parametric body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aims.providers.sandbox.animal_builds import BUILDS, Build
from aims.providers.sandbox.canvas import Point
from aims.providers.sandbox.palette import mix, rgb
from aims.providers.sandbox.pen import Drawing, Look, Pen, Subject
from aims.providers.sandbox.small_animals import monkey, rabbit, sitting_cat


def _animal(build: Build) -> Drawing:
    def draw(pen: Pen, look: Look, rng: np.random.Generator) -> None:
        _draw(pen, look, rng, build)

    return draw


def _draw(pen: Pen, look: Look, rng: np.random.Generator, b: Build) -> None:
    middle = 1 - b.leg - b.girth * 0.45
    half = b.length / 2
    hx, hy = half * 0.9 + b.reach, middle - b.rise
    if look.pose == "lying":
        # Folded legs: the body comes down to the ground, the head rests lower.
        b = replace(b, leg=0.16, rise=b.rise * 0.5)
        middle = 1 - b.leg - b.girth * 0.45
        hx, hy = half * 0.9 + b.reach, min(middle - b.rise, 1 - b.head)
    legs = mix(look.dark, look.ink, 0.7) if b.marks in {"panda", "fox"} else look.main
    _tail(pen, look, b, -half * 0.98, middle - b.girth * 0.2)
    _legs(pen, b, half, middle, mix(legs, look.ink, 0.4), 0.13, look.pose)
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
    _legs(pen, b, half, middle, legs, 0.0, look.pose)
    _head(pen, look, b, hx, hy)


def _legs(
    pen: Pen, b: Build, half: float, middle: float, fill: tuple[int, int, int], shift: float, pose: str
) -> None:
    for side, bend in ((-1, -0.07), (1, 0.03)):
        x = side * half * 0.74 + shift * (1 if side > 0 else 1.1)
        hip = (x - bend * 0.4, middle + b.girth * 0.12)
        if pose == "lying":
            pen.limb([(x, 0.86), (x + 0.2, 0.93)], b.leg_width * 1.9, b.leg_width * 1.1, fill)
            continue
        if pose == "running":
            knee, foot = _stride(b, hip, side, shift > 0)
        else:
            knee, foot = (x + bend, 1 - b.leg * 0.45), (x + bend * 0.2, 0.97)
        pen.limb([hip, knee, foot], b.leg_width * 1.75, b.leg_width * 0.8, fill)
        pen.oval(foot[0] + b.leg_width * 0.25, foot[1] - 0.005, b.leg_width * 0.62, 0.04, fill)


def _stride(b: Build, hip: Point, side: int, behind: bool) -> tuple[Point, Point]:
    """Knee and foot of a leg in full run: near legs reach out, those behind them gather under the body."""
    x, y = hip
    reach = max(b.leg, 0.3)
    if side > 0:
        knee = (x + reach * (0.32 if not behind else 0.42), y + reach * (0.42 if not behind else 0.22))
        foot = (knee[0] + reach * (0.5 if not behind else 0.06), min(0.97, knee[1] + reach * 0.36))
    else:
        knee = (x - reach * (0.2 if not behind else -0.22), y + reach * 0.46)
        foot = (knee[0] - reach * (0.55 if not behind else 0.2), min(0.97, knee[1] + reach * 0.36))
    return knee, foot


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
            pale_muzzle(look),
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
    _gaze(pen, look, b, x, y)
    _crown(pen, look, b, x, y)


def _gaze(pen: Pen, look: Look, b: Build, x: float, y: float) -> None:
    """An open eye, or a closed one in sleep."""
    r = b.head
    if look.pose == "lying":
        lid = [(x + r * 0.14, y - r * 0.1), (x + r * 0.32, y), (x + r * 0.5, y - r * 0.1)]
        pen.limb(lid, 0.03, 0.03, look.ink)
        return
    iris = rgb("f4d35e") if b.marks == "wool" else rgb("1c1a22")
    pen.eye(x + r * 0.32, y - r * 0.12, max(0.026, r * 0.14), iris)


def pale_muzzle(look: Look) -> tuple[int, int, int]:
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


_CAT = Build(0.95, 0.38, 0.44, 0.1, 0.16, 0.3, 0.24, 0.23, 0.1, 0.07, "point", "long", "belly")


def _cat(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A cat sits, unless it runs or sleeps."""
    if look.pose:
        _draw(pen, look, rng, _CAT)
    else:
        sitting_cat(pen, look, rng)


SUBJECTS: dict[str, Subject] = {
    **{
        name: Subject(_animal(build), rgb(tone), height, "ground")
        for name, (build, tone, height) in BUILDS.items()
    },
    "cat": Subject(_cat, rgb("d98b45"), 0.3, "ground"),
    "rabbit": Subject(rabbit, rgb("b9a48c"), 0.22, "ground"),
    "monkey": Subject(monkey, rgb("6b4a35"), 0.34, "ground"),
}
