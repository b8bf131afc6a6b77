"""What a person gets, and is told, when asking for pictures."""

import math
from typing import Any

import pytest
from catalog_bodies import Check
from msgspec.structs import replace

from aims import catalog
from aims.catalog import Shelf
from aims.core.errors import Invalid

NANO, GPT15, SEEDREAM = (
    "fal-ai/nano-banana-2",
    "fal-ai/gpt-image-1.5",
    "fal-ai/bytedance/seedream/v4/text-to-image",
)
KONTEXT = "fal-ai/flux-pro/kontext"
PICTURE = ["https://example.com/a.png"]


def refused(image: Check, **body: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        image(**body)
    return caught.value


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t", None])
def test_a_prompt_is_required(image: Check, prompt: object) -> None:
    assert refused(image, prompt=prompt).sentence == "Prompt is required"
    assert refused(image).details[0].field == "prompt"


def test_a_prompt_is_trimmed_and_may_have_32000_characters(image: Check) -> None:
    assert image(prompt="  a cat \n").prompt == "a cat"
    assert len(image(prompt=" " + "é" * 32_000 + " ").prompt) == 32_000
    assert "32,001 characters; at most 32,000" in refused(image, prompt="a" * 32_001).sentence


def test_a_model_that_takes_less_text_says_so(image: Check) -> None:
    assert refused(image, prompt="x", model=NANO).sentence == (
        f"`prompt` must have at least 3 characters with the model '{NANO}'."
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("prompt", 3, "`prompt` must be text; got 3."),
        ("prompt", "a\0b", "`prompt` holds a NUL character"),
        ("prompt", "a\ud800", "`prompt` holds half of a character"),
        ("n", 0, "`n` must be a whole number from 1 to 8; got 0."),
        ("n", 9, "`n` must be a whole number from 1 to 8; got 9."),
        ("n", 1.0, "`n` must be a whole number from 1 to 8; got 1.0."),
        ("n", True, "`n` must be a whole number from 1 to 8; got true."),
        ("n", "2", '`n` must be a whole number from 1 to 8; got "2".'),
        pytest.param("n", 10**5000, "got a number with very many digits.", id="n-huge"),
        ("size", "63x64", "each side from 64 to 4096 pixels"),
        ("size", "4097x64", 'got "4097x64"'),
        ("size", "1024", "must be auto or WIDTHxHEIGHT"),
        ("size", "１０２４x1024", "must be auto or WIDTHxHEIGHT"),
        ("size", 1024, "got 1024."),
        ("aspect_ratio", "7:3", "`aspect_ratio` must be auto, 21:9, 16:9"),
        ("resolution", "8K", "`resolution` must be 0.5K, 1K, 2K or 4K"),
        ("quality", "best", "must be auto, standard, hd, low, medium or high"),
        ("background", "red", "must be auto, transparent or opaque"),
        ("style", "wild", "must be natural or vivid"),
        ("output_format", "gif", "must be png, jpeg or webp"),
        ("style_slug", 1, "`style_slug` must be text; got 1."),
        ("style_slug", "x" * 201, "201 characters; at most 200"),
        ("image_urls", "https://x", "must be a list of 1 to 10 addresses"),
        ("image_urls", [], "must have 1 to 10 addresses; got 0"),
        ("image_urls", ["u"] * 11, "must have 1 to 10 addresses; got 11"),
        ("image_urls", [" "], "must be the address of a picture"),
        ("image_urls", [None], "got null"),
        ("image_urls", ["h" * 4097], "4,097 characters; at most 4,096"),
        ("seed", -1, "`seed` must be a whole number from 0"),
        ("seed", 2**63, "or its digits"),
        ("seed", "12a", 'got "12a"'),
        ("seed", 1.5, "got 1.5"),
        ("seed", True, "got true"),
        ("safety_tolerance", "7", '"1" (strictest) to "6"; got "7"'),
        ("safety_tolerance", 0, "got 0"),
        ("limit_generations", "yes", "must be true or false"),
        ("enable_web_search", 1, "must be true or false; got 1."),
        ("sync_mode", {}, "must be true or false; got an object."),
        ("make_public", [], "must be true or false; got a list."),
        ("model", 5, "`model` must be the id of a model"),
        ("model", "", "There is no model ''"),
    ],
)
def test_a_wrong_value_is_answered_with_the_field_the_bound_and_what_came(
    image: Check, field: str, value: object, sentence: str
) -> None:
    error = refused(image, **{"prompt": "a cat", field: value})
    assert sentence in error.sentence
    assert error.details[0].field == field
    error.sentence.encode()


def test_everything_that_is_wrong_is_said_at_once(image: Check) -> None:
    error = refused(image, n=0, size="big", model="none", style_slug="none", make_public="yes")
    assert [d.field for d in error.details] == ["prompt", "model", "n", "size", "make_public", "style_slug"]
    assert error.sentence == error.details[0].message


@pytest.mark.parametrize(
    ("model", "near"),
    [
        ("gpt-image-2", "'openai/gpt-image-2'"),
        ("Nano Banana Pro", "'fal-ai/nano-banana-pro'"),
        ("fal-ai/nano-bananas-2", "'fal-ai/nano-banana-2'"),
        ("openai/gpt-image-3", "'openai/gpt-image-2'"),
    ],
)
def test_an_unknown_model_is_answered_with_the_nearest_ids(shelf: Shelf, model: str, near: str) -> None:
    """Of what is there where no provider is connected."""

    def image(**body: Any) -> Any:
        return catalog.check(shelf.offered(), "image", body, default_model="openai/gpt-image-2")

    error = refused(image, prompt="x", model=model)
    assert error.sentence.startswith(f"There is no model '{model}'. Did you mean {near} or '")
    assert error.code == "unknown_model"


def test_a_video_model_is_sent_to_its_own_route(image: Check) -> None:
    error = refused(image, prompt="x", model="fal-ai/veo3.1")
    assert error.sentence == "The model 'fal-ai/veo3.1' makes videos: ask for it with POST /videos/generate."


def test_pictures_switch_to_the_edit_model_and_keep_their_shape(image: Check) -> None:
    draft = image(prompt="Add a rainbow", image_urls=PICTURE)
    assert draft.model.id == "openai/gpt-image-2/edit"
    assert draft.by_role("reference") == tuple(PICTURE)
    assert draft.parameters["size"] == "auto"
    assert (draft.width, draft.height) == (None, None)
    assert image(prompt="Wider", image_urls=PICTURE, aspect_ratio="16:9").width == 1360
    assert image(prompt="Square", image_urls=PICTURE, size="1024x1024").width == 1024


def test_an_edit_model_without_pictures_names_the_field_and_the_model(image: Check) -> None:
    error = refused(image, prompt="x", model=KONTEXT)
    assert error.sentence == f"`image_urls` is required with the model '{KONTEXT}': the picture to change."
    error = refused(image, prompt="x", model=KONTEXT, image_urls=PICTURE * 2)
    assert error.sentence == f"`image_urls` takes at most 1 picture with the model '{KONTEXT}'; got 2."


def test_pictures_with_a_model_that_cannot_edit_are_refused(shelf: Shelf) -> None:
    model = shelf.model("openai/gpt-image-2")
    plain = Shelf.of([replace(model, edit=None)], [])
    with pytest.raises(Invalid, match="cannot edit pictures: leave out `image_urls`") as caught:
        catalog.check(plain, "image", {"prompt": "x", "image_urls": PICTURE}, default_model=model.id)
    assert caught.value.details[0].field == "image_urls"


def test_what_the_model_does_not_know_is_listed_and_goes_no_further(image: Check) -> None:
    draft = image(prompt="a cat", seed=5, style="vivid", is_admin=True, workspace_id="w", resolution=None)
    assert draft.ignored_parameters == ("seed", "style", "is_admin", "workspace_id")
    assert draft.seed is None
    assert set(draft.parameters) == {"quality", "background", "output_format", "size"}


def test_a_field_with_an_unprintable_name_is_listed_safely(image: Check) -> None:
    for name in image(prompt="a cat", **{"\ud800\0": 1, "y" * 500: 2}).ignored_parameters:
        assert len(name.encode()) < 200


def test_too_many_fields_are_refused(image: Check) -> None:
    assert "at most 64" in refused(image, prompt="x", **{f"f{i}": i for i in range(80)}).sentence


def test_the_documented_request_for_gpt_image_1_5_is_honoured_whole(image: Check) -> None:
    draft = image(
        prompt="A cute robot holding a flower",
        model=GPT15,
        size="1792x1024",
        quality="hd",
        background="transparent",
        style="vivid",
    )
    assert draft.ignored_parameters == ()
    assert (draft.width, draft.height, draft.parameters["quality"]) == (1536, 1024, "high")
    sent = catalog.provider_input(draft.model, prompt=draft.styled_prompt, parameters=draft.parameters)
    assert sent == {
        "prompt": "A cute robot holding a flower. Vivid, dramatic colours and light.",
        "num_images": 1,
        "image_size": "1536x1024",
        "quality": "high",
        "background": "transparent",
        "output_format": "png",
    }


@pytest.mark.parametrize(
    ("sent", "meant"),
    [("standard", "medium"), ("hd", "high"), ("HD", "high"), ("low", "low"), ("auto", "auto")],
)
def test_both_vocabularies_of_quality_are_understood(image: Check, sent: str, meant: str) -> None:
    assert image(prompt="a cat", quality=sent).parameters["quality"] == meant


@pytest.mark.parametrize("seed", [7, "7", "0007"])
def test_a_seed_may_be_a_number_or_its_digits(image: Check, seed: object) -> None:
    draft = image(prompt="a cat", model=NANO, seed=seed, safety_tolerance=2)
    assert draft.seed == draft.parameters["seed"] == 7
    assert draft.parameters["safety_tolerance"] == "2"
    assert image(prompt="a cat", model=NANO).parameters["safety_tolerance"] == "6"


@pytest.mark.parametrize(
    ("model", "asked", "width", "height", "told"),
    [
        ("openai/gpt-image-2", {}, 1024, 1024, {"size": "1024x1024"}),
        ("openai/gpt-image-2", {"size": "1000x1500"}, 992, 1504, {"size": "992x1504"}),
        ("openai/gpt-image-2", {"size": "64x64"}, 816, 816, {}),
        ("openai/gpt-image-2", {"size": "4096x4096"}, 2880, 2880, {}),
        ("openai/gpt-image-2", {"size": "4096x64"}, 1408, 480, {}),
        ("openai/gpt-image-2", {"size": "64x64", "aspect_ratio": "2:3"}, 832, 1248, {}),
        (
            "openai/gpt-image-2",
            {"aspect_ratio": "16:9", "resolution": "4k"},
            3840,
            2160,
            {"resolution": "4K"},
        ),
        ("openai/gpt-image-2", {"size": "auto"}, None, None, {"size": "auto"}),
        (NANO, {}, 1024, 1024, {"aspect_ratio": "1:1", "resolution": "1K"}),
        (NANO, {"size": "512x512"}, 512, 512, {"resolution": "0.5K"}),
        (NANO, {"size": "1792x1024"}, 1360, 768, {"aspect_ratio": "16:9", "resolution": "1K"}),
        (NANO, {"size": "1024x2048", "resolution": "2K"}, 1536, 2736, {"aspect_ratio": "9:16"}),
        (NANO, {"aspect_ratio": "auto"}, None, None, {"aspect_ratio": "auto", "resolution": "1K"}),
        ("fal-ai/nano-banana-pro", {"resolution": "0.5K"}, 1024, 1024, {"resolution": "1K"}),
        (GPT15, {"aspect_ratio": "9:16"}, 1024, 1536, {"size": "1024x1536"}),
        (GPT15, {"aspect_ratio": "auto"}, None, None, {"size": "auto"}),
        (SEEDREAM, {"resolution": "2K"}, 2048, 2048, {"size": "2048x2048", "resolution": "2K"}),
        (SEEDREAM, {"size": "500x500"}, 960, 960, {}),
    ],
)
def test_a_size_becomes_the_nearest_thing_that_the_model_takes(
    image: Check,
    model: str,
    asked: dict[str, str],
    width: int | None,
    height: int | None,
    told: dict[str, str],
) -> None:
    draft = image(prompt="a cat", model=model, **asked)
    assert (draft.width, draft.height) == (width, height)
    assert told.items() <= draft.parameters.items()
    assert draft.ignored_parameters == ()


def test_a_resolution_that_has_no_room_is_listed_as_ignored(image: Check) -> None:
    assert image(prompt="a cat", model=GPT15, resolution="2K").ignored_parameters == ("resolution",)
    assert image(prompt="a cat", size="auto", resolution="2K").ignored_parameters == ("resolution",)


@pytest.mark.parametrize("model", ["openai/gpt-image-2", SEEDREAM])
@pytest.mark.parametrize("width", range(64, 4097, 252))
def test_every_size_ends_within_the_limits_of_the_model(image: Check, model: str, width: int) -> None:
    for height in range(64, 4097, 171):
        draft = image(prompt="a cat", model=model, size=f"{width}x{height}")
        picture, wide, high = draft.model.picture, draft.width, draft.height
        assert picture
        assert wide
        assert high
        assert picture.least_area <= wide * high <= picture.most_area
        assert max(wide, high) <= min(picture.longest, min(wide, high) * picture.steepest)
        assert wide % picture.step == high % picture.step == 0
        if max(width, height) <= 3 * min(width, height):
            assert math.isclose(wide / high, width / height, rel_tol=0.04)
