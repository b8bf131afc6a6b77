"""Land: mountains, hills, dunes, mesas, volcanoes, islands, fields, roads and rivers."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.canvas import Canvas, Point, smooth
from aims.providers.sandbox.noise import Field, chance, ridge, spread, waves
from aims.providers.sandbox.palette import Palette, Rgb, brighter, mix, rgb

ROCK, GRASS, PINE = rgb("77727f"), rgb("6aa34c"), rgb("2f6248")
SAND, SNOW, CLAY = rgb("e6c184"), rgb("f3f7fb"), rgb("c9683c")


def band(canvas: Canvas, line: Field, top: float, height: float, bottom: float) -> list[Point]:
    """A polygon under a line of heights (0..1): crests reach `top`, troughs `top + height`."""
    xs = np.linspace(-0.02, canvas.w + 0.02, len(line))
    ys = top + (1 - line) * height
    points: list[Point] = list(zip(xs.tolist(), ys.tolist(), strict=True))
    return [*points, (canvas.w + 0.02, bottom), (-0.02, bottom)]


def hills(
    canvas: Canvas,
    palette: Palette,
    top: float,
    bottom: float,
    surface: Rgb,
    rng: np.random.Generator,
    layers: int = 4,
) -> list[Field]:
    """Rolling hills from `top` (far) to `bottom` (near); gives the crest heights of every layer."""
    crests: list[Field] = []
    for layer in range(layers):
        t = layer / max(1, layers - 1)
        line = waves(rng, 160, canvas.w * spread(0.5, 0.9, rng) * (1.5 - 0.7 * t), 3)
        y = top + (bottom - top) * (t**1.35) * 0.72
        height = (bottom - top) * (0.16 + 0.12 * t)
        colour = palette.at_depth(surface, 0.3 + 0.7 * t)
        crest = mix(colour, palette.sun, 0.2 * (1 - t * 0.4) if not palette.dark else 0.06)
        canvas.shaded(
            band(canvas, line, y, height, bottom + 0.02), crest, mix(colour, palette.near, 0.22 + 0.15 * t)
        )
        crests.append((y + (1 - line) * height).astype(np.float32))
    return crests


def dunes(
    canvas: Canvas, palette: Palette, top: float, surface: Rgb, rng: np.random.Generator, light_x: float
) -> None:
    """Sand dunes: sharp crests, one side in the light and the other in shadow."""
    layers = 4
    deep = canvas.h - top
    for layer in range(layers):
        t = layer / (layers - 1)
        base = top + deep * (0.02 + 0.62 * t**1.3)
        colour = palette.at_depth(surface, 0.35 + 0.65 * t)
        light = mix(colour, palette.sun, 0.28 if not palette.dark else 0.1)
        shade = mix(colour, palette.near, 0.36)
        step = (0.34 + 0.5 * t) * spread(0.9, 1.2, rng)
        x = -step * rng.random()
        floor = mix(light, colour, 0.6)
        canvas.shaded(
            [
                (-0.02, base),
                (canvas.w + 0.02, base),
                (canvas.w + 0.02, canvas.h + 0.02),
                (-0.02, canvas.h + 0.02),
            ],
            floor,
            colour,
        )
        while x < canvas.w + step:
            _dune(
                canvas,
                (x, base),
                (step * spread(0.75, 1.15, rng), deep * (0.12 + 0.2 * t) * spread(0.6, 1.1, rng)),
                (light, shade, colour),
                light_x < x,
                rng,
            )
            x += step * spread(0.75, 1.1, rng)


def _dune(
    canvas: Canvas,
    foot: Point,
    size: Point,
    colours: tuple[Rgb, Rgb, Rgb],
    lit_left: bool,
    rng: np.random.Generator,
) -> None:
    """One barchan: a convex lit back, an S-shaped crest and a slip face in shadow."""
    (x, base), (wide, tall) = foot, size
    light, shade, colour = colours
    flip = 1 if lit_left else -1
    back = smooth(
        [
            (x - flip * wide, base + tall * 0.2),
            (x - flip * wide * 0.45, base - tall * 0.35),
            (x, base - tall),
        ],
        closed=False,
        steps=8,
    )
    lee = smooth(
        [
            (x, base - tall),
            (x + flip * wide * 0.3, base - tall * 0.35),
            (x + flip * wide * 0.85, base + tall * 0.2),
        ],
        closed=False,
        steps=8,
    )
    bend = spread(0.1, 0.3, rng)
    crest = smooth(
        [
            (x, base - tall),
            (x + flip * wide * bend, base - tall * 0.45),
            (x - flip * wide * 0.08, base + tall * 0.1),
            (x + flip * wide * 0.2, base + tall * 0.75),
        ],
        closed=False,
        steps=8,
    )
    low = base + tall * 0.75
    canvas.shaded([*back, *crest, (x - flip * wide * 0.6, low)], light, mix(light, colour, 0.75))
    canvas.shaded([*lee, (x + flip * wide * 0.9, low), *reversed(crest)], shade, mix(shade, colour, 0.85))


def island(
    canvas: Canvas, palette: Palette, foot: Point, wide: float, rng: np.random.Generator
) -> list[Point]:
    """A low green island with a beach; gives places where palms can stand."""
    x, y = foot
    tall = wide * spread(0.26, 0.4, rng)
    line = waves(rng, 40, 1.2, 3) * 0.25 + np.sin(np.linspace(0, np.pi, 40)) * 0.85
    crest = [
        (x - wide + 2 * wide * i / 39, y - tall * float(line[i]) * (1 if 0 < i < 39 else 0))
        for i in range(40)
    ]
    canvas.oval(x, y, wide * 1.16, wide * 0.05, palette.at_depth(SAND, 0.8))
    green = palette.at_depth(PINE, 0.7)
    canvas.shaded(
        [*crest, (x + wide, y + 0.004), (x - wide, y + 0.004)],
        mix(green, palette.sun, 0.15),
        mix(green, palette.near, 0.3),
    )
    canvas.oval(x, y + wide * 0.03, wide * 1.1, wide * 0.035, palette.at_depth(brighter(SAND, 0.15), 0.9))
    return [crest[i] for i in (9, 15, 24, 30)]


def road(canvas: Canvas, palette: Palette, horizon: float, rng: np.random.Generator) -> float:
    """A road from the lower edge to the horizon with a dashed centre line; gives its x at the lower edge."""
    far_x = canvas.w * spread(0.42, 0.58, rng)
    near_x = canvas.w * 0.5 + spread(-0.08, 0.08, rng)
    bend = spread(-0.16, 0.16, rng)
    ts = np.linspace(0, 1, 24)
    centre = near_x + (far_x - near_x) * ts + bend * np.sin(ts * np.pi) * (1 - ts * 0.4)
    ys = canvas.h + 0.02 - (canvas.h + 0.02 - horizon) * (1 - (1 - ts) ** 1.9)
    half = 0.26 * (1 - ts) ** 1.9 + 0.006
    asphalt = palette.at_depth(rgb("57565e"), 0.9)
    left = list(zip((centre - half).tolist(), ys.tolist(), strict=True))
    right = list(zip((centre + half).tolist(), ys.tolist(), strict=True))
    canvas.shaded([*left, *reversed(right)], mix(asphalt, palette.far, 0.45), asphalt)
    paint = palette.at_depth(rgb("f5e6b0"), 0.95)
    for start in range(0, 22, 2):
        a, b = start, start + 1
        thin_a, thin_b = half[a] * 0.035, half[b] * 0.035
        dash = [
            (centre[a] - thin_a, ys[a]),
            (centre[a] + thin_a, ys[a]),
            (centre[b] + thin_b, ys[b]),
            (centre[b] - thin_b, ys[b]),
        ]
        canvas.polygon([(float(px), float(py)) for px, py in dash], paint)
    for side in (left, right):
        canvas.line(side, 0.004, mix(paint, asphalt, 0.3))
    return near_x


def river(canvas: Canvas, palette: Palette, horizon: float, rng: np.random.Generator) -> None:
    """A winding river in perspective that carries the colours of the sky."""
    ts = np.linspace(0, 1, 48)
    swing = spread(0.12, 0.2, rng) * (1 if chance(rng, 0.5) else -1)
    centre = canvas.w * 0.5 + swing * np.sin(ts * 7.5 + 0.6) * (0.25 + 0.9 * (1 - ts)) * min(1.6, canvas.w)
    ys = canvas.h + 0.02 - (canvas.h + 0.02 - horizon) * (1 - (1 - ts) ** 1.7)
    half = 0.17 * (1 - ts) ** 1.7 + 0.008
    left = list(zip((centre - half).tolist(), ys.tolist(), strict=True))
    right = list(zip((centre + half).tolist(), ys.tolist(), strict=True))
    deep = mix(palette.sky[1], palette.near, 0.2)
    canvas.line(left, 0.012, palette.at_depth(mix(SAND, GRASS, 0.3), 0.7))
    canvas.line(right, 0.012, palette.at_depth(mix(SAND, GRASS, 0.3), 0.7))
    canvas.shaded([*left, *reversed(right)], mix(palette.sky[3], (255, 255, 255), 0.15), deep)
    shine = mix(palette.sky[3], (255, 255, 255), 0.4)
    for _ in range(26):
        at = int(rng.integers(2, 40))
        x, wide = (
            float(centre[at]) + spread(-0.6, 0.6, rng) * float(half[at]),
            float(half[at]) * spread(0.1, 0.3, rng),
        )
        canvas.line([(x - wide, float(ys[at])), (x + wide, float(ys[at]))], 0.0025, shine)


def waterfall(canvas: Canvas, palette: Palette, horizon: float, rng: np.random.Generator) -> None:
    """Cliffs with a white fall between them and spray at its foot."""
    x, half = canvas.w * spread(0.42, 0.58, rng), 0.085
    top, foot = horizon * 0.34, min(canvas.h * 0.84, horizon * 1.25)
    stone = palette.at_depth(mix(ROCK, PINE, 0.25), 0.7)
    for side in (-1, 1):
        line = ridge(rng, 40, 0.5)
        out = 0.0 if side < 0 else canvas.w
        crest = [
            (
                x + side * half * 0.7 + (out - x - side * half * 0.7) * i / 39,
                top - 0.02 + float(line[i]) * 0.06 - 0.1 * i / 39,
            )
            for i in range(40)
        ]
        canvas.shaded(
            [*crest, (out + side * 0.02, foot + 0.05), (x + side * half * 1.15, foot + 0.05)],
            mix(stone, palette.sun, 0.12),
            mix(stone, palette.near, 0.5),
        )
        for crack in range(16):
            cx = x + side * (half * 1.25 + spread(0.01, 0.9, rng) * abs(out - x))
            y = top + (foot - top) * rng.random()
            canvas.line(
                [(cx, y), (cx + spread(-0.02, 0.02, rng), y + spread(0.05, 0.16, rng))],
                0.005 + 0.002 * (crack % 3),
                mix(stone, palette.near, 0.42),
            )
        for _ in range(9):
            bx = x + side * (half + spread(0.02, 0.5, rng))
            canvas.oval(bx, top - 0.02 - spread(0, 0.05, rng), 0.05, 0.03, palette.at_depth(GRASS, 0.75))
    white = mix(palette.at_depth((245, 250, 255), 0.95), (255, 255, 255), 0.35)
    canvas.shaded(
        [(x - half * 0.8, top), (x + half * 0.8, top), (x + half * 1.2, foot), (x - half * 1.2, foot)],
        white,
        mix(white, palette.sky[2], 0.25),
    )
    for _ in range(36):
        lx = x + spread(-0.95, 0.95, rng) * half
        y = top + (foot - top) * rng.random() * 0.8
        canvas.line(
            [(lx, y), (lx + (lx - x) * 0.15, y + spread(0.06, 0.2, rng))],
            0.004,
            mix(white, palette.sky[1], 0.35),
        )
    for _ in range(20):
        canvas.glow(
            x + float(rng.normal(0, half * 1.1)),
            foot + spread(-0.03, 0.02, rng),
            spread(0.05, 0.11, rng),
            white,
            0.6,
        )
