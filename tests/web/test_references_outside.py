"""Reference pictures from anywhere public: fetched once, looked at, kept as uploads, and paid for only then."""

import io
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from outside import Outside, Seen, answer, found
from PIL import Image
from serving import PATIENCE, SQLITE, Person, Served, has_error
from sqlalchemy import bindparam, select
from test_uploads_edited import BANANA, difference, edited, halves, picture
from test_uploads_kinds import POLYGLOTS, SCRIPT

from aims import keys
from aims.core.db import Tx
from aims.media.tables import assets

_KEPT = (
    select(assets.c.id, assets.c.storage_key, assets.c.source)
    .where(assets.c.workspace_id == bindparam("workspace"), assets.c.source == "upload")
    .order_by(assets.c.created_at)
)


class Gallery:
    """A site of pictures, for one test. shown: what lies at each path; asked: the paths that were asked for."""

    def __init__(self, outside: Outside) -> None:
        self.name = f"{uuid.uuid4().hex}.test"
        self.shown: dict[str, list[bytes]] = {}
        self.asked: list[str] = []
        self.before: Callable[[], object] = lambda: None
        self.site = outside.site(self.name, self._answer)

    def _answer(self, seen: Seen) -> list[bytes]:
        self.asked.append(seen.path)
        self.before()
        return self.shown.get(seen.path, answer(b"not here", 404))

    def show(self, data: bytes, path: str = "/picture.jpg") -> str:
        """The address of these bytes."""
        self.shown[path] = answer(data)
        return self.at(path)

    def at(self, path: str) -> str:
        """An address here."""
        return f"https://{self.name}{path}"


@pytest.fixture
def gallery(outside: Outside) -> Iterator[Gallery]:
    """A site in the world of the studio."""
    gallery = Gallery(outside)
    yield gallery
    gallery.site.close()


def uploads(person: Person) -> list[Any]:
    """The workspace's uploads."""

    def read(tx: Tx) -> list[Any]:
        return list(tx.all(_KEPT, workspace=person.workspace_id))

    return person.served.read(read)


def asking(*addresses: str, **more: Any) -> dict[str, Any]:
    """An edit of these pictures."""
    return {
        "prompt": "Add a boat",
        "model": BANANA,
        "resolution": "0.5K",
        "image_urls": list(addresses),
    } | more


def refused(person: Person, code: str, *addresses: str, status: int = 400, **more: Any) -> dict[str, Any]:
    """The error of an edit of these pictures, which leaves neither a charge nor a hold nor a row of a generation."""
    before = person.traces
    sent = person.send("POST", "/images/generate", json=asking(*addresses, **more))
    error = has_error(sent, status, code)
    assert person.traces == before
    return error


def named(error: dict[str, Any]) -> list[str]:
    return [each["field"] for each in error["details"]]


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


@SQLITE
def test_a_film_to_go_on_with_is_one_of_this_workspace(alice: Person, gallery: Gallery):
    address = gallery.show(halves(), "/film.mp4")
    body = {"prompt": "Go on", "model": "fal-ai/veo3.1/fast/extend-video", "extend_video_url": address}

    error = has_error(alice.send("POST", "/videos/generate", json=body), 400, "unknown_reference")

    assert named(error) == ["extend_video_url"]
    assert gallery.asked == []


@SQLITE
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "https://inside.test/a.png",
        "https://public.test:8443/a.png",
        "https://user:password@public.test/a.png",
        "https://nobody.test/a.png",
        "https://closed.test/a.png",
        "https://redirects-inside.test/a.png",
    ],
)
def test_what_lies_inside_looks_like_what_is_not_there(alice: Person, outside: Outside, address: str):
    """One sentence for all of them, so nobody can look around inside by asking for pictures."""
    outside.names |= {"inside.test": ["10.0.0.5"]}
    outside.site("closed.test", lambda _: answer()).close()
    redirecting = outside.site("redirects-inside.test", lambda _: found("http://10.0.0.5/"))
    before = outside.leaks

    error = refused(alice, "reference_unreachable", address)

    redirecting.close()
    assert named(error) == ["image_urls"]
    assert error["error"] == refused(alice, "reference_unreachable", "https://10.9.8.7/")["error"]
    assert outside.leaks == before
    assert uploads(alice) == []


@SQLITE
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html><script>alert(1)</script></html>", "reference_not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "reference_not_a_picture"),
        (halves()[:200], "reference_not_a_picture"),
        (b"\0\0\0\x18ftypisom" + bytes(500), "reference_not_a_picture"),
        (b"", "reference_not_a_picture"),
        (halves() + bytes(20 << 20), "reference_too_large"),
    ],
    ids=["page", "svg", "damaged", "film", "nothing", "21 MiB"],
)
def test_what_is_no_picture_is_refused(alice: Person, gallery: Gallery, data: bytes, code: str):
    assert named(refused(alice, code, gallery.show(data))) == ["image_urls"]
    assert uploads(alice) == []


@SQLITE
def test_too_many_pixels_are_refused_before_they_are_decoded(alice: Person, gallery: Gallery):
    large = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(large, "PNG")

    refused(alice, "reference_too_large", gallery.show(large.getvalue()))


@SQLITE
@pytest.mark.parametrize("status", [204, 404, 403, 500])
def test_a_server_that_refuses_is_named_with_its_status(alice: Person, gallery: Gallery, status: int):
    gallery.shown["/x"] = answer(b"", status)

    assert str(status) in refused(alice, "reference_unreachable", gallery.at("/x"))["error"]


@SQLITE
def test_one_that_cannot_be_had_refuses_the_whole_request(alice: Person, gallery: Gallery):
    good = gallery.show(halves())

    refused(alice, "reference_unreachable", good, gallery.at("/missing"))
    edited(alice, good)

    assert len(uploads(alice)) == 1


@SQLITE
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"size": "banana"}, "invalid_request"),
        ({"model": "no/such-model"}, "unknown_model"),
        ({"prompt": "Boat [sandbox: nonsense]"}, "unknown_directive"),
        ({"image_urls": ["/workspaces/x/y.png"]}, "unknown_reference"),
        ({"image_urls": ["http://127.0.0.1/"]}, "reference_unreachable"),
    ],
    ids=["field", "model", "directive", "another reference", "an inside one"],
)
def test_a_wrong_request_fetches_nothing(alice: Person, gallery: Gallery, more: dict[str, Any], code: str):
    address = gallery.show(halves())
    more = {**more, "image_urls": [address, *more.get("image_urls", [])]}

    sent = alice.send("POST", "/images/generate", json=asking(**more))

    has_error(sent, 400, code)
    assert gallery.asked == []


@SQLITE
def test_who_cannot_pay_fetches_nothing_and_is_counted(served: Served, gallery: Gallery):
    poor = served.person(24, rate_limit=6, burst=2)
    body = asking(gallery.show(halves()))

    sent = [poor.send("POST", "/images/generate", json=body) for _ in range(3)]

    assert [each.status_code for each in sent] == [402, 402, 429]
    assert gallery.asked == []


@SQLITE
@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"cap": 24}, 403, "credit_cap_reached"),
        ({"scopes": ("video:generate",)}, 403, "missing_scope"),
        ({"rate_limit": 1}, 429, "rate_limited"),
    ],
    ids=["cap", "scope", "rate"],
)
def test_a_key_that_may_not_fetches_nothing(
    served: Served, gallery: Gallery, options: dict[str, Any], status: int, code: str
):
    person = served.person(1000, **options)
    if "rate_limit" in options:
        assert person.generate("Abstract", prefer="respond-async").status_code == 202

    sent = person.send("POST", "/images/generate", json=asking(gallery.show(halves())))

    assert sent.status_code == status, sent.text
    assert sent.json()["code"] == code
    assert gallery.asked == []


@SQLITE
def test_a_revoked_key_fetches_nothing(alice: Person, gallery: Gallery):
    assert alice.generate("Abstract", prefer="respond-async").status_code == 202
    alice.served.write(keys.revoke, alice.workspace_id, alice.key.id)

    sent = alice.send("POST", "/images/generate", json=asking(gallery.show(halves())))

    assert sent.status_code == 401
    assert gallery.asked == []


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


@SQLITE
def test_an_estimate_fetches_nothing(alice: Person, gallery: Gallery):
    address = gallery.show(halves())

    told = alice.send("POST", "/images/estimate", json=asking(address))

    assert told.status_code == 200, told.text
    assert gallery.asked == []
    inside = alice.send("POST", "/images/estimate", json=asking("http://127.0.0.1:1/"))
    has_error(inside, 400, "reference_unreachable")


def test_an_operator_can_switch_them_off(own: Callable[..., Served], gallery: Gallery):
    alice = own(outside_urls=False).person(1000)

    error = refused(alice, "outside_urls_off", gallery.show(halves()))

    assert named(error) == ["image_urls"]
    assert "POST /api/v1/uploads" in error["error"]
    assert gallery.asked == []


def test_a_workspace_has_so_many_fetched_in_a_minute(own: Callable[..., Served], gallery: Gallery):
    served = own(outside_per_minute=3)
    alice, charlie = served.person(1000), served.person(1000)
    missing = gallery.at("/missing")

    refused(alice, "reference_unreachable", missing, gallery.at("/missing-too"))
    refused(alice, "reference_unreachable", missing)
    before, asked = alice.traces, len(gallery.asked)
    sent = alice.send("POST", "/images/generate", json=asking(missing))

    has_error(sent, 429, "rate_limited")
    assert 1 <= int(sent.headers["retry-after"]) <= 20
    assert alice.traces == before
    assert len(gallery.asked) == asked <= 3
    refused(charlie, "reference_unreachable", missing)


def test_large_ones_count_for_more(own: Callable[..., Served], gallery: Gallery):
    alice = own(outside_per_minute=8).person(1000)
    large = gallery.show(bytes(15 << 20))

    refused(alice, "reference_not_a_picture", large)

    has_error(alice.send("POST", "/images/generate", json=asking(large)), 429, "rate_limited")
    assert len(gallery.asked) == 1
