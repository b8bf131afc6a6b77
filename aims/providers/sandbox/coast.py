"""A steep coast: headlands that fall into the sea, the near land on top of them, and a road that winds along."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox.canvas import Canvas, Point
from aims.providers.sandbox.land import ROCK
from aims.providers.sandbox.noise import chance, ridge, spread
from aims.providers.sandbox.palette import Palette, Rgb, mix, rgb


def paint(
    canvas: Canvas, palette: Palette, horizon: float, surface: Rgb, road: bool, rng: np.random.Generator
) -> None:
    """Headlands one behind another on one side, the sea on the other, land and perhaps a road in front."""
    side = 1 if chance(rng, 0.5) else -1
    for step in range(4):
        _headland(canvas, palette, horizon, surface, side, step, rng)
    _near(canvas, palette, horizon, surface, side, rng)
    if road:
        _road(canvas, palette, horizon, side)


def _across(canvas: Canvas, side: int, share: float) -> float:
    """x of a share of the width counted from the open sea towards the land."""
    return canvas.w * (share if side > 0 else 1 - share)


def _headland(
    canvas: Canvas,
    palette: Palette,
    horizon: float,
    surface: Rgb,
    side: int,
    step: int,
    rng: np.random.Generator,
) -> None:
    deep = canvas.h - horizon
    depth = 0.25 + step * 0.2
    foot = horizon + deep * (0.015, 0.06, 0.15, 0.3)[step]
    top = horizon - (0.05, 0.1, 0.15, 0.19)[step] * min(1.0, canvas.h * 1.2)
    nose = (0.4, 0.54, 0.66, 0.78)[step] + spread(-0.03, 0.03, rng)
    line = ridge(rng, 24, 0.5)
    crest: list[Point] = []
    for index in range(24):
        t = index / 23
        crest.append(
            (
                _across(canvas, side, nose + (1.04 - nose) * t),
                top + 0.05 * (1 - t) - 0.03 * float(line[index]),
            )
        )
    stone = palette.at_depth(mix(ROCK, rgb("c9b79a"), 0.45), depth)
    lip = _across(canvas, side, nose - 0.035)
    face: list[Point] = [*crest, (_across(canvas, side, 1.04), foot), (lip, foot)]
    canvas.shaded(face, mix(stone, palette.sun, 0.18), mix(stone, palette.near, 0.35))
    crack = mix(stone, palette.near, 0.4)
    for _ in range(10 + step * 5):
        at = int(rng.integers(0, 20))
        x, y = crest[at][0], crest[at][1] + spread(0.02, 0.05, rng)
        end = min(foot, y + spread(0.3, 0.95, rng) * (foot - y))
        canvas.line([(x, y), (x - side * spread(-0.004, 0.016, rng), end)], 0.0025 + 0.001 * step, crack)
    turf = palette.at_depth(surface, depth + 0.1)
    lower = [(x, y + 0.018 + 0.006 * step + 0.02 * float(line[-1 - i])) for i, (x, y) in enumerate(crest)]
    canvas.polygon([*crest, *reversed(lower)], turf)
    foam = mix(palette.at_depth((250, 252, 255), depth), (255, 255, 255), 0.3)
    for _ in range(9):
        x = _across(canvas, side, spread(nose - 0.05, 1.0, rng))
        canvas.oval(
            x, foot + spread(-0.003, 0.005, rng), spread(0.02, 0.06, rng), 0.004 + 0.0015 * step, foam
        )


def _near(
    canvas: Canvas, palette: Palette, horizon: float, surface: Rgb, side: int, rng: np.random.Generator
) -> None:
    """The land under the viewer, which ends in an edge above the water."""
    deep = canvas.h - horizon
    line = ridge(rng, 40, 0.45)
    edge: list[Point] = []
    for index in range(40):
        t = index / 39
        rise = 0.74 - 0.66 * t**1.6
        edge.append(
            (_across(canvas, side, -0.02 + 1.04 * t), horizon + deep * rise - 0.018 * float(line[index]))
        )
    ground = palette.at_depth(surface, 0.95)
    stone = palette.at_depth(mix(ROCK, rgb("c9b79a"), 0.4), 0.9)
    bottom: list[Point] = [(edge[-1][0], canvas.h + 0.02), (edge[0][0], canvas.h + 0.02)]
    canvas.polygon([(x, y - 0.012) for x, y in edge] + bottom, mix(stone, palette.near, 0.25))
    canvas.shaded([*edge, *bottom], mix(ground, palette.sun, 0.12), mix(ground, palette.near, 0.3))


def _road(canvas: Canvas, palette: Palette, horizon: float, side: int) -> None:
    """Asphalt that comes up from below, swings along the edge and is lost behind the land."""
    deep = canvas.h - horizon
    ts = np.linspace(0, 1, 40)
    share = 0.5 + 0.42 * ts + 0.15 * np.sin(ts * 6.6) * (1 - ts)
    xs = canvas.w * (share if side > 0 else 1 - share)
    ys = canvas.h + 0.02 - (deep * 0.8 + 0.02) * (1 - (1 - ts) ** 1.7)
    half = 0.24 * (1 - ts) ** 1.6 + 0.008
    asphalt = palette.at_depth(rgb("5b5a62"), 0.9)
    left = list(zip((xs - half).tolist(), ys.tolist(), strict=True))
    right = list(zip((xs + half).tolist(), ys.tolist(), strict=True))
    canvas.shaded([*left, *reversed(right)], mix(asphalt, palette.far, 0.45), asphalt)
    paint_ = palette.at_depth(rgb("f5e6b0"), 0.95)
    for at in range(0, 36, 3):
        a, b = half[at] * 0.04, half[at + 1] * 0.04
        dash = [
            (xs[at] - a, ys[at]),
            (xs[at] + a, ys[at]),
            (xs[at + 1] + b, ys[at + 1]),
            (xs[at + 1] - b, ys[at + 1]),
        ]
        canvas.polygon([(float(x), float(y)) for x, y in dash], paint_)
    for rim in (left, right):
        canvas.line(rim, 0.004, mix(paint_, asphalt, 0.3))
    rail = palette.at_depth(rgb("d9d6cf"), 0.9)
    outer = left if side > 0 else right
    tall = [float(h) * 0.22 + 0.006 for h in half]
    canvas.line([(x - side * 0.01, y - t) for (x, y), t in zip(outer, tall, strict=True)], 0.005, rail)
    for (x, y), t in list(zip(outer, tall, strict=True))[::3]:
        canvas.line([(x - side * 0.01, y), (x - side * 0.01, y - t)], 0.004, mix(rail, palette.near, 0.3))
