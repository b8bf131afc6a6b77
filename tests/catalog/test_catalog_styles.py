"""Every style file there is, and what a style does to a request."""

from pathlib import Path

import pytest
from catalog_bodies import SHELF, Check

from aims import catalog
from aims.catalog import Shelf, Style
from aims.catalog.fields import IMAGE_FIELDS
from aims.core.errors import Invalid

STYLES = SHELF.styles()
BRUSH = """
slug = "{slug}"
name = "Own"
category = "own"
description = "The operator's."
template = "{template}"
"""


def test_there_are_at_least_44_styles_and_no_two_alike() -> None:
    assert len(STYLES) >= 44
    for part in ("slug", "name", "description", "template"):
        assert len({getattr(style, part) for style in STYLES}) == len(STYLES)
    assert {"anime-style", "cyberpunk-style", "watercolor-style"} <= {style.slug for style in STYLES}


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.slug)
def test_a_style_works_and_its_slug_is_its_name(image: Check, style: Style) -> None:
    assert style.slug == style.name.lower().replace(" ", "-")
    draft = image(prompt="A samurai {prompt} on a cliff", style_slug=style.slug)
    assert draft.style_applied == style.slug
    assert draft.prompt == "A samurai {prompt} on a cliff"
    assert draft.prompt in draft.styled_prompt
    assert len(draft.styled_prompt) > len(draft.prompt) + 20
    for name, value in style.parameters.items():
        IMAGE_FIELDS[name](value)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("anime", "anime-style"), ("water color", "watercolor-style"), ("Pop Art", "pop-art-style")],
)
def test_an_unknown_style_is_answered_with_the_nearest(image: Check, asked: str, near: str) -> None:
    with pytest.raises(Invalid, match=f"There is no style '{asked}'. Did you mean '{near}' or '") as caught:
        image(prompt="x", style_slug=asked)
    assert caught.value.code == "unknown_style"
    assert caught.value.details[0].field == "style_slug"


def test_a_styles_parameters_give_way_to_the_request_and_to_the_model(image: Check) -> None:
    ask = {"prompt": "a cat", "style_slug": "sticker-style"}
    assert image(**ask).parameters["background"] == "transparent"
    assert image(**ask, background="opaque").parameters["background"] == "opaque"
    other = image(**ask, model="fal-ai/nano-banana-2")
    assert "background" not in other.parameters
    assert other.ignored_parameters == ()


def test_negative_prompts_are_joined_for_a_model_that_takes_one(own_folder: Path) -> None:
    text = (own_folder / "models" / "brush.toml").read_text()
    negative = '\n[parameters.negative_prompt]\ntype = "text"\nhelp = "x"\nsent_as = "not"\n'
    (own_folder / "models" / "brush.toml").write_text(text + negative)
    shelf = catalog.open_shelf([own_folder])
    body = {"prompt": "a cat", "negative_prompt": "dogs", "style_slug": "mosaic-style"}
    draft = catalog.check(shelf, "image", body, default_model="acme/brush")
    assert draft.negative_prompt == f"dogs, {shelf.style('mosaic-style').negative_prompt}"
    sent = catalog.provider_input(draft.model, prompt=draft.styled_prompt, parameters=draft.parameters)
    assert sent["not"] == draft.negative_prompt


def test_a_style_added_as_a_file_works_at_once(tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "own.toml").write_text(
        BRUSH.format(slug="own", template="Our {{prompt}}!").replace("{{", "{").replace("}}", "}")
    )
    shelf = catalog.open_shelf([tmp_path])
    draft = catalog.check(
        shelf, "image", {"prompt": "cat", "style_slug": "own"}, default_model="openai/gpt-image-2"
    )
    assert draft.styled_prompt == "Our cat!"


@pytest.mark.parametrize(
    ("slug", "template"), [("Own Style", "{prompt}"), ("own", "nothing"), ("own", "{prompt} {prompt}")]
)
def test_a_wrong_style_file_is_named(tmp_path: Path, slug: str, template: str) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "own.toml").write_text(BRUSH.format(slug=slug, template=template))
    with pytest.raises(Invalid, match=r"own\.toml.*(slug|template)"):
        catalog.open_shelf([tmp_path])


def test_styles_are_listed_by_category(shelf: Shelf) -> None:
    assert [s.category for s in shelf.styles()] == sorted(s.category for s in shelf.styles())
    assert {s.category for s in STYLES} >= {
        "painting",
        "drawing",
        "print",
        "photo",
        "digital",
        "craft",
        "genre",
    }
