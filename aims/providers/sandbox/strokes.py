"""Brushes that paint: watercolour, oil, acrylic, gouache, impressionist dabs, points, pastel, ink wash."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from aims.providers.sandbox import surface
from aims.providers.sandbox.noise import Field, spread


def _samples(image: Image.Image, across: int) -> tuple[np.ndarray, Field]:
    """Colours of a small copy, and the direction of strokes there (radians)."""
    tall = max(2, round(across * image.height / image.width))
    small = image.resize((across, tall), Image.Resampling.BOX)
    colours = np.asarray(small, np.int16)
    soft = np.asarray(small.convert("L").filter(ImageFilter.GaussianBlur(2.5)), np.float32)
    down, side = np.gradient(soft)
    return colours, np.arctan2(down, side) + np.float32(math.pi / 2)


def _dabs(
    image: Image.Image,
    ground: Image.Image,
    size: tuple[float, float],
    count: int,
    jitter: float,
    rng: np.random.Generator,
) -> Image.Image:
    """Short strokes of the picture's colours that follow its shapes; size is length and width."""
    s = surface.short(image)
    colours, angles = _samples(image, 160)
    rows, columns = colours.shape[:2]
    count = int(count * min(2.5, image.width * image.height / s / s))
    spots = rng.random((count, 2))
    sway = rng.normal(0, 0.28, count)
    tones = rng.normal(0, jitter, (count, 3)) * (0.5 + rng.random((count, 1)))
    pen = ImageDraw.Draw(ground)
    wide = max(1, round(size[1] * s))
    ys = np.minimum(rows - 1, (spots[:, 1] * rows).astype(int))
    xs = np.minimum(columns - 1, (spots[:, 0] * columns).astype(int))
    fills = np.clip(colours[ys, xs] + tones, 0, 255).astype(int).tolist()
    turns = (angles[ys, xs] + sway).tolist()
    half = size[0] * s / 2
    for (x, y), fill, turn in zip((spots * np.array(image.size)).tolist(), fills, turns, strict=True):
        dx, dy = math.cos(turn) * half, math.sin(turn) * half
        pen.line((x - dx, y - dy, x + dx, y + dy), fill=tuple(fill), width=wide)
    return ground


def watercolor(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Transparent washes with hard dried rims, pigment that settles in the paper, white paper at the edge."""
    size = image.size
    # Washes are made small: enlarging them softens as much as water does.
    half = (max(2, size[0] // 2), max(2, size[1] // 2))
    small = image.resize(half, Image.Resampling.BOX)
    small = surface.rich(surface.curved(small, (40, 44, 84), (255, 255, 255), 1.0), 1.75)
    soft = small.resize(size, Image.Resampling.BILINEAR)
    pools = surface.stained(size, rng, 7, 4)
    out = surface.shaded(soft, 1 + (pools - 0.5) * 0.95)
    pigment = surface.curved(out, (20, 30, 60), (176, 176, 196))
    contour = surface.lines(image, 0.0022, 9, 20)
    # Where a wash dried slowly its contour is hard and dark, elsewhere it runs into its neighbour.
    slow = np.clip((pools - 0.3) * 2.8, 0.12, 0.85)
    rings = np.clip(1 - np.abs(pools - 0.55) * 30, 0, 1) * 0.3
    slow, rings = (
        np.asarray(surface.shown(part).resize(half, Image.Resampling.BILINEAR), np.float32) / np.float32(255)
        for part in (slow, rings)
    )
    # Pigment settles in the hollows of the paper, most where the wash is dark.
    dark = np.clip(1.5 - 1.5 * surface.plane(small), 0.1, 0.9)
    grains = np.clip(surface.grain(half, rng, 2.2) - 0.25, 0, 1) * dark
    dried = surface.inked(out, pigment, np.maximum(np.maximum(contour * slow, rings), grains), size)
    dried = surface.textured(dried, surface.paper(size, rng, 0.13))
    edge = _ragged(size, rng, 0.055)
    return surface.inked((252, 250, 244), dried, edge, size)


def _ragged(size: tuple[int, int], rng: np.random.Generator, margin: float) -> Field:
    """1 inside a torn, uneven border."""
    wide, tall = max(8, size[0] // 4), max(8, size[1] // 4)
    s = min(wide, tall)
    xs = np.minimum(np.arange(wide), np.arange(wide)[::-1])[None, :] / s
    ys = np.minimum(np.arange(tall), np.arange(tall)[::-1])[:, None] / s
    noise = surface.stained(size, rng, 12, 4)[:tall, :wide]
    return np.clip((np.minimum(xs, ys) - margin * (0.25 + noise * 1.1)) * 70, 0, 1).astype(np.float32)


def oil(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Thick strokes with ridges that catch the light, warm varnish."""
    warm = surface.rich(surface.curved(image, (22, 12, 8), (255, 246, 222), 1.12), 1.2)
    out = _dabs(warm, surface.blurred(warm, 0.01), (0.05, 0.013), 3600, 9, rng)
    out = _dabs(warm, out, (0.026, 0.007), 4200, 13, rng)
    light = surface.plane(out)
    ridge = np.zeros_like(light)
    ridge[2:, 2:] = light[2:, 2:] - light[:-2, :-2]
    weave = surface.hatching(image.size, 190, 0) + surface.hatching(image.size, 190, 90)
    return surface.vignette(surface.shaded(out, 1 + ridge * 2.4 + (weave - 1) * 0.06), 0.3, (30, 14, 6))


def acrylic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Bold bright strokes with crisp edges, as from a palette knife."""
    bright = surface.rich(surface.curved(image, (16, 14, 40), (255, 255, 255), 1.3), 1.75)
    out = _dabs(bright, surface.flat(bright, 5), (0.11, 0.034), 620, 20, rng)
    out = _dabs(bright, out, (0.06, 0.022), 900, 22, rng)
    return surface.shaded(out, 1 + surface.grain(image.size, rng, 3) * 0.1)


def gouache(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Matte flat colour with dry-brush breaks."""
    size = image.size
    matte = surface.rich(surface.curved(image, (46, 44, 56), (238, 228, 208), 0.94), 0.78)
    flat = surface.limited(matte.filter(ImageFilter.ModeFilter(3)) if min(size) < 400 else matte, 20)
    dry = surface.hatching(size, 90, spread(-12, 12, rng)) * 0.5 + surface.grain(size, rng, 3.2) * 0.35
    out = surface.inked(
        flat, surface.curved(flat, (40, 36, 34), (255, 248, 232)), np.clip((dry - 0.42) * 1.3, 0, 0.28), size
    )
    return surface.textured(out, surface.paper(size, rng, 0.07))


def impressionist(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Broken dabs of pure colour in shimmering light."""
    vivid = surface.rich(
        surface.curved(surface.blurred(image, 0.006), (52, 44, 96), (255, 250, 226), 0.95), 1.75
    )
    out = _dabs(vivid, surface.blurred(vivid, 0.02), (0.034, 0.015), 4200, 30, rng)
    return _dabs(vivid, out, (0.02, 0.009), 4200, 36, rng)


def pointillist(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Thousands of round dots on pale ground."""
    s = surface.short(image)
    vivid = surface.rich(image, 1.8)
    colours = np.asarray(
        vivid.resize((110, max(2, 110 * image.height // image.width)), Image.Resampling.BOX), np.int16
    )
    rows, columns = colours.shape[:2]
    out = Image.new("RGB", image.size, (244, 238, 222))
    pen = ImageDraw.Draw(out)
    count = int(10500 * min(2.2, image.width * image.height / s / s))
    spots = rng.random((count, 2))
    tones = rng.normal(0, 38, (count, 3))
    fills = (
        np.clip(
            colours[(spots[:, 1] * rows).astype(int), (spots[:, 0] * columns).astype(int)] + tones, 0, 255
        )
        .astype(int)
        .tolist()
    )
    radii = (s * (0.0038 + 0.0035 * rng.random(count))).tolist()
    for (x, y), fill, r in zip((spots * np.array(image.size)).tolist(), fills, radii, strict=True):
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(fill))
    return out


def pastel(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Powdery strokes blended on tinted paper."""
    size = image.size
    soft = surface.rich(
        surface.curved(surface.blurred(image, 0.012), (84, 66, 122), (255, 244, 232), 1.0), 1.55
    )
    tooth = surface.grain(size, rng, 2.0)
    stroke = surface.hatching(size, 58, 34)
    cover = np.clip(1.0 - stroke * 0.34 + tooth * 0.36, 0, 1)
    return surface.inked((204, 190, 184), soft, cover, size)


def ink_wash(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Black ink in pale washes on rice paper, mist and emptiness."""
    size = image.size
    light = surface.plane(surface.blurred(image, 0.012))
    low, high = float(light.min()), float(np.quantile(light[::8, ::8], 0.85))
    light = np.clip((light - low) / max(0.1, high - low), 0, 1)
    pools = (
        np.asarray(
            surface.shown(surface.stained(size, rng, 4, 4)).resize(size, Image.Resampling.BILINEAR),
            np.float32,
        )
        / 255
    )
    cover = np.clip((1 - light) ** 1.5 * (0.62 + pools * 0.66), 0, 0.95)
    steps = np.round(cover * 5) / 5 * 0.45 + cover * 0.55
    edge = (
        np.asarray(
            surface.shown(surface.lines(surface.blurred(image, 0.003), 0.007, 9, 18)).resize(
                size, Image.Resampling.BILINEAR
            ),
            np.float32,
        )
        / 255
    )
    mist = np.clip(np.abs(np.linspace(-1, 1, size[1], dtype=np.float32)) * 1.5 - 0.1, 0.25, 1)[:, None]
    cover = np.clip(np.maximum(steps, edge * 0.9) * mist, 0, 1)
    out = surface.inked((241, 235, 221), (26, 27, 32), cover, size)
    pen, s = ImageDraw.Draw(out), min(size)
    x, y = size[0] * 0.9, size[1] * 0.87
    pen.rectangle((x - s * 0.03, y - s * 0.03, x + s * 0.03, y + s * 0.03), fill=(184, 44, 38))
    return surface.textured(out, surface.paper(size, rng, 0.06))


def surreal(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The lower world melts and bends under long shadows, in dream colours."""
    size, s = image.size, surface.short(image)
    field = np.asarray(image)
    rows = np.linspace(0, 1, size[1], dtype=np.float32)
    bend = np.sin(rows * 9 + rng.random() * 6) * 0.09 * rows**1.2 * s
    columns = np.linspace(0, 1, size[0], dtype=np.float32)
    lift = (np.sin(columns * 7 + rng.random() * 6) * 0.075 + np.sin(columns * 17) * 0.02) * s
    ys = np.clip(np.arange(size[1])[:, None] + lift[None, :] * (rows[:, None] > 0), 0, size[1] - 1).astype(
        np.int32
    )
    xs = np.clip(np.arange(size[0])[None, :] + bend[:, None], 0, size[0] - 1).astype(np.int32)
    out = Image.fromarray(field[ys, xs])
    red, green, blue = out.split()
    out = Image.merge(
        "RGB",
        (
            red.point([min(255, int(v * 1.06 + 14)) for v in range(256)]),
            green.point([int(v * 0.94) for v in range(256)]),
            blue.point([int(28 + v * 0.78) for v in range(256)]),
        ),
    )
    return surface.vignette(surface.rich(out, 1.3), 0.55, (46, 14, 40))
