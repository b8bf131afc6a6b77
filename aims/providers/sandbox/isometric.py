"""A scene as a tidy miniature world seen from above at thirty degrees."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox import cast
from aims.providers.sandbox.canvas import Canvas, Point
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.land import CLAY, GRASS, SAND, SNOW
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, brighter, lit, mix, rgb
from aims.providers.sandbox.scene import Scene

SIDE = 7
WATER = rgb("4fb0d8")


def paint(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """Paints the scene as a diorama on a floating block."""
    rng = generator(key, "isometric")
    top = mix(palette.sky[1], (255, 255, 255), 0.35)
    canvas.shaded(
        [(0, 0), (canvas.w, 0), (canvas.w, canvas.h), (0, canvas.h)],
        top,
        mix(palette.sky[3], (255, 255, 255), 0.2),
    )
    unit = min(canvas.w / (SIDE * 1.85), canvas.h / (SIDE * 1.75))
    board = _Board(canvas, palette, unit, (canvas.w / 2, canvas.h * 0.5 - SIDE * unit * 0.3))
    heights, tones = _ground(scene, rng)
    board.block((0, 0), (SIDE, SIDE), -1.1, 1.0, mix(rgb("7a5a42"), palette.near, 0.15))
    for total in range(2 * SIDE - 1):
        for column in range(max(0, total - SIDE + 1), min(SIDE, total + 1)):
            row = total - column
            board.block((column, row), (1, 1), -0.1, heights[row, column] + 0.1, tones[row][column])
            _furnish(board, scene, (column, row), float(heights[row, column]), rng)
    things = [t for t in scene.things if t.name in cast.SUBJECTS and t.name != "portrait"]
    for index, thing in enumerate(things):
        for copy in range(min(4, thing.count)):
            column, row = 2.6 + 1.7 * ((index + copy) % 3), 3.6 + 1.2 * ((index * 2 + copy) % 2)
            x, y = board.at(column, row, 0.15)
            height = max(0.2, cast.SUBJECTS[thing.name].height) * 0.85 * thing.size
            place(canvas, palette, thing, Place(x, y, height, False, 0.7), generator(key, thing.name, copy))


class _Board:
    """Draws blocks in grid units on the canvas."""

    def __init__(self, canvas: Canvas, palette: Palette, unit: float, origin: Point) -> None:
        self.canvas, self.palette, self.unit, self.origin = canvas, palette, unit, origin

    def at(self, column: float, row: float, up: float) -> Point:
        """The place of a grid point."""
        return (
            self.origin[0] + (column - row) * self.unit * 0.866,
            self.origin[1] + (column + row) * self.unit * 0.5 - up * self.unit,
        )

    def block(self, foot: Point, size: Point, base: float, tall: float, tone: Rgb) -> None:
        """A box with a light top and two shaded sides."""
        (x, y), (wide, deep), high = foot, size, base + tall
        tone = lit(tone, mix(self.palette.ambient, (255, 255, 255), 0.3))
        a, b, c, d = (
            self.at(x, y, high),
            self.at(x + wide, y, high),
            self.at(x + wide, y + deep, high),
            self.at(x, y + deep, high),
        )
        e, f, g = self.at(x + wide, y, base), self.at(x + wide, y + deep, base), self.at(x, y + deep, base)
        self.canvas.polygon([d, c, f, g], mix(tone, (20, 20, 60), 0.18))
        self.canvas.polygon([c, b, e, f], mix(tone, (20, 20, 60), 0.36))
        self.canvas.polygon([a, b, c, d], brighter(tone, 0.1))

    def pyramid(self, foot: Point, size: float, base: float, tall: float, tone: Rgb, cap: Rgb | None) -> None:
        """A four-sided peak, with a cap of another colour when asked."""
        x, y = foot
        top = self.at(x + size / 2, y + size / 2, base + tall)
        left, front, right = (
            self.at(x, y + size, base),
            self.at(x + size, y + size, base),
            self.at(x + size, y, base),
        )
        self.canvas.polygon([left, front, top], brighter(tone, 0.08))
        self.canvas.polygon([front, right, top], mix(tone, (20, 20, 60), 0.3))
        if cap is not None:
            part = [
                (top[0] + (px - top[0]) * 0.38, top[1] + (py - top[1]) * 0.38)
                for px, py in (left, front, right)
            ]
            self.canvas.polygon([part[0], part[1], top], cap)
            self.canvas.polygon([part[1], part[2], top], mix(cap, (60, 70, 140), 0.25))


def _ground(scene: Scene, rng: np.random.Generator) -> tuple[np.ndarray, list[list[Rgb]]]:
    places = set(scene.places)
    base = GRASS
    if "snow" in scene.weather or "snowfield" in places:
        base = SNOW
    elif places & {"desert", "beach"}:
        base = SAND
    elif places & {"canyon", "moonscape", "volcano"}:
        base = CLAY
    elif places & {"city", "street"}:
        base = rgb("a9adb8")
    elif places & {"room", "table"}:
        base = rgb("d9b58c")
    elif "underwater" in places:
        base = rgb("3f8fb8")
    heights = np.round(rng.random((SIDE, SIDE)) * 2) * 0.12
    tones = [[mix(base, (30, 60, 40), 0.12 * float(rng.random())) for _ in range(SIDE)] for _ in range(SIDE)]
    wet = places & {"sea", "lake", "beach", "island", "river", "bridge"}
    for row in range(SIDE):
        for column in range(SIDE):
            water = ("river" in places and column in {3, 4}) or (
                wet and "river" not in places and column + row >= SIDE + 1
            )
            if water or (places & {"sea", "island"} and abs(column - 2) + abs(row - 2) > 2):
                heights[row, column], tones[row][column] = (
                    -0.12,
                    mix(WATER, (255, 255, 255), 0.12 * float(rng.random())),
                )
    return heights, tones


def _furnish(
    board: _Board, scene: Scene, cell: tuple[int, int], high: float, rng: np.random.Generator
) -> None:
    places, (column, row) = set(scene.places), cell
    if high < 0:
        return
    back = column + row < SIDE - 1
    if "city" in places or "street" in places:
        if (column + 2 * row) % 3 and (back or rng.random() < 0.3):
            tone = (rgb("6f86b8"), rgb("c98a7a"), rgb("8fa3b0"), rgb("b8a06f"))[int(rng.integers(4))]
            tall = spread(0.6, 3.2 if back else 1.2, rng)
            board.block((column + 0.12, row + 0.12), (0.76, 0.76), high, tall, tone)
            _lights(board, (column + 0.12, row + 0.12), high, tall)
    elif places & {"mountains", "volcano", "canyon", "desert"} and back and rng.random() < 0.75:
        tone = rgb("8d8794") if "mountains" in places else CLAY
        tall = spread(1.2, 2.9, rng) if "desert" not in places else spread(0.5, 0.9, rng)
        cap = SNOW if "mountains" in places else ((255, 130, 40) if "volcano" in places else None)
        board.pyramid((column, row), 1.0, high, tall, tone if "desert" not in places else SAND, cap)
    elif "village" in places and (column + row) % 3 == 0:
        board.block((column + 0.2, row + 0.2), (0.6, 0.6), high, 0.5, rgb("efe2cc"))
        board.pyramid((column + 0.14, row + 0.14), 0.72, high + 0.5, 0.5, rgb("b5482f"), None)
    elif not places & {"room", "table", "space"} and rng.random() < (0.75 if "forest" in places else 0.22):
        green = mix(rgb("3f8f4f"), SNOW, 0.5 if "snow" in scene.weather else 0.0)
        if scene.hour == "golden":
            green = rgb("d8802c")
        board.block((column + 0.44, row + 0.44), (0.12, 0.12), high, 0.22, rgb("6b4a34"))
        for level in range(3):
            size = 0.62 - 0.15 * level
            board.pyramid(
                (column + 0.5 - size / 2, row + 0.5 - size / 2),
                size,
                high + 0.2 + 0.26 * level,
                0.5,
                green,
                None,
            )


def _lights(board: _Board, foot: Point, base: float, tall: float) -> None:
    glow = (255, 224, 140) if board.palette.dark else (214, 232, 244)
    x, y = foot
    for level in range(int(tall / 0.32)):
        up = base + 0.12 + level * 0.32
        for index in range(3):
            a, b = x + 0.1 + index * 0.22, x + 0.22 + index * 0.22
            board.canvas.polygon(
                [
                    board.at(a, y + 0.76, up),
                    board.at(b, y + 0.76, up),
                    board.at(b, y + 0.76, up + 0.16),
                    board.at(a, y + 0.76, up + 0.16),
                ],
                glow,
            )
