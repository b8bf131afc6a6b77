"""Brushes that draw and print: pencil, ink, charcoal, chalk, etching, woodcuts, posters, comics, blueprints."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from aims.providers.sandbox import surface
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.palette import Rgb, mix


def _dark(image: Image.Image, gamma: float = 1.0) -> np.ndarray:
    values = surface.plane(image)
    low, high = float(np.quantile(values[::8, ::8], 0.02)), float(np.quantile(values[::8, ::8], 0.98))
    return np.clip((values - low) / max(0.05, high - low), 0, 1) ** np.float32(gamma)


def _full(cover: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    grown = surface.shown(cover).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(grown, np.float32) / np.float32(255)


def pencil(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Graphite: outlines, two directions of hatching, smudged tone, paper tooth."""
    light, size = _dark(image, 0.8), image.size
    tooth = surface.grain(size, rng, 1.8)
    tone = 0.16 * (1 - light)
    first = np.clip((0.75 - light - surface.hatching(size, 105, 52)) * 2.6, 0, 1) * 0.5
    second = np.clip((0.42 - light - surface.hatching(size, 95, 128)) * 2.6, 0, 1) * 0.42
    cover = np.clip(tone + first + second + tooth * 0.11 * (1.1 - light), 0, 1)
    cover = np.maximum(cover, _full(surface.lines(image, 0.002, 8, 22), size) * 0.82)
    return surface.inked((250, 249, 245), (52, 52, 58), cover, size)


def ink(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Pen on white paper: pure black lines, hatching and stipple."""
    light, size = _dark(image, 0.9), image.size
    hatch = np.clip((0.5 - light - surface.hatching(size, 80, 38) * 0.75) * 9, 0, 1)
    cross = np.clip((0.3 - light - surface.hatching(size, 80, -38) * 0.75) * 9, 0, 1)
    dots = np.clip((0.72 - light - surface.screen(size, 120, 30)) * 8, 0, 1) * (light > 0.42)
    solid = np.clip((0.13 - light) * 20, 0, 1)
    cover = np.maximum.reduce([hatch, cross, dots, solid, _full(surface.lines(image, 0.003, 8, 10), size)])
    return surface.inked((255, 255, 255), (12, 12, 16), cover, size)


def charcoal(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Velvety blacks and smudged greys on toothy paper."""
    size = image.size
    light = _dark(surface.blurred(image, 0.006), 1.35)
    tooth = surface.grain(size, rng, 2.2) * 0.7 + surface.grain(size, rng, 5) * 0.5
    smear = surface.hatching(size, 46, 64)
    cover = np.clip((1 - light) * 1.12 + tooth * 0.3 * (1 - np.abs(light - 0.45)) - smear * 0.16, 0, 1)
    cover = np.maximum(cover, _full(surface.lines(image, 0.005, 8, 14), size) * 0.95)
    return surface.inked((226, 221, 212), (22, 20, 20), cover, size)


def chalkboard(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """White and a little coloured chalk on a dark board with smudges."""
    size = image.size
    board = surface.shaded(
        Image.new("RGB", size, (38, 58, 50)), 1 + (surface.stained(size, rng, 3, 4) - 0.5) * 0.9
    )
    dust = surface.grain(size, rng, 2.0)
    light = _dark(image)
    edge = _full(surface.lines(image, 0.005, 8, 14), size)
    rubbed = np.clip((light - 0.35 - surface.hatching(size, 70, 40) * 0.5) * 1.6, 0, 1) * 0.6
    cover = np.clip(np.maximum(edge * 1.1, rubbed) * (0.78 + dust * 0.42), 0, 1)
    chalk = surface.rich(surface.curved(image, (165, 165, 160), (255, 255, 250)), 1.3)
    return surface.inked(board, chalk, cover, size)


def blueprint(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """White technical lines on blue paper, with a grid and dimensions."""
    size, s = image.size, surface.short(image)
    sheet = Image.new("RGB", size, (22, 66, 142))
    sheet = surface.textured(sheet, surface.paper(size, rng, 0.12))
    pen = ImageDraw.Draw(sheet)
    for index in range(1, 200):
        at = index * s / 32
        tone = (58, 104, 178) if index % 4 else (84, 130, 200)
        if at < size[0]:
            pen.line((at, 0, at, size[1]), fill=tone)
        if at < size[1]:
            pen.line((0, at, size[0], at), fill=tone)
    cover = _full(surface.lines(image, 0.002, 7, 12), size)
    shade = np.clip((0.5 - _dark(image) - surface.hatching(size, 60, 45) * 0.6) * 3, 0, 1) * 0.25
    out = surface.inked(sheet, (232, 242, 255), np.maximum(cover, shade), size)
    pen, white, inset, wide = ImageDraw.Draw(out), (226, 238, 255), s * 0.035, max(1, s // 500)
    pen.rectangle((inset, inset, size[0] - inset, size[1] - inset), outline=white, width=wide * 2)
    for x0, y0, x1, y1 in ((0.12, 0.07, 0.88, 0.07), (0.07, 0.12, 0.07, 0.88)):
        pen.line((x0 * size[0], y0 * size[1], x1 * size[0], y1 * size[1]), fill=white, width=wide)
        for x, y in ((x0, y0), (x1, y1)):
            px, py, t = x * size[0], y * size[1], s * 0.014
            pen.line((px - t, py + t, px + t, py - t), fill=white, width=wide)
    pen.rectangle(
        (size[0] - s * 0.32, size[1] - s * 0.13, size[0] - inset, size[1] - inset),
        fill=(22, 66, 142),
        outline=white,
        width=wide,
    )
    for row in range(1, 3):
        y = size[1] - s * 0.13 + row * s * 0.032
        pen.line((size[0] - s * 0.32, y, size[0] - inset, y), fill=white, width=wide)
    return out


def etching(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Engraved lines in sepia on aged paper."""
    light, size = _dark(image, 1.15), image.size
    sway = (surface.stained(size, rng, 5, 2) - 0.5) * 0.12
    sway = _full(sway + 0.5, size) - 0.5
    cover = np.clip((0.97 - light + sway - surface.hatching(size, 130, 4)) * 3.4, 0, 1)
    cover = np.maximum(cover, np.clip((0.55 - light - surface.hatching(size, 120, 62)) * 3.4, 0, 1))
    cover = np.maximum(cover, np.clip((0.3 - light - surface.hatching(size, 120, -58)) * 3.4, 0, 1))
    cover = np.maximum(cover * 0.9, _full(surface.lines(image, 0.002, 8, 18), size))
    sheet = surface.textured(Image.new("RGB", size, (236, 220, 186)), surface.paper(size, rng, 0.1))
    return surface.vignette(surface.inked(sheet, (66, 40, 26), cover, size), 0.35, (120, 84, 44))


def linocut(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Black and one colour, with carved marks."""
    size = image.size
    light = _dark(surface.blurred(image, 0.004))
    marks = surface.hatching(size, 34, 20) * 0.6 + _full(surface.stained(size, rng, 22, 2), size) * 0.6
    black = np.clip((0.62 - light - marks * 0.34) * 14, 0, 1)
    black = np.maximum(black, _full(surface.lines(image, 0.006, 9, 8), size))
    tone = _lead(image)
    colour = np.clip((0.93 - light - marks * 0.16) * 12, 0, 1)
    sheet = surface.inked((242, 235, 220), tone, colour, size)
    worn = 1 - np.clip((surface.grain(size, rng, 1.5) - 0.8) * 6, 0, 1) * 0.8
    return surface.inked(sheet, (24, 20, 22), black * worn, size)


def _lead(image: Image.Image) -> Rgb:
    """The strongest colour of a picture, at a printable strength."""
    small = np.asarray(image.resize((24, 24), Image.Resampling.BOX), np.float32).reshape(-1, 3)
    strength = small.max(axis=1) - small.min(axis=1)
    tone = small[int(strength.argmax())]
    top = max(1.0, float(tone.max()))
    scaled = tone / top * 214
    return int(scaled[0]), int(scaled[1]), int(scaled[2])


def screen_print(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Four flat layers of ink from the picture's own hue."""
    lead = _lead(image)
    stops = (
        (24, 28, 52),
        mix(lead, (30, 30, 60), 0.35),
        lead,
        mix(lead, (255, 214, 140), 0.6),
        (250, 240, 218),
    )
    level = np.clip(_dark(surface.blurred(image, 0.003)) * 5, 0, 4.99).astype(np.uint8)
    out = Image.fromarray(np.array(stops, np.uint8)[level])
    return surface.textured(out, surface.paper(image.size, rng, 0.1))


def risograph(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Fluorescent pink and blue inks, grainy and a little out of register."""
    size, s = image.size, surface.short(image)
    red, green, blue = image.split()
    pink = 1 - np.asarray(green, np.float32) / 255 * 0.75 - np.asarray(blue, np.float32) / 255 * 0.25
    deep = 1 - np.asarray(red, np.float32) / 255 * 0.85 - np.asarray(green, np.float32) / 255 * 0.15
    noise = surface.grain(size, rng, 2.4) * 0.3
    pink_ink = np.clip((pink * 0.86 + noise - 0.08 - surface.screen(size, 110, 15) * 0.6) * 2.2, 0, 1)
    blue_ink = np.clip((deep * 0.86 + noise - 0.16 - surface.screen(size, 110, 75) * 0.62) * 2.2, 0, 1)
    # A few steps of ink instead of all: prints have no more, and the file is half as large.
    pink_ink, blue_ink = np.round(pink_ink * 4) / 4, np.round(blue_ink * 4) / 4
    off = max(1, round(s * 0.006))
    pink_ink = np.roll(pink_ink, (off, -off), (0, 1))
    sheet = Image.new("RGB", size, (244, 239, 228))
    one = surface.inked((255, 255, 255), (255, 72, 140), pink_ink, size)
    two = surface.inked((255, 255, 255), (0, 92, 190), blue_ink, size)
    return ImageChops.multiply(sheet, ImageChops.multiply(one, two))


def comic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Bold outlines, primary colours and printed dots in the shadows."""
    size, s = image.size, surface.short(image)
    bright = surface.rich(surface.curved(image, (0, 0, 0), (255, 255, 255), 1.25), 1.7)
    base = surface.flat(bright, 4)
    light = _dark(image)
    dots = np.clip((0.62 - light * 0.95 - surface.screen(size, 62, 45) * 0.62) * 9, 0, 1) * 0.85
    out = surface.inked(base, ImageChops.multiply(base, Image.new("RGB", size, (70, 60, 110))), dots, size)
    edge = _full(surface.lines(image, 0.006, 9, 8), size)
    out = surface.inked(out, (12, 10, 16), np.maximum(edge, np.clip((0.1 - light) * 20, 0, 1)), size)
    pen, inset = ImageDraw.Draw(out), round(s * 0.022)
    pen.rectangle((0, 0, size[0], size[1]), outline=(255, 255, 255), width=inset)
    pen.rectangle(
        (inset, inset, size[0] - inset, size[1] - inset), outline=(12, 10, 16), width=max(2, s // 180)
    )
    return out


def pop_art(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Four panels in loud inks with printed dots."""
    size = image.size
    half = (size[0] // 2 + 1, size[1] // 2 + 1)
    small = image.resize(half, Image.Resampling.BOX)
    light = _dark(small)
    dots = np.clip((0.66 - light - surface.screen(half, 34, 45) * 0.5) * 10, 0, 1)
    solid = np.maximum(np.clip((0.3 - light) * 14, 0, 1), _full(surface.lines(small, 0.009, 9, 8), half))
    inks = [
        ((255, 222, 0), (236, 0, 112), (28, 10, 60)),
        ((0, 186, 214), (255, 96, 40), (20, 16, 70)),
        ((255, 110, 170), (255, 232, 60), (0, 70, 150)),
        ((150, 220, 60), (130, 40, 190), (20, 24, 30)),
    ]
    out = Image.new("RGB", size)
    turn = int(rng.integers(4))
    for index in range(4):
        ground, middle, dark = inks[(index + turn) % 4]
        panel = surface.inked(surface.inked(ground, middle, dots, half), dark, solid, half)
        out.paste(panel, ((index % 2) * (size[0] // 2), (index // 2) * (size[1] // 2)))
    return out


def woodblock(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Flat washes, flowing outlines, a graded sky and wood grain on washi."""
    size, s = image.size, surface.short(image)
    base = surface.limited(surface.rich(surface.curved(image, (28, 44, 74), (246, 232, 204), 1.1), 0.8), 11)
    strip = np.linspace(1, 0, 64, dtype=np.float32)[:, None]
    top = np.clip(strip * 3.2 - 2.1, 0, 1) * 0.85
    base = surface.inked(base, (24, 52, 98), np.repeat(top, 8, axis=1), size)
    xs = np.arange(max(2, size[0] // 2), dtype=np.float32)
    bend = surface.stained((len(xs) * 4, (size[1] // 2 + 1) * 4), rng, 2.5, 2)[: size[1] // 2 + 1, : len(xs)]
    wood = 0.5 + 0.5 * np.sin(np.linspace(0, 420, bend.shape[0])[:, None] + bend * 34)
    base = surface.textured(base, 1 - 0.08 * wood.astype(np.float32), (255, 246, 226))
    out = surface.inked(base, (30, 34, 56), surface.lines(image, 0.004, 8, 10) * 0.92, size)
    pen, seal = ImageDraw.Draw(out), s * 0.035
    x, y = size[0] - seal * 2.2, size[1] * 0.08
    pen.rectangle((x, y, x + seal, y + seal * 2.3), fill=(186, 44, 36))
    for row in range(3):
        pen.line(
            (x + seal * 0.25, y + seal * (0.45 + 0.7 * row), x + seal * 0.75, y + seal * (0.45 + 0.7 * row)),
            fill=(246, 232, 204),
            width=max(1, s // 250),
        )
        pen.line(
            (x + seal * 0.5, y + seal * (0.3 + 0.7 * row), x + seal * 0.5, y + seal * (0.7 + 0.7 * row)),
            fill=(246, 232, 204),
            width=max(1, s // 250),
        )
    return out


def cartoon(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Cel shading: clean outlines, vivid flat colours, a light sheen in the sky."""
    size = image.size
    base = surface.rich(surface.curved(image, (10, 12, 34), (255, 255, 255), 1.15), 1.55)
    base = surface.flat(base, 7)
    base = surface.bloom(base, 0.03, 0.55)
    return surface.inked(base, (34, 24, 52), surface.lines(image, 0.003, 9, 14) * 0.9, size)


def crayon(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Waxy scribbles with white paper between them."""
    size, s = image.size, surface.short(image)
    bright = surface.rich(
        surface.curved(surface.blurred(image, 0.008), (20, 20, 30), (255, 255, 250), 1.2), 1.8
    )
    wax = surface.grain(size, rng, 2.4)
    turn = spread(48, 66, rng)
    sway = _full(surface.stained(size, rng, 9, 2), size)
    stroke = surface.hatching(size, 64, turn) + (sway - 0.5) * 0.9
    cover = np.clip((1.02 - stroke * 0.85 + wax * 0.45) * 1.5, 0, 1)
    out = surface.inked((252, 250, 244), bright, cover, size)
    edge = np.roll(
        _full(surface.lines(image, 0.007, 9, 12), size), (round(s * 0.004), round(s * 0.003)), (0, 1)
    )
    return surface.inked(out, (40, 34, 60), np.clip(edge * (0.8 + wax * 0.5), 0, 0.9), size)
