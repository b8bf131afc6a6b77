"""The login of a service account: what is signed, how long a token is used, and what a refusal comes to."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import machine
import pytest
from accounts import PROJECT, key_for, private_key
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from outside import Seen, Site, answer

from aims.core.errors import Invalid
from aims.core.fetch import Fetcher
from aims.providers import Busy, Down, NoAccess, Order, Running
from aims.providers.connection import Connection
from aims.providers.vertex import account, adapter, login
from aims.providers.vertex.adapter import Vertex
from aims.providers.vertex.login import Login

NAME = f"projects/{PROJECT}/locations/us-central1/publishers/google/models/m/operations/1"


class Google:
    """Google on one port: gives out numbered tokens, takes what it is told to take, and has seen it all.

    lasts: seconds of a token. refuses: tokens that are not taken. tokens: what the login answers instead, if anything.
    """

    def __init__(self) -> None:
        self.lasts: Any = 3600
        self.refuses: set[str] = set()
        self.tokens: Callable[[], Any] | None = None
        self.site = Site(self._answer)
        self.url = f"http://127.0.0.1:{self.site.place[1]}"

    def seen(self, path: str) -> list[Seen]:
        """The requests to addresses that end so."""
        return [each for each in self.site.requests if each.path.endswith(path)]

    def _answer(self, seen: Seen) -> Any:
        if seen.path == "/token":
            if self.tokens is not None:
                return self.tokens()
            number = len(self.seen("/token"))
            return said({"access_token": f"token-{number}", "expires_in": self.lasts})
        token = seen.headers["authorization"].removeprefix("Bearer ")
        if token in self.refuses:
            return said({"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "No."}}, 401)
        return said({"name": NAME})


def said(body: Any, status: int = 200) -> Any:
    """A JSON answer."""
    return answer(json.dumps(body).encode(), status)


@pytest.fixture
def google() -> Iterator[Google]:
    """Google, for one test."""
    made = Google()
    yield made
    made.site.close()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """The way to the outside."""
    made = Fetcher()
    yield made
    await made.close()


def an_account(url: str) -> account.Account:
    """The account that tests have, with its tokens at this address."""
    return account.read(Connection(url, key_for("vertex", "kid", url)))


def vertex(google: Google, fetcher: Fetcher) -> Vertex:
    """The adapter, connected there."""
    connection = Connection(google.url, key_for("vertex", "kid", google.url))
    return Vertex(connection, account.read(connection), fetcher)


def an_order() -> Order:
    """A small order in Google's words."""
    return Order(
        nonce="n" * 32, model="m", endpoint="m", kind="video", prompt="A barn", negative_prompt="", parameters={},
        count=1, first=0, of=1, input={"prompt": "A barn"},
    )  # fmt: skip


def unpacked(text: str) -> bytes:
    """A part of a statement."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_what_is_signed_says_who_asks_for_what_and_can_be_verified(google: Google, fetcher: Fetcher):
    await Login(an_account(google.url), fetcher).token()

    (seen,) = google.seen("/token")
    form = parse_qs(seen.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, says, signature = form["assertion"][0].split(".")
    assert json.loads(unpacked(head)) == {"alg": "RS256", "typ": "JWT", "kid": "kid"}
    claims = json.loads(unpacked(says))
    assert claims["iss"] == f"studio@{PROJECT}.iam.gserviceaccount.com"
    assert claims["aud"] == "https://oauth2.googleapis.com/token"
    assert claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"
    assert claims["exp"] - claims["iat"] == 3600
    key = load_pem_private_key(private_key().encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    key.public_key().verify(unpacked(signature), f"{head}.{says}".encode(), padding.PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.public_key().verify(unpacked(signature), f"{head}.e30".encode(), padding.PKCS1v15(), SHA256())
    assert "authorization" not in seen.headers
    assert private_key() not in seen.body.decode()


async def test_a_token_is_used_by_all_until_shortly_before_its_end(google: Google, fetcher: Fetcher):
    given = Login(an_account(google.url), fetcher)

    found = await asyncio.gather(*(given.token() for _ in range(20)))

    assert set(found) == {"token-1"}
    assert len(google.seen("/token")) == 1


@pytest.mark.parametrize("lasts", [0, 119, -5])
async def test_a_token_that_is_near_its_end_is_not_used_again(lasts: int, google: Google, fetcher: Fetcher):
    google.lasts = lasts
    given = Login(an_account(google.url), fetcher)

    assert [await given.token() for _ in range(3)] == ["token-1", "token-2", "token-3"]


async def test_a_token_of_unknown_length_is_used_for_less_than_an_hour(google: Google, fetcher: Fetcher):
    google.lasts = "long"
    given = Login(an_account(google.url), fetcher)

    assert [await given.token() for _ in range(2)] == ["token-1", "token-1"]


async def test_an_old_token_that_is_not_taken_any_more_is_replaced(
    google: Google, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
):
    """Nothing was begun, so the same order may be sent again, with a new login."""
    studio = vertex(google, fetcher)
    await studio.submit(an_order())
    google.refuses = {"token-1"}
    monkeypatch.setattr(login, "FRESH", -1.0)

    with pytest.raises(Down):
        await studio.submit(an_order())

    assert isinstance(await studio.submit(an_order()), Running)
    assert len(google.seen("/token")) == 2


async def test_a_new_token_that_is_not_taken_is_no_access(google: Google, fetcher: Fetcher):
    google.refuses = {"token-1", "token-2"}
    studio = vertex(google, fetcher)

    for _ in range(2):
        with pytest.raises(NoAccess):
            await studio.submit(an_order())


async def test_a_question_after_work_that_was_taken_is_asked_again_whatever_the_login_says(
    google: Google, fetcher: Fetcher
):
    studio = vertex(google, fetcher)
    running = await studio.submit(an_order())
    google.refuses = {"token-1"}
    with pytest.raises(Busy):
        await studio.poll(an_order(), running)
    google.tokens = lambda: said({"error": "invalid_grant"}, 400)
    with pytest.raises(Busy):
        await studio.poll(an_order(), running)
    google.tokens = None

    assert isinstance(await studio.poll(an_order(), running), Running)


@pytest.mark.parametrize(
    ("tokens", "error"),
    [
        (
            lambda: said({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400),
            NoAccess,
        ),
        (lambda: said({"error": "unauthorized_client"}, 401), NoAccess),
        (lambda: said({}, 403), NoAccess),
        (lambda: said({}, 429), Busy),
        (lambda: said({}, 500), Down),
        (lambda: answer(b"<html>", 502), Down),
        (lambda: answer(b"<html>It works!</html>"), Down),
        (lambda: said({"access_token": 5}), Down),
        (lambda: said({"access_token": ""}), Down),
        (lambda: said({"access_token": "one\r\nX-Other: two"}), Down),
        (lambda: answer(b"", 302, Location="http://127.0.0.1:1/token"), Down),
    ],
)
async def test_nothing_is_bought_without_a_login(tokens: Any, error: type, google: Google, fetcher: Fetcher):
    google.tokens = tokens

    with pytest.raises(error):
        await vertex(google, fetcher).submit(an_order())

    assert google.seen(":predictLongRunning") == []


async def test_a_login_that_cannot_be_reached_is_tried_again(fetcher: Fetcher):
    url = f"http://127.0.0.1:{machine.spare_port()}"

    with pytest.raises(Down):
        await Login(an_account(url), fetcher).token()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"type": "authorized_user"}, "service account"),
        ({"private_key": "none"}, "service account"),
        ({"client_email": ""}, "service account"),
        ({"project_id": "../other"}, "project_id"),
        ({"project_id": "a/b"}, "project_id"),
        ({"token_uri": "https://stranger.example.com/token"}, "token_uri"),
        ({"token_uri": "http://169.254.169.254/token"}, "token_uri"),
        ({"token_uri": "file:///etc/passwd"}, "token_uri"),
    ],
)
def test_an_account_that_is_wrong_is_refused_at_the_start(change: dict[str, str], what: str):
    key = json.dumps(json.loads(key_for("vertex", "kid")) | change)

    with pytest.raises(Invalid, match=what) as refusal:
        account.read(Connection(adapter.API, key))
    assert "PRIVATE" not in refusal.value.sentence


@pytest.mark.parametrize("kind", ["garbled", "elliptic"])
async def test_a_key_that_cannot_sign_is_no_access(kind: str, google: Google, fetcher: Fetcher):
    pem = private_key().replace("M", "?")
    if kind == "elliptic":
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    text = json.dumps(json.loads(key_for("vertex", "kid", google.url)) | {"private_key": pem})

    with pytest.raises(NoAccess):
        await Login(account.read(Connection(google.url, text)), fetcher).token()
    assert google.seen("/token") == []


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (adapter.API, "us-central1"),
        ("https://europe-west4-aiplatform.googleapis.com", "europe-west4"),
        ("https://aiplatform.googleapis.com", "global"),
        ("http://127.0.0.1:8792", "us-central1"),
        ("https://proxy.example.com", "us-central1"),
    ],
)
def test_the_address_says_where_the_machines_are(url: str, place: str):
    assert adapter.location(url) == place


async def test_an_account_is_checked_by_its_login(google: Google, fetcher: Fetcher):
    studio = vertex(google, fetcher)
    assert (await studio.check()).standing == "valid"
    google.tokens = lambda: said({"error": "invalid_grant"}, 400)
    assert (await vertex(google, fetcher).check()).standing == "invalid"
    google.tokens = lambda: said({}, 500)
    assert (await vertex(google, fetcher).check()).standing == "unreachable"
