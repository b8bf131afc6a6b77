"""Outputs that a provider names by an address: untrusted, fetched without a key, never bought again (PRV-10)."""

import gzip
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from outside import Seen, Site, answer, found, silent
from PIL import Image

from aims import catalog, generation
from aims.generation import Finding, GenerationView, downloads
from aims.generation.collect import OUT_OF_REACH, UNUSABLE
from aims.providers import Done, Made, Order, Running
from aims.providers.sandbox import Sandbox

BODY = {"prompt": "A red barn", "model": "fal-ai/nano-banana-2", "resolution": "0.5K"}


def png(colour: str = "teal") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "PNG")
    return data.getvalue()


class Distant(Sandbox):
    """A provider whose outputs lie on a server: one address for each. bought: how often it was asked."""

    addresses: tuple[str, ...] = ()
    bought: int = 0

    async def submit(self, order: Order) -> Running:
        self.bought += 1
        return Running("reference", wait=0)

    async def poll(self, order: Order, running: Running) -> Done:
        return Done(tuple(Made(url=self.addresses[order.first + number]) for number in range(order.count)))


class Store:
    """A server of outputs. tells: its answers, the last one again and again."""

    def __init__(self) -> None:
        self.tells: list[Callable[[Seen], Any]] = []
        self.site = Site(self._answer)
        self.origin = f"http://127.0.0.1:{self.site.place[1]}"

    def _answer(self, seen: Seen) -> Any:
        tell = self.tells.pop(0) if len(self.tells) > 1 else self.tells[0]
        return tell(seen)

    def then(self, *answers: list[bytes]) -> None:
        """Answer so from now on."""
        self.tells = [lambda _, each=each: each for each in answers]


@pytest.fixture
def store() -> Iterator[Store]:
    """A server of outputs."""
    store = Store()
    yield store
    store.site.close()


@pytest.fixture
def provider(running: Any, store: Store) -> Distant:
    """A paid provider, in the place of the sandbox, whose outputs lie in that store."""
    provider = Distant(running.studio.children, drawers=1, repeatable=False)
    provider.output_origins = (store.origin,)
    provider.addresses = tuple(f"{store.origin}/{number}.png?signature=x" for number in range(4))
    running.studio.providers._given["sandbox"] = provider
    return provider


async def made(running: Any, **body: Any) -> Finding:
    """What a request comes to."""
    studio = running.studio
    draft = catalog.check(studio.shelf, "image", BODY | body, default_model="")
    accepted = await generation.submit(studio, running.actor, draft)
    async with studio.signals.listen(accepted.id) as listener:
        while not await studio.db.read(generation.is_finished, accepted.id):
            await listener.wait(0.2)
    return await studio.db.read(generation.read, running.workspace_id, accepted.id, studio.settings.base_url)


def is_given_back(view: GenerationView, sentence: str) -> None:
    """Nothing came, in these words, and nothing is charged."""
    assert view.status == "failed"
    assert [each.error for each in view.outputs] == [sentence]
    assert (view.credits.held, view.credits.charged) == (0, 0)


async def test_an_output_is_kept_byte_for_byte_and_fetched_without_a_key(
    running: Any, provider: Distant, store: Store
):
    store.then(answer(png()))

    finding = await made(running)

    (output,) = finding.view.outputs
    assert running.studio.storage.read(finding.files[output.id]) == png()
    assert finding.view.credits.charged == 25
    (seen,) = store.site.requests
    assert (seen.method, seen.path) == ("GET", "/0.png?signature=x")
    assert set(seen.headers) == {"host", "accept", "accept-encoding", "user-agent"}


async def test_what_may_pass_is_tried_again_and_not_bought_again(
    running: Any, provider: Distant, store: Store
):
    cut_off = [answer(png())[0], png()[:-10], b""]
    store.then(answer(b"", 503), [*cut_off[:2]], answer(png()))
    hang_up = store.tells[1]

    def broken(seen: Seen) -> Iterator[bytes]:
        yield from hang_up(seen)
        raise OSError

    store.tells[1] = broken

    finding = await made(running)

    assert [each.status for each in finding.view.outputs] == ["completed"]
    assert len(store.site.requests) == 3
    assert provider.bought == 1


async def test_it_is_given_up_after_a_few_tries(running: Any, provider: Distant, store: Store):
    store.then(answer(b"", 404))

    is_given_back((await made(running)).view, OUT_OF_REACH)

    assert len(store.site.requests) == downloads.TRIES
    assert provider.bought == 1


@pytest.mark.parametrize("says", [b"", b"".join(answer(png()))[:-9]], ids=["at once", "in the middle"])
async def test_a_server_that_falls_silent_is_not_waited_for_as_long_as_a_large_file_may_take(
    running: Any,
    provider: Distant,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    says: bytes,
):
    """PRV-03: the deadline of the whole is a minute, and ten for a film."""
    monkeypatch.setattr(downloads, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(downloads, "FIRST_WAIT", 0.01)

    def fall_silent(_: Seen) -> Iterator[bytes]:
        yield says
        store.site.gone.wait()

    store.tells = [fall_silent]

    is_given_back((await made(running)).view, OUT_OF_REACH)

    assert len(store.site.requests) == downloads.TRIES
    assert provider.bought == 1


@pytest.mark.parametrize("status", [401, 403, 410])
async def test_what_has_expired_is_not_asked_for_again(
    running: Any, provider: Distant, store: Store, status: int
):
    store.then(answer(b"", status))

    is_given_back((await made(running)).view, OUT_OF_REACH)

    assert len(store.site.requests) == 1


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (answer(b"<html><script>alert(1)</script>", Content_Type="image/png"), UNUSABLE["image"]),
        (answer(b""), UNUSABLE["image"]),
        (answer(png()[:60]), UNUSABLE["image"]),
        (answer(b"\0\0\0\x18ftypisom" + bytes(500)), UNUSABLE["image"]),
        ([b"HTTP/1.1 200 Answer\r\nContent-Length: 5368709120\r\n\r\n"], OUT_OF_REACH),
        (answer(gzip.compress(bytes(downloads.LARGEST["image"] + 1)), Content_Encoding="gzip"), OUT_OF_REACH),
    ],
    ids=["page", "nothing", "damaged", "film", "5 GiB", "bomb"],
)
async def test_what_is_no_picture_is_not_delivered(
    running: Any, provider: Distant, store: Store, told: list[bytes], sentence: str
):
    store.then(told)

    is_given_back((await made(running)).view, sentence)

    assert len(store.site.requests) == 1
    assert provider.bought == 1
    assert [path for path in running.studio.storage.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("way", ["address", "redirect", "port", "file"])
async def test_an_output_lies_where_the_provider_says_that_outputs_lie(
    running: Any, provider: Distant, store: Store, way: str
):
    """A provider's answer that names an address inside has us ask nobody."""
    inside = Site(silent)
    elsewhere = f"http://127.0.0.1:{inside.place[1]}/secret"
    store.then(found(elsewhere))
    address = {"address": elsewhere, "port": "http://127.0.0.1/", "file": "file:///etc/passwd"}.get(way)
    if address is not None:
        provider.addresses = (address,)

    is_given_back((await made(running)).view, OUT_OF_REACH)

    inside.close()
    assert inside.connections == 0
    assert len(store.site.requests) == (way == "redirect")


async def test_one_that_cannot_be_had_does_not_spoil_the_others(
    running: Any, provider: Distant, store: Store
):
    store.tells = [lambda seen: answer(b"", 403) if "/1.png" in seen.path else answer(png())]

    view = (await made(running, n=3)).view

    assert [each.status for each in view.outputs] == ["completed", "failed", "completed"]
    assert (view.credits.charged, view.credits.refunded) == (50, 25)
