"""No address leads inside (SSR-01): the corpus of ways to write one, against canaries that count connections."""

from contextlib import suppress

import pytest
from outside import Outside, answer, found

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetcher, Network, parse
from aims.core.fetch.addresses import is_public

CORPUS = {
    "U01": "http://127.0.0.1/",
    "U02": "http://localhost./",
    "U02b": "http://LOCALHOST/",
    "U03": "http://127.1/",
    "U04": "http://2130706433/",
    "U05": "http://0x7f000001/",
    "U05b": "http://0x7f.1/",
    "U06": "http://0177.0.0.1/",
    "U07": "http://0/",
    "U07b": "http://0.0.0.0/",
    "U08": "http://127.0.0.1.nip.io/",
    "U09": "http://[::1]/",
    "U10": "http://[::]/",
    "U11": "http://[::ffff:127.0.0.1]/",
    "U12": "http://[::ffff:a9fe:a9fe]/",
    "U13": "http://[64:ff9b::a9fe:a9fe]/",
    "U13b": "http://[64:ff9b:1::a9fe:a9fe]/",
    "U14": "http://[2002:a9fe:a9fe::]/",
    "U15": "http://[::127.0.0.1]/",
    "U16": "http://[fe80::1%25eth0]/",
    "U16b": "http://[fe80::1]/",
    "U17": "http://[fd00:ec2::254]/latest/meta-data/",
    "U18": "http://169.254.169.254/latest/meta-data/",
    "U19": "http://2852039166/",
    "U20": "http://metadata.google.internal/",
    "U21": "http://168.63.129.16/",
    "U21b": "http://100.100.100.200/",
    "U21c": "http://192.0.0.192/",
    "U22": "http://10.0.0.1/",
    "U22b": "http://172.16.0.1/",
    "U22c": "http://192.168.0.1/",
    "U22d": "http://100.64.0.1/",
    "U23": "http://127.0.0.1:6666\\@1.1.1.1/",
    "U24": "http://example.com@127.0.0.1/",
    "U24b": "http://127.0.0.1#@example.com/",
    "U24c": "http://user:password@public.test/",
    "U25": "http://127。0。0。1/",
    "U25b": "http://①②⑦.0.0.1/",
    "U26": "http://public.test/r302",
    "U28": "file:///etc/passwd",
    "U28b": "gopher://127.0.0.1:6379/_INFO",
    "U28c": "ftp://public.test/ok.png",
    "U28d": "data:image/png;base64,iVBORw0KGgo=",
    "U28e": "http:///x",
    "U28f": "https://public.test:22/",
    "U28g": "http://public.test:0/",
    "U28h": "//public.test/ok.png",
    "U28i": "http://public.test/a b",
    "U28j": "http://public.test/\t",
    "U28k": "http://pub\u00adlic..test/",
    "U28l": "http://[127.0.0.1]/",
    "U28m": "http://[::1/",
    "U28n": "",
    "U29": "http://mixed.test/",
    "U29b": "http://mixed-6.test/",
}
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "mixed.test": ["93.184.216.34", "10.0.0.5"],
    "mixed-6.test": ["93.184.216.34", "fd00::1"],
}


@pytest.fixture
def world(outside: Outside) -> Outside:
    """An outside with the corpus's names, where `public.test` redirects inside."""
    world = outside
    world.names.update(NAMES)
    world.site(
        "public.test",
        lambda seen: found("http://169.254.169.254/") if "r302" in seen.path else answer(b"ok"),
        port=80,
    )
    world.site("public.test", lambda _: answer(b"the picture"))
    return world


async def sentence(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(Blocked) as caught:
        await fetcher.public("GET", url, deadline=30, cap=1000)
    assert caught.value.code == "address_blocked"
    return caught.value.sentence


@pytest.mark.parametrize("url", CORPUS.values(), ids=CORPUS.keys())
async def test_no_spelling_of_an_address_leads_inside(world: Outside, fetcher: Fetcher, url: str):
    expected = await sentence(fetcher, "http://10.1.2.3:8080/")

    assert await sentence(fetcher, url) == expected
    assert world.leaks == 0


async def test_the_control_is_fetched_under_its_own_name(world: Outside, fetcher: Fetcher):
    """U30: the same guard lets a public address through, and the certificate and Host are those of the name."""
    site = world.site("control.test", lambda _: answer(b"the picture"))

    got = await fetcher.public("GET", "https://control.test/ok.png", deadline=30, cap=1000)

    assert (got.status, got.body, got.url) == (200, b"the picture", "https://control.test/ok.png")
    assert site.asked == ["control.test"]
    assert site.requests[0].headers["host"] == "control.test"
    assert world.leaks == 0


@pytest.mark.parametrize("address", ["93.184.216.77", "2606:2800:220:1::77"])
async def test_a_public_address_may_be_written_as_a_number_in_full(
    world: Outside, fetcher: Fetcher, address: str
):
    site = world.site(address, lambda _: answer(b"ok"), port=80, address=address)
    host = f"[{address}]" if ":" in address else address

    got = await fetcher.public("GET", f"http://{host}/", deadline=30, cap=10)

    assert got.body == b"ok"
    assert site.requests[0].headers["host"] == host
    assert world.looked_up == []


async def test_an_open_port_inside_looks_like_a_closed_one(world: Outside, fetcher: Fetcher):
    """No port oracle: whatever listens there, nothing is dialled, so neither words nor time can tell."""
    listening = world.private(lambda _: answer(b"secret"))

    told = {await sentence(fetcher, f"http://127.0.0.1:{port}/") for port in (*listening.place[1:], 1, 80)}

    assert len(told) == 1
    assert listening.connections == world.leaks == 0


async def test_the_machines_own_resolver_is_checked_as_well():
    fetcher = Fetcher()

    await sentence(fetcher, "http://localhost/")

    await fetcher.close()


async def test_a_name_without_an_address_is_not_reached(fetcher: Fetcher):
    with pytest.raises(Unreachable) as caught:
        await fetcher.public("GET", "http://nobody.test/", deadline=30, cap=10)

    assert (caught.value.code, caught.value.sent) == ("host_unreachable", False)


async def test_a_name_that_changes_its_address_is_never_dialled_inside(world: Outside, fetcher: Fetcher):
    """SSR-02, U27: one look-up for each request, of which the very addresses that were checked are dialled."""
    site = world.site("rebind.test", lambda _: answer(b"ok"), port=80)
    public = list(world.names["rebind.test"])
    changing = [["127.0.0.1"], public, ["169.254.169.254", *public], ["::1"], public]
    real = world.look_up
    count = 0

    def rebind(name: str) -> list[str]:
        nonlocal count
        real(name)
        count += 1
        return changing[count % len(changing)]

    fetcher = Fetcher(Network(rebind, world.network.routes, world.trust))
    fetched = 0
    for _ in range(200):
        with suppress(Blocked):
            got = await fetcher.public("GET", "http://rebind.test/", deadline=30, cap=10)
            assert got.body == b"ok"
            fetched += 1
    await fetcher.close()

    assert len(world.looked_up) == 200
    assert fetched == site.connections == 80
    assert world.leaks == 0


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://Example.COM", ("https", "example.com", 443, "/")),
        ("http://example.com.:80/a/../b?q=1#f", ("http", "example.com", 80, "/a/../b?q=1")),
        (
            "https://bücher.example/ü?ö=%C3%BC",
            ("https", "xn--bcher-kva.example", 443, "/%C3%BC?%C3%B6=%C3%BC"),
        ),
        ("https://[2606:2800:220:1:0:0:0:77]/", ("https", "2606:2800:220:1::77", 443, "/")),
        ("https://host1/", ("https", "host1", 443, "/")),
        ("https://example.com?a=/b", ("https", "example.com", 443, "/?a=/b")),
    ],
)
def test_an_address_is_read_once(url: str, where: tuple[str, str, int, str]):
    target = parse(url)

    assert (target.scheme, target.host, target.port, target.path) == where
    assert target.is_literal == (":" in target.host)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("64:ff9b::8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        *((each, False) for each in (
            "0.1.2.3", "198.18.0.1", "192.88.99.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
            "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "ff02::1", "2001:db8::1", "2001::1", "2001:20::1",
            "3fff::1", "100::1", "5f00::1", "64:ff9b::10.0.0.1", "::ffff:10.0.0.1", "localhost", "127.1", "",
        )),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool):
    assert is_public(address) is public
