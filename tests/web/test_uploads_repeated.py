"""Uploads under an Idempotency-Key, who may make them, and what another workspace sees of them."""

import asyncio
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from PIL import Image
from serving import SQLITE, Person, Served, has_error
from test_uploads_kinds import encoded, files_of, kept, send_file, small

RANDOM = "01a20e4b-0686-77ae-8245-d50c2e96412c"


@contextmanager
def decoders_busy(served: Served) -> Iterator[None]:
    """Nothing is decoded or drawn meanwhile: the one child has another job."""
    turn = served.studio.children._turns.turn(9)
    served.do(turn.__aenter__())
    try:
        yield
    finally:
        served.do(turn.__aexit__(None, None, None))


async def arriving(served: Served, place: tuple[str, str]) -> None:
    """Wait until an upload under that key has been read and waits for a decoder."""
    while place not in served.studio.uploads._arriving:  # noqa: ASYNC110 - nobody else is told
        await asyncio.sleep(0)


def test_the_same_key_and_the_same_bytes_are_one_upload(alice: Person):
    data = small("PNG")
    first = send_file(alice, data, key="holiday-1")
    files = sorted(files_of(alice))

    again = send_file(alice, data, name="other name.jpg", declared="image/jpeg", key="holiday-1")
    quoted = send_file(alice, data, key='"holiday-1"')

    assert "idempotent-replayed" not in first.headers
    for answer in (again, quoted):
        assert kept(answer) == kept(first)
        assert answer.headers["idempotent-replayed"] == "true"
    assert sorted(files_of(alice)) == files


def test_other_bytes_under_the_same_key_are_refused(alice: Person):
    kept(send_file(alice, small("PNG"), key="holiday-1"))

    error = has_error(send_file(alice, small("JPEG"), key="holiday-1"), 422, "idempotency_key_reused")

    assert "new key" in error["error"]
    assert len(files_of(alice)) == 4


def test_a_key_belongs_to_the_workspace(alice: Person, charlie: Person):
    ours, theirs = (kept(send_file(person, small("PNG"), key="holiday-1")) for person in (alice, charlie))

    assert ours["id"] != theirs["id"]
    assert charlie.workspace_id in theirs["url"]


@SQLITE
def test_without_a_key_the_same_bytes_are_two_uploads(alice: Person):
    first, second = (kept(send_file(alice, small("PNG"))) for _ in range(2))

    assert first["id"] != second["id"]


@SQLITE
def test_an_upload_that_was_refused_may_be_corrected_under_the_same_key(alice: Person):
    has_error(send_file(alice, b"no picture", key="holiday-1"), 415, "unsupported_media_type")

    kept(send_file(alice, small("PNG"), key="holiday-1"))


@SQLITE
@pytest.mark.parametrize("key", ["", '" "', "x" * 256, "a\tb", "\u00e4"])
def test_a_key_that_is_no_key_is_refused(alice: Person, key: str):
    answer = alice.send(
        "POST",
        "/uploads",
        headers={b"Idempotency-Key": key.encode("latin-1")},
        files={"file": ("a.png", small("PNG"))},
    )

    assert answer.status_code == 400, answer.text
    assert files_of(alice) == []


def test_a_key_whose_upload_is_still_arriving_is_a_conflict(alice: Person):
    data, served = small("PNG"), alice.served
    with ThreadPoolExecutor(1) as pool:
        with decoders_busy(served):
            first = pool.submit(send_file, alice, data, key="holiday-1")
            served.do(arriving(served, (alice.workspace_id, "holiday-1")))

            for again in (data, small("JPEG")):
                error = has_error(send_file(alice, again, key="holiday-1"), 409, "idempotency_key_in_use")
                assert "still arriving" in error["error"]
        body = kept(first.result())

    answer = send_file(alice, data, key="holiday-1")
    assert kept(answer) == body
    assert answer.headers["idempotent-replayed"] == "true"


@SQLITE
def test_the_same_upload_eight_times_at_once_is_one(alice: Person):
    data = small("PNG")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send_file(alice, data, key="holiday-1"), range(8)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
    assert kept(send_file(alice, data, key="holiday-1"))["id"]
    assert len(files_of(alice)) == 4


@SQLITE
def test_only_a_key_that_may_write_media_uploads(alice: Person):
    reader = alice.served.key(alice.workspace_id, scopes=("image:generate", "video:generate", "media:read"))
    writer = alice.served.key(alice.workspace_id, scopes=("media:write",))

    refused, done = (
        alice.served.client.post(
            "/api/v1/uploads",
            headers={"X-API-Key": key.text},
            files={"file": ("a.png", small("PNG"), "image/png")},
        )
        for key in (reader, writer)
    )

    assert "`media:write`" in has_error(refused, 403, "missing_scope")["error"]
    kept(done)


@SQLITE
def test_an_upload_costs_nothing(alice: Person):
    kept(send_file(alice, small("PNG")))

    assert alice.balance == (1000, 0)
    assert alice.used() == 0


def test_another_workspaces_picture_is_refused_in_the_same_words_as_one_that_never_was(
    alice: Person, charlie: Person
):
    mine = kept(send_file(alice, small("PNG")))
    theirs = kept(send_file(charlie, small("PNG")))
    gone = mine["url"].replace(mine["id"], RANDOM)
    wrong = mine["url"][:-5] + ("0" if mine["url"][-5] != "0" else "1") + ".png"
    moved = theirs["url"].replace(charlie.workspace_id, alice.workspace_id)
    before = alice.traces

    words = set()
    for address in (theirs["url"], gone, wrong, moved, theirs["url"] + "?x=1", theirs["url"] + "#x"):
        for path in ("/images/generate", "/images/estimate"):
            body = {"prompt": "Add a rainbow", "image_urls": [mine["url"], address]}
            error = has_error(alice.send("POST", path, json=body), 400, "unknown_reference")
            assert [each["field"] for each in error["details"]] == ["image_urls"]
            words.add(error["error"])

    assert len(words) == 1
    assert alice.traces == before


@SQLITE
def test_an_upload_outlives_the_key_that_made_it_and_is_fetched_without_one(alice: Person):
    body = kept(send_file(alice, encoded(Image.new("RGB", (30, 20), "red"), "PNG")))
    answer = alice.served.client.get(body["url"])

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(answer.content)).getpixel((0, 0)) == (255, 0, 0)
