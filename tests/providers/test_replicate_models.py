"""Every Replicate model of the catalogue: what is sent is what the model takes, by rules that do not know it."""

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

PROVIDER = "replicate"
MODELS = [model for model in catalog.open_shelf().models(status="active") if model.provider == PROVIDER]

pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_request_is_one_that_the_model_takes(model: Model, person: Person, emulator: Emulator):
    given = sources(person, model)
    plain = {"prompt": f"Plain for {model.id}!", "model": model.id} | given
    full = {"prompt": f"Furthest for {model.id}!", "model": model.id} | given | furthest(model)

    ids = [begin(person, model.kind, body) for body in (plain, full)]

    for generation_id, body in zip(ids, (plain, full), strict=True):
        view = person.finished(generation_id)
        assert (view["status"], view["error"]) == ("completed", None)
        (taken,) = emulator.requests(body["prompt"])
        assert taken["endpoint"] == model.endpoint
        assert len(view["outputs"]) == body.get("n", 1)
        assert taken["body"].keys() == {"input"}
        for source in model.sources.values():
            assert source.sent_as in taken["body"]["input"]


def test_every_shape_of_a_file_is_one_that_the_model_takes(person: Person, emulator: Emulator):
    asked = [
        (model.id, ratio)
        for model in MODELS
        if model.picture and not model.sources
        for ratio in model.picture.ratios
    ]

    ids = {
        begin(
            person, "image", {"prompt": f"As {ratio} by {model}!", "model": model, "aspect_ratio": ratio}
        ): (
            model,
            ratio,
        )
        for model, ratio in asked
    }

    for generation_id, (model, ratio) in ids.items():
        assert person.finished(generation_id)["status"] == "completed"
        (taken,) = emulator.requests(f"As {ratio} by {model}!")
        assert taken["body"]["input"]["aspect_ratio"] == ratio


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (
            {"model": "black-forest-labs/flux-schnell", "aspect_ratio": "3:2", "n": 3, "seed": 7},
            {"aspect_ratio": "3:2", "num_outputs": 3, "seed": 7, "output_format": "png"},
        ),
        (
            {"model": "black-forest-labs/flux-1.1-pro", "output_format": "jpeg", "safety_tolerance": "2"},
            {"output_format": "jpg", "safety_tolerance": 2},
        ),
    ],
    ids=str,
)
def test_what_is_sent_in_the_models_own_words(
    asked: dict[str, Any], sent: dict[str, Any], person: Person, emulator: Emulator
):
    prompt = f"Exactly {asked}"

    assert person.finished(begin(person, "image", {"prompt": prompt, **asked}))["status"] == "completed"

    (taken,) = emulator.requests(prompt)
    held = taken["body"]["input"]
    assert held["prompt"] == prompt
    assert {name: held.get(name) for name in sent} == sent
    assert {type(held[name]) for name in sent} == {type(value) for value in sent.values()}


def test_the_headers_say_when_it_is_given_up_and_wait_for_nothing(person: Person, emulator: Emulator):
    person.finished(
        begin(person, "image", {"prompt": "With headers", "model": "black-forest-labs/flux-schnell"})
    )

    (taken,) = emulator.requests("With headers")
    assert taken["headers"]["cancel-after"] == "1h"
    assert taken["headers"]["content-type"] == "application/json"
    assert "prefer" not in taken["headers"]


def edited(person: Person, prompt: str, picture: bytes) -> dict[str, Any]:
    """What an edit of a picture comes to."""
    body = {
        "prompt": prompt,
        "model": "black-forest-labs/flux-kontext-pro",
        "image_urls": [uploaded(person, picture)],
    }
    return dict(person.finished(begin(person, "image", body)))


def test_a_small_picture_is_in_the_request_itself(person: Person, emulator: Emulator):
    assert edited(person, "A small one", pictures()[0])["status"] == "completed"

    (taken,) = emulator.requests("A small one")
    head, _, text = taken["body"]["input"]["input_image"].partition(",")
    assert head == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(text))).getpixel((5, 5)) == (0, 128, 128)
    assert taken["body"]["input"]["aspect_ratio"] == "match_input_image"
    assert emulator.calls("upload", "") == []


def test_a_large_picture_is_uploaded_first(person: Person, emulator: Emulator):
    large = io.BytesIO()
    Image.effect_noise((900, 700), 90).convert("RGB").save(large, "PNG")
    assert len(large.getvalue()) > 300_000

    assert edited(person, "A large one", large.getvalue())["status"] == "completed"

    (taken,) = emulator.requests("A large one")
    assert taken["body"]["input"]["input_image"].startswith(f"{emulator.url}/v1/files/")
    assert emulator.calls("upload", "") == ["ok"]


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_comes_home(kind: str, person: Person):
    body = {
        "prompt": f"A picture as {kind}",
        "model": "black-forest-labs/flux-schnell",
        "output_format": kind,
    }
    (output,) = person.finished(begin(person, "image", body))["outputs"]

    got = person.served.client.get(output["url"])
    assert (got.status_code, got.headers["content-type"]) == (200, f"image/{kind}")
