"""Provider traffic goes to the origins that the operator's connection declares, and to no other."""

import asyncio
import ssl
import threading
from collections.abc import Iterator

import pytest
from outside import PATIENCE, Outside, Seen, Site, answer, found

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetcher, Origins

MANY = 40


def origin(site: Site) -> str:
    return f"http://127.0.0.1:{site.place[1]}"


async def test_a_private_origin_that_is_declared_is_asked(outside: Outside, fetcher: Fetcher):
    site = outside.private(lambda _: answer(b"{}", Content_Type="application/json"))

    got = await fetcher.origins(
        "POST",
        f"{origin(site)}/prompt",
        [origin(site)],
        headers={"X-Key": "k"},
        body=b"{}",
        deadline=30,
        cap=10,
    )

    assert (got.status, got.body, got.headers["content-type"]) == (200, b"{}", "application/json")
    assert site.requests[0].headers["x-key"] == "k"
    assert site.requests[0].headers["host"] == f"127.0.0.1:{site.place[1]}"


async def test_a_provider_that_takes_its_time_is_called_by_many_at_once(outside: Outside, fetcher: Fetcher):
    """Each of these is answered when all of them are there."""
    together = threading.Barrier(MANY)

    def wait(_: Seen) -> list[bytes]:
        together.wait(PATIENCE)
        return answer(b"made")

    site = outside.private(wait)

    got = await asyncio.gather(
        *(
            fetcher.origins("POST", origin(site), [origin(site)], body=b"{}", deadline=PATIENCE, cap=10)
            for _ in range(MANY)
        )
    )

    assert {each.body for each in got} == {b"made"}


async def test_every_other_origin_is_refused(outside: Outside, fetcher: Fetcher):
    declared, other = outside.private(lambda _: answer(b"a")), outside.private(lambda _: answer(b"b"))
    public = outside.site("public.test", lambda _: answer(b"c"))
    port = declared.place[1]

    for url in (
        f"{origin(other)}/", f"https://127.0.0.1:{port}/", f"http://localhost:{port}/", "https://public.test/",
        f"http://127.0.0.1:{port}@public.test/", f"http://127.0.0.1:{port}0/", "http://127.0.0.1/",
    ):  # fmt: skip
        with pytest.raises(Blocked):
            await fetcher.origins("GET", url, [origin(declared)], deadline=30, cap=10)

    assert declared.connections == other.connections == public.connections == outside.leaks == 0


async def test_a_redirect_may_lead_to_declared_origins_only(outside: Outside, fetcher: Fetcher):
    other = outside.private(lambda _: answer(b"other"))
    site = outside.private(lambda _: found(f"{origin(other)}/x"))

    with pytest.raises(Blocked):
        await fetcher.origins("GET", f"{origin(site)}/", [origin(site)], deadline=30, cap=10)
    got = await fetcher.origins(
        "GET", f"{origin(site)}/", [origin(site), origin(other)], headers={"X-Key": "k"}, deadline=30, cap=10
    )

    assert got.body == b"other"
    assert "x-key" not in other.requests[0].headers


async def test_what_can_be_repeated_and_what_cannot_have_connections_of_their_own(
    outside: Outside, fetcher: Fetcher
):
    site = outside.private(lambda _: answer(b"ok"))

    await asked_thrice(fetcher, site, "GET")
    assert site.connections == 1
    await asked_thrice(fetcher, site, "POST")
    assert site.connections == 2


async def test_what_cannot_be_repeated_takes_no_connection_that_has_waited(
    outside: Outside, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("aims.core.fetch.fetcher.CALLED_SECONDS", 0.01)
    site = outside.private(lambda _: answer(b"ok"))

    for number in range(1, 4):
        await fetcher.origins("POST", f"{origin(site)}/", [origin(site)], body=b"{}", deadline=30, cap=10)
        assert site.connections == number
        assert await asyncio.to_thread(site.ended.acquire, timeout=PATIENCE)


async def test_what_cannot_be_repeated_takes_no_connection_that_the_other_side_has_ended(
    outside: Outside, fetcher: Fetcher
):
    def once(_: Seen) -> Iterator[bytes]:
        yield from answer(b"ok")
        raise OSError

    site = outside.private(once)

    for number in range(1, 4):
        got = await fetcher.origins(
            "POST", f"{origin(site)}/", [origin(site)], body=b"{}", deadline=30, cap=10
        )
        assert (got.body, site.connections) == (b"ok", number)
        # The loop stands still: it has not seen yet that the connection is over.
        assert site.ended.acquire(timeout=PATIENCE)


async def asked_thrice(fetcher: Fetcher, site: Site, method: str) -> None:
    body = b"{}" if method == "POST" else None
    for _ in range(3):
        await fetcher.origins(method, f"{origin(site)}/", [origin(site)], body=body, deadline=30, cap=10)


async def test_a_kept_connection_serves_one_name_only(outside: Outside, fetcher: Fetcher):
    """Two names at one address: the certificate of the one says nothing about the other."""
    site = outside.site("a.test", lambda _: answer(b"ok"), address="93.184.216.50")
    outside.names["b.test"] = ["93.184.216.50"]
    allowed = ["https://a.test", "https://b.test"]

    await fetcher.origins("GET", "https://a.test/", allowed, deadline=30, cap=10)
    with pytest.raises(Unreachable) as caught:
        await fetcher.origins("GET", "https://b.test/", allowed, deadline=30, cap=10)

    assert (caught.value.code, caught.value.sent) == ("host_unreachable", False)
    assert [each.headers["host"] for each in site.requests] == ["a.test"]


async def test_a_private_provider_may_have_a_name_and_a_certificate(outside: Outside, fetcher: Fetcher):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    outside.authority.issue_cert("comfy.lan").configure_cert(tls)
    site = outside.private(lambda _: answer(b"ok"), tls=tls)
    outside.names["comfy.lan"] = ["10.0.0.7"]
    outside.routes["10.0.0.7", 8188] = site.place

    got = await fetcher.origins(
        "GET", "https://comfy.lan:8188/x", ["https://comfy.lan:8188"], deadline=30, cap=10
    )

    assert got.body == b"ok"
    assert site.requests[0].headers["host"] == "comfy.lan:8188"
    with pytest.raises(Blocked):
        await fetcher.public("GET", "https://comfy.lan:8188/x", deadline=30, cap=10)


async def test_the_callers_headers_cannot_say_where_the_request_goes(outside: Outside, fetcher: Fetcher):
    site = outside.private(lambda _: answer(b"ok"))
    forged = {
        "Host": "inside",
        "Content-Length": "5",
        "Transfer-Encoding": "chunked",
        "Connection": "upgrade",
    }

    await fetcher.origins(
        "POST", f"{origin(site)}/", [origin(site)], headers=forged, body=b"{}", deadline=30, cap=10
    )

    seen: Seen = site.requests[0]
    assert (seen.headers["host"], seen.headers["content-length"]) == (origin(site)[7:], "2")
    assert seen.body == b"{}"
    assert "transfer-encoding" not in seen.headers


async def test_of_several_addresses_the_first_that_takes_a_connection_answers(
    outside: Outside, fetcher: Fetcher
):
    site = outside.private(lambda _: answer(b"ok"))
    closed = outside.private(lambda _: answer(b"never"))
    closed.close()
    outside.names["two.test"] = ["93.184.216.60", "93.184.216.61"]
    outside.routes["93.184.216.60", 80] = closed.place
    outside.routes["93.184.216.61", 80] = site.place

    got = await fetcher.public("POST", "http://two.test/", body=b"{}", deadline=30, cap=10)

    assert got.body == b"ok"
    assert len(site.requests) == 1


async def test_a_domain_declares_every_name_below_it_and_nothing_beside_it(
    outside: Outside, fetcher: Fetcher
):
    below = outside.site("v9.media.test", lambda _: answer(b"a picture"))
    for name in ("media.test", "notmedia.test", "v9.media.test.evil.test"):
        outside.site(name, lambda _: answer(b"something else"))
    declared = ["https://*.media.test"]

    got = await fetcher.origins("GET", "https://v9.media.test/a.png", declared, deadline=30, cap=100)

    assert got.body == b"a picture"
    assert below.asked == ["v9.media.test"]
    for url in (
        "https://media.test/", "https://notmedia.test/", "https://v9.media.test.evil.test/", "http://v9.media.test/",
        "https://v9.media.test:8443/", "https://*.media.test/", "https://127.0.0.1/",
    ):  # fmt: skip
        with pytest.raises(Blocked):
            await fetcher.origins("GET", url, declared, deadline=30, cap=100)
    assert outside.leaks == 0


async def test_a_name_below_a_declared_domain_never_leads_inside(outside: Outside, fetcher: Fetcher):
    """Whoever gives out that domain's names could point one at us."""
    outside.names["inside.media.test"] = ["10.0.0.7"]
    outside.names["both.media.test"] = ["93.184.216.34", "127.0.0.1"]

    for name in ("inside", "both"):
        with pytest.raises(Blocked):
            await fetcher.origins(
                "GET", f"https://{name}.media.test/", ["https://*.media.test"], deadline=30, cap=9
            )

    assert outside.leaks == 0


@pytest.mark.parametrize(
    "wrong", ["https://*.test", "https://*.10.0.0.7", "https://*.media.test/path", "*.media.test"]
)
def test_what_declares_too_much_is_no_origin(wrong: str):
    with pytest.raises(Blocked):
        Origins.of((wrong,))
