"""Reference pictures from anywhere public: fetched once, looked at, kept as uploads, and paid for only then."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from galleries import Gallery, asking, named, uploads
from outside import found
from PIL import Image
from serving import PATIENCE, SQLITE, Person, has_error
from test_uploads_edited import difference, edited, halves, picture
from test_uploads_kinds import POLYGLOTS, SCRIPT


def test_a_picture_from_outside_is_edited_and_kept_as_an_upload(alice: Person, gallery: Gallery):
    one, other = halves(), halves(left="white", right="darkred")

    made = picture(alice, edited(alice, gallery.show(one), seed=7))

    near, far = difference(made, Image.open(io.BytesIO(one))), difference(made, Image.open(io.BytesIO(other)))
    assert near < far / 2
    (kept,) = uploads(alice)
    stored = alice.served.client.get(f"/{kept.storage_key}")
    assert Image.open(io.BytesIO(stored.content)).size == (1200, 800)
    assert gallery.asked == ["/picture.jpg"]


@SQLITE
@pytest.mark.parametrize("name", POLYGLOTS)
def test_what_is_kept_is_clean(alice: Person, gallery: Gallery, name: str):
    data = POLYGLOTS[name]
    assert SCRIPT in data

    edited(alice, gallery.show(data))

    stored = alice.served.client.get(f"/{uploads(alice)[0].storage_key}")
    assert SCRIPT not in stored.content


@SQLITE
def test_one_address_is_fetched_once_and_one_picture_is_kept_once(alice: Person, gallery: Gallery):
    address, copy = gallery.show(halves()), gallery.show(halves(), "/copy.png")

    edited(alice, address, address, copy, prompt="Combine these")
    assert sorted(gallery.asked) == ["/copy.png", "/picture.jpg"]
    edited(alice, address)

    assert len(gallery.asked) == 3
    assert len(uploads(alice)) == 1


@SQLITE
def test_one_that_lies_in_the_trash_is_brought_anew(alice: Person, gallery: Gallery):
    address = gallery.show(halves())
    edited(alice, address)
    assert alice.send("DELETE", f"/media/{uploads(alice)[0].id}").is_success

    edited(alice, address)

    assert len(uploads(alice)) == 2


@SQLITE
def test_pictures_from_here_and_from_outside_go_together_in_their_order(alice: Person, gallery: Gallery):
    colours = ("red", "lime", "blue")
    addresses = [gallery.show(halves(300, 300, name, name), f"/{name}") for name in colours]
    here = alice.generate("A lighthouse", seed=3).json()["images"][0]["url"]

    told = edited(alice, addresses[0], here, *addresses[1:], prompt="Combine these")

    assert sorted(gallery.asked) == ["/blue", "/lime", "/red"]
    assert told["credits_used"] == 25


@SQLITE
def test_a_redirect_to_the_picture_is_followed(alice: Person, gallery: Gallery):
    gallery.show(halves(), "/moved")
    gallery.shown["/first"] = found("/moved")

    edited(alice, gallery.at("/first"))

    assert gallery.asked == ["/first", "/moved"]


@SQLITE
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"model": "fal-ai/veo3.1/fast/image-to-video", "image_url": ""}, "image_url"),
        (
            {
                "model": "fal-ai/veo3.1/fast/first-last-frame-to-video",
                "first_frame_url": "",
                "last_frame_url": "",
            },
            "first_frame_url",
        ),
        ({"model": "fal-ai/veo3.1/reference-to-video", "image_urls": [""]}, "image_urls"),
    ],
    ids=["start", "ends", "references"],
)
def test_a_film_may_be_made_from_them(alice: Person, gallery: Gallery, body: dict[str, Any], field: str):
    address = gallery.show(halves())
    filled = {
        name: [address] if isinstance(value, list) else value or address for name, value in body.items()
    }
    filled["prompt"] = "The boat sails on [sandbox: fail=all]"

    sent = alice.send("POST", "/videos/generate", json=filled, headers={"Prefer": "respond-async"})

    assert sent.status_code == 202, sent.text
    assert gallery.asked == ["/picture.jpg"]
    alice.finished(sent.json()["id"])
    missing = filled | {field: [gallery.at("/no")] if field == "image_urls" else gallery.at("/no")}
    error = has_error(alice.send("POST", "/videos/generate", json=missing), 400, "reference_unreachable")
    assert named(error) == [field]


def test_a_repeat_under_the_same_key_needs_the_outside_no_more(alice: Person, gallery: Gallery):
    body, under = asking(gallery.show(halves())), {"Idempotency-Key": "boat"}
    first = alice.send("POST", "/images/generate", json=body, headers=under)
    assert first.status_code == 200, first.text
    gallery.site.close()

    again = alice.send("POST", "/images/generate", json=body, headers=under)

    assert again.status_code == 200, again.text
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert len(gallery.asked) == 1
    other = alice.send("POST", "/images/generate", json=body | {"prompt": "Else"}, headers=under)
    has_error(other, 422, "idempotency_key_reused")


@SQLITE
def test_a_repeat_while_the_picture_arrives_waits_for_it(alice: Person, gallery: Gallery):
    go, arrived = threading.Event(), threading.Event()
    gallery.before = lambda: (arrived.set(), go.wait(PATIENCE))
    body, under = asking(gallery.show(halves())), {"Idempotency-Key": "twice"}

    def send(_: int) -> Any:
        return alice.send("POST", "/images/generate", json=body, headers=under)

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(send, number) for number in range(5)]
        assert arrived.wait(PATIENCE)
        go.set()
        told = [each.result() for each in answers]

    assert {each.status_code for each in told} == {200}
    assert len({each.headers["location"] for each in told}) == 1
    assert gallery.asked == ["/picture.jpg"]
    assert alice.balance == (975, 0)


@SQLITE
def test_nothing_is_held_while_a_picture_arrives(alice: Person, gallery: Gallery):
    go, arrived = threading.Event(), threading.Event()
    gallery.before = lambda: (arrived.set(), go.wait(PATIENCE))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(edited, alice, gallery.show(halves()))
        assert arrived.wait(PATIENCE)
        held = alice.balance
        go.set()
        waiting.result()

    assert held == (1000, 0)
    assert alice.balance == (975, 0)


@SQLITE
def test_four_at_once_are_fetched_for_one_workspace(alice: Person, gallery: Gallery):
    lock, now, most = threading.Lock(), 0, 0
    four = threading.Event()

    def count() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == 4:
                four.set()
        four.wait(PATIENCE)
        with lock:
            now -= 1

    gallery.before = count
    addresses = [
        gallery.show(halves(64, 64, f"#0000{number}0", "gold"), f"/{number}") for number in range(10)
    ]

    edited(alice, *addresses, prompt="Combine these")

    assert most == 4
    assert len(gallery.asked) == 10
