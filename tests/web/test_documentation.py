"""Every request that the API documentation shows is sent as it stands there, and answered as it says.

The requests and the answers are taken out of the document's own text. Only the host and the key are replaced: the
pictures that it names lie on a site of that name, in the world that the studio meets here.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from outside import Outside, Site, answer
from PIL import Image
from serving import SQLITE, Person

DOCUMENT = (Path(__file__).parents[1] / "contracts" / "api-documentation.txt").read_text(encoding="utf-8")
HOST = "https://app.ai-media-studio.com"
OUTSIDE = re.compile(r"https://example\.com/[\w.-]+")
KEYS = re.compile(r'"(\w+)":')

_CURL = re.compile(
    rf"curl -X (?P<method>[A-Z]+) {re.escape(HOST)}(?P<path>/\S+)"
    r'(?P<headers>(?: \\\n +-H "[^"\n]+")*)'
    r"(?: \\\n +-d '(?P<body>[^']*)')?"
)
_HEADER = re.compile(r'-H "([^:"]+): ([^"]+)"')
_ANSWER = re.compile(r"^\{\n.*?^\}$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as the document shows it. `text`: its body."""

    method: str
    path: str
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def outside(self) -> list[str]:
        """The paths of the pictures that it names."""
        return [urlsplit(each).path for each in OUTSIDE.findall(self.text)]

    def send(self, person: Person) -> httpx2.Response:
        """Send it as `person`."""
        headers = {name: value.replace("YOUR_API_KEY", person.text) for name, value in self.headers.items()}
        return person.served.client.request(
            self.method, self.path, headers=headers, content=self.text.encode() or None
        )


def shown() -> list[Shown]:
    """All requests of the document, in its order."""
    return [
        Shown(each["method"], each["path"], dict(_HEADER.findall(each["headers"])), each["body"] or "")
        for each in _CURL.finditer(DOCUMENT)
    ]


REQUESTS = shown()
ANSWERS = [json.loads(each) for each in _ANSWER.findall(DOCUMENT)]
IMAGES = [each for each in REQUESTS if (each.method, each.path) == ("POST", "/api/v1/images/generate")]
FILMS = [each for each in REQUESTS if (each.method, each.path) == ("POST", "/api/v1/videos/generate")]
LISTS = [each for each in REQUESTS if each.method == "GET"]

# What each prompt of the document must give: pixels, kind of file, credits of one picture (api.md's price list).
EXPECTED = {
    "A beautiful sunset over mountains": ((1024, 1024), "PNG", 70),
    "A stunning landscape photo": ((1024, 1024), "PNG", 70),
    "Add a rainbow to the sky": ((1024, 1024), "PNG", 70),
    # No size is asked for, so it is that of the pictures sent: three wide, two high.
    "Combine these images into a beautiful collage": (None, "PNG", 70),
    "A samurai warrior standing on a cliff": ((1024, 1536), "PNG", 70),
    "A futuristic cityscape at night": ((1536, 1024), "JPEG", 70),
    # The model makes three sizes; 1792x1024 is nearest to the wide one.
    "A cute robot holding a flower": ((1536, 1024), "PNG", 30),
}


PICTURES = {
    "/your-image.jpg": "steelblue",
    "/image1.jpg": "steelblue",
    "/image2.jpg": "tomato",
    "/keyframe.png": "olive",
}


def photograph(path: str) -> bytes:
    """A picture of 1200 by 800 pixels, of the kind that its name says."""
    data = io.BytesIO()
    Image.new("RGB", (1200, 800), PICTURES[path]).save(data, "PNG" if path.endswith(".png") else "JPEG")
    return data.getvalue()


@pytest.fixture
def example(outside: Outside) -> Iterator[Site]:
    """The site that the document's pictures lie on."""
    name = "example.com"
    site = outside.site(name, lambda seen: answer(photograph(seen.path)))
    yield site
    site.close()
    del outside.names[name]


def test_the_document_shows_thirteen_requests_and_four_answers():
    assert DOCUMENT.count("curl ") == len(REQUESTS) == 13
    assert (len(IMAGES), len(FILMS), len(LISTS)) == (9, 2, 2)
    assert len(ANSWERS) == DOCUMENT.count('"success": true') == 4
    assert {each.body["prompt"] for each in IMAGES} == set(EXPECTED)
    assert sum(len(OUTSIDE.findall(each.text)) for each in IMAGES) == 3
    # Should the document come to show requests in other languages, they have to be read here too.
    assert not re.search(r"import requests|requests\.post|fetch\(|await |axios", DOCUMENT)
    for each in REQUESTS:
        assert each.headers["Authorization"] == "Bearer YOUR_API_KEY"
        assert not each.text or each.headers["Content-Type"] == "application/json"


@SQLITE
@pytest.mark.parametrize("request_", IMAGES, ids=lambda each: each.body["prompt"][:24])
def test_a_request_of_the_document_gives_the_picture_that_it_asks_for(
    alice: Person, request_: Shown, example: Site
):
    body = request_.body
    pixels, form, price = EXPECTED[body["prompt"]]

    sent = request_.send(alice)

    assert sent.status_code == 200, sent.text
    told = sent.json()
    assert sorted(seen.path for seen in example.requests) == sorted(request_.outside)
    count = body.get("n", 1)
    has_shape_of(told, documented(body))
    assert len(told["images"]) == count
    assert (told["credits_used"], told["credits_remaining"]) == (price * count, 1000 - price * count)
    assert told.get("style_applied") == body.get("style_slug")
    assert "error" not in told
    for image in told["images"]:
        assert (image["status"], image["credits_refunded"]) == ("completed", 0)
        assert ("share_url" in image) is body.get("make_public", False)
        (width, height), kind = picture_at(alice, image["url"])
        assert kind == form
        assert (width, height) == pixels if pixels else width / height == pytest.approx(1.5, abs=0.01)


@SQLITE
def test_a_see_through_background_is_see_through(alice: Person):
    (asked,) = [each for each in IMAGES if each.body.get("background") == "transparent"]

    image = Image.open(
        io.BytesIO(alice.served.client.get(asked.send(alice).json()["images"][0]["url"]).content)
    )

    assert image.mode == "RGBA"
    assert image.getchannel("A").getextrema() == (0, 255)


def documented(body: dict[str, Any]) -> dict[str, Any]:
    """The answer that the document prints for requests like this one."""
    pictures = [each for each in ANSWERS if "images" in each]
    shared = body.get("make_public", False)
    return next(
        each
        for each in pictures
        if ("share_url" in each["images"][0]) is shared
        and ("style_applied" in each) is ("style_slug" in body)
    )


def has_shape_of(told: Any, example: Any) -> None:
    """All that the example has is there, and of the same type."""
    assert type(told) is type(example), (told, example)
    if isinstance(example, dict):
        assert set(example) <= set(told), (set(example) - set(told), told)
        for name, value in example.items():
            has_shape_of(told[name], value)
    elif isinstance(example, list):
        assert told
        for each in told:
            has_shape_of(each, example[0])


def picture_at(person: Person, address: str) -> tuple[tuple[int, int], str | None]:
    """The size and the kind of the picture at an address, which says its kind itself as well."""
    answer = person.served.client.get(address)
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as image:
        image.load()
        assert answer.headers["content-type"] == Image.MIME[image.format or ""]
        return image.size, image.format


@SQLITE
@pytest.mark.parametrize("header", ["Authorization: Bearer YOUR_API_KEY", "X-API-Key: YOUR_API_KEY"])
def test_both_ways_to_send_a_key_that_the_document_shows_work(alice: Person, header: str):
    assert f"\n{header}\n" in DOCUMENT
    name, _, value = header.partition(": ")

    for each in LISTS:
        answer = alice.served.client.get(each.path, headers={name: value.replace("YOUR_API_KEY", alice.text)})
        assert answer.status_code == 200


@SQLITE
@pytest.mark.parametrize("request_", LISTS, ids=lambda each: each.path)
def test_the_lists_of_models_have_ids_prices_and_default_settings(alice: Person, request_: Shown):
    answer = request_.send(alice)

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert {"status", "workspace_id", "credits_available", "scopes", "available_models"} <= set(told)
    assert (told["status"], told["workspace_id"]) == ("ok", alice.workspace_id)
    assert told["credits_available"] == 1000
    assert set(told["scopes"]) == {"image:generate", "video:generate", "media:read", "media:write"}
    kinds = {"text2img", "img2img"} if "images" in request_.path else VIDEO_TYPES
    for model in told["available_models"]:
        assert {"id", "name", "model_type", "credit_cost", "description"} <= set(model)
        assert model["model_type"] in kinds
        assert isinstance(model["credit_cost"], int)
        assert isinstance(model["default_advanced_settings"], dict)
        assert isinstance(model["available_settings"], dict)
        assert set(model["default_advanced_settings"]) <= set(model["available_settings"])


VIDEO_TYPES = {"text2video", "img2video", "ref2video", "firstlast2video", "extendvideo"}


@SQLITE
def test_every_model_that_the_document_names_is_in_the_lists(alice: Person):
    named = {each.body["model"] for each in IMAGES + FILMS if "model" in each.body}
    listed = {model["id"] for each in LISTS for model in each.send(alice).json()["available_models"]}

    assert {"openai/gpt-image-2", "fal-ai/gpt-image-1.5", "fal-ai/veo3.1/fast"} <= named
    assert named <= listed


@SQLITE
def test_the_films_of_the_document_cost_what_it_says(alice: Person):
    """Thirty credits a second: 120 for the four seconds of its first film."""
    (example,) = [each for each in ANSWERS if "video" in each]
    costs = []
    for each in FILMS:
        answer = alice.send("POST", "/videos/estimate", json=each.body)
        assert answer.status_code == 200, answer.text
        costs.append(answer.json()["quote"]["credits"])

    assert costs == [example["credits_used"], 180] == [120, 180]


def parameters(heading: str, until: str) -> Iterator[str]:
    """The names in one of the document's tables of parameters."""
    section = DOCUMENT.split(heading)[1].split(until)[0]
    kinds = r"(?:string\[\]|string|integer|boolean|number)"
    yield from re.findall(rf"^(\w+?)(?:\nRequired\n)?{kinds}(?=[-\w])", section, re.MULTILINE)


@SQLITE
def test_no_parameter_of_the_document_is_unknown(alice: Person):
    """A model may not act on one, and then says so; none is refused as something that nobody has heard of."""
    values = {
        "n": 1, "size": "1024x1024", "output_format": "png", "make_public": True, "style_slug": "anime-style",
        "aspect_ratio": "16:9", "resolution": "1K", "seed": 7, "safety_tolerance": "6",
        "limit_generations": True, "enable_web_search": False, "sync_mode": False, "quality": "hd",
        "background": "auto", "style": "vivid", "model": "fal-ai/nano-banana-2", "prompt": "A red barn",
    }  # fmt: skip
    found = set(parameters("Generate Images\nPOST", "Generate Videos\nPOST"))
    assert found == {*values, "image_urls"}

    answer = alice.send("POST", "/images/estimate", json=values)

    assert answer.status_code == 200, answer.text
    assert set(answer.json()["ignored_parameters"]) <= {"quality", "background", "style"}
