"""Heads of animals seen from the front, for signs and masks: one parametric head, shaped by the build."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.animal_builds import BUILDS, Build
from aims.providers.sandbox.palette import Rgb, mix, rgb
from aims.providers.sandbox.pen import Drawing, Look, Pen, Subject

# The cat and the rabbit have bodies of their own; their heads come from the same rule as the others.
_MORE: dict[str, tuple[Build, str, float]] = {
    "cat": (Build(snout=0.1, muzzle=0.06, ear="point", marks="belly"), "d98b45", 0.3),
    "rabbit": (Build(snout=0.14, muzzle=0.06, ear="long", marks="belly"), "b9a48c", 0.22),
    "monkey": (Build(snout=0.12, muzzle=0.12, ear="side", marks="belly"), "6b4a35", 0.34),
}
_LONG = {"horse", "unicorn", "zebra", "deer", "cow", "giraffe", "camel", "sheep"}


def _head(name: str, build: Build) -> Drawing:
    def draw(pen: Pen, look: Look, rng: np.random.Generator) -> None:
        _behind(pen, look, build)
        _ears(pen, look, build)
        if name in _LONG:
            _long_face(pen, look, build)
        elif build.ear == "point" and build.marks in {"fox", "belly"}:
            _sharp_face(pen, look, build)
        else:
            _round_face(pen, look, build)
        _crown(pen, look, build)

    return draw


def _pale(look: Look) -> Rgb:
    return mix(look.light, (255, 250, 240), 0.75)


def _behind(pen: Pen, look: Look, b: Build) -> None:
    """The lion's mane and the elephant's ears."""
    if b.crown == "lion":
        mane = mix(look.dark, rgb("7a3f1c"), 0.6)
        for step in range(14):
            angle = step / 14 * 2 * np.pi
            pen.oval(np.cos(angle) * 0.62, 0.08 + np.sin(angle) * 0.62, 0.26, 0.26, mane)
        pen.oval(0, 0.08, 0.74, 0.74, mane)
    if b.crown == "trunk":
        for side in (-1, 1):
            ear = [
                (side * 0.3, -0.4),
                (side * 0.9, -0.6),
                (side * 1.02, 0.0),
                (side * 0.7, 0.4),
                (side * 0.3, 0.2),
            ]
            pen.blob(ear, look.dark)


def _ears(pen: Pen, look: Look, b: Build) -> None:
    inner = mix(look.dark, rgb("d98a8a"), 0.3)
    dark = mix(look.dark, look.ink, 0.75) if b.marks == "fox" else inner
    panda = rgb("2a2730")
    for side in (-1, 1):
        if b.ear == "point":
            pen.poly([(side * 0.74, -0.92), (side * 0.76, -0.06), (side * 0.14, -0.42)], look.main)
            pen.poly([(side * 0.66, -0.7), (side * 0.67, -0.26), (side * 0.34, -0.46)], dark)
        elif b.ear in {"round", "huge"}:
            size = 0.26 if b.ear == "round" else 0.42
            pen.oval(side * 0.52, -0.44, size, size, panda if b.marks == "panda" else look.dark)
            pen.oval(side * 0.52, -0.42, size * 0.55, size * 0.55, panda if b.marks == "panda" else inner)
        elif b.ear == "side":
            pen.oval(side * 0.68, 0.02, 0.22, 0.26, look.main)
            pen.oval(side * 0.68, 0.02, 0.13, 0.16, inner)
        elif b.ear == "long":
            pen.oval(side * 0.26, -0.62, 0.15, 0.46, look.main, side * 8)
            pen.oval(side * 0.26, -0.6, 0.08, 0.36, inner, side * 8)
        elif b.ear == "flop":
            pen.blob(
                [(side * 0.36, -0.5), (side * 0.8, -0.4), (side * 0.86, 0.3), (side * 0.58, 0.4)], look.dark
            )
        elif b.ear in {"leaf", "small"}:
            pen.oval(side * 0.5, -0.58, 0.14, 0.28, look.dark, side * (58 if b.ear == "leaf" else 24))


def _sharp_face(pen: Pen, look: Look, b: Build) -> None:
    """A face that narrows to the nose: fox, wolf, cat."""
    cat = b.snout < 0.15
    low = 0.62 if cat else 0.9
    face = [(-0.76, -0.06), (-0.3, -0.42), (0.3, -0.42), (0.76, -0.06), (0.78, 0.2), (0, low), (-0.78, 0.2)]
    if cat:
        pen.blob(
            [(-0.72, 0.05), (-0.5, -0.42), (0.5, -0.42), (0.72, 0.05), (0.4, 0.6), (-0.4, 0.6)], look.main
        )
        pen.blob([(-0.3, 0.2), (0.3, 0.2), (0.3, 0.5), (0, 0.6), (-0.3, 0.5)], _pale(look))
    else:
        pen.poly(face, look.main)
        for side in (-1, 1):
            cheek = [(side * 0.78, 0.2), (side * 0.5, 0.08), (side * 0.24, 0.3), (0, low - 0.18), (0, low)]
            pen.poly(cheek, _pale(look))
        pen.poly([(0, -0.42), (0.3, -0.42), (0.76, -0.06), (0.5, 0.08), (0.24, 0.3), (0, 0.1)], look.dark)
    nose = 0.34 if cat else low - 0.04
    pen.poly([(-0.13, nose - 0.1), (0.13, nose - 0.1), (0, nose + 0.06)], rgb("241d24"))
    for side in (-1, 1):
        if cat:
            pen.oval(side * 0.3, -0.02, 0.13, 0.13, rgb("f0c64a"))
            pen.oval(side * 0.3, -0.02, 0.05, 0.12, rgb("1c1a22"))
            for tilt in (0.0, 0.1):
                pen.limb([(side * 0.3, 0.34 + tilt * 0.4), (side * 0.95, 0.28 + tilt)], 0.02, 0.01, look.ink)
        else:
            pen.poly([(side * 0.46, -0.04), (side * 0.18, 0.14), (side * 0.4, 0.14)], rgb("241d24"))


def _round_face(pen: Pen, look: Look, b: Build) -> None:
    """A round face with a muzzle: bear, panda, tiger, dog, pig, mouse."""
    pen.oval(0, 0.12, 0.7, 0.62, look.main)
    for side in (-1, 1):
        if b.marks == "panda":
            pen.oval(side * 0.3, 0.06, 0.17, 0.22, rgb("2a2730"), side * 28)
        if b.marks == "stripes":
            for row in (0.0, 0.18, 0.36):
                pen.poly(
                    [(side * 0.7, row - 0.04), (side * 0.4, row + 0.06), (side * 0.68, row + 0.08)],
                    rgb("23202a"),
                )
            pen.poly([(side * 0.04, -0.5), (side * 0.2, -0.5), (side * 0.1, -0.2)], rgb("23202a"))
        pen.eye(side * 0.28, 0.04, 0.085)
    if b.crown == "trunk":
        pen.limb([(0, 0.2), (0.02, 0.6), (0.06, 0.86), (0.24, 0.92)], 0.36, 0.16, look.main)
        for side in (-1, 1):
            pen.limb([(side * 0.3, 0.5), (side * 0.36, 0.8)], 0.1, 0.03, rgb("f5efe0"))
        return
    snout = look.dark if b.tail == "curl" else _pale(look)
    pen.oval(0, 0.42, 0.3, 0.23, snout)
    if b.tail == "curl":
        for side in (-1, 1):
            pen.oval(side * 0.1, 0.42, 0.05, 0.08, look.ink)
        return
    pen.oval(0, 0.32, 0.12, 0.08, rgb("2a2228"))
    pen.limb([(0, 0.36), (0, 0.5)], 0.03, 0.03, rgb("2a2228"))
    pen.limb([(-0.14, 0.52), (0, 0.5), (0.14, 0.52)], 0.03, 0.03, rgb("2a2228"))


def _long_face(pen: Pen, look: Look, b: Build) -> None:
    """A long face with the eyes at its sides: horse, deer, cow, sheep."""
    face = rgb("3a333a") if b.marks == "wool" else look.main
    if b.marks == "wool":
        for step in range(11):
            angle = step / 11 * 2 * np.pi
            pen.oval(np.cos(angle) * 0.5, -0.26 + np.sin(angle) * 0.32, 0.22, 0.2, look.main)
    shape = [
        (-0.4, -0.4),
        (0, -0.6),
        (0.4, -0.4),
        (0.36, 0.1),
        (0.26, 0.6),
        (0.2, 0.9),
        (-0.2, 0.9),
        (-0.26, 0.6),
    ]
    pen.blob([*shape, (-0.36, 0.1)], face)
    pen.oval(0, 0.74, 0.3, 0.22, mix(_pale(look), face, 0.35))
    for side in (-1, 1):
        pen.oval(side * 0.12, 0.72, 0.045, 0.06, rgb("2a2228"))
        pen.eye(side * 0.3, -0.08, 0.075, rgb("f4d35e") if b.marks == "wool" else rgb("1c1a22"))
        if b.marks == "stripes":
            for row in (-0.3, -0.12, 0.2, 0.36):
                pen.poly(
                    [(side * 0.38, row), (side * 0.08, row + 0.06), (side * 0.36, row + 0.08)], rgb("23202a")
                )


def _crown(pen: Pen, look: Look, b: Build) -> None:
    if b.crown in {"mane", "unicorn"}:
        hair = look.second(rgb("e9a6d8") if b.crown == "unicorn" else mix(look.main, look.ink, 0.7))
        pen.blob([(-0.16, -0.66), (0.16, -0.66), (0.14, -0.3), (0.0, 0.02), (-0.14, -0.3)], hair)
    if b.crown == "unicorn":
        pen.poly([(-0.07, -0.56), (0.07, -0.56), (0, -1.1)], rgb("f4c64e"))
    for side in (-1, 1):
        if b.crown == "antlers":
            horn = rgb("6b4a30")
            pen.limb([(side * 0.14, -0.5), (side * 0.42, -0.74), (side * 0.6, -1.14)], 0.09, 0.04, horn)
            pen.limb([(side * 0.36, -0.68), (side * 0.74, -0.8)], 0.06, 0.03, horn)
            pen.limb([(side * 0.3, -0.64), (side * 0.26, -1.04)], 0.06, 0.03, horn)
        elif b.crown == "horns":
            pen.limb(
                [(side * 0.3, -0.5), (side * 0.66, -0.66), (side * 0.68, -0.96)], 0.15, 0.04, rgb("d9cbb0")
            )
        elif b.crown == "ossicones":
            pen.limb([(side * 0.12, -0.5), (side * 0.14, -0.86)], 0.07, 0.1, look.dark)


SUBJECTS: dict[str, Subject] = {
    f"head of {name}": Subject(_head(name, build), rgb(tone), 0.4, "any")
    for name, (build, tone, _height) in {**BUILDS, **_MORE}.items()
}
