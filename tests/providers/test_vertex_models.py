"""Every model of Vertex in the catalogue: what is sent is what the model takes, by rules that do not know it."""

import base64
import io
from typing import Any

import pytest
from emulated import Emulator
from PIL import Image
from serving import Person
from wishes import begin, furthest, pictures, sources

from aims import catalog
from aims.catalog import Model

PROVIDER = "vertex"
MODELS = [model for model in catalog.open_shelf().models(status="active") if model.provider == PROVIDER]
pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_request_is_one_that_the_model_takes(model: Model, person: Person, emulator: Emulator):
    given = sources(person, model)
    plain = {"prompt": f"Plain for {model.id}.", "model": model.id, "duration": 4} | given
    full = {"prompt": f"Furthest for {model.id}.", "model": model.id} | given | furthest(model)

    ids = [begin(person, model.kind, body) for body in (plain, full)]

    for generation_id, body in zip(ids, (plain, full), strict=True):
        view = person.finished(generation_id)
        assert (view["status"], view["error"]) == ("completed", None)
        (taken,) = emulator.requests(body["prompt"])
        assert taken["endpoint"] == model.endpoint
        (instance,) = taken["body"]["instances"]
        assert instance["prompt"] == body["prompt"]
        assert instance.keys() - {"prompt"} == {source.sent_as for source in model.sources.values()}
        assert taken["body"]["parameters"]["sampleCount"] == 1


def test_what_is_sent_in_googles_own_words(person: Person, emulator: Emulator):
    asked = {"duration": 6, "aspect_ratio": "9:16", "audio": True, "negative_prompt": "rain", "seed": 7}
    body = {"prompt": "Exactly this", "model": "google/veo-3.1/fast", "resolution": "1080p", **asked}

    assert person.finished(begin(person, "video", body))["status"] == "completed"

    (taken,) = emulator.requests("Exactly this")
    assert taken["body"] == {
        "instances": [{"prompt": "Exactly this"}],
        "parameters": {
            "sampleCount": 1, "durationSeconds": 6, "aspectRatio": "9:16", "resolution": "1080p",
            "generateAudio": True, "negativePrompt": "rain", "seed": 7,
        },
    }  # fmt: skip


def test_pictures_go_where_they_belong_byte_for_byte(person: Person, emulator: Emulator):
    model = next(each for each in MODELS if each.id == "google/veo-3.1/first-last-frame-to-video")
    reference = next(each for each in MODELS if each.id == "google/veo-3.1/reference-to-video")
    for each in (model, reference):
        body = {"prompt": f"From pictures, {each.task}.", "model": each.id} | sources(person, each)
        assert person.finished(begin(person, "video", body))["status"] == "completed"

    (frames,) = emulator.requests("From pictures, firstlast2video.")
    (shown,) = emulator.requests("From pictures, ref2video.")

    def data(held: dict[str, Any]) -> bytes:
        assert held["mimeType"] == "image/png"
        return base64.b64decode(held["bytesBase64Encoded"])

    instance = frames["body"]["instances"][0]
    assert [size(data(instance[name])) for name in ("image", "lastFrame")] == [(640, 480)] * 2
    assert data(instance["image"]) != data(instance["lastFrame"])
    held = shown["body"]["instances"][0]["referenceImages"]
    assert [each["referenceType"] for each in held] == ["asset"] * len(pictures())
    assert [data(each["image"]) for each in held] == [data(instance[name]) for name in ("image", "lastFrame")]


def size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture."""
    with Image.open(io.BytesIO(data)) as image:
        return image.size
