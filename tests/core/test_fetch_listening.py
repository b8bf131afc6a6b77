"""What a server says over a WebSocket comes through the same door, to the same origins, and in bounds."""

import base64
import hashlib
from collections.abc import Callable, Iterable

import pytest
from outside import Outside, Seen, Site, answer, found

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetcher

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE = b"\x88\x02\x03\xe8"


def origin(site: Site) -> str:
    return f"http://127.0.0.1:{site.place[1]}"


def spoken(*frames: bytes) -> Callable[[Seen], Iterable[bytes]]:
    """A server that takes the WebSocket and sends these frames."""

    def script(seen: Seen) -> Iterable[bytes]:
        key = seen.headers["sec-websocket-key"]
        accept = base64.b64encode(hashlib.sha1(f"{key}{MAGIC}".encode()).digest()).decode()
        lines = ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
        return ["\r\n".join(["HTTP/1.1 101 Switching", *lines, "", ""]).encode(), *frames]

    return script


def text(said: str) -> bytes:
    """A frame with a short text."""
    return bytes((0x81, len(said))) + said.encode()


async def heard(fetcher: Fetcher, url: str, allowed: str, cap: int = 100) -> list[str]:
    return [each async for each in fetcher.listen(url, [allowed], silence=30, cap=cap)]


async def test_texts_come_one_after_the_other_and_other_bytes_are_passed_over(
    outside: Outside, fetcher: Fetcher
):
    site = outside.private(spoken(text("one"), b"\x82\x03\x00\x01\x02", text("two"), CLOSE))

    assert await heard(fetcher, f"{origin(site)}/ws?clientId=a", origin(site)) == ["one", "two"]

    (seen,) = site.requests
    assert seen.path == "/ws?clientId=a"
    assert seen.headers["host"] == f"127.0.0.1:{site.place[1]}"
    assert "origin" not in seen.headers
    assert "authorization" not in seen.headers


async def test_every_other_origin_is_refused(outside: Outside, fetcher: Fetcher):
    site, other = outside.private(spoken()), outside.private(spoken())

    for url in (origin(other), "https://127.0.0.1:1", f"http://localhost:{site.place[1]}", "http://10.0.0.1"):
        with pytest.raises(Blocked):
            await heard(fetcher, f"{url}/ws", origin(site))

    assert site.connections == other.connections == outside.leaks == 0


async def test_a_name_below_a_domain_does_not_lead_inside(outside: Outside, fetcher: Fetcher):
    outside.names["a.example.test"] = ["10.0.0.1"]

    with pytest.raises(Blocked):
        await heard(fetcher, "https://a.example.test/ws", "https://*.example.test")

    assert outside.leaks == 0


async def test_a_redirect_leads_nowhere_else(outside: Outside, fetcher: Fetcher):
    other = outside.private(spoken(text("inside")))
    site = outside.private(lambda _: found(f"{origin(other)}/ws"))

    with pytest.raises(Blocked):
        await heard(fetcher, f"{origin(site)}/ws", origin(site))

    assert other.connections == 0


@pytest.mark.parametrize(
    "frames",
    [
        (b"\x81\x7e\x01\x00" + b"a" * 256,),
        (b"\x81\x7f\x00\x00\x00\xff\x00\x00\x00\x00",),
        (b"\xf1\x01a",),
        (b"\x81\x02\xff\xfe",),
    ],
    ids=["too long", "far too long", "reserved bits", "no UTF-8"],
)
async def test_what_is_too_long_or_no_frame_ends_it(
    frames: tuple[bytes, ...], outside: Outside, fetcher: Fetcher
):
    site = outside.private(spoken(text("one"), *frames))

    with pytest.raises(Unreachable) as refusal:
        await heard(fetcher, f"{origin(site)}/ws", origin(site))

    assert refusal.value.sent


async def test_what_is_no_websocket_is_told(outside: Outside, fetcher: Fetcher):
    site = outside.private(lambda _: answer(b"<html>"))

    with pytest.raises(Unreachable):
        await heard(fetcher, f"{origin(site)}/ws", origin(site))


async def test_nobody_there_is_told_as_nothing_sent(outside: Outside, fetcher: Fetcher):
    site = outside.private(spoken())
    site.close()

    with pytest.raises(Unreachable) as refusal:
        await heard(fetcher, f"{origin(site)}/ws", origin(site))

    assert not refusal.value.sent
