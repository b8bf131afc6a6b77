"""What is no picture from outside, and who may have none fetched: nothing is charged, nothing told of the inside."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from galleries import Gallery, asking, named, refused, uploads
from outside import Outside, answer, found
from PIL import Image
from serving import SQLITE, Person, Served, has_error
from test_uploads_edited import edited, halves

from aims import keys


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
