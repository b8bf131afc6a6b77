"""Underwater: light from above, corals, weeds, bubbles and those who live there."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from aims.providers.sandbox import cast
from aims.providers.sandbox.canvas import Canvas, smooth
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.land import band
from aims.providers.sandbox.noise import generator, spread, waves
from aims.providers.sandbox.palette import Palette, Rgb, dyed, mix, rgb
from aims.providers.sandbox.scene import Scene, Thing

CORALS = (rgb("f2705a"), rgb("f29a4a"), rgb("d85a9a"), rgb("9a5fd0"), rgb("f2c94c"), rgb("4fc3b0"))


def paint(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """Paints the sea from inside."""
    rng = generator(key, "depths")
    top, low = (rgb("46c4de"), rgb("0b2f5c")) if not palette.dark else (rgb("1d5f9a"), rgb("06142f"))
    for dye in (*scene.water_colours, *scene.colours)[:1]:
        top, low = dyed(top, dye, 0.7), dyed(low, dye, 0.6)
    _water(canvas, top, low, rng)
    for layer in range(3):
        t = layer / 2
        line = waves(rng, 70, canvas.w * 1.1, 3)
        colour = mix(mix(low, top, 0.32), mix(rgb("c8a878"), low, 0.55), t)
        y = canvas.h * (0.72 + 0.1 * layer)
        canvas.layer("reef", y + canvas.h * 0.06)
        canvas.shaded(
            band(canvas, line, y, canvas.h * 0.08, canvas.h + 0.02),
            mix(colour, top, 0.2),
            mix(colour, low, 0.3),
        )
        for _ in range(int((4 + 3 * layer) * max(1.0, canvas.w))):
            growing(
                canvas,
                rng.random() * canvas.w,
                y + canvas.h * (0.07 + 0.03 * t),
                0.07 + 0.09 * t,
                mix(low, top, 0.3),
                1 - t,
                rng,
            )
    _dwellers(canvas, scene, key, rng)
    canvas.layer("bubbles", canvas.h)
    for _ in range(26):
        x, y, size = rng.random() * canvas.w, rng.random() * canvas.h * 0.9, 0.003 + 0.011 * rng.random() ** 2
        canvas.oval(x, y, size, size, mix(top, (255, 255, 255), 0.45))
        canvas.oval(x, y, size * 0.78, size * 0.78, mix(top, low, min(1.0, y / canvas.h)))
        canvas.oval(x - size * 0.3, y - size * 0.35, size * 0.25, size * 0.25, (255, 255, 255))


def _water(canvas: Canvas, top: Rgb, low: Rgb, rng: np.random.Generator) -> None:
    wide, tall = 256, 256
    ys = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
    xs = np.linspace(0, 1, wide, dtype=np.float32)[None, :]
    air = (
        np.array(top, np.float32)
        + (np.array(low, np.float32) - np.array(top, np.float32)) * (ys**0.8)[..., None]
    )
    air = np.repeat(air, wide, axis=1) if air.shape[1] == 1 else air
    source = spread(0.3, 0.7, rng)
    angle = np.arctan2(xs - source, ys + 0.22)
    rays = sum(np.clip(np.sin(angle * f + rng.random() * 6), 0, 1) for f in (17.0, 29.0, 43.0))
    shine = np.asarray(rays) * np.clip(1 - ys * 1.25, 0, 1) ** 1.4 * 0.2
    air += (np.array((235, 255, 250), np.float32) - air) * np.clip(shine, 0, 0.6)[..., None]
    canvas.lay(Image.fromarray(air.clip(0, 255).astype(np.uint8)))


def growing(
    canvas: Canvas, x: float, y: float, tall: float, haze: Rgb, far: float, rng: np.random.Generator
) -> None:
    """One coral, fan or weed."""
    colour = mix(CORALS[int(rng.integers(6))], haze, 0.2 + far * 0.65)
    dark = mix(colour, (20, 20, 60), 0.3)
    kind = int(rng.integers(4))
    if kind == 0:
        weed = mix(rgb("3f9a5a"), haze, 0.2 + far * 0.6)
        for blade in range(4):
            lean, reach = spread(-0.3, 0.3, rng) * tall, tall * spread(0.9, 1.8, rng)
            bx = x + (blade - 1.5) * tall * 0.14
            path = smooth(
                [
                    (bx, y),
                    (bx + lean, y - reach * 0.4),
                    (bx - lean * 0.4, y - reach * 0.7),
                    (bx + lean, y - reach),
                ],
                closed=False,
            )
            canvas.line(path, tall * 0.09, weed if blade % 2 else mix(weed, (10, 40, 50), 0.25))
    elif kind == 1:
        _branch(canvas, (x, y), tall * 0.42, -math.pi / 2, tall * 0.16, colour, 4, rng)
    elif kind == 2:
        for index in range(7):
            a = -math.pi * (0.12 + 0.76 * index / 6)
            tip = (x + math.cos(a) * tall * 0.7, y + math.sin(a) * tall * 0.8)
            canvas.line([(x, y), tip], tall * 0.13, dark)
            canvas.oval(tip[0], tip[1], tall * 0.09, tall * 0.09, colour)
    else:
        canvas.oval(x, y, tall * 0.6, tall * 0.45, dark)
        canvas.oval(x - tall * 0.04, y - tall * 0.03, tall * 0.53, tall * 0.38, colour)
        for _ in range(8):
            canvas.oval(
                x + spread(-0.4, 0.4, rng) * tall,
                y - spread(0.02, 0.28, rng) * tall,
                tall * 0.05,
                tall * 0.03,
                dark,
            )


def _branch(
    canvas: Canvas,
    at: tuple[float, float],
    reach: float,
    angle: float,
    width: float,
    colour: Rgb,
    depth: int,
    rng: np.random.Generator,
) -> None:
    tip = (at[0] + math.cos(angle) * reach, at[1] + math.sin(angle) * reach)
    canvas.line([at, tip], width, colour)
    canvas.oval(tip[0], tip[1], width / 2, width / 2, colour)
    if depth > 1:
        for turn in (-0.5, 0.45):
            _branch(
                canvas,
                tip,
                reach * 0.72,
                angle + turn * spread(0.6, 1.3, rng),
                width * 0.7,
                colour,
                depth - 1,
                rng,
            )


def _dwellers(canvas: Canvas, scene: Scene, key: str, rng: np.random.Generator) -> None:
    things = [t for t in scene.things if t.name in cast.SUBJECTS and t.name != "portrait"] or [
        Thing("fish", 5)
    ]
    if not any(t.name == "fish" for t in things) and not scene.denied & {"fish"}:
        things = [*things, Thing("fish", 4, 0.5)]
    if scene.spoken & {"reef", "coralreef", "school", "aquarium"}:
        things = [
            replace(thing, count=max(5, thing.count)) if thing.name == "fish" else thing for thing in things
        ]
    for index, thing in enumerate(things):
        for copy in range(thing.count):
            subject = cast.SUBJECTS[thing.name]
            height = subject.height * thing.size * (1.5 if index == 0 and thing.count < 3 else 0.85)
            height = min(height * spread(0.85, 1.15, rng), canvas.h * 0.8)
            x = canvas.w * (
                0.5
                + (spread(-0.08, 0.08, rng) if index == 0 and thing.count == 1 else spread(-0.4, 0.4, rng))
            )
            if thing.count > 1:
                x = canvas.w * ((copy + spread(0.25, 0.75, rng)) / thing.count)
            foot = canvas.h * spread(0.3, 0.68, rng) + height * 0.5
            if subject.home in {"ground", "table"}:
                foot = canvas.h * 0.93
            place(
                canvas,
                None,
                thing,
                Place(x, foot, height, bool(rng.random() < 0.5)),
                generator(key, thing.name, copy),
            )
