"""A request without a model is made by one that can be made: where the default's provider is not connected, too."""

import html
import io
import json
import re
from typing import Any

import pytest
from emulated import MODELS, Emulator
from PIL import Image
from serving import Person, Served

from aims.catalog import overrides

WORDS, EDITS = "comfyui/text-to-picture", "comfyui/picture-to-picture"
STATED, STATED_FILM = "openai/gpt-image-2", "fal-ai/veo3.1/fast"
only = pytest.mark.parametrize
"""With this provider and no other one."""


def defaults(person: Person) -> list[str]:
    """What the API says that requests without a model get."""
    return [person.send("GET", f"/{kind}s/generate").json()["default_model"] for kind in ("image", "video")]


def estimate(person: Person, kind: str = "image", **body: Any) -> str:
    """The model that an estimate without one is for."""
    answer = person.send("POST", f"/{kind}s/estimate", json={"prompt": "A cat", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()["model"]


@only("emulator", ["comfyui"], indirect=True)
def test_with_a_gpu_of_ones_own_alone_pictures_are_made_on_it(person: Person, emulator: Emulator):
    assert defaults(person) == [WORDS, STATED_FILM]
    assert estimate(person) == WORDS

    made = person.send("POST", "/images/generate", json={"prompt": "A cat on the GPU"})

    assert made.status_code == 200, made.text
    assert [each["status"] for each in made.json()["images"]] == ["completed"]
    assert len(emulator.requests("A cat on the GPU")) == 1


@only("emulator", ["comfyui"], indirect=True)
def test_pictures_are_edited_by_what_edits(person: Person, emulator: Emulator):
    sent = person.send("POST", "/uploads", files={"file": ("cat.png", picture(), "image/png")})
    assert sent.status_code == 200, sent.text
    body = {"prompt": "The cat in winter", "image_urls": [sent.json()["url"]]}

    assert estimate(person, **body) == EDITS
    made = person.send("POST", "/images/generate", json=body)

    assert made.status_code == 200, made.text
    assert made.json()["images"][0]["status"] == "completed"
    assert len(emulator.requests("The cat in winter")) == 1


@only("emulator", ["comfyui"], indirect=True)
def test_programs_for_openai_need_name_no_model(person: Person, emulator: Emulator):
    asked = {"prompt": "A cat for a program"}
    made = person.served.client.post("/v1/images/generations", headers=person.bearer, json=asked)

    assert made.status_code == 200, made.text
    assert len(emulator.requests("A cat for a program")) == 1


@only("emulator", ["comfyui"], indirect=True)
def test_what_nothing_connected_makes_is_still_refused_for_the_provider_of_the_default(person: Person):
    answer = person.send("POST", "/videos/generate", json={"prompt": "A cat runs"})

    assert (answer.status_code, answer.json()["code"]) == (503, "provider_not_connected")
    assert "`fal`" in answer.json()["error"]


@only("emulator", ["comfyui"], indirect=True)
def test_only_what_can_be_made_is_named_in_place_of_a_model_that_there_is_not(person: Person):
    for path, name in (
        ("/images/generate", "openai/gpt-image-3"),
        ("/images/estimate", "fal-ai/veo3.1/fats"),
    ):
        said = person.send("POST", path, json={"prompt": "A cat", "model": name}).json()
        assert set(re.findall(r"'([^']+)'", said["error"])) == {name, WORDS, EDITS}
    said = person.send("POST", "/videos/generate", json={"prompt": "A cat", "model": "veo"}).json()
    assert (said["code"], re.findall(r"'([^']+)'", said["error"])) == ("unknown_model", ["veo"])


@only(("emulator", "count"), [("comfyui", 2), ("openai", 14)], indirect=["emulator"])
def test_the_front_page_counts_what_can_be_made(connected: Served, count: int):
    person = connected.person(0)
    every = person.send("GET", "/models").json()
    there = [each for kind in ("image", "video") for each in every[f"{kind}_models"] if each["available"]]

    assert len(there) == count
    assert f"{count} models and " in connected.client.get("/").text


@only("emulator", ["comfyui"], indirect=True)
def test_the_documentation_names_the_model_that_is_used(connected: Served):
    page = connected.client.get("/docs").text

    assert f"pictures are made by <code>{WORDS}</code> and films by <code>{STATED_FILM}</code>" in page


@only("emulator", ["automatic1111", "comfyui", "fal", "google", "openai", "replicate"], indirect=True)
def test_the_front_pages_example_makes_a_picture_whoever_is_connected(connected: Served):
    person = connected.person(1000)
    page = html.unescape(re.sub(r"<[^>]+>", "", connected.client.get("/").text))
    copied = re.search(r"-d '(\{.*?\})'", page, re.DOTALL)
    assert copied is not None, page
    body = json.loads(copied[1])

    made = person.send("POST", "/images/generate", json=body)

    assert made.status_code == 200, made.text
    assert {each["status"] for each in made.json()["images"]} == {"completed"}
    assert connected.breaches() == []


@only("emulator", ["openai"], indirect=True)
def test_the_default_stays_where_it_can_be_made_at_another_provider(person: Person, emulator: Emulator):
    assert defaults(person) == [STATED, STATED_FILM]
    assert estimate(person) == STATED

    made = person.send("POST", "/images/generate", json={"prompt": "A cat elsewhere", "size": "1024x1024"})

    assert made.status_code == 200, made.text
    assert len(emulator.requests("A cat elsewhere")) == 1


@only("emulator", ["openai"], indirect=True)
def test_a_workspaces_own_default_gives_way_only_while_it_cannot_be_made(person: Person):
    state(person, "gpt-image-1.5")
    assert defaults(person)[0] == "gpt-image-1.5"

    state(person, MODELS["fal"])
    assert defaults(person)[0] == MODELS["openai"]


@only("emulator", ["vertex"], indirect=True)
def test_a_film_of_a_picture_gets_a_model_that_begins_with_one(person: Person):
    assert defaults(person) == [STATED, STATED_FILM]
    state(person, "fal-ai/kling-video/v3/pro/text-to-video")

    words, begins = (
        estimate(person, "video", **more) for more in ({}, {"image_url": "https://example.com/cat.png"})
    )

    listed = {each["id"]: each for each in person.send("GET", "/models?type=video").json()["video_models"]}
    assert [listed[each]["model_type"] for each in (words, begins)] == ["text2video", "img2video"]
    assert listed[words]["available"]
    assert listed[begins]["available"]


def state(person: Person, model: str) -> None:
    """The operator states a default for the person's workspace, and the server takes it in."""
    served, counter = person.served, person.served.studio.counter
    served.write(overrides.set_default, counter.of(person.workspace_id).shelf, person.workspace_id, model)
    counter.take(served.read(overrides.load))


def picture() -> bytes:
    """A small picture."""
    data = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(data, "PNG")
    return data.getvalue()
