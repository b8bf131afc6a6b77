"""Stored files: what they are served as, in parts, and to nobody who does not know the address."""

import hashlib

import pytest
from serving import Person, Served
from sqlalchemy import bindparam, update

from aims.core.clock import now
from aims.core.db import Tx
from aims.media.tables import assets

_TRASH = update(assets).where(assets.c.id == bindparam("asset")).values(trashed_at=now())


@pytest.fixture
def fresh(alice: Person) -> str:
    """The address of a picture that a test may spoil."""
    return alice.generate().json()["images"][0]["url"]


@pytest.fixture(scope="session")
def picture(shared: Served) -> str:
    """The address of a picture that tests only look at."""
    return shared.person(1000).generate().json()["images"][0]["url"]


def test_a_file_says_what_it_is_and_may_do_nothing(served: Served, picture: str):
    answer = served.client.get(picture)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("content-security-policy") == [
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
    ]
    assert answer.headers["content-disposition"].startswith('inline; filename="')
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cross-origin-resource-policy"] == "same-site"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'


def test_whoever_has_the_file_is_told_so(served: Served, picture: str):
    get = served.client.get
    tag = get(picture).headers["etag"]

    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = get(picture, headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    assert get(picture, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_head_of_a_file_is_that_of_the_file_without_the_file(served: Served, picture: str):
    whole, head = served.client.get(picture), served.client.head(picture)

    assert (head.status_code, head.content) == (200, b"")
    same = ("content-length", "content-type", "etag", "accept-ranges", "cache-control", "last-modified")
    assert {name: head.headers[name] for name in same} == {name: whole.headers[name] for name in same}
    part = served.client.head(picture, headers={"Range": "bytes=0-9"})
    assert part.status_code in {200, 206}
    assert part.content == b""


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, -1),
        ("bytes=-1", -1, -1),
        ("bytes=-100", -100, -1),
        ("bytes=10-999999999999", 10, -1),
        ("bytes=-999999999999", 0, -1),
        ("BYTES=1-2", 1, 2),
    ],
)
def test_a_part_of_a_file_is_that_part(served: Served, picture: str, asked: str, first: int, last: int):
    whole = served.client.get(picture).content
    size = len(whole)
    first, last = first % size, last % size

    answer = served.client.get(picture, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == whole[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
    assert int(answer.headers["content-length"]) == last - first + 1
    assert answer.headers["content-type"] == "image/png"


def test_a_part_beyond_the_end_cannot_be_had(served: Served, picture: str):
    size = len(served.client.get(picture).content)

    for asked in (f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=999999999999-", "bytes=-0"):
        answer = served.client.get(picture, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (416, b"")
        assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=" + ",".join(f"{at}-{at}" for at in range(1000)),
        "bytes=0-10,5-15",
        "bytes=0-0,-1",
        "bytes=5-2",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=--5",
        "items=0-5",
        "0-5",
        "bytes=0-" + "9" * 60_000,
    ],
    ids=lambda asked: asked[:20],
)
def test_a_range_that_cannot_be_used_gives_the_whole(served: Served, picture: str, asked: str):
    whole = served.client.get(picture).content

    answer = served.client.get(picture, headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.content == whole


def test_a_range_header_of_a_hundred_kilobytes_is_refused_or_gives_the_whole(served: Served, picture: str):
    answer = served.client.get(picture, headers={"Range": "bytes=" + "0-0," * 25_000 + "1-1"})

    assert answer.status_code in {200, 400, 431}


def test_a_part_is_only_of_the_version_that_was_meant(served: Served, picture: str):
    get = served.client.get
    tag = get(picture).headers["etag"]

    same = get(picture, headers={"Range": "bytes=0-9", "If-Range": tag})
    for other in ('"other"', f"W/{tag}", "Tue, 24 Nov 2026 00:00:00 GMT"):
        changed = get(picture, headers={"Range": "bytes=0-9", "If-Range": other})
        assert changed.status_code == 200
    assert (same.status_code, len(same.content)) == (206, 10)


@pytest.mark.parametrize(
    "path",
    [
        "/workspaces/../secret",
        "/workspaces/..%2fsecret",
        "/workspaces/%2e%2e/%2e%2e/secret",
        "/workspaces/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/workspaces/%00",
        "/workspaces/a%00.png",
        "/workspaces//etc/passwd",
        "/workspaces/%2fetc%2fpasswd",
        "/workspaces/C:/windows",
        "/workspaces/..%5c..%5csecret",
        "/workspaces/.incoming/x",
        "/workspaces/%ff%fe",
        "/workspaces/%ed%a0%80",
        "/workspaces/",
        "/workspaces",
        "/workspaces/'%20OR%201=1%20--",
        "/workspaces/" + "x" * 5000,
        "/workspaces/" + "../" * 1000 + "etc/passwd",
    ],
    ids=lambda path: path[:40],
)
def test_no_address_leads_out_of_the_folder(served: Served, path: str):
    for target in (path, path.replace("/workspaces", "/workspaces/01a20e4b-0686-77ae-8245-d50c2e96412c", 1)):
        status, headers, body = served.say(
            f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        assert status in {400, 404}, (target, status, body)
        assert b"root:" not in body
        assert headers["x-request-id"]


def test_an_address_that_is_off_by_one_character_is_unknown(served: Served, picture: str):
    wrong = picture[:-5] + ("0" if picture[-5] != "0" else "1") + ".png"

    for address in (wrong, picture.replace(".png", ".svg"), picture.rsplit("/", 1)[0]):
        answer = served.client.get(address)
        assert answer.status_code == 404
        assert answer.json()["error"] == "There is no such file."


def test_a_picture_in_the_trash_is_gone_from_its_address(alice: Person, fresh: str):
    asset = fresh.rsplit("/", 1)[1][:36]

    def trash(tx: Tx) -> None:
        assert tx.run(_TRASH, asset=asset) == 1

    alice.served.write(trash)

    assert alice.served.client.get(fresh).status_code == 404


def test_a_file_that_the_disk_has_lost_is_not_found(alice: Person, fresh: str):
    storage = alice.served.studio.storage
    storage.path(fresh.removeprefix(f"{alice.served.base}/")).unlink()

    answer = alice.served.client.get(fresh)

    assert answer.status_code == 404
    assert answer.json()["error"] == "There is no such file."


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_written_through_the_address_of_a_file(served: Served, picture: str, method: str):
    answer = served.client.request(method, picture, content=b"x")

    assert answer.status_code == 405
    assert served.client.get(picture).status_code == 200
