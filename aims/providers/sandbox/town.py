"""Built places: skylines, streets and villages, with windows that light up after dark."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.canvas import Canvas, Point
from aims.providers.sandbox.noise import chance, spread
from aims.providers.sandbox.palette import Palette, Rgb, brighter, mix, rgb

NEON: tuple[Rgb, ...] = (rgb("ff3fa4"), rgb("21e6e0"), rgb("a14bff"), rgb("ffd23f"), rgb("ff5a36"))
LAMP: tuple[Rgb, ...] = (rgb("ffd98a"), rgb("ffe9b8"), rgb("ffc46b"), rgb("cfe6ff"))


def skyline(canvas: Canvas, palette: Palette, base: float, rng: np.random.Generator, neon: bool) -> None:
    """Three rows of towers that stand on `base`."""
    glow = NEON[int(rng.integers(3))] if neon else mix(palette.sky[3], palette.sun, 0.4)
    for row in range(3):
        depth = (0.22, 0.5, 0.85)[row]
        colour = palette.at_depth(rgb("5f6880") if not neon else rgb("352b5e"), depth)
        x = -0.05 - rng.random() * 0.05
        while x < canvas.w + 0.02:
            wide = spread(0.05, 0.12, rng) * (0.8 + 0.22 * row)
            centre = 1 - abs((x + wide / 2) / canvas.w - 0.5) * 1.1
            tall = min(
                base * 0.86,
                (0.16 + 0.42 * rng.random() ** 1.3 * centre + 0.12 * (2 - row)) * min(1.2, base * 1.55),
            )
            shade = mix(colour, palette.near, 0.12 * rng.random())
            tower(canvas, palette, (x, base), (wide, tall * (1.0, 0.82, 0.56)[row]), shade, row, neon, rng)
            x += wide * spread(0.92, 1.25, rng)
        if row < 2:
            canvas.wash(
                mix(glow, palette.far, 0.45), 0.0, 0.42 if neon or palette.dark else 0.3, base - 0.32, base
            )


def tower(
    canvas: Canvas,
    palette: Palette,
    foot: Point,
    size: Point,
    colour: Rgb,
    row: int,
    neon: bool,
    rng: np.random.Generator,
) -> None:
    """One high-rise with its roof and windows."""
    (x, base), (wide, tall) = foot, size
    top = base - tall
    canvas.shaded(
        [(x, top), (x + wide, top), (x + wide, base), (x, base)],
        colour,
        mix(colour, palette.far, 0.3 if row < 2 else 0.1),
    )
    style = int(rng.integers(5))
    if style == 0:
        canvas.polygon([(x, top), (x + wide / 2, top - wide * 0.6), (x + wide, top)], colour)
    elif style == 1:
        canvas.box(x + wide * 0.2, top - wide * 0.35, x + wide * 0.8, top, colour)
        canvas.box(x + wide * 0.47, top - wide * 1.1, x + wide * 0.53, top, colour)
    elif style == 2:
        canvas.polygon([(x, top), (x + wide, top - wide * 0.4), (x + wide, top)], colour)
    if row == 0:
        return
    canvas.box(x + wide * 0.72, top, x + wide, base, mix(colour, palette.near, 0.22))
    _windows(canvas, palette, (x, top, x + wide, base), colour, neon, rng)
    if neon and row == 2 and chance(rng, 0.6):
        sign = NEON[int(rng.integers(len(NEON)))]
        sx, sy = x + wide * spread(0.1, 0.7, rng), top + tall * spread(0.1, 0.3, rng)
        canvas.glow(sx + 0.01, sy + tall * 0.15, 0.12, sign, 0.6)
        canvas.box(sx, sy, sx + 0.02, sy + tall * 0.32, sign)
        canvas.box(sx + 0.004, sy + 0.005, sx + 0.016, sy + tall * 0.32 - 0.005, mix(sign, palette.near, 0.6))
        for mark in range(5):
            my = sy + 0.012 + mark * tall * 0.06
            canvas.box(sx + 0.007, my, sx + 0.013, my + tall * 0.03, brighter(sign, 0.5))


def _windows(
    canvas: Canvas,
    palette: Palette,
    area: tuple[float, float, float, float],
    colour: Rgb,
    neon: bool,
    rng: np.random.Generator,
) -> None:
    x0, y0, x1, y1 = area
    step = 0.0165
    across = max(2, int((x1 - x0) / step))
    gap = (x1 - x0) / across
    glowing = 0.42 if palette.dark or neon else (0.2 if palette.backlit > 0.5 else 0.0)
    dull = mix(colour, palette.sky[1], 0.35) if not palette.dark else mix(colour, palette.near, 0.35)
    rows = int(min(60, (y1 - y0) / (step * 1.25)))
    lamps = (*NEON[:3], LAMP[0]) if neon else LAMP
    hits = rng.random((rows, across))
    for row in range(rows):
        y = y0 + step * 0.7 + row * step * 1.25
        for column in range(across):
            if hits[row, column] > 0.82 and not glowing:
                continue
            x = x0 + gap * (column + 0.25)
            on = hits[row, column] < glowing
            if not on and palette.dark and hits[row, column] > 0.7:
                continue
            lamp = lamps[int(hits[row, column] * 97) % len(lamps)]
            canvas.box(x, y, x + gap * 0.5, y + step * 0.62, mix(lamp, colour, 0.15) if on else dull)


def foreground(
    canvas: Canvas, palette: Palette, base: float, rng: np.random.Generator, neon: bool, wet: bool
) -> None:
    """Pavement in front of a skyline; it mirrors the lights after dark or in the rain."""
    ground = palette.at_depth(rgb("4b4e5a"), 0.95)
    if not (wet or neon or palette.dark):
        canvas.shaded(
            [
                (-0.02, base),
                (canvas.w + 0.02, base),
                (canvas.w + 0.02, canvas.h + 0.02),
                (-0.02, canvas.h + 0.02),
            ],
            mix(ground, palette.far, 0.2),
            ground,
        )
        leaf = palette.at_depth(rgb("4f8f3f"), 0.85)
        for _ in range(int(30 * max(1.0, canvas.w))):
            size = spread(0.014, 0.034, rng)
            canvas.oval(
                rng.random() * canvas.w,
                base + 0.004,
                size,
                size * 0.8,
                mix(leaf, palette.near, 0.3 * rng.random()),
            )
        return
    from aims.providers.sandbox.water import mirror, ripples

    mirror(canvas, palette, base, mix(ground, palette.near, 0.5), 0.7, rng)
    ripples(canvas, palette, base, mix(ground, palette.near, 0.4), rng, 0.2)


def street(canvas: Canvas, palette: Palette, rng: np.random.Generator, neon: bool, wet: bool) -> None:
    """A street in one-point perspective: facades on both sides, road in the middle."""
    vx, vy = canvas.w * spread(0.45, 0.55, rng), canvas.h * 0.56
    road = palette.at_depth(rgb("53535e"), 0.9)
    walk = palette.at_depth(rgb("8b8790"), 0.85)
    canvas.shaded(
        [(-0.02, vy), (canvas.w + 0.02, vy), (canvas.w + 0.02, canvas.h + 0.02), (-0.02, canvas.h + 0.02)],
        mix(walk, palette.far, 0.4),
        walk,
    )
    canvas.shaded(
        [
            (vx - 0.02, vy),
            (vx + 0.02, vy),
            (canvas.w * 0.9, canvas.h + 0.02),
            (canvas.w * 0.1, canvas.h + 0.02),
        ],
        mix(road, palette.far, 0.5),
        road,
    )
    for side in (-1, 1):
        edge = 0.0 if side < 0 else canvas.w
        for index in range(7, -1, -1):
            _facade(
                canvas, palette, (vx, vy), edge, (0.86**index * (0.5 if index == 7 else 1), index), neon, rng
            )
    lane = palette.at_depth(rgb("d9d2bd"), 0.9)
    for dash in range(7):
        t0, t1 = (dash / 7) ** 2.2, ((dash + 0.5) / 7) ** 2.2
        x0, x1 = vx + (canvas.w * 0.5 - vx) * t0, vx + (canvas.w * 0.5 - vx) * t1
        y0, y1 = vy + (canvas.h - vy) * t0, vy + (canvas.h - vy) * t1
        canvas.polygon(
            [(x0 - 0.012 * t0, y0), (x0 + 0.012 * t0, y0), (x1 + 0.012 * t1, y1), (x1 - 0.012 * t1, y1)], lane
        )
    if palette.dark or neon or wet:
        for _ in range(34):
            colour = (NEON if neon else LAMP)[int(rng.integers(4))]
            t = rng.random() ** 0.7
            x = vx + (rng.random() - 0.5) * canvas.w * t * 0.8
            y = vy + (canvas.h - vy) * t
            canvas.glow(x, y, 0.02 + 0.07 * t, colour, 0.35)
            canvas.box(x - 0.004 * t, y, x + 0.004 * t, y + 0.05 * t, mix(colour, road, 0.35))


def _facade(
    canvas: Canvas,
    palette: Palette,
    vanish: Point,
    edge: float,
    place: tuple[float, int],
    neon: bool,
    rng: np.random.Generator,
) -> None:
    """One house front that runs towards the vanishing point."""
    vx, vy = vanish
    near, index = place
    far = near * 0.84
    span = (edge - vx) * 1.3
    x0, x1 = vx + span * far, vx + span * near
    height = spread(0.55, 1.05, rng)
    top0, top1 = vy - height * far * 0.75, vy - height * near * 0.75
    low0, low1 = vy + (canvas.h - vy) * far * 0.62, vy + (canvas.h - vy) * near * 0.62
    tones = (rgb("a4583f"), rgb("c9a06a"), rgb("7d6a7f"), rgb("5f7f86"), rgb("b98a7a"))
    base = rgb("2f2a52") if neon else tones[int(rng.integers(5))]
    wall = palette.at_depth(base, 0.3 + 0.6 * near)
    canvas.shaded([(x0, top0), (x1, top1), (x1, low1), (x0, low0)], wall, mix(wall, palette.near, 0.25))
    lamps = NEON if neon else LAMP
    for row in range(5):
        for column in range(3):
            a, b = (column + 0.25) / 3, (column + 0.72) / 3
            t0, t1 = (row + 0.25) / 5.4, (row + 0.72) / 5.4
            corners = []
            for across, down in ((a, t0), (b, t0), (b, t1), (a, t1)):
                top, low = top0 + (top1 - top0) * across, low0 + (low1 - low0) * across
                corners.append((x0 + (x1 - x0) * across, top + (low - top) * down))
            on = chance(rng, 0.55 if palette.dark or neon else 0.08)
            glass = lamps[int(rng.integers(4))] if on else mix(wall, palette.sky[1], 0.45)
            canvas.polygon(corners, mix(glass, wall, 0.12))
    awning = palette.on_thing(
        NEON[index % 5] if neon else (rgb("b8433a"), rgb("2f6f5e"), rgb("d9a83c"))[index % 3]
    )
    drop = (low1 - top1) * 0.16
    canvas.polygon(
        [
            (x0, low0 - drop * far),
            (x1, low1 - drop * 1.2),
            (x1, low1 - drop * 0.8),
            (x0, low0 - drop * far * 0.7),
        ],
        awning,
    )


def house(
    canvas: Canvas, palette: Palette, foot: Point, size: float, wall: Rgb, roof: Rgb, rng: np.random.Generator
) -> None:
    """A gabled house, `size` wide, with a door, two windows and a chimney."""
    x, y = foot
    wide, tall = size, size * 0.62
    side = mix(wall, palette.near, 0.28)
    canvas.box(x - wide * 0.5, y - tall, x + wide * 0.14, y, wall)
    canvas.box(x + wide * 0.14, y - tall, x + wide * 0.5, y, side)
    canvas.box(
        x + wide * 0.26, y - tall * 1.75, x + wide * 0.36, y - tall * 1.1, mix(roof, palette.near, 0.3)
    )
    canvas.polygon(
        [
            (x - wide * 0.18, y - tall * 1.72),
            (x + wide * 0.36, y - tall * 1.72),
            (x + wide * 0.6, y - tall * 0.96),
            (x + wide * 0.1, y - tall * 0.96),
        ],
        mix(roof, palette.near, 0.16),
    )
    canvas.polygon(
        [(x - wide * 0.5, y - tall), (x - wide * 0.18, y - tall * 1.66), (x + wide * 0.14, y - tall)], wall
    )
    canvas.polygon(
        [
            (x - wide * 0.6, y - tall * 0.94),
            (x - wide * 0.18, y - tall * 1.8),
            (x + wide * 0.24, y - tall * 0.94),
            (x + wide * 0.16, y - tall * 0.94),
            (x - wide * 0.18, y - tall * 1.62),
            (x - wide * 0.52, y - tall * 0.94),
        ],
        mix(roof, palette.sun, 0.12),
    )
    glass = (
        LAMP[int(rng.integers(3))]
        if palette.dark or palette.backlit > 0.5
        else mix(palette.sky[1], (255, 255, 255), 0.3)
    )
    if palette.dark:
        canvas.glow(x - wide * 0.2, y - tall * 0.5, wide * 0.9, LAMP[2], 0.3)
    canvas.box(x - wide * 0.4, y - tall * 0.72, x - wide * 0.24, y - tall * 0.42, glass)
    canvas.box(x - wide * 0.12, y - tall * 0.72, x + wide * 0.04, y - tall * 0.42, glass)
    canvas.box(x + wide * 0.24, y - tall * 0.66, x + wide * 0.4, y - tall * 0.4, glass)
    canvas.box(x - wide * 0.26, y - tall * 0.36, x - wide * 0.1, y, mix(roof, palette.near, 0.45))


def village(canvas: Canvas, palette: Palette, base: float, rng: np.random.Generator) -> None:
    """Rows of small houses around a church tower."""
    walls = (rgb("f1e4cd"), rgb("e3c6a0"), rgb("d9b7a0"), rgb("e8ded0"))
    roofs = (rgb("a8452f"), rgb("8a5a3c"), rgb("5f6a7c"))
    for row in range(2):
        size = 0.085 + 0.05 * row
        y = base + row * 0.055
        if row == 1:
            x = canvas.w * spread(0.35, 0.65, rng)
            stone = palette.on_thing(rgb("d9cdb8"))
            canvas.box(x - 0.03, y - 0.27, x + 0.03, y, stone)
            canvas.box(x + 0.005, y - 0.27, x + 0.03, y, mix(stone, palette.near, 0.3))
            canvas.polygon(
                [(x - 0.037, y - 0.27), (x, y - 0.4), (x + 0.037, y - 0.27)], palette.on_thing(roofs[2])
            )
        count = int(canvas.w / (size * 1.25)) + 1
        for index in range(count):
            x = canvas.w * (index + spread(0.2, 0.8, rng)) / count
            wall, roof = (
                palette.on_thing(walls[int(rng.integers(4))]),
                palette.on_thing(roofs[int(rng.integers(3))]),
            )
            house(
                canvas,
                palette,
                (x, y + spread(-0.012, 0.012, rng)),
                size * spread(0.85, 1.15, rng),
                wall,
                roof,
                rng,
            )
