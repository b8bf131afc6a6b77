"""Skies: gradients, sun and moon, clouds, stars, aurora, rainbow, lightning, and what falls from above."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.noise import Field, cloud_field, spread, waves
from aims.providers.sandbox.palette import Palette, Rgb, brighter, mix

# Skies are soft, so they are painted small and enlarged.
SKY_PIXELS = 384


@dataclass(frozen=True, slots=True)
class Sky:
    """Where the light stands: sun or moon centre and radius in canvas units, and the horizon."""

    x: float
    y: float
    radius: float
    horizon: float
    moon: bool
    shown: bool


def plan(
    canvas: Canvas,
    palette: Palette,
    hour: str,
    weather: frozenset[str],
    horizon: float,
    skyline: float,
    rng: np.random.Generator,
) -> Sky:
    """Chooses the place of the sun or the moon; `skyline` is how high land hides the sky (0 is open, 1 all of it)."""
    third = spread(0.26, 0.44, rng)
    x = canvas.w * (third if rng.random() < 0.5 else 1 - third)
    low = {"sunset": 0.80, "dawn": 0.76, "golden": 0.6, "dusk": 0.86}.get(hour, spread(0.24, 0.4, rng))
    radius = {"sunset": 0.075, "dawn": 0.06, "dusk": 0.04, "golden": 0.055}.get(hour, 0.05) * spread(
        0.9, 1.3, rng
    )
    moon = (palette.dark and hour != "dusk") or "moon" in weather
    hidden = hour in {"storm", "overcast", "winter", "dusk"} and not weather & {"sun", "moon"}
    hidden = hidden or ("aurora" in weather and "moon" not in weather)
    if moon:
        radius *= 1.35
    low = min(low, 1 - skyline)
    return Sky(x, horizon * low, radius, horizon, moon, not hidden)


def gradient(palette: Palette, width: int, height: int, until: float) -> Field:
    """The plain sky, height x width x 3 in 0..255; the horizon colour is reached at `until` (0..1)."""
    y = np.linspace(0, 1, height, dtype=np.float32) / max(0.05, until)
    stops = np.array(palette.sky, np.float32)
    rows = np.stack([np.interp(y, (0.0, 0.42, 0.78, 1.0), stops[:, c]) for c in range(3)], axis=1)
    return np.repeat(rows[:, None, :].astype(np.float32), width, axis=1)


def paint(
    canvas: Canvas, palette: Palette, sky: Sky, weather: frozenset[str], rng: np.random.Generator
) -> None:
    """Covers the canvas with the sky, from the gradient to the moon."""
    width = max(8, round(SKY_PIXELS * canvas.w / max(canvas.w, canvas.h)))
    height = max(8, round(SKY_PIXELS * canvas.h / max(canvas.w, canvas.h)))
    air = gradient(palette, width, height, sky.horizon / canvas.h)
    xs = (np.arange(width, dtype=np.float32) + 0.5) / width * canvas.w
    ys = (np.arange(height, dtype=np.float32) + 0.5) / height * canvas.h
    away = np.hypot(xs[None, :] - sky.x, (ys[:, None] - sky.y) * 1.15)
    if sky.shown or palette.backlit > 0.5:
        _halo(air, away, palette, sky)
    if "aurora" in weather:
        aurora(air, xs, ys, sky, rng)
    if "rainbow" in weather:
        _rainbow(air, xs, ys, canvas, sky)
    if "cloudless" not in weather:
        clouds(air, away, canvas, palette, sky, weather, rng)
    canvas.lay(Image.fromarray(np.clip(air, 0, 255).astype(np.uint8)))
    canvas.layer("lights")
    if palette.dark and not weather & {"clouds", "fog", "rain"}:
        stars(canvas, rng, sky.horizon, 260 if "stars" in weather else 130)
    if sky.shown and not (weather & {"fog", "rain"} and "sun" not in weather):
        disc(canvas, palette, sky, rng)
    if "meteor" in weather:
        canvas.layer("meteors")
        _meteors(canvas, sky, rng)
    if "lightning" in weather:
        canvas.layer("bolt")
        lightning(canvas, sky, rng)


def _halo(air: Field, away: Field, palette: Palette, sky: Sky) -> None:
    sun = np.array(palette.sun, np.float32)
    power = 0.35 if sky.moon else (0.85 if palette.backlit > 0.5 else 0.55)
    wide = 1 / (1 + (away / (sky.radius * (3.2 if sky.moon else 4.2))) ** 2)
    tight = np.exp(-away / (sky.radius * 1.1)) * 0.8
    share = np.clip(wide * power + tight * power * 0.6, 0, 0.94)[..., None]
    warm = mix(palette.sky[3], palette.sun, 0.55)
    air += (np.array(warm, np.float32) - air) * share
    air += (sun - air) * (share**2.2)


def clouds(
    air: Field,
    away: Field,
    canvas: Canvas,
    palette: Palette,
    sky: Sky,
    weather: frozenset[str],
    rng: np.random.Generator,
) -> None:
    """Lays clouds over an RGB field. away: the distance of every point from the sun or the moon, in units."""
    height, width = air.shape[:2]
    heavy = bool(weather & {"clouds", "rain", "lightning"}) or palette.near == palette.far
    amount = 0.62 if heavy else spread(0.3, 0.48, rng)
    if weather & {"aurora", "fog"} or ("stars" in weather and not heavy):
        amount *= 0.45
    stretch = spread(2.6, 4.4, rng)
    base = cloud_field(rng, width, height, (canvas.w * 2.0, canvas.h * stretch * 1.5), 5)
    fine = cloud_field(rng, width, height, (canvas.w * 5, canvas.h * stretch * 4), 3)
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None] * canvas.h / sky.horizon
    # Clouds thin out overhead and vanish in the haze of the horizon.
    band = np.clip(y * 3.5 + 0.25, 0, 1) * np.clip((1.04 - y) * 3.2, 0, 1)
    density = np.clip((base * 0.75 + fine * 0.25 - (1 - amount) * 0.85) * 3.4, 0, 1) * band
    edge = np.clip(density * (1 - density) * 4, 0, 1)
    near_sun = np.exp(-away / 0.55)[..., None] if sky.shown else np.zeros((height, width, 1), np.float32)
    lit_side = np.array(mix(palette.sun, palette.sky[3], 0.35), np.float32)
    if palette.dark:
        body = np.array(mix(palette.sky[1], palette.sky[3], 0.45), np.float32)
    elif palette.backlit > 0.5:
        body = np.array(mix(palette.sky[1], palette.sky[2], 0.35), np.float32)
    elif heavy and not weather & {"sun"} and palette.ambient[0] < 230:
        body = np.array(mix(palette.sky[0], palette.sky[1], 0.35), np.float32)
    else:
        body = np.array(brighter(palette.sky[3], 0.6), np.float32)
    shade = np.array(mix(palette.sky[1], palette.far, 0.4), np.float32)
    under = np.clip(np.roll(density, -max(1, height // 60), 0) - density, -1, 1)[..., None]
    colour = body + (lit_side - body) * np.clip(near_sun * 0.75 + edge[..., None] * near_sun * 0.5, 0, 1)
    colour = colour + (shade - colour) * np.clip(-under * 0.9 + density[..., None] * 0.22, 0, 0.8)
    air += (colour - air) * (density[..., None] * (0.9 if heavy else 0.78))


def aurora(air: Field, xs: Field, ys: Field, sky: Sky, rng: np.random.Generator) -> None:
    total = np.zeros(air.shape[:2], np.float32)
    crown = np.zeros(air.shape[:2], np.float32)
    for _ in range(3):
        foot = sky.horizon * (0.45 + 0.35 * waves(rng, len(xs), spread(0.7, 1.6, rng), 3))
        rays = 0.45 + 0.55 * cloud_field(rng, len(xs), 1, (len(xs) / 9, 1), 2)[0]
        up = foot[None, :] - ys[:, None]
        reach = sky.horizon * spread(0.3, 0.55, rng)
        curtain = np.where(up > 0, np.exp(-up / (reach * 0.45)), np.exp(up / 0.02)) * rays[None, :]
        total += curtain.astype(np.float32) * np.float32(spread(0.5, 1.0, rng))
        crown += (curtain * np.clip(up / reach, 0, 1)).astype(np.float32)
    low = (
        np.array((60, 245, 160), np.float32) if rng.random() < 0.75 else np.array((70, 220, 230), np.float32)
    )
    high = np.array((150, 70, 220), np.float32)
    air += low * np.clip(total, 0, 1.1)[..., None] * 0.72 + high * np.clip(crown, 0, 1)[..., None] * 0.8


def _rainbow(air: Field, xs: Field, ys: Field, canvas: Canvas, sky: Sky) -> None:
    radius = min(canvas.w * 0.56, sky.horizon * 1.05)
    away = np.hypot(xs[None, :] - canvas.w * 0.5, ys[:, None] - sky.horizon * 1.08)
    paint_rainbow(air, (away - radius * 0.82) / (radius * 0.16), 0.62)


def paint_rainbow(air: Field, across: Field, strength: float) -> None:
    """Adds a rainbow to an RGB field; `across` runs from 0 (violet edge) to 1 (red edge)."""
    hues = np.array(
        [
            (120, 70, 200),
            (60, 110, 230),
            (60, 200, 230),
            (90, 210, 90),
            (250, 225, 70),
            (250, 150, 50),
            (235, 60, 60),
        ],
        np.float32,
    )
    place = np.clip(across, 0, 1) * 6
    colour = np.stack([np.interp(place, np.arange(7), hues[:, c]) for c in range(3)], axis=-1).astype(
        np.float32
    )
    cover = np.clip(1 - np.abs(across - 0.5) * 2, 0, 1) ** 0.45 * strength
    air += (colour - air) * cover[..., None].astype(np.float32)


def stars(canvas: Canvas, rng: np.random.Generator, until: float, count: int) -> None:
    """Scatters stars between the top and `until`, denser above."""
    total = int(count * max(1.0, canvas.w * until / 0.6) ** 0.8)
    for _ in range(min(total, 900)):
        x, y = rng.random() * canvas.w, rng.random() ** 1.35 * until
        size = 0.0009 + 0.0019 * rng.random() ** 4
        bright = spread(0.4, 1.0, rng)
        under = canvas.image.getpixel(
            (
                min(canvas.image.width - 1, int(x * canvas.scale)),
                min(canvas.image.height - 1, int(y * canvas.scale)),
            )
        )
        base = under if isinstance(under, tuple) else (0, 0, 0)
        colour = mix(
            (int(base[0]), int(base[1]), int(base[2])), (255, 250, 235), bright * (1 - 0.6 * y / until)
        )
        canvas.oval(x, y, size, size, colour)


def disc(canvas: Canvas, palette: Palette, sky: Sky, rng: np.random.Generator) -> None:
    """The sun, or the moon with its seas."""
    x, y, r = sky.x, sky.y, sky.radius
    if not sky.moon:
        canvas.glow(x, y, r * 1.7, palette.sun, 0.95)
        canvas.oval(x, y, r, r, brighter(palette.sun, 0.35))
        return
    face = palette.sun if palette.dark else brighter(palette.sky[3], 0.7)
    canvas.glow(x, y, r * 2.6, face, 0.5)
    canvas.oval(x, y, r, r, face)
    grey = mix(face, palette.sky[1], 0.16)
    for _ in range(7):
        angle, out = rng.random() * 2 * math.pi, rng.random() ** 0.5 * r * 0.72
        size = r * spread(0.06, 0.24, rng)
        size = min(size, r * 0.94 - out)
        canvas.oval(x + math.cos(angle) * out, y + math.sin(angle) * out, size, size * 0.9, grey)


def companions(canvas: Canvas, palette: Palette, sky: Sky, count: int, rng: np.random.Generator) -> None:
    """Further moons, smaller ones, on the free side of the sky."""
    far = 0.78 if sky.x < canvas.w / 2 else 0.22
    for index in range(count):
        x = canvas.w * (far + (index % 3 - (count > 1)) * 0.15) + spread(-0.03, 0.03, rng)
        y = sky.horizon * (0.2 + 0.13 * (index % 2) + spread(0, 0.08, rng))
        size = sky.radius * spread(0.5, 0.75, rng)
        disc(canvas, palette, replace(sky, x=x, y=y, radius=size, moon=True), rng)


def crescent(canvas: Canvas, sky: Sky, face: Rgb, behind: Rgb) -> None:
    """A sickle moon in front of a sky of the given colour."""
    canvas.oval(sky.x, sky.y, sky.radius, sky.radius, face)
    canvas.oval(
        sky.x + sky.radius * 0.42, sky.y - sky.radius * 0.12, sky.radius * 0.86, sky.radius * 0.86, behind
    )


def _meteors(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    for _ in range(3):
        x, y = spread(0.25, 0.95, rng) * canvas.w, spread(0.06, 0.45, rng) * sky.horizon
        length = spread(0.12, 0.3, rng)
        tail = (x + length, y - length * 0.45)
        for step in range(10):
            t = step / 10
            head = (x + (tail[0] - x) * t, y + (tail[1] - y) * t)
            end = (x + (tail[0] - x) * (t + 0.1), y + (tail[1] - y) * (t + 0.1))
            canvas.line([head, end], 0.006 * (1 - t) ** 1.5, mix((255, 250, 225), (110, 120, 170), t))
        canvas.glow(x, y, 0.03, (255, 250, 230), 0.9)


def lightning(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """A forked bolt from the clouds to the horizon."""
    x = spread(0.2, 0.8, rng) * canvas.w
    points = [(x, sky.horizon * 0.08)]
    steps = 11
    for step in range(1, steps + 1):
        x += spread(-0.05, 0.05, rng)
        points.append((x, sky.horizon * (0.08 + 0.92 * step / steps)))
    canvas.glow(points[4][0], points[4][1], 0.5, (205, 215, 255), 0.45)
    branch = [points[4]]
    for _ in range(4):
        branch.append((branch[-1][0] + spread(0.01, 0.06, rng), branch[-1][1] + sky.horizon * 0.07))
    canvas.line(branch, 0.0035, (215, 222, 255))
    canvas.line(points, 0.011, (190, 200, 255))
    canvas.line(points, 0.0055, (255, 255, 255))


def falling(canvas: Canvas, palette: Palette, weather: frozenset[str], rng: np.random.Generator) -> None:
    """Rain, snow, petals, fireflies or fireworks in front of everything else."""
    area = max(1.0, canvas.w * canvas.h)
    if "rain" in weather:
        _rain(canvas, palette, rng, int(330 * area))
    if "snowfall" in weather:
        for _ in range(min(1500, int(320 * area))):
            size = 0.0015 + 0.006 * rng.random() ** 3
            canvas.oval(rng.random() * canvas.w, rng.random() * canvas.h, size, size, (250, 252, 255))
    if "petals" in weather:
        for _ in range(int(70 * area)):
            x, y, size = rng.random() * canvas.w, rng.random() * canvas.h, spread(0.004, 0.011, rng)
            canvas.oval(x, y, size, size * 0.55, mix((255, 196, 214), (244, 120, 160), rng.random()))
    if "fireflies" in weather:
        for _ in range(int(36 * area)):
            x, y = rng.random() * canvas.w, canvas.h * spread(0.4, 0.97, rng)
            canvas.glow(x, y, spread(0.015, 0.04, rng), (255, 232, 130), 0.8)
            canvas.oval(x, y, 0.003, 0.003, (255, 250, 205))


def _rain(canvas: Canvas, palette: Palette, rng: np.random.Generator, count: int) -> None:
    colour = mix(palette.sky[3], (255, 255, 255), 0.25)
    dim = mix(colour, palette.sky[1], 0.5)
    lean = spread(0.1, 0.3, rng)
    for index in range(min(count, 1600)):
        x, y = rng.random() * canvas.w * 1.2 - 0.1, rng.random() * canvas.h
        length = spread(0.02, 0.07, rng)
        canvas.line([(x, y), (x - length * lean, y + length)], 0.0012, colour if index % 3 == 0 else dim)


def fireworks(canvas: Canvas, sky: Sky, rng: np.random.Generator) -> None:
    """Bursts of sparks in the upper sky."""
    colours: tuple[Rgb, ...] = (
        (255, 120, 110),
        (255, 214, 120),
        (130, 220, 255),
        (200, 150, 255),
        (150, 255, 170),
    )
    for burst in range(5):
        x, y = canvas.w * spread(0.12, 0.88, rng), sky.horizon * spread(0.12, 0.6, rng)
        reach = spread(0.09, 0.2, rng)
        colour = colours[(burst + int(rng.integers(5))) % 5]
        canvas.glow(x, y, reach * 1.5, colour, 0.45)
        for ray in range(30):
            angle = ray / 30 * 2 * math.pi
            far = reach * spread(0.75, 1.0, rng)
            start = (x + math.cos(angle) * far * 0.3, y + math.sin(angle) * far * 0.3)
            end = (x + math.cos(angle) * far, y + math.sin(angle) * far + far * far * 0.5)
            canvas.line([start, end], 0.003, colour)
            canvas.oval(end[0], end[1], 0.005, 0.005, brighter(colour, 0.6))
