"""Only fal can speak for fal (PRV-12): what is taken for its word, and where its keys come from (SSR-01 to 03)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from outside import Outside, Seen, Site, answer, found

from aims.core.errors import Invalid, StudioError, Unauthenticated, Unavailable
from aims.core.fetch import Fetcher
from aims.providers import Notice
from aims.providers.connection import Connection
from aims.providers.fal import keys, webhooks
from aims.providers.fal.adapter import Fal
from emulators.fal.hooks import published, signed

# The vector: the seed 00..1f, and what it signs.
VECTOR_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VECTOR_X = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
VECTOR_ID, VECTOR_USER, VECTOR_MOMENT = "024ca5b1-45d3-4afd-883e-ad3abe2a1c4d", "user_1", 1700000000
VECTOR_BODY = b'{"request_id":"024ca5b1-45d3-4afd-883e-ad3abe2a1c4d","status":"OK","payload":{"images":[]}}'
VECTOR_SIGNATURE = (
    "a5534f3cd02a7108f98e3db1663d561bab81cd90e33e799a22ce617e0b76a31a"
    "f0d8df925bfb30aec928bdac0a74d51a1cc960a2ec90e08969633fb3d4de8c0a"
)
VECTOR = {
    "x-fal-webhook-request-id": VECTOR_ID,
    "x-fal-webhook-user-id": VECTOR_USER,
    "x-fal-webhook-timestamp": str(VECTOR_MOMENT),
    "x-fal-webhook-signature": VECTOR_SIGNATURE,
}
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"\xff" * 32)


class World:
    """fal, its keys, and the clock. published: what its address for keys answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.published: list[bytes] = answer(json.dumps(published(VECTOR_KEY)).encode())
        self.moment = float(VECTOR_MOMENT)
        self.passed = 0.0
        monkeypatch.setattr(webhooks, "time", lambda: self.moment)
        monkeypatch.setattr(keys, "monotonic", lambda: self.passed)
        self.site = Site(lambda _: self.published)
        self.fetcher = Fetcher()
        self.fal = self.connect()

    def connect(self, account: str = "") -> Fal:
        """The adapter."""
        return Fal(Connection(f"http://127.0.0.1:{self.site.place[1]}", "a:b", (), account), self.fetcher)

    async def read(self, headers: dict[str, str] = VECTOR, body: bytes = VECTOR_BODY) -> Notice:
        """What it makes of a message."""
        return await self.fal.read_webhook(headers, body)

    async def refuses(
        self, headers: dict[str, str], body: bytes = VECTOR_BODY, error: type[StudioError] = Unauthenticated
    ) -> None:
        """It makes nothing of this one."""
        with pytest.raises(error):
            await self.read(headers, body)

    @property
    def asked(self) -> list[Seen]:
        """The requests for keys."""
        return self.site.requests


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The world as it should be."""
    made = World(monkeypatch)
    yield made
    await made.fetcher.close()
    made.site.close()


def lowered(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def test_prv_12_the_vector_is_fals_word(world: World):
    assert json.loads(b"".join(world.published[1:]))["keys"][0]["x"] == VECTOR_X
    assert (
        signed(VECTOR_KEY, VECTOR_ID, VECTOR_BODY, user=VECTOR_USER, moment=VECTOR_MOMENT)[
            "X-Fal-Webhook-Signature"
        ]
        == VECTOR_SIGNATURE
    )

    assert await world.read() == Notice(VECTOR_ID, "OK", made=True, account=VECTOR_USER)
    assert [(seen.method, seen.path) for seen in world.asked] == [("GET", "/.well-known/jwks.json")]
    assert "authorization" not in world.asked[0].headers


@pytest.mark.parametrize("seconds", [-300, -1, 1, 300])
async def test_prv_12_a_message_may_be_five_minutes_old_or_early(seconds: int, world: World):
    world.moment += seconds

    assert (await world.read()).reference == VECTOR_ID


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
async def test_prv_12_a_message_of_another_time_is_refused(seconds: int, world: World):
    world.moment += seconds

    await world.refuses(VECTOR)


@pytest.mark.parametrize("at", [0, 20, len(VECTOR_BODY) - 1])
async def test_prv_12_a_flipped_bit_of_the_body_is_seen(at: int, world: World):
    body = bytearray(VECTOR_BODY)
    body[at] ^= 1

    await world.refuses(VECTOR, bytes(body))


@pytest.mark.parametrize("name", VECTOR)
async def test_prv_12_every_header_counts(name: str, world: World):
    changed = VECTOR[name][:-1] + ("1" if VECTOR[name][-1] != "1" else "2")

    await world.refuses({each: value for each, value in VECTOR.items() if each != name})
    await world.refuses(VECTOR | {name: ""})
    await world.refuses(VECTOR | {name: changed})
    await world.refuses(VECTOR | {name: VECTOR[name] + "\n"})
    await world.refuses(VECTOR | {name: VECTOR[name] + "é"})


@pytest.mark.parametrize("again", [json.dumps, lambda body: json.dumps(body, indent=2), lambda b: repr(b)])
async def test_prv_12_the_same_json_in_other_bytes_is_not_the_message(
    again: Callable[[Any], str], world: World
):
    await world.refuses(VECTOR, again(json.loads(VECTOR_BODY)).encode())


async def test_prv_12_a_message_to_another_account_is_refused(world: World):
    world.fal = world.connect(account=VECTOR_USER)
    assert (await world.read()).account == VECTOR_USER

    world.fal = world.connect(account="user_2")
    await world.refuses(VECTOR)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", Invalid),
        (b"null", Invalid),
        (b"[" * 10_000, Invalid),
        (b'{"request_id": 5, "status": "OK"}', Invalid),
        (b'{"request_id": "024ca5b1-45d3-4afd-883e-ad3abe2a1c4d", "status": "PONDERING"}', Invalid),
        (b'{"request_id": "another", "status": "OK"}', Unauthenticated),
    ],
)
async def test_what_is_signed_and_says_nothing_is_refused(
    body: bytes, error: type[StudioError], world: World
):
    headers = lowered(signed(VECTOR_KEY, VECTOR_ID, body, user=VECTOR_USER, moment=VECTOR_MOMENT))

    await world.refuses(headers, body, error)


async def test_any_published_key_may_have_signed(world: World):
    strange = [{"kty": "RSA"}, {"kty": "OKP", "crv": "Ed25519", "x": "short"}, {"kty": "OKP", "x": 5}, {}]
    world.published = answer(
        json.dumps({"keys": [*strange, *published(OTHER_KEY, VECTOR_KEY)["keys"]]}).encode()
    )

    assert (await world.read()).reference == VECTOR_ID


async def test_prv_12_a_new_key_is_asked_for_at_most_once_a_minute(world: World):
    world.published = answer(json.dumps(published(OTHER_KEY)).encode())
    await world.refuses(VECTOR)
    for _ in range(100):
        await world.refuses(VECTOR)
    assert len(world.asked) == 1

    # The key is published now; whoever knows the old ones asks again when the minute is over.
    world.published = answer(json.dumps(published(VECTOR_KEY)).encode())
    world.passed += keys.REST_SECONDS - 1
    await world.refuses(VECTOR)
    world.passed += 1
    assert (await world.read()).reference == VECTOR_ID
    assert len(world.asked) == 2


async def test_many_messages_at_once_ask_once(world: World):
    notices = await asyncio.gather(*(world.read() for _ in range(50)))

    assert {notice.reference for notice in notices} == {VECTOR_ID}
    assert len(world.asked) == 1


AWAY: dict[str, list[bytes]] = {
    "error": answer(b"{}", 503),
    "page": answer(b"<html>It works!</html>"),
    "nothing": answer(b'{"keys": []}'),
    "null": answer(b"null"),
    "deep": answer(b'{"keys": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "large": answer(b" " * (keys.LARGEST + 1)),
    "broken": [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"],
}


@pytest.mark.parametrize("away", AWAY)
async def test_prv_12_without_keys_it_is_to_be_sent_again_and_never_taken(
    away: str, world: World, monkeypatch: pytest.MonkeyPatch
):
    right = world.published
    world.published = AWAY[away]
    monkeypatch.setattr(keys, "FETCH_SECONDS", 0.5 if away == "broken" else keys.FETCH_SECONDS)
    if away == "broken":
        world.site.script = lambda _: (_ for _ in [*AWAY["broken"]])
    for _ in range(3):
        await world.refuses(VECTOR, error=Unavailable)

    world.published, world.site.script = right, lambda _: right
    world.passed += keys.REST_SECONDS
    assert (await world.read()).reference == VECTOR_ID


async def test_known_keys_are_good_for_a_day_without_asking(world: World):
    await world.read()
    world.published = AWAY["error"]
    world.passed += keys.KEPT_SECONDS - 1
    assert (await world.read()).reference == VECTOR_ID
    assert len(world.asked) == 1

    world.passed += 1
    await world.refuses(VECTOR, error=Unavailable)
    assert len(world.asked) == 2


@pytest.fixture
def inside() -> Iterator[Site]:
    """Something on this machine that must stay silent."""
    site = Site(lambda _: answer(json.dumps(published(OTHER_KEY)).encode()))
    yield site
    site.close()


async def test_ssr_03_keys_are_not_fetched_from_where_the_address_leads_on_to(world: World, inside: Site):
    world.published = found(f"http://127.0.0.1:{inside.place[1]}/jwks.json")

    await world.refuses(VECTOR, error=Unavailable)
    assert inside.connections == 0


async def test_ssr_01_nothing_in_a_message_says_where_keys_are(world: World, inside: Site):
    stranger = f"http://127.0.0.1:{inside.place[1]}/jwks.json"
    body = json.dumps(
        {"request_id": VECTOR_ID, "status": "OK", "jku": stranger, "jwks_url": stranger}
    ).encode()
    headers = lowered(signed(OTHER_KEY, VECTOR_ID, body, user=VECTOR_USER, moment=VECTOR_MOMENT))
    for name in ("jku", "x-fal-webhook-jwks-url", "x-jwks-url", "x-forwarded-host", "host", "location"):
        headers[name] = stranger

    await world.refuses(headers, body)
    assert inside.connections == 0
    assert [seen.path for seen in world.asked] == ["/.well-known/jwks.json"]


async def test_ssr_05_the_environment_does_not_say_where_keys_are(
    world: World, inside: Site, monkeypatch: pytest.MonkeyPatch
):
    stranger = f"http://127.0.0.1:{inside.place[1]}"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, stranger)
        monkeypatch.setenv(name.lower(), stranger)
    monkeypatch.setenv("NO_PROXY", "")

    assert (await world.read()).reference == VECTOR_ID
    assert inside.connections == 0


async def test_prv_09_a_request_that_was_given_another_id_is_told_of_under_it(world: World):
    """After a retry of fal's own the signature has one id, and the message both."""
    body = json.dumps({"request_id": "another", "gateway_request_id": VECTOR_ID, "status": "OK"}).encode()
    headers = lowered(signed(VECTOR_KEY, VECTOR_ID, body, user=VECTOR_USER, moment=VECTOR_MOMENT))

    assert (await world.read(headers, body)).reference == "another"


REST = "rest.fal.ai"


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A world with fal's own names in it."""
    world = Outside()
    yield world
    world.close()


async def from_outside(outside: Outside) -> Notice:
    """What the adapter for fal itself makes of the vector."""
    fetcher = Fetcher(outside.network)
    try:
        fal = Fal(Connection("https://queue.fal.run", "a:b"), fetcher)
        return await fal.read_webhook(VECTOR, VECTOR_BODY)
    finally:
        await fetcher.close()


def at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "time", lambda: float(VECTOR_MOMENT))


async def test_the_keys_are_had_from_fals_own_address(outside: Outside, monkeypatch: pytest.MonkeyPatch):
    at_its_time(monkeypatch)
    site = outside.site(REST, lambda _: answer(json.dumps(published(VECTOR_KEY)).encode()))

    assert (await from_outside(outside)).reference == VECTOR_ID
    assert ([seen.path for seen in site.requests], outside.looked_up) == (
        ["/.well-known/jwks.json"],
        [REST],
    )


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.5"],
        ["::1"],
        ["169.254.169.254"],
        ["64:ff9b::a9fe:a9fe"],
        ["93.0.0.9", "10.0.0.5"],
    ],
    ids=" ".join,
)
async def test_ssr_01_ssr_02_a_name_that_leads_inside_is_not_asked_for_keys(
    addresses: list[str], outside: Outside, monkeypatch: pytest.MonkeyPatch
):
    at_its_time(monkeypatch)
    outside.names[REST] = addresses
    outside.site(REST, lambda _: answer(json.dumps(published(VECTOR_KEY)).encode()), address="93.0.0.9")

    with pytest.raises(Unavailable):
        await from_outside(outside)
    assert outside.leaks == 0


async def test_another_names_certificate_is_not_fals(outside: Outside, monkeypatch: pytest.MonkeyPatch):
    at_its_time(monkeypatch)
    site = outside.site(
        REST, lambda _: answer(json.dumps(published(VECTOR_KEY)).encode()), certificate="rest.fal.example"
    )

    with pytest.raises(Unavailable):
        await from_outside(outside)
    assert site.requests == []
