"""Brushes of the camera: film, noir, sepia, polaroid, cinema, macro, long exposure, studio, glitch."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from aims.providers.sandbox import surface
from aims.providers.sandbox.noise import spread


def analog(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Fine grain, lifted shadows, warm highlights, soft focus outside the middle."""
    size = image.size
    graded = surface.rich(surface.curved(image, (38, 34, 44), (255, 238, 206), 0.92), 0.88)
    xs, ys = np.linspace(-1, 1, 64)[None, :], np.linspace(-1, 1, 64)[:, None]
    focus = np.clip(np.hypot(xs, ys) * 1.5 - 0.5, 0, 1).astype(np.float32)
    out = surface.inked(graded, surface.blurred(graded, 0.014), focus, size)
    out = surface.bloom(out, 0.04, 0.35)
    return surface.vignette(surface.shaded(out, 1 + surface.grain(size, rng, 1.3) * 0.26), 0.3, (26, 14, 10))


def cinematic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Teal shadows, orange light, wide bars."""
    size = image.size
    out = surface.curved(image, (0, 34, 48), (255, 226, 178), 1.25)
    light = surface.plane(out)
    out = surface.inked(
        surface.shaded(surface.rich(out, 0.9), np.full((2, 2), 0.86, np.float32)),
        (0, 74, 92),
        np.clip(0.42 - light, 0, 1) * 0.9,
        size,
    )
    out = surface.inked(out, (255, 164, 84), np.clip(light - 0.62, 0, 1) * 0.85, size)
    out = surface.vignette(surface.bloom(out, 0.07, 0.5), 0.6)
    pen, bar = ImageDraw.Draw(out), round(size[1] * 0.115)
    pen.rectangle((0, 0, size[0], bar), fill=(0, 0, 0))
    pen.rectangle((0, size[1] - bar, size[0], size[1]), fill=(0, 0, 0))
    y = round(size[1] * spread(0.36, 0.5, rng))
    flare = np.clip(1 - np.abs(np.linspace(-1, 1, 64, dtype=np.float32))[:, None] * 1.0, 0, 1) ** 6 * 0.35
    mask = surface.shown(np.repeat(flare, 4, axis=1)).resize(
        (size[0], max(2, size[1] // 14)), Image.Resampling.BILINEAR
    )
    out.paste((120, 190, 255), (0, y), mask)
    return out


def noir(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Hard black and white with the shadow of a blind and drifting smoke."""
    size = image.size
    grey = surface.curved(image.convert("L").convert("RGB"), (0, 0, 0), (240, 240, 240), 1.75)
    ys, xs = (
        np.linspace(0, 1, 160, dtype=np.float32)[:, None],
        np.linspace(0, 1, 160, dtype=np.float32)[None, :],
    )
    slats = 0.5 + 0.5 * np.sin((ys + xs * 0.32) * 44)
    beam = np.clip(1.15 - np.abs(xs - 0.55 + (ys - 0.5) * 0.35) * 2.1, 0, 1)
    dark = np.clip((1 - beam) * 0.72 + np.clip((slats - 0.5) * 5, 0, 1) * 0.6 * beam, 0, 0.9)
    out = surface.inked(grey, (0, 0, 0), dark, size)
    smoke = np.clip(surface.stained(size, rng, 2.4, 5) - 0.5, 0, 1) * 0.75
    out = surface.inked(out, (214, 214, 214), smoke, size)
    return surface.vignette(surface.shaded(out, 1 + surface.grain(size, rng, 1.6) * 0.22), 0.7)


def monochrome(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A clean black and white photograph."""
    grey = surface.curved(image.convert("L").convert("RGB"), (6, 6, 8), (252, 252, 250), 1.2)
    return surface.shaded(grey, 1 + surface.grain(image.size, rng, 1.2) * 0.08)


def sepia(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Faded brown tones, scratches, dust."""
    size, s = image.size, surface.short(image)
    out = surface.toned(
        surface.blurred(image, 0.004), ((58, 36, 22), (142, 102, 66), (206, 172, 126), (244, 226, 190))
    )
    out = surface.shaded(out, 1 + surface.grain(size, rng, 2) * 0.16)
    pen = ImageDraw.Draw(out)
    for _ in range(16):
        x, y, long = rng.random() * size[0], rng.random() * size[1], s * spread(0.1, 0.6, rng)
        pen.line(
            (x, y, x + float(rng.normal(0, s * 0.008)), y + long),
            fill=(240, 222, 190),
            width=max(1, s // 900),
        )
    for _ in range(90):
        x, y, r = rng.random() * size[0], rng.random() * size[1], s * 0.003 * rng.random()
        pen.ellipse(
            (x - r, y - r, x + r, y + r), fill=(246, 232, 204) if rng.random() < 0.6 else (60, 38, 24)
        )
    return surface.vignette(out, 0.85, (52, 30, 16))


def polaroid(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Washed-out colours in a white frame, with a light leak."""
    size, s = image.size, surface.short(image)
    side, top, low = round(s * 0.07), round(s * 0.07), round(s * 0.2)
    inner = (max(2, size[0] - 2 * side), max(2, size[1] - top - low))
    shot = image.resize(inner, Image.Resampling.BILINEAR, reducing_gap=2.0)
    shot = surface.rich(surface.curved(shot, (66, 62, 84), (255, 246, 214), 0.82), 0.8)
    leak = np.clip(1 - np.linspace(0, 2.6, 64, dtype=np.float32), 0, 1)[None, :] ** 1.4
    leak = np.repeat(leak if rng.random() < 0.5 else leak[:, ::-1], 4, axis=0) * 0.75
    shot = surface.inked(shot, (255, 150, 70), leak, inner)
    out = Image.new("RGB", size, (246, 243, 236))
    out.paste(surface.vignette(shot, 0.35, (40, 30, 60)), (side, top))
    ImageDraw.Draw(out).rectangle(
        (side, top, side + inner[0], top + inner[1]), outline=(206, 200, 190), width=max(1, s // 400)
    )
    return surface.textured(out, surface.paper(size, rng, 0.04))


def macro(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Very close: the middle is sharp, everything else melts, dew catches light."""
    size, s = image.size, surface.short(image)
    cut = 0.27
    near = image.crop(
        (
            int(size[0] * cut),
            int(size[1] * (cut + 0.13)),
            int(size[0] * (1 - cut)),
            int(size[1] * (1 - cut + 0.13)),
        )
    )
    near = surface.rich(near.resize(size, Image.Resampling.BICUBIC), 1.35)
    xs, ys = np.linspace(-1, 1, 64)[None, :], np.linspace(-1, 1, 64)[:, None]
    away = np.clip(np.hypot(xs, ys) * 2.1 - 0.65, 0, 1).astype(np.float32)
    out = surface.inked(near, surface.blurred(near, 0.035), away, size)
    pen = ImageDraw.Draw(out)
    for _ in range(34):
        x, y, r = rng.random() * size[0], rng.random() * size[1], s * (0.004 + 0.02 * rng.random() ** 2)
        tone = out.getpixel((min(size[0] - 1, int(x)), min(size[1] - 1, int(y))))
        base = tone if isinstance(tone, tuple) else (128, 128, 128)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(min(255, int(c * 0.7) + 20) for c in base))
        pen.ellipse(
            (x - r * 0.86, y - r * 0.7, x + r * 0.86, y + r * 0.94),
            fill=tuple(min(255, int(c * 1.15) + 26) for c in base),
        )
        pen.ellipse((x - r * 0.5, y - r * 0.6, x - r * 0.15, y - r * 0.25), fill=(255, 255, 255))
    return out


def long_exposure(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Everything that moves becomes silk; lights draw trails through the blue hour."""
    size, s = image.size, surface.short(image)
    blue = surface.curved(image, (4, 12, 46), (214, 222, 255), 1.05)
    silk = blue.resize((max(2, size[0] // 40), size[1]), Image.Resampling.BOX).resize(
        size, Image.Resampling.BICUBIC
    )
    rows = np.abs(np.linspace(-1, 1, 64, dtype=np.float32) + 0.12)
    out = surface.inked(
        blue, silk, np.repeat((np.clip(rows * 1.5 - 0.3, 0, 1) * 0.85)[:, None], 4, axis=1), size
    )
    trails = Image.new("RGB", size)
    pen = ImageDraw.Draw(trails)
    for index in range(18):
        red = index % 2 == 0
        y = size[1] * (0.7 + 0.26 * rng.random())
        bend, x_end = s * spread(0.04, 0.16, rng), size[0] * spread(0.42, 0.58, rng)
        start = -0.05 * size[0] if red else size[0] * 1.05
        path = [
            (start + (x_end - start) * t, y + (size[1] * 0.66 - y) * t + bend * np.sin(t * 3.1) * 0.5)
            for t in np.linspace(0, 1, 24)
        ]
        tone = (255, 50, 36) if red else (255, 236, 190)
        pen.line(path, fill=tone, width=max(1, round(s * spread(0.0015, 0.005, rng))), joint="curve")
    return ImageChops.screen(
        out,
        ImageChops.screen(
            trails, surface.blurred(trails, 0.01).point([min(255, v * 2) for v in range(256)] * 3)
        ),
    )


def studio(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Key light from one side, grey surroundings, crisp middle."""
    size = image.size
    calm = surface.rich(surface.curved(image, (20, 20, 26), (250, 246, 242), 1.15), 0.82)
    ys, xs = (
        np.linspace(-1, 1, 64, dtype=np.float32)[:, None],
        np.linspace(-1, 1, 64, dtype=np.float32)[None, :],
    )
    grey = np.clip(np.hypot(xs * 1.25, (ys - 0.12) * 1.1) * 1.7 - 0.78, 0, 1)
    ramp = np.clip(0.9 - (xs + ys) * 0.25, 0, 1)
    wall = Image.merge(
        "RGB",
        [surface.shown(ramp * tone).resize(size, Image.Resampling.BILINEAR) for tone in (0.56, 0.57, 0.6)],
    )
    out = surface.inked(calm, wall, grey, size)
    light = 1 + np.clip(0.45 - np.hypot(xs + 0.4, ys + 0.45) * 0.55, -0.5, 0.5)
    return surface.shaded(out, light)


def glitch(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Shifted channels, torn rows, scan lines and noise blocks."""
    size, s = image.size, surface.short(image)
    field = np.asarray(surface.rich(image, 1.5)).copy()
    for _ in range(22):
        y, tall = int(rng.random() * size[1]), int(s * spread(0.005, 0.06, rng)) + 1
        field[y : y + tall] = np.roll(field[y : y + tall], int(rng.normal(0, s * 0.09)), axis=1)
    off = round(s * 0.014)
    field[..., 0] = np.roll(field[..., 0], off, axis=1)
    field[..., 2] = np.roll(field[..., 2], -off, axis=1)
    for _ in range(9):
        x, y = int(rng.random() * size[0] * 0.8), int(rng.random() * size[1])
        wide, tall = int(s * spread(0.05, 0.3, rng)), int(s * spread(0.008, 0.03, rng)) + 1
        block = field[y : y + tall, x : x + wide]
        field[y : y + tall, x : x + wide] = 255 - block if rng.random() < 0.5 else np.sort(block, axis=1)
    out = Image.fromarray(field)
    rows = (np.arange(size[1]) * 340 // s % 2).astype(np.float32)
    return surface.textured(out, np.repeat((1 - 0.3 * rows)[:, None], 8, axis=1))


def infrared(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Green turns to white and pink, the sky goes dark."""
    red, green, blue = image.split()
    out = Image.merge(
        "RGB",
        (
            green.point([min(255, int(v * 1.25 + 24)) for v in range(256)]),
            red,
            blue.point([int(v * 0.8) for v in range(256)]),
        ),
    )
    return surface.bloom(surface.curved(out, (10, 0, 20), (255, 238, 246), 1.15), 0.03, 0.6)


def double_exposure(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The picture over its own enlarged, turned copy."""
    size = image.size
    big = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize(
        (size[0] * 3 // 2, size[1] * 3 // 2), Image.Resampling.BILINEAR
    )
    big = big.crop((size[0] // 4, size[1] // 3, size[0] // 4 + size[0], size[1] // 3 + size[1]))
    big = surface.toned(big, ((30, 30, 60), (190, 110, 120), (255, 240, 220)))
    return ImageChops.screen(
        surface.curved(image, (0, 0, 0), (210, 210, 220), 1.2),
        big.point([int(v * 0.7) for v in range(256)] * 3),
    )
