"""Birds."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.palette import Rgb, brighter, mix, rgb
from aims.providers.sandbox.pen import Look, Pen

WHITE: Rgb = (250, 248, 242)


BEAK = rgb("f0a030")


def perched(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A plump songbird on a twig."""
    pen.limb([(-0.9, 0.86), (0, 0.8), (0.95, 0.88)], 0.08, 0.05, rgb("5a4032"))
    for x in (-0.02, 0.14):
        pen.limb([(x, 0.55), (x + 0.02, 0.8)], 0.035, 0.03, rgb("8a5a30"))
    pen.poly([(-0.35, 0.2), (-0.95, 0.62), (-0.82, 0.74), (-0.2, 0.5)], look.dark)
    pen.blob(
        [(-0.5, 0.2), (-0.2, -0.25), (0.25, -0.42), (0.52, -0.1), (0.5, 0.3), (0.2, 0.6), (-0.25, 0.52)],
        look.main,
    )
    pen.blob(
        [(0.5, 0.0), (0.5, 0.32), (0.2, 0.58), (-0.05, 0.5), (0.2, 0.15)],
        look.second(brighter(look.light, 0.35)),
    )
    pen.blob([(-0.62, 0.38), (-0.3, -0.05), (0.1, -0.02), (0.1, 0.26), (-0.2, 0.42)], look.dark)
    pen.oval(0.36, -0.36, 0.27, 0.26, look.main)
    pen.poly([(0.6, -0.42), (0.86, -0.32), (0.6, -0.26)], BEAK)
    pen.eye(0.45, -0.4, 0.05)


def flock(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """Several birds in flight, seen as wing strokes."""
    for index in range(6):
        x, y = -0.8 + index * 0.32, (-0.5, 0.1, -0.25, 0.35, -0.65, 0.0)[index]
        size = 0.2 + 0.07 * (index % 3)
        for side in (-1, 1):
            pen.limb(
                [(x, y), (x + side * size * 0.55, y - size * 0.5), (x + side * size * 1.1, y - size * 0.15)],
                size * 0.2,
                size * 0.04,
                look.main,
            )


def soaring(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A bird of prey with spread wings."""
    for side in (-1, 1):
        tips = [(side * 0.12, -0.05), (side * 0.5, -0.38), (side * 0.95, -0.5)]
        fingers = [(side * (1.12 - 0.05 * i), -0.42 + 0.13 * i) for i in range(5)]
        outline: list[tuple[float, float]] = [*tips]
        for finger in fingers:
            outline += [finger, (finger[0] - side * 0.14, finger[1] + 0.05)]
        pen.poly([*outline, (side * 0.55, 0.16), (side * 0.14, 0.22)], look.main)
        pen.poly(
            [
                (side * 0.14, 0.1),
                (side * 0.6, -0.12),
                (side * 0.95, -0.2),
                (side * 0.55, 0.16),
                (side * 0.14, 0.22),
            ],
            look.dark,
        )
    pen.blob([(-0.14, -0.2), (0, -0.34), (0.14, -0.2), (0.13, 0.3), (0, 0.45), (-0.13, 0.3)], look.main)
    pen.poly([(-0.1, 0.35), (0.1, 0.35), (0.26, 0.75), (0, 0.68), (-0.26, 0.75)], look.dark)
    pen.oval(0, -0.36, 0.13, 0.15, WHITE)
    pen.poly([(-0.05, -0.32), (0.05, -0.32), (0, -0.18)], BEAK)


def owl(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """An owl with big eyes on a branch."""
    pen.limb([(-1, 0.9), (0, 0.86), (1, 0.92)], 0.1, 0.08, rgb("5a4032"))
    pen.blob(
        [
            (-0.42, -0.3),
            (-0.3, -0.75),
            (0.3, -0.75),
            (0.42, -0.3),
            (0.48, 0.4),
            (0.2, 0.88),
            (-0.2, 0.88),
            (-0.48, 0.4),
        ],
        look.main,
    )
    pen.blob([(-0.26, 0.0), (0.26, 0.0), (0.28, 0.5), (0, 0.84), (-0.28, 0.5)], look.light)
    for row in range(4):
        for column in range(-1, 2):
            pen.poly(
                [
                    (column * 0.15 - 0.05, 0.15 + row * 0.15),
                    (column * 0.15 + 0.05, 0.15 + row * 0.15),
                    (column * 0.15, 0.23 + row * 0.15),
                ],
                look.dark,
            )
    for side in (-1, 1):
        pen.poly([(side * 0.1, -0.7), (side * 0.44, -1.0), (side * 0.4, -0.5)], look.dark)
        pen.blob(
            [
                (side * 0.3, -0.2),
                (side * 0.5, 0.0),
                (side * 0.52, 0.5),
                (side * 0.36, 0.72),
                (side * 0.3, 0.3),
            ],
            look.dark,
        )
        pen.oval(side * 0.2, -0.42, 0.22, 0.22, brighter(look.light, 0.4))
        pen.oval(side * 0.19, -0.42, 0.14, 0.14, rgb("f2b72e"))
        pen.eye(side * 0.19, -0.42, 0.085)
        pen.limb([(side * 0.12, 0.84), (side * 0.12, 0.92)], 0.1, 0.07, BEAK)
    pen.poly([(-0.07, -0.34), (0.07, -0.34), (0, -0.16)], BEAK)


def penguin(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A standing penguin."""
    for side in (-1, 1):
        pen.oval(side * 0.2, 0.95, 0.2, 0.06, BEAK)
        pen.blob([(side * 0.3, -0.2), (side * 0.62, 0.3), (side * 0.52, 0.42), (side * 0.36, 0.3)], look.main)
    pen.blob(
        [(-0.3, -0.55), (0, -0.95), (0.3, -0.55), (0.45, 0.3), (0.32, 0.92), (-0.32, 0.92), (-0.45, 0.3)],
        look.main,
    )
    pen.blob([(-0.2, -0.3), (0.2, -0.3), (0.32, 0.35), (0.2, 0.9), (-0.2, 0.9), (-0.32, 0.35)], WHITE)
    pen.oval(-0.12, -0.58, 0.14, 0.17, WHITE)
    pen.oval(0.12, -0.58, 0.14, 0.17, WHITE)
    pen.poly([(-0.08, -0.52), (0.08, -0.52), (0, -0.38)], BEAK)
    for side in (-1, 1):
        pen.eye(side * 0.11, -0.62, 0.05)
        pen.oval(side * 0.2, -0.3, 0.12, 0.08, rgb("f4c04e"))


def swimmer(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A duck or swan on the water."""
    pen.limb([(0.35, 0.45), (0.3, 0.0), (0.52, -0.35)], 0.26, 0.16, look.main)
    pen.blob(
        [(-0.8, 0.25), (-0.3, 0.22), (0.3, 0.2), (0.55, 0.5), (0.3, 0.85), (-0.4, 0.85), (-0.78, 0.55)],
        look.main,
    )
    pen.poly([(-0.7, 0.45), (-1.0, 0.12), (-0.5, 0.3)], look.main)
    pen.blob([(-0.6, 0.36), (0.0, 0.3), (0.2, 0.5), (-0.1, 0.68), (-0.5, 0.6)], look.dark)
    pen.oval(0.54, -0.38, 0.19, 0.18, look.main)
    pen.blob([(0.68, -0.42), (0.95, -0.32), (0.93, -0.24), (0.68, -0.28)], BEAK)
    pen.eye(0.58, -0.43, 0.04)


def flamingo(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A long-legged bird on one leg."""
    pen.limb([(0.0, 0.2), (0.02, 0.98)], 0.045, 0.04, look.dark)
    pen.limb([(-0.1, 0.2), (0.2, 0.5), (-0.05, 0.56)], 0.045, 0.035, look.dark)
    pen.limb([(0.28, 0.0), (0.52, -0.3), (0.22, -0.6), (0.42, -0.88)], 0.14, 0.1, look.main)
    pen.blob([(-0.7, 0.12), (-0.3, -0.22), (0.2, -0.2), (0.38, 0.05), (0.1, 0.28), (-0.4, 0.28)], look.main)
    pen.blob([(-0.75, 0.16), (-0.3, -0.05), (0.1, 0.0), (-0.1, 0.2), (-0.5, 0.24)], look.dark)
    pen.oval(0.46, -0.88, 0.13, 0.11, look.main)
    pen.blob([(0.55, -0.92), (0.78, -0.82), (0.74, -0.66), (0.6, -0.8)], rgb("2c2630"))
    pen.eye(0.48, -0.9, 0.03)


def fowl(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A hen or rooster."""
    for x in (-0.08, 0.14):
        pen.limb([(x, 0.6), (x, 0.95)], 0.05, 0.05, BEAK)
        pen.limb([(x - 0.06, 0.97), (x + 0.12, 0.97)], 0.04, 0.03, BEAK)
    for index in range(5):
        pen.limb(
            [
                (-0.3, 0.2),
                (-0.7 - 0.05 * index, -0.1 - 0.08 * index),
                (-0.95 + 0.05 * index, 0.25 - 0.16 * index),
            ],
            0.14,
            0.06,
            mix(look.dark, rgb("20504a"), 0.2 * index),
        )
    pen.blob(
        [
            (-0.55, 0.05),
            (-0.2, 0.2),
            (0.1, 0.0),
            (0.2, -0.5),
            (0.46, -0.48),
            (0.52, 0.2),
            (0.25, 0.66),
            (-0.25, 0.66),
        ],
        look.main,
    )
    pen.blob([(-0.4, 0.2), (0.1, 0.2), (0.15, 0.42), (-0.2, 0.5)], look.dark)
    for dx in (0.22, 0.33, 0.44):
        pen.oval(dx, -0.64, 0.075, 0.11, rgb("d23a34"))
    pen.oval(0.35, -0.48, 0.18, 0.18, look.main)
    pen.oval(0.5, -0.28, 0.06, 0.1, rgb("d23a34"))
    pen.poly([(0.5, -0.54), (0.72, -0.45), (0.5, -0.38)], BEAK)
    pen.eye(0.4, -0.5, 0.035)
