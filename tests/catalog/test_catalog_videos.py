"""What a person gets, and is told, when asking for films."""

from typing import Any

import pytest
from catalog_bodies import Check

from aims import catalog
from aims.core.errors import Invalid

FAST, KLING, GROK = "fal-ai/veo3.1/fast", "fal-ai/kling-video/v3/pro", "xai/grok-imagine-video/text-to-video"
URL = "https://example.com/a.png"


def refused(video: Check, **body: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        video(**body)
    return caught.value


@pytest.mark.parametrize(
    ("model", "asked", "seconds"),
    [
        (FAST, 4, 4),
        (FAST, 5, 4),
        (FAST, 7, 6),
        (FAST, "6", 6),
        (FAST, "6s", 6),
        (FAST, 3600, 8),
        (FAST, 1, 4),
        (FAST, None, 8),
        (GROK, 11, 11),
        (GROK, 16, 15),
        (f"{KLING}/text-to-video", 1, 3),
        (f"{FAST}/extend-video", 4, 7),
    ],
)
def test_a_duration_is_snapped_to_the_nearest_and_ties_go_down(
    video: Check, model: str, asked: object, seconds: int
) -> None:
    draft = video(prompt="a film", model=model, duration=asked, extend_video_url=URL)
    assert draft.duration == draft.parameters["duration"] == seconds


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("duration", 0, "must be a whole number of seconds from 1 to 3600; got 0."),
        ("duration", 6.0, "got 6.0"),
        ("duration", "six", 'got "six"'),
        ("duration", True, "got true"),
        ("audio", "true", "`audio` must be true or false"),
        ("aspect_ratio", "wide", "must be auto or a ratio such as 16:9"),
        ("aspect_ratio", "1:1", f"must be 16:9 or 9:16 with {FAST}"),
        ("resolution", "480p", f"`resolution` must be 720p, 1080p or 4k with {FAST}"),
        ("resolution", 720, "must be a word such as 720p"),
        ("cfg_scale", "high", "must be a number"),
        ("cfg_scale", float("nan"), "must be a number"),
        ("negative_prompt", ["x"], "must be text"),
        ("enhance_prompt", 1, "must be true or false"),
        ("auto_fix", "no", "must be true or false"),
        ("image_url", "", "must be the address of a picture or clip; got an empty text."),
    ],
)
def test_a_wrong_value_is_answered_with_the_field_and_the_bound(
    video: Check, field: str, value: object, sentence: str
) -> None:
    error = refused(video, **{"prompt": "a film", field: value})
    assert sentence in error.sentence
    assert error.details[0].field == field


def test_a_models_own_bound_names_the_model(video: Check) -> None:
    error = refused(
        video, prompt="x", model=f"{KLING}/text-to-video", cfg_scale=2, negative_prompt="y" * 2501
    )
    assert (
        error.details[0].message
        == f"`cfg_scale` must be at least 0 and at most 1 with {KLING}/text-to-video; got 2."
    )
    assert error.details[1].message == "`negative_prompt` has 2,501 characters; at most 2,500 are accepted."


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (f"{FAST}/image-to-video", ["image_url"]),
        ("fal-ai/veo3.1/reference-to-video", ["image_urls"]),
        (f"{FAST}/first-last-frame-to-video", ["first_frame_url", "last_frame_url"]),
        (f"{FAST}/extend-video", ["extend_video_url"]),
        (f"{KLING}/image-to-video", ["image_url"]),
    ],
)
def test_a_missing_source_names_the_field_and_the_model(video: Check, model: str, fields: list[str]) -> None:
    error = refused(video, prompt="x", model=model)
    assert [detail.field for detail in error.details] == fields
    for detail in error.details:
        assert detail.message.startswith(f"`{detail.field}` is required with the model '{model}'")


def test_a_wrong_source_is_not_called_missing_as_well(video: Check) -> None:
    assert len(refused(video, prompt="x", model=f"{FAST}/image-to-video", image_url=5).details) == 1


def test_a_first_frame_may_stand_in_where_references_are_taken(video: Check) -> None:
    draft = video(prompt="a film", model="fal-ai/veo3.1/reference-to-video", first_frame_url=URL)
    assert draft.by_role("start") == (URL,)
    sent = catalog.provider_input(
        draft.model,
        prompt=draft.prompt,
        parameters=draft.parameters,
        references=[(r.field, r.url) for r in draft.references],
    )
    assert sent["image_urls"] == [URL]


def test_a_source_that_the_model_has_no_use_for_is_listed(video: Check) -> None:
    draft = video(prompt="a film", image_url=URL, n=3, style_slug="anime-style")
    assert draft.ignored_parameters == ("n", "style_slug", "image_url")
    assert draft.references == ()
    assert draft.n == 1


def test_sound_is_off_unless_asked_for_and_always_on_where_it_cannot_be_switched(video: Check) -> None:
    assert video(prompt="a film").audio is False
    assert video(prompt="a film", audio=True).parameters["audio"] is True
    loud = video(prompt="a film", model=GROK, audio=True)
    assert (loud.audio, loud.ignored_parameters) == (True, ())
    assert video(prompt="a film", model=GROK, audio=False).ignored_parameters == ("audio",)


@pytest.mark.parametrize(
    ("model", "spelled"),
    [(FAST, "6s"), (GROK, 6), (f"{KLING}/text-to-video", "6"), ("bytedance/seedance-2.0/text-to-video", "6")],
)
def test_a_duration_is_spelled_as_each_provider_wants_it(video: Check, model: str, spelled: object) -> None:
    draft = video(prompt="a film", model=model, duration=6)
    sent = catalog.provider_input(draft.model, prompt="a film", parameters=draft.parameters)
    assert sent["duration"] == spelled
    assert type(sent["duration"]) is type(spelled)


def test_a_film_knows_its_pixels_where_its_shape_is_known(video: Check) -> None:
    tall = video(prompt="a film", aspect_ratio="9:16", resolution="1080P")
    assert (tall.width, tall.height) == (1080, 1920)
    free = video(prompt="a film", model=f"{FAST}/image-to-video", image_url=URL)
    assert (free.width, free.height, free.aspect_ratio) == (None, None, "auto")
    assert video(prompt="a film", aspect_ratio="auto").aspect_ratio == "16:9"


def test_an_image_model_is_sent_to_its_own_route(video: Check) -> None:
    assert "POST /images/generate" in refused(video, prompt="x", model="openai/gpt-image-2").sentence
