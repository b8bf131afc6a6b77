"""Films at their addresses: any part of a large one, at once, without holding it in memory (MED-08)."""

import hashlib
import os
import re
import socket
from pathlib import Path
from typing import NamedTuple

import machine
import pytest
from browsing import Browser, watched
from moving_pictures import film, index_first, stripes
from serving import SQLITE, Person, Served
from test_sharing_inert import ASKED
from test_sharing_pages import POLICY, Tags, is_hidden
from test_uploads_kinds import SCRIPT

from aims import media
from aims.core import ids
from aims.core.db import Tx
from aims.media import assets, decode, storage

LARGE = 100 << 20
MOST_GROWTH = 24 << 20

pytestmark = SQLITE


class Kept(NamedTuple):
    """A film as a provider's is kept: its asset, its address, the address of its share, its bytes on the disk."""

    id: str
    url: str
    share: str
    path: Path


def keep(person: Person, data: bytes, size: int | None = None) -> Kept:
    """Keep these bytes as a delivered film. size: bytes to which the file is stretched with a hole."""
    served = person.served
    probe, small = served.do(decode.examine_film(served.studio.children, data))
    asset_id = ids.new_id()
    key = storage.key(person.workspace_id, asset_id, ids.token(), "mp4", 1_795_000_000_000_000)
    served.studio.storage.write_all(media.files(key, data, small))
    path = served.studio.storage.path(key)
    if size:
        os.truncate(path, size)

    def write(tx: Tx) -> None:
        assets.keep(
            tx, id=asset_id, workspace_id=person.workspace_id, kind="video", storage_key=key,
            content_type=probe.content_type, bytes=size or len(data), sha256=hashlib.sha256(data).hexdigest(),
            width=probe.width, height=probe.height, duration_ms=probe.duration_ms, source="generation",
            prompt="A SECRET", model="x",
        )  # fmt: skip

    served.write(write)
    share = person.send("POST", f"/media/{asset_id}/share").json()["share_url"]
    return Kept(asset_id, f"{served.base}/{key}", share, path)


@pytest.fixture(scope="session")
def large(shared: Served) -> Kept:
    """A film of 100 MiB, nearly all of it a hole, with marks in the middle and at the end."""
    found = keep(shared.person(10), index_first(film(frames=3)), LARGE)
    with found.path.open("r+b") as file:
        for at in (LARGE // 2, LARGE - 8):
            file.seek(at)
            file.write(b"the mark")
    return found


def memory(name: str) -> int:
    """VmRSS or VmHWM of this process, which is the server's, in bytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        machine.missing("/proc")
    match = re.search(rf"{name}:\s+(\d+) kB", status.read_text())
    assert match
    return int(match[1]) << 10


def drained(served: Served, url: str, **headers: str) -> tuple[int, int]:
    """The status of an answer and the length of its body, none of which is kept."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    path = url.removeprefix(served.base)
    with served.raw() as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        length = len(head) - head.index(b"\r\n\r\n") - 4
        while count := connection.recv_into(bytearray(1 << 18)):
            length += count
    return int(head.split()[1]), length


def parts(url: str, served: Served, **headers: str) -> tuple[int, str, bytes]:
    """The status, the range and the bytes of a part."""
    answer = served.client.get(url, headers=headers)
    return answer.status_code, answer.headers.get("content-range", ""), answer.content


@pytest.mark.parametrize("which", ["own", "share"])
def test_any_part_of_a_large_film_is_there_at_once(served: Served, large: Kept, which: str):
    url = large.url if which == "own" else f"{large.share}/file"
    middle, last = LARGE // 2, LARGE - 1

    assert parts(url, served, Range=f"bytes={middle}-{middle + 7}") == (
        206, f"bytes {middle}-{middle + 7}/{LARGE}", b"the mark",
    )  # fmt: skip
    assert parts(url, served, Range="bytes=-8") == (206, f"bytes {LARGE - 8}-{last}/{LARGE}", b"the mark")
    assert parts(url, served, Range=f"bytes={LARGE - 8}-") == (
        206,
        f"bytes {LARGE - 8}-{last}/{LARGE}",
        b"the mark",
    )
    status, told, head = parts(url, served, Range="bytes=0-31")
    assert (status, told, head[4:8]) == (206, f"bytes 0-31/{LARGE}", b"ftyp")
    assert parts(url, served, Range=f"bytes={LARGE}-")[:2] == (416, f"bytes */{LARGE}")
    # What a player asks first: everything from the start.
    with served.client.stream("GET", url, headers={"Range": "bytes=0-"}) as answer:
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes 0-{last}/{LARGE}"
        assert answer.headers["content-type"] == "video/mp4"
        assert int(answer.headers["content-length"]) == LARGE


def test_the_head_of_a_large_film_costs_no_body(served: Served, large: Kept):
    for url in (large.url, f"{large.share}/file"):
        head = served.client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) == LARGE
        assert head.headers["accept-ranges"] == "bytes"
        assert head.headers["content-type"] == "video/mp4"
    tag = served.client.head(large.url).headers["etag"]
    assert served.client.get(large.url, headers={"If-None-Match": tag}).status_code == 304
    old = {"Range": "bytes=0-7", "If-Range": '"another"'}
    with served.client.stream("GET", large.url, headers=old) as answer:
        assert answer.status_code == 200


def test_a_large_film_passes_through_and_is_never_held(served: Served, large: Kept):
    drained(served, large.url, Range="bytes=0-99")
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")

    assert drained(served, large.url) == (200, LARGE)
    assert drained(served, large.url, Range="bytes=1-") == (206, LARGE - 1)

    assert memory("VmHWM") - before < MOST_GROWTH


def test_a_player_that_reads_slowly_or_leaves_holds_nothing(served: Served, large: Kept):
    """It is sent as much as the sockets hold, and no more is read from the disk until it has been taken."""
    path = large.url.removeprefix(served.base)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    connections: list[socket.socket] = []
    try:
        for _ in range(8):
            connections.append(socket.create_connection(("127.0.0.1", served.port), timeout=60))
            connections[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for connection in connections:
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
        # Others are served meanwhile.
        assert parts(large.url, served, Range="bytes=-8")[2] == b"the mark"
        assert memory("VmHWM") - before < MOST_GROWTH
    finally:
        for connection in connections:
            connection.close()
    assert served.client.get("/health").status_code == 200


def test_a_film_at_its_address_may_do_nothing_but_play(served: Served, large: Kept):
    answer = served.client.get(large.url, headers={"Range": "bytes=0-9"})

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("content-security-policy") == [
        "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin; "
        "frame-ancestors 'none'"
    ]
    assert answer.headers["content-disposition"] == f'inline; filename="{large.id}.mp4"'
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_the_page_of_a_shared_film_has_a_player_a_poster_and_what_others_need(served: Served, large: Kept):
    page = served.client.get(large.share)
    tags, path = Tags(page.text), large.share.removeprefix(served.base)

    is_hidden(page)
    assert page.headers.get_list("content-security-policy") == [POLICY]
    assert "media-src 'self'" in POLICY
    (player,) = tags.named("video")
    assert {"controls", "playsinline"} <= set(player)
    assert "autoplay" not in player
    assert (player["preload"], player["poster"]) == ("metadata", f"{path}/thumbnail")
    assert (player["width"], player["height"]) == ("160", "90")
    assert tags.named("source") == [{"src": f"{path}/file", "type": "video/mp4"}]
    assert not tags.named("img")
    assert not tags.named("script")
    assert tags.properties == {
        "og:title": "A shared film",
        "og:type": "video.other",
        "og:url": large.share,
        "og:image": f"{large.share}/thumbnail",
        "og:video": f"{large.share}/file",
        "og:video:type": "video/mp4",
        "og:video:width": "160",
        "og:video:height": "90",
    }
    assert "AI-generated" in tags.text
    for secret in ("SECRET", "workspaces", large.id):
        assert secret not in page.text
    thumbnail = served.client.get(f"{large.share}/thumbnail")
    assert thumbnail.headers["content-type"] == "image/webp"


def test_a_browser_plays_a_film_at_its_address_and_on_its_page(alice: Person, browser: Browser):
    found = keep(alice, index_first(film(stripes(), sound=True)))
    with watched(browser) as seen:
        for address in (found.url, found.share):
            seen.page.goto(address)
            if not seen.page.evaluate(
                "document.createElement('video').canPlayType('video/mp4; codecs=avc1.42E01E')"
            ):
                machine.missing("a Chromium that plays H.264")
            seen.page.wait_for_function("document.querySelector('video').readyState >= 3", polling=50)
            length = seen.page.evaluate("document.querySelector('video').duration")
            assert length == pytest.approx(1, abs=0.1)
        assert seen.refusals == []


def test_a_film_that_is_also_a_page_is_sent_as_a_film(alice: Person, browser: Browser):
    unused = (len(SCRIPT) + 8).to_bytes(4, "big") + b"free" + SCRIPT
    found = keep(alice, index_first(film(frames=3)) + unused)

    for url in (found.url, f"{found.share}/file"):
        for headers in ASKED:
            answer = alice.served.client.get(url, headers=headers)
            assert answer.headers.get_list("content-type") == ["video/mp4"]
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        with watched(browser) as seen:
            seen.page.goto(url)
            assert seen.page.evaluate("document.querySelector('video') !== null")
            assert seen.dialogs == []


def test_a_film_that_is_no_longer_shared_is_gone_in_the_middle(alice: Person):
    found = keep(alice, film(frames=3))
    file = f"{found.share}/file"
    assert alice.served.client.get(file, headers={"Range": "bytes=0-9"}).status_code == 206

    alice.send("DELETE", f"/media/{found.id}/share")

    for each in (found.share, file, f"{found.share}/thumbnail"):
        assert alice.served.client.get(each, headers={"Range": "bytes=10-19"}).status_code == 404
    assert alice.served.client.get(found.url, headers={"Range": "bytes=0-9"}).status_code == 206
