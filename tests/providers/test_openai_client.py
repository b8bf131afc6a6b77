"""OpenAI's own client takes the emulator for OpenAI: so what our adapter is tried with speaks as the real one does."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from emulated import KEY, Emulator
from PIL import Image
from wishes import pictures

PROVIDER = "openai"


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator[openai.OpenAI]:
    """The client, told where the emulator is. It sends nothing twice by itself."""
    with client_of(emulator, KEY) as made:
        yield made


def client_of(emulator: Emulator, key: str) -> openai.OpenAI:
    """A client with this key."""
    return openai.OpenAI(api_key=key, base_url=f"{emulator.url}/v1", max_retries=0, timeout=60)


def drawn(answer: openai.types.ImagesResponse) -> list[str | None]:
    """The kinds of the pictures in an answer."""
    found = [each.b64_json for each in answer.data or []]
    return [Image.open(io.BytesIO(base64.b64decode(each or ""))).format for each in found]


def test_it_generates(client: openai.OpenAI, emulator: Emulator):
    answer = client.images.generate(
        model="gpt-image-2", prompt="A red fox", n=2, size="2048x1024", quality="low", output_format="webp"
    )

    assert drawn(answer) == ["WEBP", "WEBP"]
    assert (answer.size, answer.quality, answer.output_format) == ("2048x1024", "low", "webp")
    assert answer.usage is not None
    assert answer.usage.output_tokens == 2000
    assert answer._request_id in emulator.billed()
    assert emulator.billed()[str(answer._request_id)] == 2


@pytest.mark.parametrize("count", [1, 2])
def test_it_edits_one_picture_and_several(count: int, client: openai.OpenAI, emulator: Emulator):
    shown = pictures()[:count]

    answer = client.images.edit(
        model="gpt-image-1.5",
        prompt=f"From {count}",
        image=shown[0] if count == 1 else shown,
        input_fidelity="high",
    )

    assert drawn(answer) == ["PNG"]
    (taken,) = emulator.requests(f"From {count}")
    assert taken["body"]["input_fidelity"] == "high"
    names = [name for name, *_ in json.loads(taken["headers"]["x-files"])]
    assert names == (["image"] if count == 1 else ["image[]"] * 2)


def test_it_edits_with_a_mask(client: openai.OpenAI):
    picture = pictures()[0]
    mask = io.BytesIO()
    Image.new("RGBA", (640, 480), (0, 0, 0, 0)).save(mask, "PNG")

    assert drawn(
        client.images.edit(prompt="There", model="gpt-image-2", image=picture, mask=mask.getvalue())
    ) == ["PNG"]

    with pytest.raises(openai.BadRequestError, match="alpha channel") as wrong:
        client.images.edit(prompt="There", model="gpt-image-2", image=picture, mask=picture)
    assert wrong.value.param == "mask"


def test_it_lists_models(client: openai.OpenAI):
    assert "gpt-image-2" in [model.id for model in client.models.list()]


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("401", openai.AuthenticationError, "invalid_api_key"),
        ("policy", openai.BadRequestError, "moderation_blocked"),
        ("spent", openai.RateLimitError, "insufficient_quota"),
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("unknown", openai.NotFoundError, "model_not_found"),
        ("500", openai.InternalServerError, "server_error"),
    ],
)
def test_it_knows_the_errors(step: str, error: type[openai.APIStatusError], code: str, client: openai.OpenAI):
    with pytest.raises(error) as found:
        client.images.generate(model="gpt-image-2", prompt=f"Wrong [emulator: submit={step}]")

    assert found.value.code == code


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"model": "gpt-image-1.5", "size": "2048x1024"}, "size"),
        ({"model": "gpt-image-2", "size": "2047x1024"}, "size"),
        ({"model": "gpt-image-2", "size": "3840x1024"}, "size"),
        ({"model": "gpt-image-2", "n": 11}, "n"),
        ({"model": "gpt-image-2", "quality": "hd"}, "quality"),
        ({"model": "gpt-image-2", "response_format": "url"}, "response_format"),
        ({"model": "gpt-image-2", "background": "transparent", "output_format": "jpeg"}, "background"),
        ({"model": "gpt-image-2", "prompt": ""}, "prompt"),
    ],
    ids=str,
)
def test_what_the_api_does_not_take_is_refused(asked: dict[str, Any], param: str, client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError) as found:
        client.images.generate(**({"prompt": "Not so"} | asked))

    assert found.value.param == param


def test_another_key_is_refused(emulator: Emulator):
    with client_of(emulator, "another:key") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.images.generate(model="gpt-image-2", prompt="A stranger's")

    assert emulator.requests("A stranger's") == []
