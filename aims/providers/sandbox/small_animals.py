"""Small animals that sit: the cat, the rabbit, the monkey."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.palette import mix, rgb
from aims.providers.sandbox.pen import Look, Pen


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
