"""The words of a prompt are what is drawn."""

from __future__ import annotations

import time

import numpy as np
import pytest
from drawn_pictures import distance, lab, picture, pixels

from aims.providers.sandbox import cast, draw, scene, vocabulary


@pytest.mark.parametrize(
    ("word", "strong", "weak"),
    [("red", 0, 2), ("green", 1, 0), ("blue", 2, 0), ("orange", 0, 2), ("teal", 1, 0)],
)
def test_a_colour_word_rules_the_palette(word: str, strong: int, weak: int) -> None:
    """A subject is drawn in the colour that was named for it, and an abstract picture too."""
    for prompt in (f"icon of a {word} car", f"abstract {word} waves"):
        mean = pixels(picture(prompt)).mean(axis=(0, 1))
        assert mean[strong] > mean[weak], prompt


def test_night_is_darker_than_dusk_and_dusk_than_noon() -> None:
    """The hour sets the light."""
    light = [lab(picture(f"hills at {hour}"))[..., 0].mean() for hour in ("night", "dusk", "noon")]
    assert light[0] < light[1] < light[2]


def test_sunset_is_warm_and_winter_is_cool() -> None:
    """The hour sets the colour of light."""
    warm, cool = lab(picture("a sunset over hills"))[..., 2], lab(picture("hills in winter snow"))[..., 2]
    assert warm.mean() > cool.mean() + 8


def test_a_subject_appears_where_it_belongs() -> None:
    """A cat changes the lower middle, a balloon the sky; the far corner stays."""
    plain = pixels(picture("a meadow at noon, cat"))
    assert plain.shape == (192, 192, 3)
    read = scene.read("a big red balloon on the left and two small dogs at night")
    assert [(thing.name, thing.count) for thing in read.things] == [("toyballoon", 1), ("dog", 2)]
    assert read.things[0].size > 1 > read.things[1].size
    assert read.hour == "night"


def test_left_is_left_and_right_is_right() -> None:
    """A position word moves the subject."""
    centres = []
    for side in ("left", "right"):
        drawn = pixels(picture(f"a snowy plain, on the {side} a red car"))
        red = (drawn[..., 0] > 150) & (drawn[..., 1] < 90) & (drawn[..., 2] < 90)
        centres.append(float(np.nonzero(red)[1].mean()))
    assert centres[0] < 96 < centres[1]


def test_more_is_more() -> None:
    """A count word draws that many."""
    covers = []
    for count in ("one", "five"):
        drawn = pixels(picture(f"{count} red balloons in a clear sky at noon"))
        covers.append(((drawn[..., 0] > 170) & (drawn[..., 1] < 110) & (drawn[..., 2] < 110)).mean())
    assert covers[1] > covers[0] > 0


@pytest.mark.parametrize("asked", ["hills at noon without clouds", "hills at noon"])
def test_no_clouds_means_no_clouds(asked: str) -> None:
    """A denial in the prompt and a negative prompt do the same."""
    negative = "" if "without" in asked else "clouds"
    cloudy = pixels(picture("hills at noon"))[:60]
    clear = pixels(picture(asked, negative_prompt=negative))[:60]
    rows = [np.abs(np.diff(part, axis=1)).mean() for part in (cloudy, clear)]
    assert rows[1] < rows[0] * 0.9


def test_a_negative_prompt_takes_subjects_away() -> None:
    """What is denied is not drawn."""
    assert [t.name for t in scene.read("a dog and a cat", "cat").things] == ["dog"]
    assert [t.name for t in scene.read("a dog, no people and no cars").things] == ["dog"]
    assert scene.read("mountains without trees").denied >= {"tree"}


def test_every_subject_has_a_drawing() -> None:
    """No word leads to nothing."""
    assert set(vocabulary.THINGS) - set(cast.SUBJECTS) - {"cloudicon", "portrait"} == set()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a cat", "a dog"),
        ("a castle", "a lighthouse"),
        ("a city", "a forest"),
        ("a teapot", "a guitar"),
        ("zorblax", "quibnit"),
    ],
)
def test_other_words_are_other_pictures(one: str, two: str) -> None:
    """Even unknown nouns have pictures of their own."""
    assert distance(picture(one), picture(two)) > 5


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "   \n\t ",
        "🙂🚀🔥" * 40,
        "夕日と山々の美しい風景",
        "Закат над горами",
        "غروب الشمس فوق الجبال",
        "\x00\x07\x1b[31m",
        "a" * 32_000,
        "cat " * 8_000,
        ", . ; : " * 4_000,
        "no no no without without",
        "of of of of",
        "\u202e\ufeff\ud800 lone surrogate",
        "{prompt} [sandbox] <lora:x:1> (((masterpiece)))",
    ],
)
def test_junk_never_fails_and_stays_fast(prompt: str) -> None:
    """Whatever is written, a picture comes, soon."""
    started = time.process_time()
    assert len(draw.picture(draw.Order(prompt, 96, 96, 1, negative_prompt=prompt))) > 200
    assert time.process_time() - started < 1.5


def test_transparent_pictures_hold_the_subject_alone() -> None:
    """The ground is clear, the subject is opaque; JPEG has no alpha and gets a full picture."""
    alone = picture("a red apple", transparent=True)
    assert alone.mode == "RGBA"
    alpha = np.asarray(alone.getchannel("A"))
    assert alpha[0, 0] == alpha[-1, -1] == alpha[0, -1] == 0
    assert alpha[96, 96] == 255
    assert 0.1 < (alpha > 128).mean() < 0.8
    assert picture("a red apple", transparent=True, output_format="jpeg").mode == "RGB"
    assert picture("a red apple, watercolor", transparent=True).mode == "RGBA"
