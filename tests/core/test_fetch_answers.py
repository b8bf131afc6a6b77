"""An answer is untrusted: too much of it, too slow, packed too well or not HTTP at all, it ends where it should."""

import asyncio
import gzip
import itertools
import threading
import tracemalloc
from collections.abc import Iterator

import pytest
from outside import PATIENCE, Outside, Script, Seen, Site, answer

from aims.core.errors import Unreachable
from aims.core.fetch import Fetched, Fetcher, Network

MIB = 1 << 20
ENDLESS = b"HTTP/1.1 200 Answer\r\nConnection: close\r\n\r\n"


async def fetch(fetcher: Fetcher, *, cap: int = 1000, deadline: float = 60, cut: bool = False) -> Fetched:
    return await fetcher.public("GET", "http://a.test/", deadline=deadline, cap=cap, cut=cut)


async def refused(fetcher: Fetcher, *, cap: int = 1000, deadline: float = 60) -> str:
    """How it was not had; the other side had heard of us."""
    with pytest.raises(Unreachable) as caught:
        await fetch(fetcher, cap=cap, deadline=deadline)
    assert caught.value.sent
    return caught.value.code


async def too_slow(fetcher: Fetcher, *, cap: int = 1000) -> str:
    """How it was not had, once the deadline was long enough for this machine to send the request at all."""
    for deadline in (1, 5, 20, 60):
        with pytest.raises(Unreachable) as caught:
            await fetch(fetcher, cap=cap, deadline=deadline)
        if caught.value.sent:
            return caught.value.code
    raise AssertionError("nothing was ever sent")


def serve(outside: Outside, script: Script) -> Site:
    return outside.site("a.test", script, port=80)


def endless(_: Seen) -> Iterator[bytes]:
    return itertools.chain([ENDLESS], itertools.repeat(b"x" * 4096))


async def test_as_much_as_the_cap_is_taken_and_no_byte_more(outside: Outside, fetcher: Fetcher):
    serve(outside, lambda _: answer(b"x" * 1000))

    assert len((await fetch(fetcher, cap=1000)).body) == 1000
    assert await refused(fetcher, cap=999) == "answer_too_large"


async def test_a_body_without_an_end_is_left(outside: Outside, fetcher: Fetcher):
    serve(outside, endless)

    assert await refused(fetcher, cap=100_000) == "answer_too_large"
    assert (await fetch(fetcher, cap=100, cut=True)).body == b"x" * 100


async def test_a_length_that_is_declared_too_large_is_not_waited_for(outside: Outside, fetcher: Fetcher):
    def boast(_: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 Answer\r\nContent-Length: 99999999999\r\n\r\n"
        site.gone.wait()

    site = serve(outside, boast)

    assert await refused(fetcher) == "answer_too_large"


async def test_a_packed_answer_is_unpacked(outside: Outside, fetcher: Fetcher):
    serve(outside, lambda _: answer(gzip.compress(b"hello" * 100), Content_Encoding="gzip"))

    assert (await fetch(fetcher)).body == b"hello" * 100


async def test_a_bomb_is_never_unpacked(outside: Outside, fetcher: Fetcher):
    """64 MiB in 64 KiB: what is taken of it counts as it unpacks."""
    bomb = gzip.compress(bytes(64 * MIB))
    serve(outside, lambda _: answer(bomb, Content_Encoding="gzip"))
    await fetch(fetcher, cap=10, cut=True)

    tracemalloc.start()
    try:
        assert await refused(fetcher, cap=4 * MIB) == "answer_too_large"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 24 * MIB


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not packed"),
        ("gzip", gzip.compress(b"hello" * 100)[:-20]),
        ("br", b"x"),
        ("gzip, gzip", b"x"),
    ],
    ids=["not packed", "cut off", "another way", "twice"],
)
async def test_what_cannot_be_unpacked_is_no_answer(
    outside: Outside, fetcher: Fetcher, encoding: str, body: bytes
):
    serve(outside, lambda _: answer(body, Content_Encoding=encoding))

    assert await refused(fetcher) == "no_answer"


async def test_dripping_does_not_keep_anybody_waiting(outside: Outside, fetcher: Fetcher):
    """The deadline is for everything, so a byte now and then does not put it off."""

    def drip(_: Seen) -> Iterator[bytes]:
        yield ENDLESS
        while not site.gone.wait(0.02):
            yield b"x"

    site = serve(outside, drip)

    assert await too_slow(fetcher, cap=MIB) == "answer_too_slow"


async def test_no_answer_at_all_is_not_waited_for(outside: Outside, fetcher: Fetcher):
    def wait(_: Seen) -> Iterator[bytes]:
        site.gone.wait()
        yield b""

    site = serve(outside, wait)

    assert await too_slow(fetcher) == "answer_too_slow"
    assert len(site.requests) >= 1


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"x" * 100_000 + b"\r\n\r\n",
        b"".join(b"X-%d: x\r\n" % number for number in range(10_000)) + b"\r\n",
        b"x" * 100_000 + b": x\r\n\r\n",
        b"no colon\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"Content-Length: 5\r\n\r\nhel",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["long", "many", "long name", "no colon", "negative", "two lengths", "short", "bad chunk"],
)
async def test_heads_that_are_bombs_or_nonsense_are_no_answer(
    outside: Outside, fetcher: Fetcher, head: bytes
):
    def script(_: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 Answer\r\n" + head
        raise OSError

    serve(outside, script)

    assert await refused(fetcher) == "no_answer"


@pytest.mark.parametrize(
    "first", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 xyz\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n"]
)
async def test_what_is_not_http_is_no_answer(outside: Outside, fetcher: Fetcher, first: bytes):
    def script(_: Seen) -> Iterator[bytes]:
        yield first
        raise OSError

    serve(outside, script)

    assert await refused(fetcher) == "no_answer"


async def test_interim_answers_without_an_end_are_left(outside: Outside, fetcher: Fetcher):
    def script(_: Seen) -> Iterator[bytes]:
        while not site.gone.is_set():
            yield b"HTTP/1.1 100 Continue\r\n\r\n"

    site = serve(outside, script)

    assert await too_slow(fetcher) in ("answer_too_slow", "no_answer")


async def test_without_a_connection_nothing_was_sent(outside: Outside, fetcher: Fetcher):
    """What a provider's adapter has to know: certainly nothing was bought."""
    serve(outside, lambda _: answer()).close()

    with pytest.raises(Unreachable) as caught:
        await fetcher.public("POST", "http://a.test/", body=b"{}", deadline=60, cap=10)

    assert (caught.value.code, caught.value.sent) == ("host_unreachable", False)


async def test_a_wrong_certificate_hears_nothing(outside: Outside, fetcher: Fetcher):
    site = outside.site("a.test", lambda _: answer(), certificate="b.test")

    with pytest.raises(Unreachable) as caught:
        await fetcher.public("POST", "https://a.test/", body=b"secret", deadline=60, cap=10)

    assert (caught.value.code, caught.value.sent) == ("host_unreachable", False)
    assert site.requests == []


async def test_a_connection_that_breaks_leaves_the_outcome_open(outside: Outside, fetcher: Fetcher):
    def hang_up(_: Seen) -> Iterator[bytes]:
        raise OSError
        yield

    site = serve(outside, hang_up)

    with pytest.raises(Unreachable) as caught:
        await fetcher.public("POST", "http://a.test/", body=b"{}", deadline=60, cap=10)

    assert (caught.value.code, caught.value.sent) == ("no_answer", True)
    assert len(site.requests) == 1


async def test_slow_names_do_not_hold_up_the_rest_of_the_studio(outside: Outside):
    """Look-ups have threads of their own, however many there are, and the deadline holds for them too."""
    held = threading.Event()

    def look_up(_: str) -> list[str]:
        held.wait(PATIENCE)
        return ["93.184.216.34"]

    async def one(number: int) -> tuple[str, bool]:
        with pytest.raises(Unreachable) as caught:
            await fetcher.public("GET", f"http://{number}.test/", deadline=1, cap=10)
        return caught.value.code, caught.value.sent

    fetcher = Fetcher(Network(look_up, outside.network.routes, outside.trust))
    try:
        assert set(await asyncio.gather(*map(one, range(64)))) == {("answer_too_slow", False)}
        async with asyncio.timeout(PATIENCE / 2):
            await asyncio.to_thread(held.is_set)
    finally:
        held.set()
        await fetcher.close()


async def test_many_at_once_each_get_their_own_answer(outside: Outside, fetcher: Fetcher):
    serve(outside, lambda seen: answer(seen.path.encode()))

    async def one(number: int) -> bytes:
        got = await fetcher.public("GET", f"http://a.test/{number}", deadline=60, cap=100)
        return got.body

    assert await asyncio.gather(*map(one, range(60))) == [f"/{number}".encode() for number in range(60)]
