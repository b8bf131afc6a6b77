"""Compositions without things: shapes, waves, circles, gradients, patterns, mazes, mandalas and more."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image

from aims.providers.sandbox import cast, composition
from aims.providers.sandbox.canvas import Canvas, Point, smooth
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.land import band
from aims.providers.sandbox.noise import cloud_field, generator, spread, waves
from aims.providers.sandbox.ornaments import Inks, mandala, maze, network, pattern, petals, pick, spiral
from aims.providers.sandbox.palette import Palette, Rgb, brighter, from_hue, luma, mix, turned
from aims.providers.sandbox.scene import Scene


def inks(scene: Scene, palette: Palette, rng: np.random.Generator) -> Inks:
    """Six colours: ground first. They come from the colour words, the hour, or the hash of the words."""
    if scene.scheme:
        return _of_scheme(scene, rng)
    if scene.colours:
        lead = list(scene.colours)
        while len(lead) < 3:
            lead.append(brighter(lead[0], 0.78) if len(lead) == 2 else turned(lead[0], 14, 0.9))
        found = [*lead[:4], brighter(lead[0], 0.55), mix(lead[0], (20, 18, 40), 0.75)]
    elif scene.hour:
        found = [*palette.sky, palette.far, palette.near]
    else:
        hue, step = rng.random() * 360, (28.0, 120.0, 150.0, 180.0)[int(rng.integers(4))]
        found = [
            from_hue(hue + step * k + spread(-12, 12, rng), spread(0.38, 0.62, rng), spread(0.5, 0.85, rng))
            for k in range(4)
        ]
        found += [from_hue(hue, 0.88, 0.5), from_hue(hue + step, 0.17, 0.5)]
    for tone, rich in (("vivid", 1.5), ("muted", 0.5)):
        if tone in scene.tones:
            found = [turned(colour, 0, rich) for colour in found]
    dark = (
        bool({"moody", "neon"} & set(scene.tones)) or scene.hour in {"night", "storm"} or rng.random() < 0.3
    )
    found.sort(key=luma, reverse=not dark)
    return found


def _of_scheme(scene: Scene, rng: np.random.Generator) -> Inks:
    """A named set of colours as it is, on paper or on the ground that is named."""
    found = [*scene.scheme, *scene.colours]
    paper = (34, 32, 40) if {"moody", "neon"} & set(scene.tones) or rng.random() < 0.12 else (246, 241, 230)
    return [scene.backdrop or paper, *found, *((20, 20, 26),) * (len(found) < 4)]


def paint(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """Paints the composition that the words ask for."""
    rng = generator(key, "abstract")
    colours = inks(scene, palette, rng)
    if scene.backdrop:
        colours = [scene.backdrop, *(ink for ink in colours if ink != scene.backdrop)]
    canvas.box(0, 0, canvas.w, canvas.h, colours[0])
    kind = next((name for name in scene.abstract if name in KINDS), "decorative")
    shapes = composition.shapes_of(scene.spoken)
    if kind == "decorative":
        kind = composition.alone(scene.spoken) or kind
    if kind == "decorative":
        kind = ("shapes", "petals", "hills", "arches", "orbits", "terrazzo")[
            int(generator(key, "kind").integers(6))
        ]
    if shapes and kind not in {"pattern", "maze", "mandala", "network", "splash"}:
        composition.compose(canvas, colours, shapes, rng)
    else:
        KINDS[kind](canvas, colours, rng)
    for index, thing in enumerate([t for t in scene.things if t.name in cast.SUBJECTS][:2]):
        height = 0.5 * thing.size
        spot = Place(canvas.w * (0.5 + 0.26 * index), canvas.h * 0.5 + height / 2, height)
        place(canvas, None, thing, spot, generator(key, thing.name))


def _geometric(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    across = int(rng.integers(4, 7))
    cell = 1 / across
    for row in range(math.ceil(canvas.h / cell)):
        for column in range(math.ceil(canvas.w / cell)):
            x, y = column * cell, row * cell
            canvas.box(x, y, x + cell, y + cell, pick(colours, rng) if rng.random() < 0.6 else colours[0])
            _cell(canvas, (x, y), cell, pick(colours, rng), int(rng.integers(7)), pick(colours, rng))


def _cell(canvas: Canvas, at: Point, c: float, ink: Rgb, kind: int, other: Rgb) -> None:
    x, y = at
    s = canvas.scale
    if kind == 0:
        canvas.oval(x + c / 2, y + c / 2, c * 0.38, c * 0.38, ink)
        canvas.oval(x + c / 2, y + c / 2, c * 0.18, c * 0.18, other)
    elif kind == 1:
        canvas.polygon([(x, y), (x + c, y), (x, y + c)], ink)
    elif kind == 2:
        canvas.polygon([(x + c, y + c), (x + c, y), (x, y + c)], ink)
    elif kind == 3:
        canvas.draw.pieslice(((x - c) * s, (y - c) * s, (x + c) * s, (y + c) * s), 0, 90, fill=ink)
    elif kind == 4:
        canvas.draw.pieslice((x * s, (y - c / 2) * s, (x + c) * s, (y + c / 2) * s), 0, 180, fill=ink)
    elif kind == 5:
        for stripe in range(3):
            canvas.box(x, y + c * stripe / 3, x + c, y + c * (stripe + 0.5) / 3, ink)
    else:
        canvas.box(x + c * 0.25, y + c * 0.25, x + c * 0.75, y + c * 0.75, ink)


def _shapes(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    for index in range(22):
        x, y, r = (
            rng.random() * canvas.w,
            rng.random() * canvas.h,
            spread(0.04, 0.26, rng) * (1.3 - index / 30),
        )
        ink, kind, turn = pick(colours, rng), int(rng.integers(5)), rng.random() * 6.28
        if kind == 0:
            canvas.oval(x, y, r, r, ink)
        elif kind == 1:
            canvas.oval(x, y, r, r, ink)
            canvas.oval(x, y, r * 0.72, r * 0.72, pick(colours, rng))
        elif kind == 2:
            canvas.polygon(
                [(x + math.cos(turn + k * 2.094) * r, y + math.sin(turn + k * 2.094) * r) for k in range(3)],
                ink,
            )
        elif kind == 3:
            canvas.line(
                [
                    (x - math.cos(turn) * r * 2, y - math.sin(turn) * r * 2),
                    (x + math.cos(turn) * r * 2, y + math.sin(turn) * r * 2),
                ],
                0.008,
                ink,
            )
        else:
            c, s = math.cos(turn) * r, math.sin(turn) * r
            canvas.polygon(
                [
                    (x - c - s * 0.3, y - s + c * 0.3),
                    (x + c - s * 0.3, y + s + c * 0.3),
                    (x + c + s * 0.3, y + s - c * 0.3),
                    (x - c + s * 0.3, y - s - c * 0.3),
                ],
                ink,
            )


def _waves(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    layers = 11
    for layer in range(layers):
        t = layer / layers
        place_ = t * (len(colours) - 1)
        one, two = colours[int(place_)], colours[min(len(colours) - 1, int(place_) + 1)]
        tone = mix(one, two, place_ % 1)
        line = waves(rng, 120, canvas.w * spread(0.6, 1.4, rng), 2)
        y = canvas.h * (t * 0.98 - 0.06)
        canvas.shaded(band(canvas, line, y, 0.2, canvas.h + 0.02), brighter(tone, 0.22), mix(tone, two, 0.5))


def _circles(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    spots: list[tuple[float, float, float]] = []
    for _ in range(900):
        x, y, r = rng.random() * canvas.w, rng.random() * canvas.h, 0.17 * rng.random() ** 2 + 0.012
        if all(math.hypot(x - a, y - b) > r + c + 0.004 for a, b, c in spots):
            spots.append((x, y, r))
    for x, y, r in spots:
        rings = 1 + int(r / 0.035)
        for ring in range(rings):
            canvas.oval(x, y, r * (1 - ring / rings), r * (1 - ring / rings), pick(colours, rng))


def _gradient(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    grid = np.array(
        [[colours[int(rng.integers(len(colours)))] for _ in range(4)] for _ in range(4)], np.uint8
    )
    canvas.lay(Image.fromarray(grid).resize((256, 256), Image.Resampling.BICUBIC))
    for _ in range(5):
        canvas.glow(
            rng.random() * canvas.w, rng.random() * canvas.h, spread(0.15, 0.5, rng), pick(colours, rng), 0.5
        )


def _stripes(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    lean, at = spread(-0.9, 0.9, rng), -1.2
    while at < canvas.w + 1.2:
        wide = spread(0.015, 0.12, rng)
        canvas.polygon(
            [
                (at, 0),
                (at + wide, 0),
                (at + wide + lean * canvas.h, canvas.h),
                (at + lean * canvas.h, canvas.h),
            ],
            pick(colours, rng),
        )
        at += wide * spread(1.0, 1.5, rng)


def _splash(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    for _ in range(9):
        x, y, r, ink = (
            rng.random() * canvas.w,
            rng.random() * canvas.h,
            spread(0.06, 0.2, rng),
            pick(colours, rng),
        )
        rim = [
            (
                x + math.cos(k / 26 * math.tau) * r * spread(0.6, 1.5, rng),
                y + math.sin(k / 26 * math.tau) * r * spread(0.6, 1.5, rng),
            )
            for k in range(26)
        ]
        canvas.polygon(smooth(rim, steps=5), ink)
        for _ in range(26):
            a, out = rng.random() * math.tau, r * spread(1.2, 2.8, rng)
            size = 0.022 * rng.random() ** 2 + 0.002
            canvas.oval(x + math.cos(a) * out, y + math.sin(a) * out, size, size, ink)


def _hills(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    canvas.oval(canvas.w * spread(0.3, 0.7, rng), canvas.h * 0.34, 0.16, 0.16, colours[1])
    for layer in range(6):
        line = waves(rng, 90, canvas.w * spread(0.5, 1.3, rng), 2)
        ink = colours[1 + (layer + 1) % (len(colours) - 1)]
        y = canvas.h * (0.4 + 0.1 * layer)
        canvas.shaded(band(canvas, line, y, 0.12, canvas.h + 0.02), ink, mix(ink, colours[-1], 0.3))
        for dot in range(14):
            x = canvas.w * (dot + rng.random()) / 14
            canvas.oval(x, y + 0.1 + rng.random() * 0.05, 0.006, 0.006, mix(ink, colours[0], 0.5))


def _arches(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    for _ in range(12):
        x, y, r = rng.random() * canvas.w, canvas.h * spread(0.3, 1.1, rng), spread(0.1, 0.26, rng)
        rings = int(rng.integers(3, 6))
        for ring in range(rings):
            ink, size = pick(colours, rng), r * (1 - ring / rings)
            canvas.oval(x, y, size, size, ink)
            canvas.box(x - size, y, x + size, y + r, ink)


def _orbits(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    x, y = canvas.w * spread(0.3, 0.7, rng), canvas.h * spread(0.3, 0.7, rng)
    for ring in range(16, 0, -1):
        r = 0.055 * ring
        canvas.oval(x, y, r, r, colours[ring % 2] if ring % 5 else pick(colours, rng))
        a, size = rng.random() * math.tau, spread(0.008, 0.034, rng)
        canvas.oval(x + math.cos(a) * r, y + math.sin(a) * r, size, size, pick(colours, rng))


def _terrazzo(canvas: Canvas, colours: Inks, rng: np.random.Generator) -> None:
    field = cloud_field(rng, 96, 96, (3, 3), 3)
    for _ in range(330):
        x, y = rng.random() * canvas.w, rng.random() * canvas.h
        r = 0.012 + 0.055 * float(field[int(y / canvas.h * 95), int(x / canvas.w * 95)]) ** 2
        turn, count = rng.random() * 6, int(rng.integers(4, 7))
        rim = [
            (
                x + math.cos(turn + k / count * math.tau) * r * spread(0.6, 1.2, rng),
                y + math.sin(turn + k / count * math.tau) * r * spread(0.6, 1.2, rng),
            )
            for k in range(count)
        ]
        canvas.polygon(rim, pick(colours, rng))


KINDS: dict[str, Callable[[Canvas, Inks, np.random.Generator], None]] = {
    "geometric": _geometric,
    "waves": _waves,
    "circles": _circles,
    "gradient": _gradient,
    "pattern": pattern,
    "maze": maze,
    "mandala": mandala,
    "stripes": _stripes,
    "splash": _splash,
    "spiral": spiral,
    "network": network,
    "shapes": _shapes,
    "petals": petals,
    "hills": _hills,
    "arches": _arches,
    "orbits": _orbits,
    "terrazzo": _terrazzo,
}
