"""Styles on one prompt look distinct, and like what they are called."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest
from drawn_pictures import distance, edges, lab, picture, pixels

from aims.providers.sandbox import brushes, scene
from aims.providers.sandbox.brush_words import BRUSHES

STYLES = Path(__file__).parents[3] / "aims" / "catalog" / "styles"
TEMPLATES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))["template"] for path in sorted(STYLES.glob("*/*.toml"))
}
# Mean CIELAB difference at 64 x 64 plus mean difference of fine structure; 2 is just noticeable.
APART = 10.0


@pytest.mark.parametrize("prompt", ["A beautiful sunset over mountains", "a red fox in a forest"])
def test_no_two_styles_look_alike(prompt: str) -> None:
    """All styles of the catalogue on one prompt are further apart than the bound."""
    drawn = {slug: picture(template.replace("{prompt}", prompt)) for slug, template in TEMPLATES.items()}
    assert len(drawn) >= 40
    seen = {slug: (lab(image), edges(image)) for slug, image in drawn.items()}
    close = []
    for (one, (lab_one, edge_one)), (two, (lab_two, edge_two)) in itertools.combinations(seen.items(), 2):
        apart = np.linalg.norm(lab_one - lab_two, axis=2).mean() + np.abs(edge_one - edge_two).mean()
        if apart < APART:
            close.append((one, two, round(float(apart), 1)))
    assert not close


@pytest.mark.parametrize("slug", sorted(TEMPLATES))
def test_every_style_of_the_catalogue_is_understood(slug: str) -> None:
    """The styled prompt calls a brush, and the subject is still read."""
    read = scene.read(TEMPLATES[slug].replace("{prompt}", "a red fox in a forest"))
    assert brushes.chosen(read) or "isometric" in read.brushes
    assert read.things[0].name == "fox"
    assert "forest" in read.places


def test_every_style_word_has_a_brush() -> None:
    """No style word leads to nothing."""
    assert set(BRUSHES) - set(brushes.BRUSHES) == {"isometric"}


@pytest.mark.parametrize(
    "style", ["black and white photo", "pencil sketch", "charcoal drawing", "ink drawing", "film noir"]
)
def test_grey_styles_have_no_colour(style: str) -> None:
    """Styles without colour are grey."""
    assert np.abs(lab(picture(f"a red barn in the hills, {style}"))[..., 1:]).mean() < 6


def test_styles_keep_their_promise() -> None:
    """Blueprints are blue, neon is dark, sepia is brown, vivid is vivid."""
    assert lab(picture("a bridge, blueprint"))[..., 2].mean() < -15
    assert lab(picture("a bridge in neon tubes, neon sign"))[..., 0].mean() < 44
    sepia = pixels(picture("a bridge, sepia")).mean(axis=(0, 1))
    assert sepia[0] > sepia[1] > sepia[2]


def test_an_unknown_style_still_shifts_the_picture() -> None:
    """Words nobody knows turn the colours, each in its own way."""
    plain = picture("a castle on a hill")
    one, two = (picture(f"a castle on a hill, {word} style") for word in ("zorblaxian", "quibnitic"))
    assert distance(plain, one) > 1
    assert distance(one, two) > 0.5
