"""Mountains, volcanoes and mesas."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.canvas import Canvas, Point, smooth
from aims.providers.sandbox.land import CLAY, PINE, ROCK, SNOW, band
from aims.providers.sandbox.noise import ridge, spread, waves
from aims.providers.sandbox.palette import Palette, Rgb, mix, rgb


def mountains(
    canvas: Canvas, palette: Palette, horizon: float, snow: bool, rng: np.random.Generator, light_x: float
) -> None:
    """Receding ranges, then lit peaks with shadow sides; the nearest range meets the horizon."""
    reach = min(horizon * 0.62, canvas.w * 0.75 + 0.12)
    samples = int(220 * max(1.0, canvas.w))
    for layer in range(2):
        line = ridge(rng, samples, 0.52)
        top = horizon - reach * (0.78 - layer * 0.16)
        colour = palette.at_depth(ROCK, 0.08 + layer * 0.14)
        foot = mix(colour, palette.sky[3], 0.5)
        canvas.shaded(band(canvas, line, top, reach * 0.42, horizon + 0.01), colour, foot)
    count = max(2, round(canvas.w * spread(1.6, 2.4, rng)))
    peaks = []
    for index in range(count + 2):
        x = canvas.w * (index - 0.5 + spread(-0.3, 0.3, rng)) / count
        peaks.append((x, reach * spread(0.5, 1.0, rng)))
    for x, tall in sorted(peaks, key=lambda peak: -peak[1]):
        peak(canvas, palette, (x, horizon + 0.012), tall, 0.32 + 0.3 * rng.random(), snow, light_x < x, rng)
    foot_line = ridge(rng, samples, 0.5)
    colour = palette.at_depth(mix(ROCK, PINE, 0.6), 0.66)
    canvas.shaded(
        band(canvas, foot_line, horizon - reach * 0.2, reach * 0.16, horizon + 0.02),
        colour,
        mix(colour, palette.far, 0.35),
    )


def peak(
    canvas: Canvas,
    palette: Palette,
    foot: Point,
    tall: float,
    depth: float,
    snow: bool,
    lit_left: bool,
    rng: np.random.Generator,
) -> None:
    """One mountain: a lit flank, a shadow flank split by a crooked spine, and snow on top when asked."""
    x, base = foot
    wide = tall * spread(0.75, 1.05, rng)
    top = (x, base - tall)
    left = _flank(rng, top, (x - wide, base))
    right = _flank(rng, top, (x + wide, base))
    spine = [top]
    drift = spread(-0.08, 0.16, rng) * wide * (1 if lit_left else -1)
    for step in range(1, 9):
        t = step / 8
        spine.append((x + drift * t + spread(-0.09, 0.09, rng) * wide * (0.3 + t), base - tall * (1 - t)))
    surface = palette.at_depth(ROCK, depth)
    bright = mix(surface, palette.sun, 0.34 if not palette.dark else 0.12)
    dark = mix(surface, palette.near, 0.32)
    haze = mix(palette.far, palette.sky[3], 0.25)
    shadow_side, light_side = (right, left) if lit_left else (left, right)
    canvas.shaded([*reversed(left), *right], dark, mix(dark, haze, 0.55))
    canvas.shaded([*light_side, *reversed(spine)], bright, mix(bright, haze, 0.62))
    if snow:
        line = spread(0.3, 0.42, rng)
        white = mix(palette.at_depth(SNOW, 0.85), palette.sun, 0.25)
        _cap(canvas, light_side, spine, base - tall * (1 - line), white, rng)
        _cap(
            canvas,
            shadow_side,
            spine,
            base - tall * (1 - line),
            mix(white, mix(palette.far, palette.near, 0.3), 0.45),
            rng,
        )


def _flank(rng: np.random.Generator, top: Point, foot: Point) -> list[Point]:
    steps = 22
    noise = ridge(rng, steps + 1, 0.62) - 0.5
    points = [top]
    for step in range(1, steps + 1):
        t = step / steps
        sway = float(noise[step]) * 0.11 * abs(foot[0] - top[0]) * (1 - abs(2 * t - 1) * 0.4)
        points.append((top[0] + (foot[0] - top[0]) * t**1.12 + sway, top[1] + (foot[1] - top[1]) * t))
    return points


def _cap(
    canvas: Canvas, flank: list[Point], spine: list[Point], line: float, colour: Rgb, rng: np.random.Generator
) -> None:
    outer = [point for point in flank if point[1] < line]
    inner = [point for point in spine if point[1] < line]
    if len(outer) < 2 or len(inner) < 1:
        return
    teeth: list[Point] = []
    start, end = outer[-1], inner[-1]
    drop = (line - outer[0][1]) * 0.3
    for step in range(1, 8):
        t = step / 8
        y = start[1] + (end[1] - start[1]) * t + (drop if step % 2 else -drop * 0.4) * spread(0.4, 1.0, rng)
        teeth.append((start[0] + (end[0] - start[0]) * t, y))
    canvas.polygon([*outer, *teeth, *reversed(inner)], colour)


def mesas(canvas: Canvas, palette: Palette, horizon: float, rng: np.random.Generator) -> None:
    """Flat-topped buttes with strata, two or three deep."""
    for layer in range(3):
        depth = 0.22 + layer * 0.3
        colour = palette.at_depth(CLAY, depth)
        for _ in range(2 + round(canvas.w)):
            x, wide = spread(-0.05, canvas.w + 0.05, rng), spread(0.1, 0.24, rng) * (0.8 + layer * 0.35)
            tall = spread(0.14, 0.32, rng) * min(1.0, horizon * 1.4) * (0.75 + layer * 0.25)
            _mesa(canvas, palette, colour, (x, horizon + layer * 0.035), (wide, tall), rng)
        ground = mix(colour, palette.far, 0.25)
        line = waves(rng, 80, canvas.w, 2)
        canvas.shaded(
            band(canvas, line, horizon - 0.012 + layer * 0.035, 0.02, canvas.h + 0.02),
            ground,
            mix(ground, palette.near, 0.3),
        )


def _mesa(
    canvas: Canvas, palette: Palette, colour: Rgb, foot: Point, size: Point, rng: np.random.Generator
) -> None:
    (x, base), (wide, tall) = foot, size
    edge = [0.0, 0.02, 0.05, 0.06, 0.16, 0.2, 0.42, 0.7]
    rows = [0.0, 0.3, 0.32, 0.5, 0.55, 0.7, 0.84, 1.0]
    left = [
        (x - wide * (0.55 + e) + spread(-0.006, 0.006, rng), base - tall * (1 - r))
        for e, r in zip(edge, rows, strict=True)
    ]
    right = [
        (x + wide * (0.55 + e) + spread(-0.006, 0.006, rng), base - tall * (1 - r))
        for e, r in zip(edge, rows, strict=True)
    ]
    canvas.shaded([*left, *reversed(right)], mix(colour, palette.sun, 0.2), mix(colour, palette.far, 0.3))
    shade = mix(colour, palette.near, 0.35)
    split = x + wide * spread(0.05, 0.25, rng)
    canvas.shaded(
        [(split, base - tall), *right, (split + wide * 0.3, base)], shade, mix(shade, palette.far, 0.35)
    )
    for row in (0.18, 0.4, 0.6):
        half = wide * (0.55 + float(np.interp(row, rows, edge)))
        y = base - tall * (1 - row)
        canvas.line([(x - half, y), (x + half, y + 0.002)], 0.004, mix(colour, palette.near, 0.3))


def volcano(canvas: Canvas, palette: Palette, horizon: float, rng: np.random.Generator) -> None:
    """A cone with a glowing crater, lava streams and a column of smoke."""
    x = canvas.w * spread(0.42, 0.58, rng)
    tall = min(horizon * 0.62, canvas.w * 0.62)
    top, mouth = horizon - tall, tall * 0.13
    smoke = mix(palette.sky[0], (70, 62, 66), 0.6)
    for puff in range(16):
        t = puff / 15
        size = 0.035 + 0.11 * t
        sway = spread(-0.05, 0.05, rng) + 0.12 * t * t
        canvas.oval(
            x + sway,
            top - t * (top + 0.05),
            size,
            size * 0.8,
            mix(mix(smoke, (255, 140, 60), 0.5 * (1 - t) ** 2), palette.sky[1], t * 0.35),
        )
    canvas.glow(x, top, tall * 0.55, (255, 120, 40), 0.9)
    body = palette.at_depth(rgb("4b3f45"), 0.75)
    left = [
        (
            x - mouth - (tall * 0.95 - mouth) * (s / 12) ** 1.5 + spread(-0.004, 0.004, rng),
            top + tall * s / 12,
        )
        for s in range(13)
    ]
    right = [
        (
            x + mouth + (tall * 0.95 - mouth) * (s / 12) ** 1.5 + spread(-0.004, 0.004, rng),
            top + tall * s / 12,
        )
        for s in range(13)
    ]
    canvas.shaded(
        [*reversed(left), (x, top + tall * 0.05), *right],
        mix(body, (180, 60, 30), 0.35),
        mix(body, palette.far, 0.25),
    )
    canvas.shaded(
        [(x + mouth * 0.1, top), *right, (x + tall * 0.2, horizon)],
        mix(body, palette.near, 0.5),
        mix(body, palette.near, 0.35),
    )
    for stream in range(4):
        path, at = [], x + mouth * (stream - 1.5) * 0.5
        for step in range(7):
            path.append((at, top + tall * (0.02 + step * 0.11 * (0.7 + 0.3 * (stream % 2)))))
            at += spread(-0.02, 0.02, rng) + (stream - 1.5) * 0.018
        canvas.line(smooth(path, closed=False), 0.014, (255, 92, 30))
        canvas.line(smooth(path, closed=False), 0.006, (255, 212, 96))
    for _ in range(26):
        canvas.oval(
            x + float(rng.normal(0, 0.06)),
            top - abs(float(rng.normal(0, 0.09))),
            0.004,
            0.004,
            (255, 190, 80),
        )
