"""Birds, insects, reptiles, sea animals and dragons."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.birds import WHITE, flamingo, flock, fowl, owl, penguin, perched, soaring, swimmer
from aims.providers.sandbox.palette import brighter, mix, rgb
from aims.providers.sandbox.pen import Look, Pen, Subject
from aims.providers.sandbox.sea_life import crab, dolphin, fish, jellyfish, octopus, shark, turtle, whale


def butterfly(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A butterfly with patterned wings."""
    edge, spot = look.ink, look.second(brighter(look.light, 0.3))
    for side in (-1, 1):
        pen.blob(
            [(0, -0.1), (side * 0.35, -0.75), (side * 0.95, -0.8), (side * 0.95, -0.3), (side * 0.5, 0.05)],
            edge,
        )
        pen.blob(
            [(0, 0.0), (side * 0.5, 0.02), (side * 0.75, 0.4), (side * 0.45, 0.85), (side * 0.15, 0.5)], edge
        )
        pen.blob(
            [
                (side * 0.06, -0.12),
                (side * 0.4, -0.66),
                (side * 0.84, -0.7),
                (side * 0.82, -0.34),
                (side * 0.46, -0.04),
            ],
            look.main,
        )
        pen.blob(
            [
                (side * 0.07, 0.05),
                (side * 0.46, 0.08),
                (side * 0.64, 0.4),
                (side * 0.42, 0.72),
                (side * 0.17, 0.42),
            ],
            look.dark,
        )
        pen.blob(
            [(side * 0.14, -0.16), (side * 0.4, -0.5), (side * 0.62, -0.52), (side * 0.4, -0.16)], look.light
        )
        pen.oval(side * 0.7, -0.5, 0.08, 0.08, spot)
        pen.oval(side * 0.43, 0.42, 0.09, 0.11, spot)
        pen.limb([(0, -0.38), (side * 0.16, -0.7), (side * 0.3, -0.8)], 0.025, 0.02, look.ink)
    pen.blob([(-0.055, -0.4), (0.055, -0.4), (0.06, 0.1), (0, 0.55), (-0.06, 0.1)], look.ink)


def bee(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A striped bee."""
    for dx, turn in ((-0.2, -35), (0.12, 15)):
        pen.oval(dx, -0.45, 0.22, 0.45, mix(WHITE, rgb("9fc6e8"), 0.35), turn)
    pen.oval(0, 0.1, 0.68, 0.45, look.main)
    for x in (-0.35, -0.05, 0.25):
        pen.oval(x, 0.1, 0.07, 0.42 - abs(x) * 0.3, rgb("2a2226"))
    pen.oval(0.6, 0.02, 0.26, 0.27, rgb("2a2226"))
    pen.eye(0.68, -0.04, 0.07, rgb("f4f0e0"))
    pen.poly([(-0.64, 0.05), (-0.86, 0.12), (-0.64, 0.2)], rgb("2a2226"))
    for dx in (0.62, 0.74):
        pen.limb([(dx, -0.2), (dx + 0.12, -0.5)], 0.03, 0.03, rgb("2a2226"))


def bat(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A bat with spread wings."""
    for side in (-1, 1):
        pen.poly(
            [
                (0, -0.15),
                (side * 0.4, -0.45),
                (side * 1.0, -0.4),
                (side * 0.92, 0.2),
                (side * 0.7, 0.02),
                (side * 0.5, 0.3),
                (side * 0.3, 0.1),
                (side * 0.12, 0.35),
            ],
            look.main,
        )
        pen.poly([(side * 0.03, -0.35), (side * 0.17, -0.62), (side * 0.18, -0.3)], look.main)
        pen.oval(side * 0.07, -0.26, 0.035, 0.035, rgb("f4c64e"))
    pen.oval(0, 0.05, 0.16, 0.32, look.main)
    pen.oval(0, -0.25, 0.19, 0.18, look.main)
    for side in (-1, 1):
        pen.oval(side * 0.07, -0.26, 0.035, 0.035, rgb("f4c64e"))


def frog(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A sitting frog."""
    for side in (-1, 1):
        pen.oval(side * 0.55, 0.6, 0.28, 0.36, look.dark, side * 25)
        pen.oval(side * 0.6, 0.93, 0.28, 0.07, look.main)
        pen.oval(side * 0.34, -0.34, 0.22, 0.22, look.main)
    pen.blob([(-0.5, -0.2), (0.5, -0.2), (0.58, 0.4), (0.36, 0.92), (-0.36, 0.92), (-0.58, 0.4)], look.main)
    pen.oval(0, 0.56, 0.32, 0.34, brighter(look.light, 0.3))
    for side in (-1, 1):
        pen.limb([(side * 0.3, 0.4), (side * 0.28, 0.9)], 0.16, 0.14, look.dark)
        pen.oval(side * 0.34, -0.36, 0.15, 0.15, WHITE)
        pen.eye(side * 0.34, -0.36, 0.09)
    pen.arc(0, -0.18, 0.34, 25, 155, 0.03, look.ink)


def snake(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A coiled snake."""
    path = [
        (-0.95, 0.9),
        (-0.3, 0.72),
        (0.55, 0.92),
        (0.6, 0.5),
        (-0.45, 0.5),
        (-0.5, 0.15),
        (0.3, 0.1),
        (0.35, -0.4),
        (0.12, -0.6),
    ]
    pen.limb(path, 0.08, 0.24, look.main)
    pen.limb(path[:-1], 0.02, 0.07, look.light)
    pen.limb([(0.3, -0.6), (0.62, -0.62)], 0.025, 0.015, rgb("d23a34"))
    pen.oval(0.14, -0.62, 0.22, 0.15, look.main)
    pen.eye(0.2, -0.67, 0.04)


def snail(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A snail with a spiral shell."""
    body = rgb("d8c19a")
    pen.limb([(-0.9, 0.92), (0.1, 0.88), (0.62, 0.82), (0.78, 0.35)], 0.12, 0.24, body)
    for dx in (0.7, 0.84):
        pen.limb([(dx, 0.3), (dx + 0.06, -0.02)], 0.04, 0.04, body)
        pen.oval(dx + 0.06, -0.04, 0.05, 0.05, look.ink)
    for index in range(6):
        size = 0.58 - index * 0.1
        pen.oval(
            -0.12 + index * 0.035, 0.28 + index * 0.03, size, size, look.main if index % 2 == 0 else look.dark
        )


def dragon(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A winged dragon that breathes fire."""
    pen.poly(
        [
            (-0.1, -0.05),
            (-0.5, -0.98),
            (-1.1, -0.75),
            (-0.95, -0.45),
            (-0.75, -0.5),
            (-0.7, -0.18),
            (-0.45, -0.22),
        ],
        look.dark,
    )
    for tip in ((-1.1, -0.75), (-0.95, -0.45), (-0.7, -0.18)):
        pen.limb(
            [(-0.1, -0.05), (-0.5, -0.95), tip] if tip[1] < -0.7 else [(-0.5, -0.95), tip],
            0.05,
            0.02,
            look.ink,
        )
    pen.limb([(-0.2, 0.4), (-0.65, 0.62), (-1.0, 0.45), (-1.1, 0.15)], 0.3, 0.05, look.main)
    pen.poly([(-1.2, 0.2), (-1.14, -0.1), (-0.98, 0.18)], look.dark)
    pen.limb([(-0.25, 0.35), (0.1, 0.15), (0.3, -0.25), (0.45, -0.55)], 0.5, 0.2, look.main)
    pen.limb([(-0.05, 0.5), (0.22, 0.22), (0.4, -0.2)], 0.18, 0.07, look.light)
    for x in (-0.25, 0.12):
        pen.limb([(x, 0.4), (x + 0.12, 0.68), (x, 0.94)], 0.24, 0.11, look.main)
        pen.oval(x + 0.07, 0.95, 0.14, 0.05, look.dark)
    pen.poly(
        [
            (0.1, -0.05),
            (0.3, -0.9),
            (-0.35, -1.05),
            (-0.4, -0.75),
            (-0.2, -0.7),
            (-0.25, -0.4),
            (-0.05, -0.42),
        ],
        look.second(mix(look.main, rgb("f0b040"), 0.35)),
    )
    for index in range(5):
        x, y = (-0.5, -0.25, 0.0, 0.2, 0.28)[index], (0.42, 0.16, 0.0, -0.2, -0.45)[index]
        pen.poly([(x - 0.09, y + 0.05), (x - 0.06, y - 0.14), (x + 0.07, y)], look.dark)
    pen.blob(
        [(0.32, -0.72), (0.55, -0.78), (0.95, -0.6), (0.92, -0.5), (0.55, -0.42), (0.35, -0.5)], look.main
    )
    pen.poly([(0.4, -0.7), (0.2, -1.0), (0.52, -0.75)], look.ink)
    pen.eye(0.58, -0.64, 0.04, rgb("f6d23e"))
    for size, colour in ((0.17, rgb("f2642a")), (0.11, rgb("f9b233")), (0.06, rgb("fff0b0"))):
        pen.blob([(0.92, -0.55), (1.05, -0.55 - size), (1.24, -0.45), (1.05, -0.5 + size)], colour)


def dinosaur(pen: Pen, look: Look, rng: np.random.Generator) -> None:
    """A two-legged dinosaur with a big jaw."""
    pen.limb([(-0.15, 0.1), (-0.6, 0.45), (-1.1, 0.5)], 0.5, 0.05, look.main)
    pen.limb([(0.0, 0.25), (0.2, 0.6), (0.02, 0.94)], 0.34, 0.14, look.dark)
    pen.blob(
        [(-0.4, 0.3), (-0.2, -0.15), (0.15, -0.5), (0.42, -0.55), (0.42, -0.1), (0.2, 0.35), (-0.15, 0.48)],
        look.main,
    )
    pen.blob([(0.42, -0.35), (0.4, 0.0), (0.15, 0.36), (0.02, 0.3), (0.22, -0.1)], look.light)
    pen.limb([(-0.1, 0.3), (0.04, 0.65), (-0.16, 0.94)], 0.36, 0.16, look.main)
    for x in (-0.1, 0.1):
        pen.oval(x, 0.95, 0.18, 0.05, look.dark)
    pen.limb([(0.36, -0.1), (0.56, 0.02), (0.6, 0.14)], 0.09, 0.05, look.dark)
    pen.blob(
        [
            (0.2, -0.6),
            (0.36, -0.92),
            (0.8, -0.86),
            (1.02, -0.64),
            (0.6, -0.58),
            (0.95, -0.44),
            (0.55, -0.36),
            (0.28, -0.38),
        ],
        look.main,
    )
    for index in range(4):
        x = 0.64 + index * 0.09
        pen.poly([(x, -0.62 + index * 0.005), (x + 0.06, -0.63), (x + 0.03, -0.54)], WHITE)
    pen.eye(0.5, -0.76, 0.05, rgb("f6d23e"))
    for index in range(5):
        x, y = -0.6 + index * 0.17, 0.28 - index * 0.17
        pen.poly([(x - 0.08, y + 0.06), (x - 0.04, y - 0.12), (x + 0.08, y - 0.02)], look.dark)


SUBJECTS: dict[str, Subject] = {
    "bird": Subject(perched, rgb("3f7fc4"), 0.22, "any"),
    "flock": Subject(flock, rgb("2c2f3c"), 0.22, "sky"),
    "eagle": Subject(soaring, rgb("5a3f2c"), 0.3, "sky"),
    "owl": Subject(owl, rgb("8a6844"), 0.32, "ground"),
    "penguin": Subject(penguin, rgb("23293a"), 0.26, "ground"),
    "duck": Subject(swimmer, rgb("f3f0e8"), 0.18, "water"),
    "flamingo": Subject(flamingo, rgb("f27f9a"), 0.36, "ground"),
    "chicken": Subject(fowl, rgb("c4622c"), 0.22, "ground"),
    "butterfly": Subject(butterfly, rgb("f08a2c"), 0.22, "sky"),
    "bee": Subject(bee, rgb("f4bf2e"), 0.16, "sky"),
    "bat": Subject(bat, rgb("2a2433"), 0.2, "sky"),
    "fish": Subject(fish, rgb("f0802e"), 0.2, "deep"),
    "whale": Subject(whale, rgb("3a6a9a"), 0.42, "deep"),
    "dolphin": Subject(dolphin, rgb("5f8fb0"), 0.34, "deep"),
    "shark": Subject(shark, rgb("6a7f94"), 0.38, "deep"),
    "octopus": Subject(octopus, rgb("d2506a"), 0.34, "deep"),
    "jellyfish": Subject(jellyfish, rgb("d58fe0"), 0.32, "deep"),
    "turtle": Subject(turtle, rgb("5f7a3e"), 0.26, "deep"),
    "crab": Subject(crab, rgb("dd4f34"), 0.18, "ground"),
    "frog": Subject(frog, rgb("63ad45"), 0.2, "ground"),
    "snake": Subject(snake, rgb("5f9a4a"), 0.24, "ground"),
    "snail": Subject(snail, rgb("a8683c"), 0.16, "ground"),
    "dragon": Subject(dragon, rgb("b8362e"), 0.56, "any"),
    "dinosaur": Subject(dinosaur, rgb("6a9a4a"), 0.5, "ground"),
}
