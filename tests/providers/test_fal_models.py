"""Every fal model of the catalogue: what is sent is what the model takes, by rules that do not know our catalogue."""

import base64
import io
from dataclasses import replace
from typing import Any

import pytest
from emulated import Emulator, uploaded
from PIL import Image
from serving import Person
from wishes import begin, furthest, pictures, sources

from aims import catalog
from aims.catalog import Model
from aims.providers.fal import adapter

MODELS = [model for model in catalog.open_shelf().models(status="active") if model.provider == "fal"]


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator is ready at once."""
    monkeypatch.setattr(adapter, "PACE", replace(adapter.PACE, first=0.05))


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_request_is_one_that_the_model_takes(model: Model, person: Person, emulator: Emulator):
    given = sources(person, model, clips="fal-ai/veo3.1/lite")
    plain = {"prompt": f"Plain for {model.id}.", "model": model.id} | given
    full = {"prompt": f"Furthest for {model.id}.", "model": model.id} | given | furthest(model)

    ids = [begin(person, model.kind, body) for body in (plain, full)]

    for generation_id, body in zip(ids, (plain, full), strict=True):
        view = person.finished(generation_id)
        assert (view["status"], view["error"]) == ("completed", None)
        (taken,) = emulator.requests(body["prompt"])
        assert taken["endpoint"] == model.endpoint
        assert len(view["outputs"]) == body.get("n", 1)
        assert "sync_mode" not in taken["body"]
        for name, source in model.sources.items():
            if name in given:
                count = len(given[name]) if isinstance(given[name], list) else 1
                held = taken["body"][source.sent_as]
                assert isinstance(held, list) is source.as_list
                assert len(held if source.as_list else [held]) == count


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (
            {"model": "openai/gpt-image-2", "size": "1536x1024", "n": 2},
            {"image_size": {"width": 1536, "height": 1024}, "num_images": 2},
        ),
        (
            {"model": "fal-ai/gpt-image-1.5", "size": "1024x1536"},
            {"image_size": "1024x1536", "num_images": 1},
        ),
        (
            {"model": "fal-ai/nano-banana-2", "aspect_ratio": "3:2", "resolution": "2K"},
            {"aspect_ratio": "3:2", "resolution": "2K", "num_images": 1},
        ),
        ({"model": "fal-ai/veo3.1/fast", "duration": 6}, {"duration": "6s", "resolution": "720p"}),
        ({"model": "xai/grok-imagine-video/text-to-video", "duration": 6}, {"duration": 6}),
        ({"model": "fal-ai/kling-video/v3/pro/text-to-video", "duration": 6}, {"duration": "6"}),
        (
            {"model": "bytedance/seedance-2.0/text-to-video", "duration": 6, "audio": False},
            {"duration": "6", "generate_audio": False},
        ),
    ],
    ids=lambda value: value.get("model"),
)
def test_what_is_sent_in_the_models_own_words(
    asked: dict[str, Any], sent: dict[str, Any], person: Person, emulator: Emulator
):
    kind = next(model.kind for model in MODELS if model.id == asked["model"])
    prompt = f"Exactly {asked['model']}"

    view = person.finished(begin(person, kind, {"prompt": prompt, **asked}))

    assert view["status"] == "completed"
    (taken,) = emulator.requests(prompt)
    assert taken["body"]["prompt"] == prompt
    assert {name: taken["body"].get(name) for name in sent} == sent
    assert {type(taken["body"][name]) for name in sent} == {type(value) for value in sent.values()}


def test_the_headers_say_that_nothing_is_tried_twice_and_that_outputs_need_not_last(
    person: Person, emulator: Emulator
):
    person.finished(begin(person, "image", {"prompt": "With headers", "model": "fal-ai/nano-banana-2"}))

    (taken,) = emulator.requests("With headers")
    assert taken["headers"]["x-fal-no-retry"] == "1"
    assert taken["headers"]["x-fal-object-lifecycle-preference"] == '{"expiration_duration_seconds":86400}'
    assert float(taken["headers"]["x-fal-request-timeout"]) > 1
    assert taken["headers"]["content-type"] == "application/json"


def test_more_pictures_than_a_call_makes_are_several_calls(person: Person, emulator: Emulator):
    view = person.finished(
        begin(person, "image", {"prompt": "Eight of them", "model": "fal-ai/nano-banana-2", "n": 8})
    )

    assert [each["status"] for each in view["outputs"]] == ["completed"] * 8
    assert sorted(each["body"]["num_images"] for each in emulator.requests("Eight of them")) == [4, 4]


def test_pictures_arrive_in_their_order_and_byte_for_byte(person: Person, emulator: Emulator):
    urls = [uploaded(person, each) for each in pictures()]
    body = {"prompt": "In this order", "model": "fal-ai/nano-banana-2/edit", "image_urls": urls}

    assert person.finished(begin(person, "image", body))["status"] == "completed"

    (taken,) = emulator.requests("In this order")
    found = []
    for address in taken["body"]["image_urls"]:
        head, _, text = address.partition(",")
        assert head == "data:image/png;base64"
        found.append(Image.open(io.BytesIO(base64.b64decode(text))).getpixel((5, 5)))
    assert found == [(0, 128, 128), (255, 165, 0)]
