"""Seeded randomness: every part of a picture has its own generator, so one part never disturbs another."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]


def stable_number(*parts: object) -> int:
    """A 64-bit number that is the same in every process for the same parts."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def generator(*parts: object) -> np.random.Generator:
    """A random generator fixed by its parts."""
    return np.random.Generator(np.random.PCG64(stable_number(*parts)))


def spread(value: float, other: float, rng: np.random.Generator) -> float:
    """A random number between two bounds."""
    return float(value + (other - value) * rng.random())


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with the given probability."""
    return bool(rng.random() < probability)


def cloud_field(
    rng: np.random.Generator, width: int, height: int, cells: tuple[float, float], octaves: int
) -> Field:
    """Smooth noise in 0..1, height x width; `cells` is the number of blobs across and down."""
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    across, down = cells
    for _ in range(octaves):
        grid = rng.random((max(2, round(down) + 2), max(2, round(across) + 2)), dtype=np.float32)
        layer = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(layer) * np.float32(weight)
        norm += weight
        weight *= 0.5
        across, down = across * 2.1, down * 2.1
    total /= np.float32(norm)
    return np.clip((total - 0.5) * 1.5 + 0.5, 0, 1).astype(np.float32)


def ridge(rng: np.random.Generator, count: int, roughness: float) -> Field:
    """A jagged line of `count` heights in 0..1 by midpoint displacement; roughness 0.4 is soft, 0.7 craggy."""
    line = rng.random(3, dtype=np.float32)
    spread_now = 1.0
    while len(line) < count:
        spread_now *= roughness
        middle = (line[:-1] + line[1:]) / 2 + (rng.random(len(line) - 1, dtype=np.float32) - 0.5) * spread_now
        merged = np.empty(len(line) * 2 - 1, np.float32)
        merged[0::2], merged[1::2] = line, middle
        line = merged
    picked = np.interp(np.linspace(0, len(line) - 1, count), np.arange(len(line)), line)
    low, high = float(picked.min()), float(picked.max())
    return ((picked - low) / max(1e-6, high - low)).astype(np.float32)


def waves(rng: np.random.Generator, count: int, bumps: float, octaves: int = 3) -> Field:
    """A soft rolling line of `count` heights in 0..1 with about `bumps` crests."""
    x = np.linspace(0, 2 * np.pi, count, dtype=np.float32)
    total = np.zeros(count, np.float32)
    for octave in range(octaves):
        frequency = bumps * (1.7**octave)
        total += np.sin(x * frequency + rng.random() * 6.28) * np.float32(0.55**octave)
    low, high = float(total.min()), float(total.max())
    return ((total - low) / max(1e-6, high - low)).astype(np.float32)
