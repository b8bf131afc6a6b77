"""Every model of Google's in the catalogue: what is sent is what the model takes, by rules that do not know it."""

import base64
import io
from typing import Any

import pytest
from emulated import Emulator, uploaded
from PIL import Image
from serving import Person
from wishes import begin, furthest, pictures, sources

from aims import catalog
from aims.catalog import Model

PROVIDER = "google"
MODELS = [model for model in catalog.open_shelf().models(status="active") if model.provider == PROVIDER]


def parts(taken: dict[str, Any]) -> list[dict[str, Any]]:
    """The one turn of a request, part by part."""
    (turn,) = taken["body"]["contents"]
    assert turn["role"] == "user"
    return list(turn["parts"])


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_request_is_one_that_the_model_takes(model: Model, person: Person, emulator: Emulator):
    given = sources(person, model)
    plain = {"prompt": f"Plain for {model.id}.", "model": model.id} | given
    full = {"prompt": f"Furthest for {model.id}.", "model": model.id} | given | furthest(model)

    ids = [begin(person, model.kind, body) for body in (plain, full)]

    for generation_id, body in zip(ids, (plain, full), strict=True):
        view = person.finished(generation_id)
        assert (view["status"], view["error"]) == ("completed", None)
        (taken,) = emulator.requests(body["prompt"])
        assert taken["endpoint"] == model.endpoint
        words, *shown = parts(taken)
        assert words == {"text": body["prompt"]}
        assert len(shown) == len(given.get("image_urls", []))


def test_every_shape_and_size_of_the_file_is_one_that_the_model_takes(person: Person, emulator: Emulator):
    asked = [
        (model.id, ratio, resolution)
        for model in MODELS
        if model.picture is not None and not model.sources
        for ratio in model.picture.ratios
        for resolution in model.picture.resolutions
    ]

    ids = {
        begin(
            person,
            "image",
            {
                "prompt": f"As {ratio} {size} by {model}.",
                "model": model,
                "aspect_ratio": ratio,
                "resolution": size,
            },
        ): (model, ratio, size)
        for model, ratio, size in asked
    }

    for generation_id, (model, ratio, size) in ids.items():
        assert person.finished(generation_id)["status"] == "completed"
        (taken,) = emulator.requests(f"As {ratio} {size} by {model}.")
        # A shape that nobody chose is the model's own choice, and not said.
        shape = {} if ratio == "auto" else {"aspectRatio": ratio}
        assert taken["body"]["generationConfig"]["imageConfig"] == {"imageSize": size} | shape


def test_what_is_sent_in_googles_own_words(person: Person, emulator: Emulator):
    asked = {"model": "google/gemini-3-pro-image", "aspect_ratio": "3:2", "resolution": "4K", "seed": 5}

    view = person.finished(begin(person, "image", {"prompt": "Exactly this", **asked}))

    assert view["status"] == "completed"
    (taken,) = emulator.requests("Exactly this")
    assert taken["body"] == {
        "contents": [{"role": "user", "parts": [{"text": "Exactly this"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "3:2", "imageSize": "4K"},
        },
    }
    assert taken["headers"]["content-type"] == "application/json"


def test_several_pictures_are_as_many_calls(person: Person, emulator: Emulator):
    view = person.finished(
        begin(person, "image", {"prompt": "Three of them", "model": "google/gemini-3.1-flash-image", "n": 3})
    )

    assert [each["status"] for each in view["outputs"]] == ["completed"] * 3
    assert len(emulator.requests("Three of them")) == 3


def test_pictures_arrive_in_their_order_and_byte_for_byte(person: Person, emulator: Emulator):
    urls = [uploaded(person, each) for each in pictures()]
    # The model that edits takes over by itself.
    body = {"prompt": "In this order", "model": "google/gemini-3-pro-image", "image_urls": urls}

    assert person.finished(begin(person, "image", body))["status"] == "completed"

    (taken,) = emulator.requests("In this order")
    held = [part["inlineData"] for part in parts(taken)[1:]]
    assert [each["mimeType"] for each in held] == ["image/png", "image/png"]
    found = [Image.open(io.BytesIO(base64.b64decode(each["data"]))).getpixel((5, 5)) for each in held]
    assert found == [(0, 128, 128), (255, 165, 0)]
