"""Google's own client, with the login of a service account, takes the emulator for Vertex."""

import json
from collections.abc import Iterator

import pytest
from accounts import PROJECT, key_for
from emulated import KEY, Emulator, until
from google import genai
from google.auth.exceptions import RefreshError
from google.genai import errors, types
from google.oauth2 import service_account
from wishes import pictures

from aims.media.recognise import recognise

PROVIDER = "vertex"
MODEL = "veo-3.1-fast-generate-001"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def client_of(emulator: Emulator, **changed: str) -> genai.Client:
    """The client, told where the emulator is, and whose account it has."""
    told = json.loads(key_for(PROVIDER, KEY, emulator.url)) | changed
    given = service_account.Credentials.from_service_account_info(told, scopes=[SCOPE])
    return genai.Client(
        vertexai=True,
        project=PROJECT,
        location="us-central1",
        credentials=given,
        http_options=types.HttpOptions(base_url=emulator.url, timeout=60_000),
    )


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator[genai.Client]:
    """The client for the tests of this file."""
    with client_of(emulator) as made:
        yield made


def image(data: bytes) -> types.Image:
    """A picture as the client takes it."""
    return types.Image(image_bytes=data, mime_type="image/png")


def over(client: genai.Client, operation: types.GenerateVideosOperation) -> types.GenerateVideosOperation:
    """The operation, once it is done."""
    return until(lambda: (found := client.operations.get(operation)).done and found, "the operation is done")


def test_it_gets_a_film_out_of_words(client: genai.Client):
    begun = client.models.generate_videos(
        model=MODEL,
        source=types.GenerateVideosSource(prompt="A wave [emulator: work=0.5]"),
        config=types.GenerateVideosConfig(
            number_of_videos=1,
            duration_seconds=4,
            aspect_ratio="9:16",
            resolution="720p",
            generate_audio=True,
            seed=3,
        ),
    )
    assert not begun.done

    done = over(client, begun)

    assert done.error is None
    assert done.response is not None
    (made,) = done.response.generated_videos or []
    assert made.video is not None
    assert made.video.video_bytes is not None
    kind = recognise(made.video.video_bytes)
    assert kind is not None
    assert kind.content_type == made.video.mime_type == "video/mp4"


def test_it_gets_a_film_out_of_pictures(client: genai.Client, emulator: Emulator):
    first, last = map(image, pictures())

    begun = client.models.generate_videos(
        model=MODEL,
        source=types.GenerateVideosSource(prompt="Filmed by the client", image=first),
        config=types.GenerateVideosConfig(last_frame=last, duration_seconds=8),
    )

    assert over(client, begun).error is None
    (taken,) = emulator.requests("Filmed by the client")
    assert taken["body"]["instances"][0].keys() == {"prompt", "image", "lastFrame"}


def test_it_reads_that_a_film_was_held_back(client: genai.Client):
    begun = client.models.generate_videos(
        model=MODEL, source=types.GenerateVideosSource(prompt="None [emulator: end=filtered]")
    )

    done = over(client, begun)

    assert done.response is not None
    assert not done.response.generated_videos
    assert done.response.rai_media_filtered_count == 1
    assert done.response.rai_media_filtered_reasons


def test_it_reads_why_an_operation_failed(client: genai.Client):
    begun = client.models.generate_videos(
        model=MODEL, source=types.GenerateVideosSource(prompt="None [emulator: end=guidelines]")
    )

    error = over(client, begun).error

    assert error is not None
    assert error["code"] == 3


@pytest.mark.parametrize(("step", "status"), [("429", "RESOURCE_EXHAUSTED"), ("403", "PERMISSION_DENIED")])
def test_it_understands_the_errors(step: str, status: str, client: genai.Client):
    source = types.GenerateVideosSource(prompt=f"In vain [emulator: submit={step}]")

    with pytest.raises(errors.ClientError) as refusal:
        client.models.generate_videos(model=MODEL, source=source)

    assert (refusal.value.code, refusal.value.status) == (int(step), status)


def test_whoever_is_not_known_gets_no_token(emulator: Emulator):
    stranger = "stranger@example.iam.gserviceaccount.com"

    with client_of(emulator, client_email=stranger) as client, pytest.raises(RefreshError):
        client.models.generate_videos(model=MODEL, source=types.GenerateVideosSource(prompt="In vain"))
