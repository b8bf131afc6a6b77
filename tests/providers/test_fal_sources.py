"""What a request works from reaches fal: in the request while it is small, else through fal's storage, without the key.

What goes wrong there was not bought, and is tried again.
"""

import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from emulated import KEY, Emulator, agree, made, uploaded
from hooked import steer
from outside import Outside, Seen, answer
from PIL import Image
from serving import Person, Served

from aims.core.fetch import Fetcher
from aims.providers import BadInput, Down, NoAccess, Order, ProviderError, Running, Source
from aims.providers.connection import Connection
from aims.providers.fal import sources
from aims.providers.fal.adapter import Fal

EDIT = "fal-ai/nano-banana-2/edit"
LARGE = b"\x89PNG" + bytes(2000)


def noise(side: int = 400) -> bytes:
    """A picture that hardly gets smaller."""
    data = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def person(connected: Served, emulator: Emulator, quick: None) -> Iterator[Person]:
    """Somebody; afterwards both sides' books say the same."""
    yield connected.person(100_000)
    agree(emulator, connected)
    emulator.kept_its_key_to_itself()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hardly anything is small enough to go in the request itself."""
    monkeypatch.setattr(sources, "LARGEST_INLINE", 1000)


def edited(person: Person, prompt: str, pictures: int = 1) -> Any:
    urls = [uploaded(person, noise(400 + number)) for number in range(pictures)]
    return made(person, prompt, model=EDIT, image_urls=urls)


def test_what_is_small_goes_in_the_request_itself(person: Person, emulator: Emulator):
    end = edited(person, "Small")

    assert end.status == "completed"
    (taken,) = emulator.requests("Small")
    assert taken["body"]["image_urls"][0].startswith("data:image/")


@pytest.mark.usefixtures("small")
def test_what_is_large_is_uploaded_first_without_the_key(person: Person, emulator: Emulator):
    end = edited(person, "Large", pictures=2)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    (taken,) = emulator.requests("Large")
    first, second = taken["body"]["image_urls"]
    assert first != second
    assert first.startswith(f"{emulator.url}/files/up/")
    calls = emulator.rows("SELECT route, with_key FROM calls WHERE route IN ('upload', 'put') ORDER BY rowid")
    assert calls[-4:] == [("upload", 1), ("put", 0)] * 2


@pytest.mark.usefixtures("small", "impatient")
@pytest.mark.parametrize(
    "steps",
    [["500"], ["429"], ["html"], ["reset"], ["ok", "500"], ["ok", "reset"], ["ok", "403"]],
    ids="-".join,
)
def test_an_upload_that_fails_is_tried_again_and_buys_nothing(
    steps: list[str], person: Person, emulator: Emulator
):
    steer(emulator, uploads=steps)
    prompt = f"After {'-'.join(steps)}"

    end = edited(person, prompt)

    # A connection that breaks is made once more by itself, as the same bytes may come twice.
    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert end.tries == (1 if steps == ["ok", "reset"] else 2)
    assert emulator.calls("submit", prompt) == ["ok"]


@pytest.mark.usefixtures("small")
def test_ssr_04_a_strangers_address_gets_neither_the_picture_nor_the_key(person: Person, emulator: Emulator):
    steer(emulator, uploads=["elsewhere"])

    end = edited(person, "To a stranger")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, None)
    assert emulator.calls("submit", "To a stranger") == []


@asynccontextmanager
async def fal_itself(
    rest: Callable[[Seen], Any], media: Callable[[Seen], Any]
) -> AsyncIterator[tuple[Fal, dict[str, Any]]]:
    """fal under its own names, and what each of its hosts was asked."""
    world = Outside()
    hosts = {
        "rest.fal.ai": world.site("rest.fal.ai", rest),
        "v3.fal.media": world.site("v3.fal.media", media),
        "queue.fal.run": world.site("queue.fal.run", lambda _: answer(b'{"request_id": "1"}')),
    }
    fetcher = Fetcher(world.network)
    try:
        yield Fal(Connection("https://queue.fal.run", KEY), fetcher), hosts
        assert world.leaks == 0
    finally:
        await fetcher.close()
        world.close()


def order(*data: bytes) -> Order:
    """An edit of these."""
    return Order(
        nonce="n" * 32, model=EDIT, endpoint=EDIT, kind="image", prompt="A barn", negative_prompt="", parameters={},
        count=1, first=0, of=1, references=tuple(Source("reference", each, "image/png") for each in data),
        input={"prompt": "A barn"}, input_sources={"image_urls": [*range(len(data))]},
    )  # fmt: skip


def place(url: str) -> list[bytes]:
    return answer(f'{{"upload_url": "{url}", "file_url": "https://v3.fal.media/files/1"}}'.encode())


@pytest.mark.usefixtures("small")
async def test_two_hosts_and_the_key_for_one_of_them():
    """The documented ones, and a signed address."""
    signed = "https://v3.fal.media/put/1?signature=5"
    async with fal_itself(lambda _: place(signed), lambda _: answer(b"")) as (fal, hosts):
        assert isinstance(await fal.submit(order(LARGE)), Running)

        (asked,) = hosts["rest.fal.ai"].requests
        (put,) = hosts["v3.fal.media"].requests
        (sent,) = hosts["queue.fal.run"].requests
    assert asked.path == "/storage/upload/initiate?storage_type=fal-cdn-v3"
    assert asked.headers["authorization"] == f"Key {KEY}"
    assert "expiration" in asked.headers["x-fal-object-lifecycle-preference"]
    assert (put.method, put.path, put.body) == ("PUT", "/put/1?signature=5", LARGE)
    assert not {"authorization", "cookie"} & put.headers.keys()
    assert b'"https://v3.fal.media/files/1"' in sent.body


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("rest", "media", "error"),
    [
        (answer(b"{}", 401), answer(b""), NoAccess),
        (answer(b"{}", 500), answer(b""), Down),
        (answer(b"null"), answer(b""), Down),
        (place("https://v3.fal.media.stranger.example/put"), answer(b""), ProviderError),
        (place("http://v3.fal.media/put"), answer(b""), ProviderError),
        (place("http://169.254.169.254/put"), answer(b""), ProviderError),
        (place("https://v3.fal.media/put"), answer(b"", 302, Location="https://rest.fal.ai/x"), Down),
        (place("https://v3.fal.media/put"), answer(b"", 500), Down),
    ],
    ids=["no access", "broken", "garbage", "stranger", "plain", "inside", "redirected", "refused"],
)
async def test_what_cannot_be_uploaded_is_not_submitted(rest: Any, media: Any, error: type[Exception]):
    async with fal_itself(lambda _: rest, lambda _: media) as (fal, hosts):
        with pytest.raises(error) as raised:
            await fal.submit(order(LARGE))

        assert type(raised.value) is error
        assert hosts["queue.fal.run"].requests == []
        assert all(b"Key" not in seen.body for host in hosts.values() for seen in host.requests)


@pytest.mark.usefixtures("small")
async def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "LARGEST_UPLOAD", 2000)
    async with fal_itself(lambda _: answer(b"{}"), lambda _: answer(b"")) as (fal, hosts):
        with pytest.raises(BadInput, match="larger than"):
            await fal.submit(order(LARGE))

        assert not any(host.requests for host in hosts.values())
