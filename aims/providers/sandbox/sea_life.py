"""What lives in the sea."""

from __future__ import annotations

import math

import numpy as np

from aims.providers.sandbox.birds import (
    WHITE,
)
from aims.providers.sandbox.palette import brighter, mix, rgb
from aims.providers.sandbox.pen import Look, Pen


def fish(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A fish with fins and a striped flank."""
    pen.poly([(-0.5, 0.0), (-1.0, -0.42), (-0.88, 0.0), (-1.0, 0.42)], look.dark)
    pen.blob([(-0.2, -0.3), (0.1, -0.66), (0.42, -0.35)], look.dark)
    pen.blob([(-0.1, 0.3), (0.05, 0.58), (0.3, 0.3)], look.dark)
    pen.blob([(-0.62, 0), (-0.2, -0.36), (0.35, -0.38), (0.85, -0.02), (0.35, 0.36), (-0.2, 0.34)], look.main)
    stripe = look.second(brighter(look.light, 0.4))
    for x in (-0.25, 0.12):
        pen.blob(
            [(x - 0.06, -0.34), (x + 0.08, -0.35), (x + 0.14, 0), (x + 0.06, 0.33), (x - 0.08, 0.31), (x, 0)],
            stripe,
        )
    pen.blob([(0.15, 0.05), (-0.12, 0.16), (-0.06, 0.3), (0.18, 0.18)], look.light)
    pen.oval(0.58, -0.1, 0.1, 0.1, WHITE)
    pen.eye(0.6, -0.1, 0.06)


def whale(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A whale with a pale belly and a spout."""
    for side in (-1, 1):
        pen.limb(
            [(0.35, -0.45), (0.35 + side * 0.08, -0.8), (0.35 + side * 0.3, -0.75)], 0.06, 0.1, rgb("cfe8f4")
        )
    pen.blob([(-0.7, -0.1), (-1.02, -0.5), (-0.72, -0.42), (-0.5, -0.6), (-0.52, -0.1)], look.main)
    pen.blob(
        [
            (-0.75, -0.12),
            (-0.4, 0.1),
            (0.0, -0.4),
            (0.55, -0.45),
            (0.98, -0.05),
            (0.85, 0.38),
            (0.2, 0.52),
            (-0.4, 0.38),
        ],
        look.main,
    )
    pen.blob([(0.96, 0.08), (0.5, 0.14), (-0.2, 0.36), (0.2, 0.5), (0.82, 0.38)], WHITE)
    for index in range(4):
        pen.limb(
            [(0.86 - index * 0.1, 0.18 + index * 0.02), (0.5 - index * 0.12, 0.42)],
            0.018,
            0.012,
            mix(WHITE, look.dark, 0.4),
        )
    pen.blob([(0.2, 0.26), (-0.02, 0.72), (0.2, 0.68), (0.4, 0.32)], look.dark)
    pen.eye(0.62, -0.02, 0.05)


def dolphin(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A leaping dolphin."""
    pen.blob([(-0.78, 0.5), (-1.05, 0.42), (-0.92, 0.62), (-0.98, 0.88), (-0.7, 0.66)], look.dark)
    pen.blob([(-0.12, -0.42), (-0.2, -0.8), (0.18, -0.5)], look.dark)
    pen.limb([(-0.8, 0.58), (-0.45, 0.0), (0.1, -0.32), (0.55, -0.12), (0.72, 0.12)], 0.12, 0.4, look.main)
    pen.limb([(-0.5, 0.18), (0.08, -0.15), (0.5, 0.03), (0.68, 0.2)], 0.05, 0.18, brighter(look.light, 0.4))
    pen.limb([(0.72, 0.14), (0.98, 0.36)], 0.22, 0.1, look.main)
    pen.blob([(0.25, 0.0), (0.1, 0.38), (0.42, 0.16)], look.dark)
    pen.eye(0.7, 0.06, 0.035)


def shark(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A shark with a tall fin."""
    pen.poly([(-0.65, 0.0), (-1.05, -0.55), (-0.86, 0.0), (-1.0, 0.38)], look.main)
    pen.poly([(-0.15, -0.25), (0.02, -0.85), (0.34, -0.22)], look.main)
    pen.blob([(-0.78, 0), (-0.2, -0.3), (0.5, -0.28), (1.0, 0.02), (0.5, 0.28), (-0.2, 0.22)], look.main)
    pen.blob([(0.94, 0.06), (0.4, 0.1), (-0.4, 0.1), (-0.1, 0.22), (0.5, 0.27)], WHITE)
    pen.poly([(0.2, 0.12), (-0.05, 0.62), (0.42, 0.18)], look.dark)
    for index in range(4):
        pen.limb([(0.36 + index * 0.06, -0.1), (0.34 + index * 0.06, 0.08)], 0.018, 0.018, look.dark)
    pen.poly([(0.66, 0.16), (0.9, 0.1), (0.84, 0.18)], look.ink)
    pen.eye(0.7, -0.06, 0.04)


def octopus(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """An octopus with eight arms."""
    for index in range(8):
        x = -0.42 + index * 0.12
        sway = (x + 0.0) * 1.9
        curl = 0.14 if index % 2 else -0.14
        pen.limb(
            [(x, 0.1), (x + sway * 0.5, 0.45), (x + sway * 0.75 + curl, 0.75), (x + sway * 0.9 - curl, 0.94)],
            0.2,
            0.06,
            look.main if index % 2 else look.dark,
        )
    pen.blob([(-0.48, -0.3), (-0.3, -0.85), (0.3, -0.85), (0.48, -0.3), (0.38, 0.2), (-0.38, 0.2)], look.main)
    for x, y, size in ((-0.2, -0.6, 0.09), (0.12, -0.7, 0.06), (0.26, -0.5, 0.08)):
        pen.oval(x, y, size, size * 0.8, look.light)
    for side in (-1, 1):
        pen.oval(side * 0.19, -0.15, 0.13, 0.14, WHITE)
        pen.eye(side * 0.19, -0.13, 0.075)


def jellyfish(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A jellyfish with trailing threads."""
    for index in range(7):
        x = -0.45 + index * 0.15
        pen.limb(
            [(x, -0.1), (x + 0.1, 0.3), (x - 0.08, 0.6), (x + 0.06, 0.95)],
            0.06,
            0.02,
            look.light if index % 2 else look.dark,
        )
    for x in (-0.18, 0.1):
        pen.limb(
            [(x, -0.1), (x + 0.14, 0.2), (x - 0.06, 0.45), (x + 0.08, 0.7)],
            0.2,
            0.05,
            mix(look.light, WHITE, 0.4),
        )
    pen.blob(
        [
            (-0.66, -0.1),
            (-0.55, -0.65),
            (0, -0.95),
            (0.55, -0.65),
            (0.66, -0.1),
            (0.3, 0.0),
            (0, -0.06),
            (-0.3, 0.0),
        ],
        look.main,
    )
    pen.blob([(-0.46, -0.3), (-0.3, -0.68), (0, -0.8), (0.1, -0.55), (-0.2, -0.35)], look.light)


def turtle(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A turtle with a patterned shell."""
    skin = rgb("7fae62")
    for x, y, turn in ((0.42, 0.42, 35), (-0.5, 0.44, 140), (0.36, 0.5, 60), (-0.4, 0.5, 120)):
        pen.oval(x, y, 0.3, 0.12, mix(skin, look.dark, 0.2), turn)
    pen.limb([(0.5, 0.2), (0.84, -0.02)], 0.22, 0.2, skin)
    pen.oval(0.86, -0.05, 0.17, 0.15, skin)
    pen.blob([(-0.75, 0.3), (-0.5, -0.25), (0, -0.45), (0.45, -0.22), (0.68, 0.3), (0, 0.45)], look.main)
    for x, y in ((-0.35, 0.02), (0.02, -0.12), (0.36, 0.05), (-0.16, 0.22), (0.2, 0.22)):
        ring = [
            (x + 0.14 * math.cos(a), y + 0.11 * math.sin(a)) for a in (k * math.tau / 6 for k in range(6))
        ]
        pen.poly(ring, look.dark)
    pen.eye(0.92, -0.08, 0.035)


def crab(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A crab with raised claws."""
    for side in (-1, 1):
        for index in range(3):
            pen.limb(
                [
                    (side * 0.4, 0.4),
                    (side * (0.75 + index * 0.08), 0.3 + index * 0.16),
                    (side * (0.8 + index * 0.06), 0.72 + index * 0.1),
                ],
                0.09,
                0.04,
                look.dark,
            )
        pen.limb([(side * 0.4, 0.2), (side * 0.75, 0.0), (side * 0.68, -0.3)], 0.12, 0.1, look.main)
        pen.oval(side * 0.66, -0.46, 0.22, 0.26, look.main)
        pen.poly([(side * 0.62, -0.45), (side * 0.5, -0.85), (side * 0.78, -0.8)], look.light)
        pen.limb([(side * 0.15, 0.1), (side * 0.17, -0.16)], 0.05, 0.05, look.main)
        pen.oval(side * 0.17, -0.2, 0.09, 0.09, WHITE)
        pen.eye(side * 0.17, -0.2, 0.05)
    pen.oval(0, 0.35, 0.55, 0.36, look.main)
    pen.arc(0, 0.35, 0.2, 30, 150, 0.03, look.ink)
