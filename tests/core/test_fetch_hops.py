"""A redirect is a new request and no recommendation (SSR-03): checked like the first, trusted with less."""

import pytest
from outside import Outside, Seen, answer, found

from aims.core.errors import Blocked
from aims.core.fetch import Fetcher

SECRETS = {"Authorization": "Key secret", "Cookie": "a=b", "X-Api-Key": "secret", "Accept": "image/*"}


def chain(seen: Seen) -> list[bytes]:
    """`/5` leads to `/4`, and so on; `/0` is the end."""
    left = int(seen.path[1:])
    return found(f"/{left - 1}", status=(301, 302, 303, 307, 308)[left % 5]) if left else answer(b"end")


@pytest.mark.parametrize("length", [0, 1, 3])
async def test_so_many_redirects_are_followed(outside: Outside, fetcher: Fetcher, length: int):
    site = outside.site("a.test", chain)

    got = await fetcher.public("GET", f"https://a.test/{length}", deadline=30, cap=10)

    assert (got.body, got.url) == (b"end", "https://a.test/0")
    assert len(site.requests) == length + 1


async def test_a_longer_chain_is_refused(outside: Outside, fetcher: Fetcher):
    site = outside.site("a.test", chain)

    with pytest.raises(Blocked) as caught:
        await fetcher.public("GET", "https://a.test/10", deadline=30, cap=10)

    assert len(site.requests) == 4
    assert caught.value.sent


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        "http://inside.test/",
        "http://b.test/",
        "https://b.test:8443/",
        "https://user@b.test/",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "https://[::1]/",
        "/\\b.test/",
        "https://b.test/a b",
        "https://b.test/\udcff",
    ],
)
async def test_a_redirect_is_checked_like_the_first_address(
    outside: Outside, fetcher: Fetcher, location: str
):
    """Inside, to another port or scheme, and from https down to http: all refused in the one sentence."""
    outside.names["inside.test"] = ["10.0.0.5"]
    outside.site("a.test", lambda _: found(location))
    others = [outside.site("b.test", lambda _: answer(b"b"), port=port) for port in (80, 443)]

    with pytest.raises(Blocked) as caught:
        await fetcher.public("GET", "https://a.test/", deadline=30, cap=10)

    assert caught.value.sentence == Blocked().sentence
    assert caught.value.sent
    assert outside.leaks == sum(each.connections for each in others) == 0


async def test_nothing_of_the_caller_goes_along_to_another_origin(outside: Outside, fetcher: Fetcher):
    first = outside.site("a.test", lambda _: found("https://b.test/x"))
    other = outside.site("b.test", lambda _: answer(b"b"))

    got = await fetcher.public("GET", "https://a.test/", headers=SECRETS, deadline=30, cap=10)

    assert got.url == "https://b.test/x"
    assert {name.lower() for name in SECRETS} <= set(first.requests[0].headers)
    assert set(other.requests[0].headers) == {"host", "accept", "accept-encoding", "user-agent", "connection"}


async def test_within_the_origin_the_caller_stays_who_it_is(outside: Outside, fetcher: Fetcher):
    site = outside.site("a.test", lambda seen: found("/next") if seen.path == "/" else answer(b"ok"))

    await fetcher.public("GET", "https://a.test/", headers=SECRETS, deadline=30, cap=10)

    assert [each.headers["authorization"] for each in site.requests] == ["Key secret"] * 2


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (307, "POST", b"{}"), (308, "POST", b"{}")],
)
async def test_a_post_becomes_what_the_redirect_says(
    outside: Outside, fetcher: Fetcher, status: int, method: str, body: bytes
):
    site = outside.site("a.test", lambda seen: found("/next", status) if seen.path == "/" else answer(b"ok"))

    await fetcher.public("POST", "https://a.test/", body=b"{}", deadline=30, cap=10)

    assert (site.requests[1].method, site.requests[1].body) == (method, body)


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_never_goes_to_another_origin(outside: Outside, fetcher: Fetcher, status: int):
    outside.site("a.test", lambda _: found("https://b.test/", status))
    other = outside.site("b.test", lambda _: answer(b"b"))

    with pytest.raises(Blocked):
        await fetcher.public("POST", "https://a.test/", body=b"{}", deadline=30, cap=10)

    assert other.connections == 0


async def test_without_hops_the_redirect_itself_is_the_answer(outside: Outside, fetcher: Fetcher):
    site = outside.site("a.test", lambda _: answer(b"moved", 302, Location="http://127.0.0.1/"))

    got = await fetcher.public("POST", "https://a.test/", body=b"{}", deadline=30, cap=10, hops=0)

    assert (got.status, got.headers["location"], got.body) == (302, "http://127.0.0.1/", b"moved")
    assert site.connections == 1
    assert outside.leaks == 0


@pytest.mark.parametrize("status", [300, 304])
async def test_what_only_looks_like_a_redirect_is_an_answer(outside: Outside, fetcher: Fetcher, status: int):
    outside.site("a.test", lambda _: found("https://b.test/", status))

    assert (await fetcher.public("GET", "https://a.test/", deadline=30, cap=10)).status == status
