"""Edits change what was asked and keep the rest."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_pictures import as_png, distance, lab, likeness, picture, pixels
from PIL import Image

from aims.core.errors import Invalid

BARN = picture("a red barn in the hills at noon", 4, 256)


def edited(prompt: str, *references: Image.Image, mask: Image.Image | None = None) -> Image.Image:
    """The first reference after an edit."""
    data = tuple(as_png(image) for image in references)
    return picture(prompt, 3, 256, references=data, mask=as_png(mask) if mask else None)


@pytest.mark.parametrize(
    "prompt",
    [
        "make it night",
        "turn it into a watercolor",
        "add snow",
        "warmer colours",
        "black and white",
        "pixel art",
        "make it blue",
        "qwerty",
    ],
)
def test_an_edit_keeps_the_structure_and_changes_the_picture(prompt: str) -> None:
    """The outlines are still there; the picture is visibly another."""
    after = edited(prompt, BARN)
    assert likeness(BARN, after) > 0.35
    assert distance(BARN, after) > 3


def test_a_rainbow_is_drawn_in_the_sky() -> None:
    """The upper part gets colour, the ground stays as it was."""
    after = edited("Add a rainbow to the sky", BARN)
    change = np.abs(pixels(after) - pixels(BARN)).mean(axis=2)
    assert change[:150].mean() > 4
    assert change[200:].mean() < 1
    assert likeness(BARN, after) > 0.5


def test_night_is_darker_and_warm_is_warmer() -> None:
    """Light words do what they say."""
    before = lab(BARN)
    assert lab(edited("make it night", BARN))[..., 0].mean() < before[..., 0].mean() - 20
    assert lab(edited("warmer colours", BARN))[..., 2].mean() > before[..., 2].mean() + 3


def test_an_added_subject_leaves_most_of_the_picture() -> None:
    """A cat covers some of the picture and nothing else moves."""
    changed = np.abs(pixels(edited("add a cat", BARN)) - pixels(BARN)).max(axis=2) > 8
    assert 0.02 < changed.mean() < 0.4


def test_a_mask_limits_the_change() -> None:
    """Black parts of the mask stay untouched."""
    mask = Image.new("L", BARN.size, 0)
    mask.paste(255, (0, 0, 128, 256))
    change = np.abs(pixels(edited("make it night", BARN, mask=mask)) - pixels(BARN)).max(axis=2)
    assert change[:, 140:].max() == 0
    assert change[:, :110].mean() > 20


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_collage_shows_every_reference(count: int) -> None:
    """Each plain reference is found in the collage with a fair share of it."""
    tones = [(220, 30, 30), (30, 200, 60), (40, 60, 230), (240, 220, 40), (190, 40, 200)][:count]
    after = pixels(edited("combine into a collage", *(Image.new("RGB", (120, 90), tone) for tone in tones)))
    for tone in tones:
        assert (np.abs(after - np.array(tone)).max(axis=2) < 40).mean() > 0.5 / count


def test_a_new_background_keeps_the_middle() -> None:
    """The sitter stays, the corners become a beach."""
    sitter = picture("portrait of a woman", 4, 256)
    change = np.abs(pixels(edited("replace the background with a beach", sitter)) - pixels(sitter)).mean(
        axis=2
    )
    assert change[:40, :40].mean() > 10
    assert np.median(change[110:150, 110:150]) < 12


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "1", "CMYK"])
def test_references_of_any_mode(mode: str) -> None:
    """Grey, indexed and transparent references are fine."""
    source = BARN.convert("RGBA").convert(mode) if mode != "CMYK" else BARN
    assert edited("make it night", source).size == (256, 256)


def test_what_is_not_a_picture_is_the_requests_fault() -> None:
    """Junk bytes raise an error that names the field."""
    with pytest.raises(Invalid) as wrong:
        picture("make it night", references=(b"not a picture",))
    assert wrong.value.details[0].field == "references"
