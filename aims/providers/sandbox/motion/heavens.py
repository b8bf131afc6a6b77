"""The living sky: drifting clouds, birds on the wing, shooting stars, fireworks and lightning."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox import landscape, sky
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.motion.layers import Layer
from aims.providers.sandbox.motion.showing import glow_disc
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, mix
from aims.providers.sandbox.scene import Scene

# Skies are soft: kept at a third of the size, enlarged for every frame.
GRAIN = 3
_LONGER = 1.7


class Clouds:
    """Clouds that drift over a clear sky."""

    def __init__(
        self, clear: Layer, scene: Scene, palette: Palette, stage: landscape.Stage, unit: float, key: str
    ) -> None:
        self._clear = clear.picture.reduce(GRAIN)
        wide, tall = self._clear.size
        rng = generator(key, "clouds")
        long = round(wide * _LONGER)
        canvas = Canvas.blank(8, 8)
        canvas.w, canvas.h = long * GRAIN / unit, tall * GRAIN / unit
        xs = (np.arange(long, dtype=np.float32) + 0.5) * (GRAIN / unit) - (long - wide) / 2 * GRAIN / unit
        ys = (np.arange(tall, dtype=np.float32) + 0.5) * (GRAIN / unit)
        away = np.hypot(xs[None, :] - stage.sky.x, (ys[:, None] - stage.sky.y) * 1.15)
        dark = np.zeros((tall, long, 3), np.float32)
        light = np.full((tall, long, 3), 255, np.float32)
        for air in (dark, light):
            again = generator(key, "clouds", "shape")
            sky.clouds(air, away, canvas, palette, stage.sky, scene.weather, again)
        # What stays of black and of white tells cover and colour apart.
        cover = np.clip(1 - (light - dark).mean(axis=2) / 255, 0, 1)
        colour = dark / np.maximum(cover, 0.02)[..., None]
        # Where there is no cloud its colour still counts at the rim, once the strip is resampled.
        thin = np.clip(1 - cover * 12, 0, 1)[..., None]
        mean = (dark.sum(axis=(0, 1)) / max(1.0, float(cover.sum()))).astype(np.float32)
        colour += (mean - colour) * thin
        planes = np.dstack([np.clip(colour, 0, 255), cover * 255]).astype(np.uint8)
        self._strip = Image.frombuffer("RGBX", (long, tall), planes.tobytes(), "raw", "RGBX", 0, 1)
        windy = bool(scene.spoken & {"wind", "windy", "storm", "stormy"} or scene.weather & {"lightning"})
        self._pace = (0.022 if windy else 0.009) * (1 if rng.random() < 0.5 else -1)
        self._layer = Layer("base", self._clear, far=clear.far, near=clear.near, grain=GRAIN)

    def layer(self, seconds: float, length: float, tempo: float) -> Layer:
        """The sky of one moment."""
        wide, tall = self._clear.size
        spare = self._strip.width - wide
        most = spare * 0.96 / max(1e-6, length)
        pace = math.copysign(min(abs(self._pace) * tempo * wide, most), self._pace)
        left = spare / 2 + pace * (seconds - length / 2)
        left = min(max(0.0, left), float(spare))
        here = self._strip.resize((wide, tall), Image.Resampling.BILINEAR, (left, 0, left + wide, tall))
        picture = self._clear.copy()
        picture.paste(here, (0, 0), here.getchannel("X"))
        self._layer.picture = picture
        return self._layer


class Birds:
    """A few birds that cross the sky, wings beating."""

    def __init__(self, frame: tuple[int, int], horizon: float, colour: Rgb, key: str) -> None:
        rng = generator(key, "birds")
        self._unit = float(min(frame))
        self._colour = colour
        count = 3 + int(rng.integers(5))
        self._way = 1 if rng.random() < 0.5 else -1
        start = frame[0] * spread(0.2, 0.55, rng) if self._way > 0 else frame[0] * spread(0.45, 0.8, rng)
        level = min(frame[1] * 0.5, horizon * spread(0.25, 0.6, rng))
        self._birds = [
            (
                start - self._way * self._unit * (0.045 * at + spread(-0.015, 0.015, rng)),
                level
                + self._unit * ((0.022 if at % 2 else -0.022) * ((at + 1) // 2) + spread(-0.01, 0.01, rng)),
                self._unit * spread(0.010, 0.017, rng),
                rng.random() * math.tau,
                spread(1.5, 2.2, rng),
            )
            for at in range(count)
        ]
        self._speed = self._unit * spread(0.05, 0.08, rng)

    def draw(self, frame: Image.Image, seconds: float, shift: tuple[float, float]) -> None:
        """Draws them; shift: how far the sky has moved in the frame, in pixels."""
        for x, y, size, phase, often in self._birds:
            beat = math.sin(seconds * often * math.tau + phase)
            at_x = x + self._way * self._speed * seconds + shift[0]
            at_y = y - 0.12 * self._speed * seconds + shift[1] - beat * size * 0.12
            side = round(size * 3) * 4
            mask = Image.new("L", (side, side // 2))
            pen, half = ImageDraw.Draw(mask), side / 2
            tip = side / 4 - beat * side * 0.2
            for wing in (-1, 1):
                path = [
                    (half, side / 4),
                    (half + wing * half * 0.45, side / 4 - side * 0.09 - beat * side * 0.05),
                ]
                pen.line(
                    [*path, (half + wing * half * 0.95, tip)],
                    fill=255,
                    width=max(3, side // 18),
                    joint="curve",
                )
            mask = mask.reduce(4)
            frame.paste(self._colour, (round(at_x - mask.width / 2), round(at_y - mask.height / 2)), mask)


class Fireworks:
    """Rockets that burst over and over; every burst opens, hangs and falls."""

    _COLOURS: tuple[Rgb, ...] = (
        (255, 120, 110),
        (255, 214, 120),
        (130, 220, 255),
        (206, 156, 255),
        (150, 255, 176),
    )

    def __init__(self, frame: tuple[int, int], horizon: float, length: float, key: str) -> None:
        rng = generator(key, "fireworks")
        self._unit = float(min(frame))
        count = max(3, round(length * 1.7) + 2)
        self._bursts = []
        for at in range(count):
            rays = 46
            angle = rng.random(rays) * math.tau
            far = (0.55 + 0.45 * rng.random(rays) ** 0.5) * spread(0.13, 0.24, rng) * self._unit
            when = -0.9 + (length + 0.6) * at / count + spread(0, 0.3, rng)
            where = (
                frame[0] * spread(0.12, 0.88, rng),
                max(self._unit * 0.12, horizon * spread(0.15, 0.55, rng)),
            )
            self._bursts.append(
                (when, where, np.cos(angle) * far, np.sin(angle) * far, self._COLOURS[at % 5])
            )

    def draw(self, frame: Image.Image, seconds: float) -> None:
        """Draws the bursts of one moment."""
        for when, (x, y), across, down, colour in self._bursts:
            age = seconds - when
            if not 0 < age < 1.9:
                continue
            fade = max(0.0, 1 - age / 1.9)
            flash = glow_disc(round(self._unit * 0.55)).point([round(v * 0.5 * fade**2) for v in range(256)])
            frame.paste(colour, (round(x - flash.width / 2), round(y - flash.height / 2)), flash)
            half = round(self._unit * 0.52)
            mask = Image.new("L", (2 * half, 2 * half))
            pen = ImageDraw.Draw(mask)
            out, tail = 1 - math.exp(-age * 3.2), 1 - math.exp(-max(0.0, age - 0.16) * 3.2)
            drop, before = 0.06 * self._unit * age * age, 0.06 * self._unit * max(0.0, age - 0.16) ** 2
            wide = max(1, round(self._unit / 300))
            for u, v in zip(across.tolist(), down.tolist(), strict=True):
                head = (half + u * out, half + v * out + drop)
                pen.line(
                    (half + u * tail, half + v * tail + before, *head), fill=round(200 * fade), width=wide
                )
                r = self._unit * 0.0032 * (0.5 + fade)
                pen.ellipse((head[0] - r, head[1] - r, head[0] + r, head[1] + r), fill=round(255 * fade**0.5))
            tone = mix(colour, (255, 255, 255), 0.25 + 0.5 * fade)
            frame.paste(tone, (round(x) - half, round(y) - half), mask)


class Meteors:
    """Shooting stars, one after another."""

    def __init__(self, frame: tuple[int, int], horizon: float, length: float, key: str) -> None:
        rng = generator(key, "meteors")
        self._unit = float(min(frame))
        self._falls = [
            (
                -0.2 + 0.55 * at + spread(0, 0.4, rng),
                frame[0] * spread(0.3, 1.05, rng),
                horizon * spread(0.02, 0.4, rng),
                spread(0.25, 0.5, rng),
            )
            for at in range(round(length / 0.55) + 1)
        ]

    def draw(self, frame: Image.Image, seconds: float) -> None:
        """Draws those that fall at one moment."""
        for when, x, y, reach in self._falls:
            age = (seconds - when) / 0.7
            if not 0 < age < 1.25:
                continue
            mask = Image.new("L", frame.size)
            pen = ImageDraw.Draw(mask)
            head, steps = min(1.0, age), 16
            tail = max(0.0, age - 0.4)
            for step in range(steps):
                a, b = tail + (head - tail) * step / steps, tail + (head - tail) * (step + 1) / steps
                line = [
                    (x - a * reach * self._unit, y + a * reach * self._unit * 0.5),
                    (x - b * reach * self._unit, y + b * reach * self._unit * 0.5),
                ]
                fade = (step + 1) / steps * min(1.0, (1.25 - age) * 4)
                pen.line(line, fill=round(255 * fade), width=max(1, round(self._unit / 260 * fade)))
            frame.paste((255, 252, 235), (0, 0), mask)


def flashes(length: float, key: str) -> list[float]:
    """The moments at which lightning strikes."""
    rng = generator(key, "flashes")
    moments, now = [], spread(0.15, 0.5, rng)
    while now < length:
        moments.append(now)
        now += spread(0.7, 1.7, rng)
    return moments


def flash(moments: list[float], seconds: float) -> float:
    """How bright the lightning is, 0 dark to 1: a strike, a flicker and a fading."""
    level = 0.0
    for moment in moments:
        age = seconds - moment
        if 0 <= age < 0.7:
            level = max(level, math.exp(-age * 5) * (0.55 + 0.45 * math.cos(age * 38)))
    return min(1.0, level)
