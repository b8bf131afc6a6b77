"""The same order gives the same pixels, everywhere; another seed gives another picture."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import numpy as np
import pytest
from drawn_pictures import distance, picture, pixels
from PIL import Image

from aims.providers.sandbox import draw

PROMPTS = (
    "A beautiful sunset over mountains",
    "two cats on a sofa",
    "watercolor of a lighthouse",
    "abstract circles",
    "zzyzx",
)
PROGRAM = """
import hashlib, sys
from aims.providers.sandbox import draw
for prompt in sys.argv[1:]:
    print(hashlib.sha256(draw.picture(draw.Order(prompt, 200, 150, 7))).hexdigest())
"""


def test_another_process_draws_the_same_bytes() -> None:
    """Nothing depends on the hash seed, the clock or what was drawn before."""
    here = [hashlib.sha256(draw.picture(draw.Order(prompt, 200, 150, 7))).hexdigest() for prompt in PROMPTS]
    order = [*reversed(PROMPTS)]
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM, *order], capture_output=True, text=True, check=True, timeout=60
    )
    assert there.stdout.split() == [*reversed(here)]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_seeds_differ_visibly(prompt: str) -> None:
    """Three seeds are three pictures."""
    drawn = [picture(prompt, seed) for seed in (1, 2, 3)]
    assert min(distance(drawn[0], drawn[1]), distance(drawn[0], drawn[2]), distance(drawn[1], drawn[2])) > 4


@pytest.mark.parametrize(
    "size", [(64, 64), (65, 333), (333, 65), (1000, 64), (64, 1000), (517, 389), (1600, 200)]
)
@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_any_size_in_any_format(size: tuple[int, int], output_format: str) -> None:
    """The file holds exactly the pixels that were ordered, in the format that was ordered."""
    order = draw.Order("a red boat on a lake, oil painting", *size, 3, output_format=output_format)
    with Image.open(io.BytesIO(draw.picture(order))) as opened:
        opened.load()
        assert opened.size == size
        assert opened.format == output_format.upper()


def test_a_very_large_picture() -> None:
    """4096 pixels are drawn as asked."""
    with Image.open(io.BytesIO(draw.picture(draw.Order("sea at night", 4096, 512, 1)))) as opened:
        assert opened.size == (4096, 512)


def test_the_png_is_lossless() -> None:
    """Our PNG writer gives back the pixels that were painted."""
    order = draw.Order("city skyline at night", 301, 203, 2)
    with Image.open(io.BytesIO(draw.picture(order))) as opened:
        assert np.array_equal(pixels(opened), pixels(draw.paint(order)))


def test_size_keeps_the_composition() -> None:
    """The same order at twice the size is the same picture, only larger."""
    small = draw.paint(draw.Order("a lighthouse by the sea at sunset", 256, 256, 5, mark=False))
    large = draw.paint(draw.Order("a lighthouse by the sea at sunset", 512, 512, 5, mark=False))
    assert distance(small, large) < 4


def test_the_mark_stays_in_its_corner() -> None:
    """The mark changes a small corner and nothing else."""
    plain = pixels(draw.paint(draw.Order("a meadow", 400, 300, 1, mark=False)))
    marked = pixels(draw.paint(draw.Order("a meadow", 400, 300, 1)))
    changed = np.abs(plain - marked).max(axis=2) > 0
    assert 0 < changed.mean() < 0.02
    assert not changed[:250].any()
    assert not changed[:, :280].any()
