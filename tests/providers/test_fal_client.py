"""fal's own client takes the emulator for fal, so what our adapter is tried with speaks as it does.

It speaks only https, so the emulator has a certificate here, by an authority that the client is told to trust.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fal_client
import httpx
import pytest
import trustme
from emulated import KEY, Emulator, until
from fal_client import client as module
from fal_client.client import FalClientHTTPError, SyncClient
from PIL import Image

MODEL, EDIT = "fal-ai/nano-banana-2", "fal-ai/nano-banana-2/edit"
FILM = "fal-ai/veo3.1/lite"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The authority's certificate, and one with its key for this machine, as files."""
    folder, made = tmp_path_factory.mktemp("authority"), trustme.CA()
    made.cert_pem.write_to_path(folder / "authority.pem")
    made.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "localhost.pem")
    return folder / "authority.pem", folder / "localhost.pem"


@pytest.fixture(scope="module")
def emulator(authority: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator, with TLS."""
    ledger = tmp_path_factory.mktemp("emulator") / "ledger.db"
    made = Emulator("fal", ledger, options=("--certificate", str(authority[1])))
    yield made
    made.close()


@pytest.fixture
def client(
    emulator: Emulator, authority: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SyncClient]:
    """The client, told where fal is, and whom to trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[0]))
    for name in ("RUN_URL_FORMAT", "QUEUE_URL_FORMAT"):
        monkeypatch.setattr(module, name, f"{emulator.url}/")
    for name in ("REST_URL", "CDN_URL"):
        monkeypatch.setattr(module, name, emulator.url)
    make, uploading = SyncClient._get_cdn_client, []

    def remembered(client: SyncClient) -> httpx.Client:
        uploading.append(make(client))
        return uploading[-1]

    monkeypatch.setattr(SyncClient, "_get_cdn_client", remembered)
    made = SyncClient(key=KEY, default_timeout=60)
    yield made
    # It has no way to close them of its own.
    for each in (made._client, *uploading):
        each.close()


def opened(url: str, client: SyncClient) -> str | None:
    """The format of a picture at an address."""
    return Image.open(io.BytesIO(client._client.get(url).content)).format


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 64), "orange").save(data, "PNG")
    return data.getvalue()


def test_it_submits_asks_and_collects(client: SyncClient, emulator: Emulator):
    handle = client.submit(
        MODEL, {"prompt": "Through the client [emulator: queue=0.5, work=0.5]", "num_images": 2}
    )

    seen = [type(each).__name__ for each in handle.iter_events(with_logs=True, interval=0.1)]
    made = handle.get()

    assert [*dict.fromkeys(seen)] == ["Queued", "InProgress", "Completed"]
    assert [opened(each["url"], client) for each in made["images"]] == ["PNG", "PNG"]
    assert emulator.billed()[handle.request_id] == 2
    assert client.result(MODEL, handle.request_id) == made
    assert isinstance(client.status(MODEL, handle.request_id), fal_client.Completed)


def test_it_waits_for_a_film(client: SyncClient):
    made = client.subscribe(FILM, {"prompt": "A film through the client", "duration": "4s"})

    assert made["video"]["url"].endswith(".mp4")


def test_it_stops_what_it_asked_for(client: SyncClient, emulator: Emulator):
    handle = client.submit(MODEL, {"prompt": "To be stopped [emulator: queue=600]"})
    handle.cancel()

    assert isinstance(handle.status(), fal_client.Completed)
    with pytest.raises(FalClientHTTPError):
        handle.get()
    assert handle.request_id not in emulator.billed()


@pytest.mark.parametrize("repository", ["fal_v3", "fal"])
def test_it_uploads_and_works_from_that(repository: Any, client: SyncClient, emulator: Emulator):
    """By a token, and by an address that was asked for."""
    url = client.upload(picture(), "image/png", "barn.png", repository=repository)

    assert opened(url, client) == "PNG"
    made = client.subscribe(EDIT, {"prompt": f"From a file, by {repository}.", "image_urls": [url]})
    assert opened(made["images"][0]["url"], client) == "PNG"
    (taken,) = emulator.requests(f"From a file, by {repository}.")
    assert taken["body"]["image_urls"] == [url]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"prompt": "Too many", "num_images": 99}, 422),
        ({}, 422),
        ({"prompt": "Busy [emulator: submit=500]"}, 500),
    ],
    ids=["too many", "nothing", "broken"],
)
def test_it_is_told_what_is_wrong(body: dict[str, Any], status: int, client: SyncClient):
    with pytest.raises(FalClientHTTPError) as told:
        client.submit(MODEL, body)

    assert told.value.response.status_code == status


def test_it_hears_of_a_failure(client: SyncClient):
    handle = client.submit(MODEL, {"prompt": "Refused [emulator: end=policy]"})
    ended: Any = until(
        lambda: (got := handle.status()) and isinstance(got, fal_client.Completed) and got, "it is over"
    )

    assert (ended.error_type, bool(ended.error)) == ("content_policy_violation", True)
    with pytest.raises(FalClientHTTPError, match="flagged by a content checker"):
        handle.get()


def test_a_key_that_is_not_known_is_refused(client: SyncClient, authority: tuple[Path, Path]):
    stranger = SyncClient(key="another:key", default_timeout=60)
    with pytest.raises(FalClientHTTPError, match="No user found"):
        stranger.submit(MODEL, {"prompt": "With another's key"})
    stranger._client.close()


def test_its_verifier_would_not_trust_another_authority(emulator: Emulator):
    """What makes it work here is the certificate, not that nobody looks."""
    with (
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
        httpx.Client(trust_env=False) as plain,
    ):
        plain.get(f"{emulator.url}/ledger")
