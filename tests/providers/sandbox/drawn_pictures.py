"""Draws small pictures for the tests and measures how far apart two of them are."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aims.providers.sandbox import draw

Field = NDArray[np.float64]


def picture(prompt: str, seed: int = 1, side: int = 192, **more: object) -> Image.Image:
    """A small picture without the mark."""
    return draw.paint(draw.Order(prompt, side, side, seed, mark=False, **more))  # type: ignore[arg-type]


def pixels(image: Image.Image) -> Field:
    """RGB as height x width x 3 in 0..255."""
    return np.asarray(image.convert("RGB"), np.float64)


def as_png(image: Image.Image) -> bytes:
    """An encoded picture, as an order carries it."""
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def lab(image: Image.Image) -> Field:
    """CIELAB of a 64 x 64 copy."""
    small = pixels(image.resize((64, 64), Image.Resampling.BOX)) / 255
    linear = np.where(small > 0.04045, ((small + 0.055) / 1.055) ** 2.4, small / 12.92)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    )


def edges(image: Image.Image) -> Field:
    """How much fine structure each of 16 x 16 places has: the mean step between neighbours, 0..100."""
    grey = np.asarray(image.convert("L").resize((192, 192), Image.Resampling.BOX), np.float64)
    steps = np.abs(np.diff(grey, axis=0))[:, :-1] + np.abs(np.diff(grey, axis=1))[:-1]
    return steps[:176, :176].reshape(16, 11, 16, 11).mean(axis=(1, 3)) / 2.55


def distance(one: Image.Image, two: Image.Image) -> float:
    """Perceptual distance: mean CIELAB difference at 64 x 64 plus the mean difference of fine structure."""
    colour = float(np.linalg.norm(lab(one) - lab(two), axis=2).mean())
    return colour + float(np.abs(edges(one) - edges(two)).mean())


def likeness(one: Image.Image, two: Image.Image) -> float:
    """Correlation of the outlines of two pictures, -1..1: 1 for the same structure in other colours."""
    maps = []
    for image in (one, two):
        grey = np.asarray(image.convert("L").resize((64, 64), Image.Resampling.BOX), np.float64)
        maps.append(np.hypot(*np.gradient(grey)).ravel())
    return float(np.corrcoef(maps[0], maps[1])[0, 1])
