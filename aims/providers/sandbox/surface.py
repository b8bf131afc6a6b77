"""What brushes are made of: tone, lines, screens, paper and light on a finished drawing.

Planes are float32 arrays, height x width, 0 (black) to 1 (white). Lengths are shares of the short side.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from aims.providers.sandbox.noise import Field, cloud_field
from aims.providers.sandbox.palette import Rgb


def short(image: Image.Image) -> int:
    """The short side in pixels."""
    return min(image.size)


def plane(image: Image.Image) -> Field:
    """The brightness of a picture."""
    return (np.asarray(image.convert("L"), np.float32) / 255).astype(np.float32, copy=False)


def shown(values: Field) -> Image.Image:
    """A plane as a grey picture."""
    return Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))


def inked(
    ground: Rgb | Image.Image, ink: Rgb | Image.Image, cover: Field, size: tuple[int, int]
) -> Image.Image:
    """Ink over ground, where cover is 1."""
    below = ground.copy() if isinstance(ground, Image.Image) else Image.new("RGB", size, ground)
    mask = shown(cover)
    if mask.size != size:
        mask = mask.resize(size, Image.Resampling.BILINEAR)
    if isinstance(ink, Image.Image):
        below.paste(ink, (0, 0), mask)
    else:
        below.paste(ink, (0, 0, *size), mask)
    return below


def lines(image: Image.Image, width: float = 0.003, floor: float = 10, gain: float = 26) -> Field:
    """The outlines of shapes, at half size: 1 on a line; soft gradients leave no line."""
    step = max(1, round(width * short(image) / 2))
    half = image.resize((max(2, image.width // 2), max(2, image.height // 2)), Image.Resampling.BOX)
    field = np.asarray(half, np.int16)
    total = np.zeros(field.shape[:2], np.int16)
    down = np.abs(np.diff(field, axis=0)).max(axis=2)
    across = np.abs(np.diff(field, axis=1)).max(axis=2)
    total[:-1] = np.maximum(total[:-1], down)
    total[:, :-1] = np.maximum(total[:, :-1], across)
    cover = np.clip((total.astype(np.float32) - floor) / gain, 0, 1)
    if step > 1:
        # A wide line is a thin one blurred and hardened again: its edge stays round.
        radius = step * 0.62
        wide = shown(cover).filter(ImageFilter.GaussianBlur(radius))
        hard = wide.point([int(min(255, max(0, value * radius * 2.9 - 40))) for value in range(256)])
        return np.asarray(hard, np.float32) * np.float32(1 / 255)
    return cover.astype(np.float32, copy=False)


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """A soft copy; the work is done on a small one."""
    pixels = max(0.5, radius * short(image))
    shrink = max(1, int(pixels / 2))
    if shrink == 1:
        return image.filter(ImageFilter.GaussianBlur(pixels))
    size = (max(2, image.width // shrink), max(2, image.height // shrink))
    small = image.resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(pixels / shrink))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def bloom(image: Image.Image, radius: float, strength: float) -> Image.Image:
    """Light that spills over from the bright parts."""
    bright = blurred(image, radius).point(
        [int(max(0, value - 70) * 1.35 * strength) for value in range(256)] * 3
    )
    return ImageChops.screen(image, bright)


def toned(image: Image.Image, stops: tuple[Rgb, ...]) -> Image.Image:
    """Brightness mapped on a run of colours from dark to light."""
    places = np.linspace(0, 255, len(stops))
    grey = image.convert("L")
    channels = [
        grey.point(np.interp(np.arange(256), places, [stop[c] for stop in stops]).astype(np.uint8).tolist())
        for c in range(3)
    ]
    return Image.merge("RGB", channels)


def curved(image: Image.Image, low: Rgb, high: Rgb, contrast: float = 1.0) -> Image.Image:
    """Contrast around the middle, then black moved to `low` and white to `high`, per channel."""
    value = np.clip((np.arange(256) / 255 - 0.5) * contrast + 0.5, 0, 1)
    table: list[int] = []
    for c in range(3):
        table += (low[c] + value * (high[c] - low[c])).round().astype(int).tolist()
    return image.point(table)


def rich(image: Image.Image, amount: float) -> Image.Image:
    """Saturation scaled; 1 leaves it."""
    return ImageEnhance.Color(image).enhance(amount)


def flat(image: Image.Image, levels: int) -> Image.Image:
    """Fewer steps per channel."""
    step = 255 / (levels - 1)
    return image.point([round(round(value / step) * step) for value in range(256)] * 3)


def limited(image: Image.Image, colours: int) -> Image.Image:
    """The picture in a few of its own colours; the colours are chosen on a small copy."""
    small = image.resize((96, max(1, 96 * image.height // image.width)), Image.Resampling.BOX)
    chosen = small.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return image.quantize(palette=chosen, dither=Image.Dither.NONE).convert("RGB")


def screen(size: tuple[int, int], cells: float, turn: float = 45.0) -> Field:
    """A dot screen, 0 at the centre of a dot to 1 between dots; `cells` dots along the short side."""
    step = 2 * np.pi * cells / min(size)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    xs, ys = np.arange(size[0], dtype=np.float32) * step, np.arange(size[1], dtype=np.float32) * step
    return 0.5 - 0.25 * (_wave(xs * c, ys * s) + _wave(-xs * s, ys * c))


def hatching(size: tuple[int, int], count: float, turn: float) -> Field:
    """A line screen, 0 in the middle of a line to 1 between lines; `count` lines along the short side."""
    step = 2 * np.pi * count / min(size)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    xs, ys = np.arange(size[0], dtype=np.float32) * step, np.arange(size[1], dtype=np.float32) * step
    return 0.5 - 0.5 * _wave(xs * c, ys * s)


def _wave(xs: Field, ys: Field) -> Field:
    # cos(x + y) from outer products: two multiplications instead of a cosine per pixel.
    return np.outer(np.cos(ys), np.cos(xs)) - np.outer(np.sin(ys), np.sin(xs))


def grain(size: tuple[int, int], rng: np.random.Generator, coarse: float = 1.0) -> Field:
    """Noise of mean 0, about -1 to 1; `coarse` is its size in pixels of a 1024 picture."""
    shrink = max(1.0, coarse * min(size) / 1024)
    wide, tall = max(2, int(size[0] / shrink)), max(2, int(size[1] / shrink))
    # A square of noise repeated is much cheaper than noise for every pixel, and nobody sees the seam.
    tile = (rng.random((min(tall, 256), min(wide, 256)), dtype=np.float32) - 0.5) * 2
    full = np.tile(tile, (tall // tile.shape[0] + 1, wide // tile.shape[1] + 1))[:tall, :wide]
    if full.shape == (size[1], size[0]):
        return full
    return np.asarray(Image.fromarray(full).resize(size, Image.Resampling.BILINEAR))


def shaded(image: Image.Image, light: Field) -> Image.Image:
    """The picture with its brightness multiplied by a plane around 1 (0..2)."""
    mask = Image.fromarray(np.clip(light * 127.5, 0, 255).astype(np.uint8))
    if mask.size != image.size:
        mask = mask.resize(image.size, Image.Resampling.BILINEAR)
    # Soft light keeps black and white where they are.
    return ImageChops.soft_light(image, Image.merge("RGB", (mask, mask, mask)))


def textured(image: Image.Image, texture: Field, tint: Rgb = (255, 255, 255)) -> Image.Image:
    """The picture multiplied by a plane 0..1 (paper, cloth, a wall) of a tint."""
    mask = shown(texture)
    if mask.size != image.size:
        mask = mask.resize(image.size, Image.Resampling.BILINEAR)
    layers = [mask.point([value * tint[c] // 255 for value in range(256)]) for c in range(3)]
    return ImageChops.multiply(image, Image.merge("RGB", layers))


def paper(size: tuple[int, int], rng: np.random.Generator, depth: float) -> Field:
    """Rough paper, 1 - depth to 1."""
    half = (max(2, size[0] // 2), max(2, size[1] // 2))
    tooth = grain(half, rng, 1.5) * 0.5 + grain(half, rng, 3.5) * 0.5
    return 1 - depth * (0.5 + 0.5 * tooth)


def vignette(image: Image.Image, strength: float, tint: Rgb = (0, 0, 0)) -> Image.Image:
    """Corners darkened towards a tint."""
    xs, ys = np.linspace(-1, 1, 64)[None, :], np.linspace(-1, 1, 64)[:, None]
    away = np.clip(np.hypot(xs, ys) - 0.55, 0, 1) ** 1.3 * strength * 1.6
    mask = shown(away.astype(np.float32)).resize(image.size, Image.Resampling.BICUBIC)
    out = image.copy()
    out.paste(tint, (0, 0, *image.size), mask)
    return out


def stained(size: tuple[int, int], rng: np.random.Generator, cells: float, octaves: int = 4) -> Field:
    """Soft blotches 0..1, made small."""
    wide, tall = max(8, size[0] // 4), max(8, size[1] // 4)
    s = min(size)
    return cloud_field(rng, wide, tall, (cells * size[0] / s, cells * size[1] / s), octaves)


def bevelled(image: Image.Image, radius: float, strength: float) -> Image.Image:
    """Shapes that look raised: light from the upper left on every edge."""
    half = image.convert("L").resize(
        (max(2, image.width // 2), max(2, image.height // 2)), Image.Resampling.BOX
    )
    soft = np.asarray(blurred(half, radius), np.float32) / np.float32(255)
    step = max(1, round(radius * short(half)))
    relief = np.zeros_like(soft)
    relief[step:, step:] = soft[step:, step:] - soft[:-step, :-step]
    return shaded(image, 1 + np.clip(relief * strength, -0.8, 0.8))
