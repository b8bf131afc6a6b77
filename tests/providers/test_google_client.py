"""Google's own client takes the emulator for Google: so what our adapter is tried with speaks as the real one does."""

import io
from collections.abc import Iterator

import pytest
from emulated import KEY, Emulator
from google import genai
from google.genai import errors, types
from PIL import Image
from wishes import pictures

PROVIDER = "google"
MODEL = "gemini-3.1-flash-image"


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator[genai.Client]:
    """The client, told where the emulator is. It sends nothing twice by itself."""
    with client_of(emulator, KEY) as made:
        yield made


def client_of(emulator: Emulator, key: str) -> genai.Client:
    """A client with this key."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=emulator.url, timeout=60_000))


def drawn(answer: types.GenerateContentResponse) -> list[bytes]:
    """The pictures in an answer, drafts left out."""
    return [
        part.inline_data.data
        for part in answer.parts or []
        if part.inline_data is not None and part.inline_data.data is not None and not part.thought
    ]


def test_it_gets_a_picture_and_words(client: genai.Client):
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K"),
        seed=7,
    )

    answer = client.models.generate_content(model=MODEL, contents="A red fox", config=config)

    (data,) = drawn(answer)
    assert Image.open(io.BytesIO(data)).format == "PNG"
    assert answer.text
    assert answer.response_id
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.candidates_token_count


def test_it_edits_pictures(client: genai.Client, emulator: Emulator):
    shown = [types.Part.from_bytes(data=each, mime_type="image/png") for each in pictures()]

    answer = client.models.generate_content(
        model="gemini-3-pro-image",
        contents=["Edited by the client", *shown],
        config=types.GenerateContentConfig(response_modalities=["IMAGE"]),
    )

    assert len(drawn(answer)) == 1
    (taken,) = emulator.requests("Edited by the client")
    assert len(taken["body"]["contents"][0]["parts"]) == 3


@pytest.mark.parametrize(
    ("script", "code", "status"),
    [
        ("submit=key", 400, "INVALID_ARGUMENT"),
        ("submit=403", 403, "PERMISSION_DENIED"),
        ("submit=404", 404, "NOT_FOUND"),
        ("submit=429, retry-after=2s", 429, "RESOURCE_EXHAUSTED"),
        ("submit=503", 503, "UNAVAILABLE"),
    ],
)
def test_it_understands_the_errors(script: str, code: int, status: str, client: genai.Client):
    with pytest.raises(errors.APIError) as refusal:
        client.models.generate_content(model=MODEL, contents=f"In vain [emulator: {script}]")

    assert (refusal.value.code, refusal.value.status) == (code, status)
    assert isinstance(refusal.value, errors.ServerError if code >= 500 else errors.ClientError)


def test_it_is_told_that_its_key_is_none(emulator: Emulator):
    with client_of(emulator, "no-key-of-ours") as stranger, pytest.raises(errors.ClientError) as refusal:
        stranger.models.generate_content(model=MODEL, contents="Without a key")

    assert "API key not valid" in str(refusal.value.message)


@pytest.mark.parametrize("reason", [types.FinishReason.IMAGE_SAFETY, types.FinishReason.NO_IMAGE])
def test_it_reads_why_there_is_no_picture(reason: types.FinishReason, client: genai.Client):
    answer = client.models.generate_content(model=MODEL, contents=f"None [emulator: end={reason.value}]")

    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason is reason
    assert drawn(answer) == []


def test_it_reads_why_a_prompt_was_blocked(client: genai.Client):
    answer = client.models.generate_content(model=MODEL, contents="None [emulator: end=blocked:SAFETY]")

    assert not answer.candidates
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason is types.BlockedReason.SAFETY


def test_it_lists_the_models(client: genai.Client):
    assert f"models/{MODEL}" in [model.name for model in client.models.list()]
