"""Ornaments that fill a picture by a rule: patterns, mazes, mandalas, spirals, networks."""

from __future__ import annotations

import math

import numpy as np

from aims.providers.sandbox.canvas import Canvas, smooth
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.palette import Rgb, mix

Inks = list[Rgb]


def pick(colours: Inks, rng: np.random.Generator) -> Rgb:
    """One of the inks, never the ground."""
    return colours[1 + int(rng.integers(len(colours) - 1))]


def pattern(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    """A seamless repeat: scales, blossoms or diamonds."""
    cell, kind = 1 / int(rng.integers(5, 9)), int(rng.integers(3))
    one, two, three = colours[1], colours[3], colours[-1]
    for row in range(-1, math.ceil(canvas.h / cell) + 2):
        for column in range(-1, math.ceil(canvas.w / cell) + 2):
            x, y = (column + 0.5 * (row % 2)) * cell, row * cell
            if kind == 0:
                for ring, ink in enumerate((three, one, two, colours[0], one)):
                    r = cell * (0.62 - 0.12 * ring)
                    canvas.oval(x, y + cell * 0.3, r, r, ink)
            elif kind == 1:
                for petal in range(6):
                    a = petal * 1.0472
                    canvas.oval(
                        x + math.cos(a) * cell * 0.2,
                        y + math.sin(a) * cell * 0.2,
                        cell * 0.14,
                        cell * 0.14,
                        one if (row + column) % 2 else two,
                    )
                canvas.oval(x, y, cell * 0.12, cell * 0.12, three)
            else:
                h = cell * 0.5
                canvas.polygon([(x, y - h), (x + h, y), (x, y + h), (x - h, y)], one if column % 2 else two)
                canvas.polygon(
                    [(x, y - h * 0.6), (x + h * 0.6, y), (x, y + h * 0.6), (x - h * 0.6, y)], colours[0]
                )
                canvas.oval(x, y, h * 0.22, h * 0.22, three)


def maze(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    """A maze with one way through."""
    cell = 1 / 22
    across, down = max(3, int(canvas.w / cell)), max(3, int(canvas.h / cell))
    ox, oy = (canvas.w - across * cell) / 2, (canvas.h - down * cell) / 2
    seen, stack = {(0, 0)}, [(0, 0)]
    ink, wide = colours[-1], cell * 0.56
    while stack:
        column, row = stack[-1]
        ways = [
            (column + a, row + b)
            for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
            if 0 <= column + a < across and 0 <= row + b < down and (column + a, row + b) not in seen
        ]
        if not ways:
            stack.pop()
            continue
        way = ways[int(rng.integers(len(ways)))]
        seen.add(way)
        stack.append(way)
        a = (ox + (column + 0.5) * cell, oy + (row + 0.5) * cell)
        b = (ox + (way[0] + 0.5) * cell, oy + (way[1] + 0.5) * cell)
        half = wide / 2
        canvas.box(
            min(a[0], b[0]) - half,
            min(a[1], b[1]) - half,
            max(a[0], b[0]) + half,
            max(a[1], b[1]) + half,
            ink,
        )
    canvas.oval(ox + cell / 2, oy + cell / 2, cell * 0.24, cell * 0.24, colours[2])
    canvas.oval(ox + (across - 0.5) * cell, oy + (down - 0.5) * cell, cell * 0.24, cell * 0.24, colours[2])


def mandala(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    """Rings of petals around the middle."""
    x, y = canvas.w / 2, canvas.h / 2
    fold = (8, 10, 12, 16)[int(rng.integers(4))]
    for ring in range(9, 0, -1):
        out = 0.052 * ring + 0.01
        ink, other, kind = pick(colours, rng), pick(colours, rng), int(rng.integers(4))
        canvas.oval(x, y, out + 0.012, out + 0.012, mix(ink, colours[0], 0.65))
        for step in range(fold * (2 if ring > 5 else 1)):
            a = step / (fold * (2 if ring > 5 else 1)) * math.tau + (ring % 2) * math.pi / fold
            wide = math.pi * out / fold * (0.5 if ring > 5 else 1) * 1.05
            px, py = x + math.cos(a) * out, y + math.sin(a) * out
            nx, ny = -math.sin(a), math.cos(a)
            tip, root = out + 0.05, out - 0.045
            petal = [
                (x + math.cos(a) * root, y + math.sin(a) * root),
                (px + nx * wide, py + ny * wide),
                (x + math.cos(a) * tip, y + math.sin(a) * tip),
                (px - nx * wide, py - ny * wide),
            ]
            canvas.polygon(smooth(petal, steps=5) if kind < 2 else petal, ink)
            canvas.oval(px, py, min(wide * 0.45, 0.014), min(wide * 0.45, 0.014), other)
    canvas.oval(x, y, 0.04, 0.04, colours[-1])
    canvas.oval(x, y, 0.022, 0.022, colours[2])


def spiral(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    """Seeds set by the golden angle."""
    x, y, golden = canvas.w / 2, canvas.h / 2, 2.39996
    count = int(900 * max(canvas.w, canvas.h) ** 1.2)
    shift = rng.random() * 6
    for index in range(min(1800, count), 0, -1):
        out = 0.021 * math.sqrt(index)
        a = index * golden + shift
        size = 0.004 + 0.011 * min(1.0, out * 1.4)
        canvas.oval(
            x + math.cos(a) * out,
            y + math.sin(a) * out,
            size,
            size,
            colours[1 + (index // 21) % (len(colours) - 1)],
        )


def network(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    """Points joined to their neighbours."""
    spots = [(rng.random() * canvas.w, rng.random() * canvas.h) for _ in range(int(70 * max(1.0, canvas.w)))]
    for index, (x, y) in enumerate(spots):
        for a, b in spots[index + 1 :]:
            away = math.hypot(a - x, b - y)
            if away < 0.2:
                canvas.line(
                    [(x, y), (a, b)], 0.003 * (1.2 - away * 4), mix(colours[2], colours[0], away * 3.4)
                )
    for x, y in spots:
        size, ink = spread(0.006, 0.02, rng), pick(colours, rng)
        canvas.glow(x, y, size * 3.2, ink, 0.5)
        canvas.oval(x, y, size, size, ink)


def petals(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    """Large flowers scattered over the ground."""
    for _ in range(15):
        x, y, r = rng.random() * canvas.w, rng.random() * canvas.h, spread(0.07, 0.2, rng)
        ink, count, turn = pick(colours, rng), int(rng.integers(5, 10)), rng.random() * 6
        for petal in range(count):
            a = turn + petal / count * math.tau
            tip, nx, ny = (
                (x + math.cos(a) * r, y + math.sin(a) * r),
                -math.sin(a) * r * 0.26,
                math.cos(a) * r * 0.26,
            )
            middle = (x + math.cos(a) * r * 0.6, y + math.sin(a) * r * 0.6)
            canvas.polygon(
                smooth(
                    [(x, y), (middle[0] + nx, middle[1] + ny), tip, (middle[0] - nx, middle[1] - ny)], steps=5
                ),
                ink if petal % 2 else mix(ink, colours[0], 0.22),
            )
        canvas.oval(x, y, r * 0.18, r * 0.18, pick(colours, rng))
