"""What grows: conifers, leafy trees, birches, palms, bamboo, flowers and reeds."""

from __future__ import annotations

import math

import numpy as np

from aims.providers.sandbox.canvas import Canvas, Point, smooth
from aims.providers.sandbox.land import PINE, SNOW, band
from aims.providers.sandbox.noise import spread, waves
from aims.providers.sandbox.palette import Palette, Rgb, brighter, mix, rgb

BARK = rgb("5a4032")
LEAVES = (rgb("4f8f3f"), rgb("6aa447"), rgb("3d7a44"))
AUTUMN = (rgb("d8742c"), rgb("e2a233"), rgb("b8452c"))


def conifer(
    canvas: Canvas, foot: Point, tall: float, colour: Rgb, snow: Rgb | None, rng: np.random.Generator
) -> None:
    """A spruce of jagged tiers."""
    x, y = foot
    wide = tall * spread(0.2, 0.27, rng)
    left: list[Point] = []
    right: list[Point] = []
    tiers = 6
    for tier in range(tiers):
        t = (tier + 1) / tiers
        level = y - tall + tall * 0.94 * t
        left += [(x - wide * t * spread(0.85, 1.1, rng), level), (x - wide * t * 0.5, level - tall * 0.015)]
        right += [(x + wide * t * spread(0.85, 1.1, rng), level), (x + wide * t * 0.5, level - tall * 0.015)]
    canvas.polygon([(x, y - tall), *right, (x + wide * 0.1, y), (x - wide * 0.1, y), *reversed(left)], colour)
    if snow is not None:
        for tier in range(tiers):
            t = (tier + 0.75) / tiers
            level = y - tall + tall * 0.94 * t
            half = wide * t * 0.62
            canvas.polygon(
                [(x - half, level), (x, level - tall * 0.12), (x + half, level), (x, level - tall * 0.04)],
                snow,
            )


def leafy(
    canvas: Canvas, foot: Point, tall: float, bark: Rgb, leaf: Rgb, light: Rgb, rng: np.random.Generator
) -> None:
    """A round-crowned tree with light on one side."""
    x, y = foot
    canvas.polygon(
        [
            (x - tall * 0.05, y),
            (x - tall * 0.022, y - tall * 0.55),
            (x + tall * 0.022, y - tall * 0.55),
            (x + tall * 0.05, y),
        ],
        bark,
    )
    canvas.line([(x, y - tall * 0.35), (x + tall * 0.16, y - tall * 0.55)], tall * 0.025, bark)
    canvas.line([(x, y - tall * 0.4), (x - tall * 0.15, y - tall * 0.6)], tall * 0.022, bark)
    blobs = []
    for _ in range(15):
        angle, out = rng.random() * 6.283, rng.random() ** 0.5
        blobs.append(
            (
                x + math.cos(angle) * out * tall * 0.27,
                y - tall * 0.68 + math.sin(angle) * out * tall * 0.2,
                tall * spread(0.1, 0.17, rng),
            )
        )
    dark = mix(leaf, (20, 24, 40), 0.28)
    for bx, by, size in blobs:
        canvas.oval(bx, by + size * 0.12, size, size * 0.9, dark)
    for bx, by, size in blobs:
        canvas.oval(bx - size * 0.1, by - size * 0.08, size * 0.82, size * 0.72, leaf)
    for bx, by, size in blobs[:9]:
        canvas.oval(bx - size * 0.25, by - size * 0.3, size * 0.42, size * 0.34, mix(leaf, light, 0.35))


def palm(
    canvas: Canvas, palette: Palette, foot: Point, tall: float, lean: int, rng: np.random.Generator
) -> None:
    """A palm bending towards `lean` (-1 left, 1 right)."""
    x, y = foot
    bark = palette.on_thing(rgb("6d5138"))
    leaf = mix(palette.on_thing(rgb("2f7d4b")), palette.near, 0.55 * palette.backlit)
    bark = mix(bark, palette.near, 0.5 * palette.backlit)
    bend = tall * spread(0.18, 0.32, rng) * lean
    trunk = smooth(
        [(x, y), (x + bend * 0.25, y - tall * 0.4), (x + bend * 0.65, y - tall * 0.75), (x + bend, y - tall)],
        closed=False,
    )
    count = len(trunk)
    for index in range(count - 1):
        width = tall * (0.05 - 0.026 * index / count)
        canvas.line(trunk[index : index + 2], width, bark if index % 2 else mix(bark, palette.near, 0.2))
    top = trunk[-1]
    fronds = 11
    for frond in range(fronds):
        angle = math.pi * (1.12 + 0.76 * 0) + (frond / (fronds - 1) - 0.5) * math.pi * 1.75 + math.pi * 0.38
        reach = tall * spread(0.36, 0.48, rng)
        dx, dy = math.cos(angle), math.sin(angle)
        mid = (top[0] + dx * reach * 0.55, top[1] + dy * reach * 0.5 - reach * 0.14)
        tip = (top[0] + dx * reach, top[1] + dy * reach * 0.62 + reach * 0.26)
        spine = smooth([top, mid, tip], closed=False)
        upper, lower = [], []
        for index, (px, py) in enumerate(spine):
            t = index / (len(spine) - 1)
            fat = reach * 0.1 * math.sin(math.pi * min(1, t * 0.9 + 0.08))
            upper.append((px, py - fat * 0.5))
            lower.append((px + fat * 0.2, py + fat * (1.5 if index % 2 else 0.5)))
        canvas.polygon([*upper, *reversed(lower)], mix(leaf, palette.sun, 0.12 * (frond % 3)))


def treeline(
    canvas: Canvas,
    palette: Palette,
    top: float,
    bottom: float,
    kinds: tuple[str, ...],
    snow: bool,
    rng: np.random.Generator,
) -> None:
    """A dense row of trees along a wavy foot line, as seen across a valley or a lake."""
    near = bottom > canvas.h
    colour = palette.at_depth(PINE, 0.98 if near else 0.6)
    line = waves(rng, 60, canvas.w * 0.7, 2)
    height = (bottom - top) * 0.5
    canvas.polygon(band(canvas, line, top + (0.03 if near else 0.0), height, bottom), colour)
    xs = np.linspace(-0.02, canvas.w + 0.02, 60)
    unit = 0.13 if near else 0.055
    white = palette.at_depth(SNOW, 0.9) if snow else None
    x = -0.02
    while x < canvas.w + 0.02:
        foot = top + (0.03 if near else 0.0) + (1 - float(np.interp(x, xs, line))) * height + unit * 0.3
        tall = unit * spread(0.55, 1.25, rng)
        shade = mix(colour, palette.far, 0.14 * rng.random())
        if set(kinds) & {"blossom", "jungle"} or (not kinds and not near):
            canvas.oval(x, foot - tall * 0.4, tall * 0.3, tall * 0.42, shade)
        else:
            conifer(canvas, (x, foot), tall, shade, white, rng)
        x += unit * spread(0.14, 0.34, rng) * (1.0 if canvas.w < 3 else canvas.w / 3)


def forest(
    canvas: Canvas,
    palette: Palette,
    horizon: float,
    kinds: tuple[str, ...],
    snow: bool,
    rng: np.random.Generator,
) -> None:
    """Stands inside a forest: rows of trees from the haze to the foreground, a clearing in the middle."""
    white = palette.at_depth(SNOW, 0.9) if snow else None
    layers = 4
    for layer in range(layers):
        t = layer / (layers - 1)
        foot = horizon + (canvas.h - horizon) * (0.02 + 0.72 * t**1.5)
        tall = canvas.h * (0.3 + 0.46 * t) if canvas.h < 1.6 else 0.5 + 0.6 * t
        colour = palette.at_depth(PINE, 0.12 + 0.84 * t)
        count = int((17 - 10 * t) * max(1.0, canvas.w))
        for index in range(count):
            x = canvas.w * (index + spread(0.1, 0.9, rng)) / count
            if layer == layers - 1:
                # The nearest trees frame the picture and leave the middle to the subject.
                x = x * 0.3 - 0.03 if index % 2 else canvas.w - (canvas.w - x) * 0.3 + 0.03
            _forest_tree(
                canvas,
                palette,
                (x, foot + spread(-0.015, 0.02, rng)),
                tall * spread(0.75, 1.15, rng),
                colour,
                kinds,
                white,
                0.25 + 0.75 * t,
                rng,
            )
        canvas.wash(mix(palette.far, palette.sky[3], 0.4), 0.0, 0.26 * (1 - t), foot - tall * 0.4, foot)
    floor = mix(palette.at_depth(SNOW if snow else mix(PINE, BARK, 0.35), 0.95), palette.near, 0.12)
    line = waves(rng, 60, canvas.w, 2)
    canvas.shaded(
        band(canvas, line, canvas.h * 0.9, 0.03, canvas.h + 0.02), floor, mix(floor, palette.near, 0.35)
    )


def _forest_tree(
    canvas: Canvas,
    palette: Palette,
    foot: Point,
    tall: float,
    colour: Rgb,
    kinds: tuple[str, ...],
    snow: Rgb | None,
    depth: float,
    rng: np.random.Generator,
) -> None:
    if "birch" in kinds:
        birch(canvas, palette, foot, tall * 1.5, depth, snow is not None, rng)
    elif "bamboo" in kinds:
        bamboo(canvas, palette, foot, tall * 1.6, depth, rng)
    elif "palm" in kinds or ("jungle" in kinds and rng.random() < 0.4):
        palm(canvas, palette, foot, tall * 0.8, 1 if rng.random() < 0.5 else -1, rng)
    elif set(kinds) & {"blossom"} or ("conifer" not in kinds and rng.random() < 0.5 and snow is None):
        leaf = rgb("f2a7bf") if "blossom" in kinds else LEAVES[int(rng.integers(3))]
        leaf = palette.at_depth(leaf, depth)
        leafy(canvas, foot, tall * 0.85, palette.at_depth(BARK, depth), leaf, palette.sun, rng)
    else:
        conifer(canvas, foot, tall, colour, snow, rng)


def birch(
    canvas: Canvas,
    palette: Palette,
    foot: Point,
    tall: float,
    depth: float,
    bare: bool,
    rng: np.random.Generator,
) -> None:
    """A slim white trunk with dark marks."""
    x, y = foot
    half = tall * 0.015 * spread(0.8, 1.3, rng)
    trunk = palette.at_depth(rgb("ece7df"), 0.25 + 0.7 * depth)
    dark = mix(trunk, palette.near, 0.75)
    lean = spread(-0.03, 0.03, rng)
    canvas.polygon(
        [(x - half, y), (x - half * 0.6 + lean, y - tall), (x + half * 0.6 + lean, y - tall), (x + half, y)],
        trunk,
    )
    canvas.polygon(
        [
            (x + half * 0.3, y),
            (x + half * 0.2 + lean, y - tall),
            (x + half * 0.6 + lean, y - tall),
            (x + half, y),
        ],
        mix(trunk, palette.near, 0.3),
    )
    for _ in range(9):
        t = rng.random()
        mx, my = x + lean * t, y - tall * t
        side = -1 if rng.random() < 0.6 else 1
        canvas.polygon(
            [
                (mx + side * half * 0.95, my),
                (mx + side * half * 0.1, my - half * 0.25),
                (mx + side * half * 0.95, my - half * 0.7),
            ],
            dark,
        )
    for _ in range(4):
        t = spread(0.35, 0.95, rng)
        mx, my, side = x + lean * t, y - tall * t, -1 if rng.random() < 0.5 else 1
        tip = (mx + side * tall * spread(0.06, 0.13, rng), my - tall * spread(0.05, 0.1, rng))
        canvas.line([(mx, my), tip], half * 0.35, dark)
        if not bare:
            leaf = palette.at_depth(rgb("c9b23c"), 0.3 + 0.6 * depth)
            for _ in range(5):
                canvas.oval(
                    tip[0] + float(rng.normal(0, tall * 0.03)),
                    tip[1] + float(rng.normal(0, tall * 0.02)),
                    tall * 0.014,
                    tall * 0.01,
                    leaf,
                )


def bamboo(
    canvas: Canvas, palette: Palette, foot: Point, tall: float, depth: float, rng: np.random.Generator
) -> None:
    """A jointed green stem with a few leaves."""
    x, y = foot
    half = 0.007 + 0.014 * depth
    stem = palette.at_depth(mix(rgb("7fae4e"), rgb("4d8a4a"), rng.random()), 0.2 + 0.75 * depth)
    segment = half * 9
    top = y - tall
    at = y
    while at > top:
        canvas.box(x - half, at - segment, x + half, at - half * 0.4, stem)
        canvas.box(x + half * 0.3, at - segment, x + half, at - half * 0.4, mix(stem, palette.near, 0.25))
        if rng.random() < 0.25:
            side = -1 if rng.random() < 0.5 else 1
            for leaf in range(3):
                lx, ly = x + side * half * 7, at - segment + half * (leaf * 2 - 1)
                canvas.polygon(
                    [(x, at - segment), ((x + lx) / 2, ly - half), (lx + side * half * 2, ly + half * 1.5)],
                    stem,
                )
        at -= segment


def flowers(
    canvas: Canvas,
    palette: Palette,
    top: float,
    colours: tuple[Rgb, ...],
    lavender: bool,
    rng: np.random.Generator,
) -> None:
    """Wild flowers that grow towards the viewer, with grass at the lower edge."""
    choice: tuple[Rgb, ...] = colours or (
        rgb("f2d13d"),
        rgb("e85d75"),
        rgb("f4f1ea"),
        rgb("9a6fd0"),
        rgb("f08a3c"),
    )
    if lavender:
        choice = (rgb("8d6fd1"), rgb("a98be0"), rgb("7757bd"))
    spots = sorted((rng.random() ** 0.75, rng.random()) for _ in range(int(260 * max(1.0, canvas.w))))
    grass = palette.at_depth(rgb("3f7a3a"), 0.95)
    for t, across in spots:
        y = top + (canvas.h * 1.02 - top) * t
        size = 0.002 + 0.011 * t * t
        x = across * canvas.w
        colour = palette.on_thing(choice[int(rng.integers(len(choice)))])
        if t > 0.45:
            canvas.line([(x, y), (x + size * 0.4, y + size * 5)], size * 0.3, grass)
        if t > 0.6 and not lavender:
            for petal in range(5):
                angle = petal * 1.2566 + across * 6
                canvas.oval(
                    x + math.cos(angle) * size * 0.7,
                    y + math.sin(angle) * size * 0.5,
                    size * 0.6,
                    size * 0.5,
                    colour,
                )
            canvas.oval(x, y, size * 0.42, size * 0.36, palette.on_thing(rgb("f6c945")))
        elif lavender:
            for bud in range(4):
                canvas.oval(
                    x,
                    y - bud * size * 0.8,
                    size * (0.6 - bud * 0.1),
                    size * 0.6,
                    brighter(colour, bud * 0.06),
                )
        else:
            canvas.oval(x, y, size, size * 0.7, colour)


def reeds(canvas: Canvas, palette: Palette, rng: np.random.Generator) -> None:
    """Dark grass blades in the lower corners."""
    colour = mix(palette.at_depth(rgb("3f5a36"), 0.95), palette.near, 0.45)
    for index in range(44):
        x = abs(float(rng.normal(0, 0.11)))
        x = x if index % 2 else canvas.w - x
        tall, lean = spread(0.05, 0.17, rng), spread(-0.05, 0.05, rng)
        base = canvas.h + 0.01
        canvas.polygon([(x - 0.004, base), (x + lean, base - tall), (x + 0.004, base)], colour)
        if index % 5 == 0:
            canvas.oval(
                x + lean * 0.95,
                base - tall,
                0.006,
                0.02,
                mix(palette.on_thing(rgb("5a3d28")), palette.near, 0.3),
            )
