"""Space: nebulae, stars, planets and whatever flies there."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from aims.providers.sandbox import cast
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.noise import cloud_field, generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, from_hue, mix, turned
from aims.providers.sandbox.scene import Scene, Thing


def paint(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """Paints the universe of a scene and its travellers."""
    rng = generator(key, "space")
    dyes = (*scene.sky_colours, *scene.colours)
    hue = rng.random() * 360
    first: Rgb = dyes[0] if dyes else from_hue(hue, 0.45, 0.75)
    second: Rgb = dyes[1] if len(dyes) > 1 else turned(first, spread(60, 140, rng))
    spiral = bool(scene.spoken & {"galaxy", "galaxies", "spiral", "vortex"})
    nebula(canvas, first, second, spiral, rng)
    canvas.layer("lights")
    stars(canvas, rng)
    canvas.layer("planets", canvas.h * 0.7)
    names = {thing.name for thing in scene.things}
    planets = next((t for t in scene.things if t.name == "planet"), None)
    if planets is not None or not spiral:
        _planets(canvas, planets, names, rng, "solarsystem" in scene.spoken)
    ship_like = [t for t in scene.things if t.name in cast.SUBJECTS and t.name not in {"planet", "portrait"}]
    for index, thing in enumerate(ship_like):
        for copy in range(min(4, thing.count)):
            height = min(
                0.62, max(0.34, cast.SUBJECTS[thing.name].height) * 1.15 * thing.size / (1 + 0.4 * index)
            )
            x = canvas.w * (
                0.5 + (0.0 if index == 0 and thing.count == 1 else (-0.26 + 0.3 * ((index + copy) % 3)))
            )
            y = canvas.h * spread(0.42, 0.62, rng) + height * 0.5
            place(
                canvas,
                None,
                thing,
                Place(x, y, height, bool(rng.random() < 0.3)),
                generator(key, thing.name, copy),
            )


def nebula(canvas: Canvas, first: Rgb, second: Rgb, spiral: bool, rng: np.random.Generator) -> None:
    """Glowing gas in two colours over the whole canvas, or a spiral galaxy."""
    wide = max(16, round(360 * canvas.w / max(canvas.w, canvas.h)))
    tall = max(16, round(360 * canvas.h / max(canvas.w, canvas.h)))
    base = np.array((8, 9, 26), np.float32)
    air = np.ones((tall, wide, 3), np.float32) * base
    one = cloud_field(rng, wide, tall, (canvas.w * 2.2, canvas.h * 2.2), 5)
    two = cloud_field(rng, wide, tall, (canvas.w * 2.8, canvas.h * 2.8), 5)
    dust = cloud_field(rng, wide, tall, (canvas.w * 4, canvas.h * 4), 5)
    xs = (np.arange(wide, dtype=np.float32) / wide - 0.5)[None, :] * canvas.w
    ys = (np.arange(tall, dtype=np.float32) / tall - 0.5)[:, None] * canvas.h
    if spiral:
        turn = spread(0.2, 0.6, rng)
        u, v = xs * math.cos(turn) + ys * math.sin(turn), (ys * math.cos(turn) - xs * math.sin(turn)) * 1.9
        away, angle = np.hypot(u, v), np.arctan2(v, u)
        arms = 0.5 + 0.5 * np.cos(2 * angle - 9 * np.log(away + 0.06))
        disc = np.exp(-((away / 0.36) ** 2))
        glow = (arms**1.6 * (0.45 + dust * 0.9) * disc)[..., None]
        air += glow * np.array(mix(first, (255, 255, 255), 0.25), np.float32) * 0.95
        air += (disc * (1 - arms) * one)[..., None] * np.array(second, np.float32) * 0.6
        air += np.exp(-((away / 0.09) ** 2))[..., None] * np.array((255, 236, 200), np.float32)
    else:
        lane = np.exp(-(((ys - xs * spread(-0.8, 0.8, rng)) / 0.34) ** 2)) * 0.85 + 0.15
        air += (np.clip(one - 0.35, 0, 1) * lane)[..., None] * np.array(first, np.float32) * 1.9
        air += (np.clip(two - 0.42, 0, 1) * lane)[..., None] * np.array(second, np.float32) * 2.0
        air *= (1 - 0.5 * np.clip(dust - 0.5, 0, 1))[..., None]
    canvas.lay(Image.fromarray(np.clip(air, 0, 255).astype(np.uint8)))


def stars(canvas: Canvas, rng: np.random.Generator) -> None:
    """Scatters stars over the whole canvas."""
    count = int(420 * max(1.0, min(3.0, canvas.w * canvas.h)))
    for _ in range(count):
        size = 0.0008 + 0.0024 * rng.random() ** 5
        tone = mix(
            (255, 255, 255), (170, 195, 255) if rng.random() < 0.5 else (255, 220, 180), rng.random() * 0.6
        )
        x, y = rng.random() * canvas.w, rng.random() * canvas.h
        canvas.oval(x, y, size, size, mix((40, 40, 70), tone, spread(0.4, 1, rng)))
        if size > 0.0025:
            canvas.glow(x, y, size * 9, tone, 0.5)
            canvas.line([(x - size * 5, y), (x + size * 5, y)], 0.001, tone)
            canvas.line([(x, y - size * 5), (x, y + size * 5)], 0.001, tone)


def _planets(
    canvas: Canvas, asked: Thing | None, names: set[str], rng: np.random.Generator, system: bool
) -> None:
    if system:
        _system(canvas, rng)
        return
    main = 0.3 if asked is not None else 0.17
    x = canvas.w * (0.5 if asked is not None and len(names) == 1 else (0.22 if rng.random() < 0.5 else 0.78))
    y = canvas.h * (0.5 if asked is not None and len(names) == 1 else spread(0.25, 0.35, rng))
    tone: Rgb = (
        asked.colours[0] if asked is not None and asked.colours else from_hue(rng.random() * 360, 0.52, 0.55)
    )
    planet(canvas, (x, y), main * (asked.size if asked else 1.0), tone, rng.random() < 0.6, rng)
    for _ in range(asked.count if asked else 1):
        px, py = canvas.w * spread(0.1, 0.9, rng), canvas.h * spread(0.12, 0.88, rng)
        if math.hypot(px - x, py - y) > main * 1.5:
            planet(
                canvas,
                (px, py),
                spread(0.03, 0.085, rng),
                from_hue(rng.random() * 360, 0.5, 0.45),
                rng.random() < 0.3,
                rng,
            )


def _system(canvas: Canvas, rng: np.random.Generator) -> None:
    x, y = canvas.w * 0.14, canvas.h * 0.5
    canvas.glow(x, y, 0.5, (255, 200, 90), 0.9)
    canvas.oval(x, y, 0.13, 0.13, (255, 226, 130))
    tones = ("a8a29a", "d9b06a", "4f8fd0", "c8583a", "d9a878", "e0c890", "8fd0d8")
    for index, tone in enumerate(tones):
        out = canvas.w * (0.22 + 0.105 * index)
        angle = spread(-0.5, 0.5, rng)
        for step in range(60):
            a = -0.9 + step * 0.03
            canvas.oval(x + math.cos(a) * out, y + math.sin(a) * out, 0.0012, 0.0012, (110, 116, 150))
        size = (0.018, 0.026, 0.028, 0.022, 0.055, 0.044, 0.034)[index]
        colour: Rgb = (int(tone[0:2], 16), int(tone[2:4], 16), int(tone[4:6], 16))
        planet(canvas, (x + math.cos(angle) * out, y + math.sin(angle) * out), size, colour, index == 5, rng)


def planet(
    canvas: Canvas, centre: tuple[float, float], r: float, tone: Rgb, ringed: bool, rng: np.random.Generator
) -> None:
    """A banded planet lit from the upper left, with a ring when asked."""
    side = max(6, round(r * 3.6 * canvas.scale))
    small = min(side, 420)
    axis = (np.arange(small, dtype=np.float32) - small / 2 + 0.5) / (small / 3.6)
    xs, ys = axis[None, :], axis[:, None]
    away = np.hypot(xs, ys)
    ball = np.clip((1 - away) * small / 5, 0, 1)
    bands = cloud_field(rng, small, small, (2, 14), 4)
    light = np.clip(0.62 - (xs + ys) * 0.5 - away**4 * 0.25, 0.04, 1.25)
    one, two = np.array(tone, np.float32), np.array(mix(turned(tone, 24), (255, 255, 255), 0.45), np.float32)
    face = (one + (two - one) * bands[..., None]) * light[..., None]
    alpha = ball
    if ringed:
        u, v = xs * 0.94 + ys * 0.34, (ys * 0.94 - xs * 0.34) * 3.4
        out = np.hypot(u, v)
        ring = (
            np.clip((out - 1.22) * 18, 0, 1)
            * np.clip((1.74 - out) * 18, 0, 1)
            * (0.65 + 0.35 * np.sin(out * 42))
        )
        front = (v > 0) | (away > 1)
        share = (ring * front * 0.9)[..., None]
        face = face + (np.array(mix(tone, (255, 240, 220), 0.6), np.float32) - face) * share
        alpha = np.maximum(alpha, ring * front * 0.9)
    picture = Image.fromarray(np.clip(face, 0, 255).astype(np.uint8)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    mask = Image.fromarray((alpha * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    x, y = centre
    canvas.glow(x, y, r * 1.5, mix(tone, (255, 255, 255), 0.3), 0.35)
    canvas.image.paste(
        picture, (round(x * canvas.scale - side / 2), round(y * canvas.scale - side / 2)), mask
    )
