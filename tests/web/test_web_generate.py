"""The documented answer of `POST /images/generate`."""

import io
import re

import pytest
from PIL import Image
from serving import Person

IMAGE_KEYS = {"id", "url", "status", "credits_refunded"}


def size_of(data: bytes) -> tuple[str | None, tuple[int, int]]:
    """What the bytes of a picture really are."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.format, opened.size


def test_alice_gets_a_picture_for_seventy_credits(alice: Person):
    answer = alice.send("POST", "/images/generate", json={"prompt": "A beautiful sunset over mountains"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"success", "images", "credits_used", "credits_remaining", "sandbox"}
    assert body["success"] is True
    assert body["sandbox"] is True
    assert (body["credits_used"], body["credits_remaining"]) == (70, 930)
    assert all(type(body[name]) is int for name in ("credits_used", "credits_remaining"))
    [image] = body["images"]
    assert set(image) == IMAGE_KEYS
    assert (image["status"], image["credits_refunded"]) == ("completed", 0)
    assert alice.balance == (930, 0)
    picture = alice.served.client.get(image["url"])
    assert picture.headers["content-type"] == "image/png"
    assert size_of(picture.content) == ("PNG", (1024, 1024))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"aspect_ratio": "21:9"}, ("PNG", (784, 336))),
        ({"aspect_ratio": "9:16"}, None),
        ({"output_format": "webp"}, ("WEBP", (512, 512))),
        ({"output_format": "jpeg"}, ("JPEG", (512, 512))),
    ],
)
def test_the_picture_has_the_shape_and_the_format_that_were_asked_for(
    alice: Person, asked: dict[str, str], expected: tuple[str, tuple[int, int]] | None
):
    body = alice.generate(**asked).json()

    picture = alice.served.client.get(body["images"][0]["url"])
    form, (width, height) = size_of(picture.content)
    if expected is None:
        assert abs(width / height - 9 / 16) < 0.03
    else:
        assert (form, (width, height)) == expected
    assert picture.headers["content-type"] == f"image/{(form or '').lower()}"


def test_the_address_of_a_picture_lies_in_the_workspace_and_cannot_be_guessed(alice: Person):
    url = alice.generate().json()["images"][0]["url"]

    path = re.escape(f"{alice.served.base}/workspaces/{alice.workspace_id}/")
    assert re.fullmatch(path + r"\d{4}/\d{2}/[0-9a-f-]{36}-[0-9a-f]{32}\.png", url)


def test_the_answer_names_the_generation_and_the_state_of_the_limit(alice: Person):
    first = alice.generate()
    second = alice.generate()

    assert re.fullmatch(r"/api/v1/generations/[0-9a-f-]{36}", first.headers["location"])
    assert first.headers["ratelimit-policy"] == '"default";q=100000;w=60'
    left = [re.fullmatch(r'"default";r=(\d+);t=0', answer.headers["ratelimit"]) for answer in (first, second)]
    assert [int(each[1]) for each in left if each] == [99_999, 99_999] or all(left)
    found = alice.served.client.get(first.headers["location"], headers=alice.bearer).json()
    assert found["outputs"][0]["url"] == first.json()["images"][0]["url"]


def test_a_style_is_named_in_the_answer(alice: Person):
    body = alice.generate(style_slug="anime-style").json()

    assert body["style_applied"] == "anime-style"
    assert body["success"] is True


def test_what_the_model_does_not_know_is_listed_and_not_sent(alice: Person):
    body = alice.generate(style="vivid", credits=1_000_000, role="owner", workspace_id="x", price=0).json()

    assert set(body["ignored_parameters"]) == {"style", "credits", "role", "workspace_id", "price"}
    assert body["credits_used"] == 25


def test_the_picture_comes_in_the_answer_itself_when_asked(alice: Person):
    import base64

    answer = alice.generate(sync_mode=True, prefer="wait=60")

    [image] = answer.json()["images"]
    scheme, _, data = image["url"].partition(",")
    assert scheme == "data:image/png;base64"
    assert size_of(base64.b64decode(data)) == ("PNG", (512, 512))
    generation = alice.served.client.get(answer.headers["location"], headers=alice.bearer).json()
    stored = alice.served.client.get(generation["outputs"][0]["url"])
    assert stored.content == base64.b64decode(data)


def bytes_of(person: Person, **body: object) -> list[bytes]:
    """The pictures of a request, as bytes."""
    images = person.generate("A hill", **body).json()["images"]
    return [person.served.client.get(image["url"]).content for image in images]


def test_the_same_seed_draws_the_same_pictures_and_none_draws_others(alice: Person):
    first, again = bytes_of(alice, seed=7, n=2), bytes_of(alice, seed="7", n=2)
    other, free, free_again = bytes_of(alice, seed=8), bytes_of(alice), bytes_of(alice)

    assert first == again
    assert first[0] != first[1]
    assert len({first[0], other[0], free[0], free_again[0]}) == 4


@pytest.mark.parametrize("size", ["1024x1024", "auto", "1536x1024"])
def test_a_size_is_mapped_to_what_the_model_takes(alice: Person, size: str):
    answer = alice.send(
        "POST", "/images/generate", json={"prompt": "A hill", "size": size, "model": "openai/gpt-image-2"}
    )

    _, found = size_of(alice.served.client.get(answer.json()["images"][0]["url"]).content)
    assert found == ((1536, 1024) if size == "1536x1024" else (1024, 1024))


def test_eight_pictures_of_a_model_that_makes_four_at_once_are_two_calls(alice: Person):
    answer = alice.generate(n=8)

    body = answer.json()
    assert len({image["url"] for image in body["images"]}) == 8
    assert (body["credits_used"], body["credits_remaining"]) == (200, 800)
    assert calls_of(alice, answer.headers["location"].rsplit("/", 1)[1]) == [(0, 4, "done"), (4, 4, "done")]


def calls_of(person: Person, generation_id: str) -> list[tuple[int, int, str]]:
    """The calls to the provider that a generation made: first output, how many, and what became of each."""
    from sqlalchemy import bindparam, select

    from aims.generation.tables import attempts

    statement = (
        select(attempts.c.first_index, attempts.c.quantity, attempts.c.state)
        .where(attempts.c.generation_id == bindparam("generation"))
        .order_by(attempts.c.number)
    )
    return person.served.read(lambda tx: [tuple(row) for row in tx.all(statement, generation=generation_id)])
