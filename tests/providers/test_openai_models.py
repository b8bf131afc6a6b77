"""Every OpenAI model of the catalogue: what is sent is what the model takes, by rules that do not know it."""

import io
import json
from typing import Any

import pytest
from emulated import Emulator, uploaded
from PIL import Image
from serving import Person
from wishes import begin, furthest, pictures, sources

from aims import catalog
from aims.catalog import Model
from aims.core.fetch.forms import Part, form
from emulators import forms

PROVIDER = "openai"
MODELS = [model for model in catalog.open_shelf().models(status="active") if model.provider == PROVIDER]


def files(taken: dict[str, Any]) -> list[list[str]]:
    """The files of a request, each with its field, its name, its type and its first pixel."""
    return list(json.loads(taken["headers"]["x-files"]))


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
        assert taken["endpoint"] == model.endpoint + ("/edit" if model.sources else "")
        assert len(view["outputs"]) == body.get("n", 1)
        assert len(files(taken)) == len(given.get("image_urls", []))
        assert "response_format" not in taken["body"]


def test_every_shape_and_size_of_a_file_is_one_that_the_model_takes(person: Person, emulator: Emulator):
    """Sizes are words of ours first: each ratio at each resolution becomes pixels that OpenAI makes."""
    ratios = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
    asked = [
        (model.id, ratio, resolution)
        for model in MODELS
        if model.picture is not None and not model.sources
        for ratio in ratios
        for resolution in model.picture.resolutions or ("1K",)
    ]

    ids = {
        begin(
            person,
            "image",
            {
                "prompt": f"As {ratio} {size} by {model}!",
                "model": model,
                "aspect_ratio": ratio,
                "resolution": size,
            },
        ): (model, ratio, size)
        for model, ratio, size in asked
    }

    for generation_id, (model, ratio, size) in ids.items():
        assert person.finished(generation_id)["status"] == "completed"
        (taken,) = emulator.requests(f"As {ratio} {size} by {model}!")
        assert taken["body"]["size"] != "auto"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (
            {"model": "gpt-image-2", "size": "1536x1024", "n": 2},
            {"model": "gpt-image-2", "size": "1536x1024", "n": 2},
        ),
        ({"model": "gpt-image-2", "size": "auto"}, {"size": "auto", "n": 1}),
        (
            {"model": "gpt-image-1.5", "size": "1024x1536", "background": "transparent", "quality": "hd"},
            {"size": "1024x1536", "background": "transparent", "quality": "high"},
        ),
        (
            {"model": "gpt-image-1-mini", "output_format": "jpeg"},
            {"output_format": "jpeg", "quality": "auto"},
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
    assert taken["body"]["prompt"] == prompt
    assert {name: taken["body"].get(name) for name in sent} == sent
    assert {type(taken["body"][name]) for name in sent} == {type(value) for value in sent.values()}
    assert taken["headers"]["content-type"] == "application/json"
    # What is not asked for is not said, so that the model's own default holds.
    assert "moderation" not in taken["body"]


def test_more_pictures_than_a_call_makes_are_several_calls(person: Person, emulator: Emulator):
    view = person.finished(begin(person, "image", {"prompt": "Six of them", "model": "gpt-image-2", "n": 6}))

    assert [each["status"] for each in view["outputs"]] == ["completed"] * 6
    assert sorted(each["body"]["n"] for each in emulator.requests("Six of them")) == [2, 4]


@pytest.mark.parametrize("count", [1, 2])
def test_pictures_arrive_as_files_in_their_order_and_byte_for_byte(
    count: int, person: Person, emulator: Emulator
):
    """One file is called `image`, several are called `image[]`, as OpenAI's own client does."""
    urls = [uploaded(person, each) for each in pictures()[:count]]
    body = {"prompt": f"From {count} in this order", "model": "gpt-image-2", "image_urls": urls}

    assert person.finished(begin(person, "image", body))["status"] == "completed"

    (taken,) = emulator.requests(body["prompt"])
    assert taken["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    name = "image" if count == 1 else "image[]"
    assert files(taken) == [
        [name, f"image-{at}.png", "image/png", pixel]
        for at, pixel in enumerate([[0, 128, 128], [255, 165, 0]][:count])
    ]
    assert (taken["body"]["n"], taken["body"]["model"]) == (1, "gpt-image-2")


def test_a_form_holds_whatever_bytes_a_file_has():
    data = b"\r\n--\r\nContent-Disposition: x\r\n\r\n\x00\xff" + bytes(range(256)) + b"\r\n"
    kind, body = form([Part("prompt", "Größe".encode()), Part("image", data, "a.png", "image/png")])

    fields, found = forms.read(kind, body)

    assert fields == [("prompt", "Größe")]
    assert [(each.field, each.filename, each.content_type, each.data) for each in found] == [
        ("image", "a.png", "image/png", data)
    ]


def test_a_picture_comes_home(person: Person):
    (output,) = person.finished(begin(person, "image", {"prompt": "A picture", "model": "gpt-image-1-mini"}))[
        "outputs"
    ]

    got = person.served.client.get(output["url"])
    assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(got.content)).size == (64, 64)
