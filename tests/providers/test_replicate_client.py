"""Replicate's own client takes the emulator for Replicate, so what our adapter is tried with speaks as it does."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import replicate
from emulated import KEY, Emulator, until
from PIL import Image
from replicate.exceptions import ModelError, ReplicateError
from replicate.helpers import FileOutput
from wishes import pictures

from emulators.replicate.rules import MODELS

PROVIDER = "replicate"
SCHNELL, KONTEXT = "black-forest-labs/flux-schnell", "black-forest-labs/flux-kontext-pro"
LAYERS = f"someone/layers:{MODELS['someone/layers']['version']}"


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator[Any]:
    """The client, told where the emulator is."""
    with client_of(emulator, KEY) as made:
        yield made


@contextmanager
def client_of(emulator: Emulator, key: str) -> Iterator[Any]:
    """A client with this key. It has no way to close it of its own."""
    made = replicate.Client(api_token=key, base_url=emulator.url, timeout=60)
    yield made
    made._client.close()


def opened(url: str, client: Any) -> Image.Image:
    """A file that was made. The client makes one of each https address by itself."""
    return Image.open(io.BytesIO(FileOutput(url, client).read()))


def test_it_runs_an_official_model(client: Any):
    """It waits in the call itself, then fetches what was made."""
    made = client.run(SCHNELL, input={"prompt": "A red fox", "num_outputs": 2, "output_format": "png"})

    assert [opened(each, client).format for each in made] == ["PNG", "PNG"]


def test_it_runs_a_version_of_another(client: Any):
    made = client.run(LAYERS, input={"prompt": "In layers"}, use_file_output=False)

    assert made["layers"]["front"].endswith("/0.png")


def test_it_works_from_a_file(client: Any, emulator: Emulator):
    """A file that it is given goes to the files first."""
    made = client.run(KONTEXT, input={"prompt": "From a file", "input_image": io.BytesIO(pictures()[0])})

    assert opened(made, client).format == "PNG"
    (taken,) = emulator.requests("From a file")
    assert taken["body"]["input"]["input_image"].startswith(f"{emulator.url}/v1/files/")


def test_it_creates_asks_after_and_stops(client: Any, emulator: Emulator):
    begun = client.predictions.create(model=SCHNELL, input={"prompt": "Slow [emulator: work=ever]"})
    assert begun.status == "processing"
    assert client.predictions.get(begun.id).id == begun.id
    assert begun.id in [each.id for each in client.predictions.list().results]

    assert client.predictions.cancel(begun.id).status == "canceled"
    begun.reload()

    assert begun.status == "canceled"
    assert emulator.billed()[begun.id] == 1, "a machine had worked on it"


def test_what_is_stopped_before_it_began_costs_nothing(client: Any, emulator: Emulator):
    begun = client.predictions.create(model=SCHNELL, input={"prompt": "Later [emulator: queue=ever]"})
    assert begun.status == "starting"

    begun.cancel()

    assert begun.id not in emulator.billed()


def test_it_waits_until_it_is_over(client: Any):
    begun = client.predictions.create(model=SCHNELL, input={"prompt": "Soon [emulator: work=0.3]"})

    begun.wait()

    assert begun.status == "succeeded"
    assert len(begun.output) == 1


def test_a_deadline_ends_what_has_not_begun(client: Any, emulator: Emulator):
    """This client knows neither the header nor the word that it ends with: newer ones do."""
    body = {"input": {"prompt": "Too late [emulator: queue=ever]"}}
    asked = client._request(
        "POST", f"/v1/models/{SCHNELL}/predictions", json=body, headers={"Cancel-After": "1s"}
    ).json()
    assert asked["status"] == "starting"

    late = until(lambda: ended(client, asked["id"]), "its deadline is over")

    assert late == "aborted"
    assert asked["id"] not in emulator.billed()


def ended(client: Any, key: str) -> str:
    """What a prediction ended with; nothing while it has not."""
    status = str(client._request("GET", f"/v1/predictions/{key}").json()["status"])
    return "" if status in ("starting", "processing") else status


@pytest.mark.parametrize("end", ["nsfw", "failed"])
def test_it_says_when_a_model_failed(end: str, client: Any):
    with pytest.raises(ModelError) as found:
        client.run(SCHNELL, input={"prompt": f"Ends badly [emulator: end={end}]"})

    assert found.value.prediction.status == "failed"


def test_it_keeps_files(client: Any):
    kept = client.files.create(io.BytesIO(pictures()[0]), filename="barn.png", content_type="image/png")

    assert client.files.get(kept.id).name == "barn.png"
    client.files.delete(kept.id)
    with pytest.raises(ReplicateError):
        client.files.get(kept.id)


def test_it_reads_how_a_models_input_is_described(client: Any):
    model = client.models.get(SCHNELL)

    held = model.latest_version.openapi_schema["components"]["schemas"]["Input"]
    assert held["required"] == ["prompt"]
    assert held["properties"]["num_outputs"]["maximum"] == 4


@pytest.mark.parametrize(
    ("step", "status", "title"),
    [
        ("401", 401, "Unauthenticated"),
        ("402", 402, "Insufficient credit"),
        ("422", 422, "Input validation failed"),
    ],
)
def test_it_knows_the_errors(step: str, status: int, title: str, client: Any):
    with pytest.raises(ReplicateError) as found:
        client.predictions.create(model=SCHNELL, input={"prompt": f"Wrong [emulator: submit={step}]"})

    assert (found.value.status, found.value.title) == (status, title)


@pytest.mark.parametrize(
    "asked",
    [
        {"num_outputs": 5},
        {"num_outputs": True},
        {"aspect_ratio": "7:1"},
        {"size": "1024x1024"},
        {"prompt": 5},
        {"output_format": "jpeg"},
    ],
    ids=str,
)
def test_what_a_model_does_not_take_is_refused(asked: dict[str, Any], client: Any):
    with pytest.raises(ReplicateError, match=next(iter(asked))):
        client.predictions.create(model=SCHNELL, input={"prompt": "Not so"} | asked)


def test_another_key_is_refused(emulator: Emulator):
    with client_of(emulator, "another-key") as stranger, pytest.raises(ReplicateError) as found:
        stranger.predictions.create(model=SCHNELL, input={"prompt": "A stranger's"})

    assert found.value.status == 401
    assert emulator.requests("A stranger's") == []
