"""The library over HTTP: lists and their filters, one asset, and only for keys and workspaces that may."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from serving import SQLITE, Person, has_error

FIELDS = {
    "id", "kind", "url", "thumbnail_url", "content_type", "width", "height", "duration", "bytes", "sha256", "source",
    "generation_id", "prompt", "model", "created_at", "share_url", "trashed_at",
}  # fmt: skip
RANDOM = "01a20e4b-0686-77ae-8245-d50c2e96412c"


def listed(person: Person, **asked: Any) -> dict[str, Any]:
    """A page of the library."""
    answer = person.send("GET", "/media", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"items", "next_cursor"}
    assert all(set(item) == FIELDS for item in body["items"])
    return body


def ids(person: Person, **asked: Any) -> list[str]:
    return [item["id"] for item in listed(person, **asked)["items"]]


def all_pages(person: Person, **asked: Any) -> Iterator[dict[str, Any]]:
    """Everything, page by page."""
    body = listed(person, **asked)
    yield from body["items"]
    while body["next_cursor"]:
        body = listed(person, cursor=body["next_cursor"], **asked)
        yield from body["items"]


def test_what_was_made_and_sent_is_in_the_library(alice: Person):
    from test_uploads_kinds import kept, send_file, small

    view = alice.finished(alice.begin("A red lighthouse", n=2)["id"])
    upload = kept(send_file(alice, small("PNG")))

    items = listed(alice)["items"]

    assert items[0]["id"] == upload["id"]
    assert (items[0]["source"], items[0]["prompt"], items[0]["model"]) == ("upload", None, None)
    assert items[0]["url"] == upload["url"]
    outputs = {output["id"]: output for output in view["outputs"]}
    assert {item["id"] for item in items[1:]} == set(outputs)
    for item in items[1:]:
        output = outputs[item["id"]]
        same = ("url", "thumbnail_url", "share_url", "width", "height", "duration", "content_type", "bytes")
        assert {name: item[name] for name in same} == {name: output[name] for name in same}
        assert (item["generation_id"], item["prompt"], item["model"]) == (
            view["id"],
            "A red lighthouse",
            view["model"],
        )
        assert (item["source"], item["kind"], item["trashed_at"]) == ("generation", "image", None)
        assert alice.send("GET", f"/media/{item['id']}").json() == item
        assert alice.served.client.get(item["thumbnail_url"]).status_code == 200
    assert ids(alice, q="lighthouse") == [item["id"] for item in items[1:]]
    assert ids(alice, source="upload") == [upload["id"]]


def test_pages_follow_one_another(alice: Person):
    made = {output["id"] for output in alice.finished(alice.begin(n=5)["id"])["outputs"]}

    first = listed(alice, limit=2)
    seen = [item["id"] for item in all_pages(alice, limit=2)]

    assert len(first["items"]) == 2
    assert re.fullmatch(r"[\w-]+", first["next_cursor"])
    assert len(seen) == 5
    assert set(seen) == made
    assert seen == ids(alice)


@SQLITE
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"), ("limit", "101"), ("limit", "x"), ("limit", "1e1"), ("kind", "film"), ("kind", ""),
        ("source", "theft"), ("trashed", "yes"), ("shared", "1"), ("created_after", "yesterday"),
        ("created_after", "2026-11-24"), ("created_before", "2026-11-24T10:00:00"),
        ("created_before", "2026-13-01T00:00:00Z"),
        ("q", "x" * 1001), ("model", "x" * 201), ("cursor", "x"), ("cursor", ""), ("permanent", "maybe"),
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_named(alice: Person, name: str, value: str):
    method, path = ("DELETE", f"/media/{RANDOM}") if name == "permanent" else ("GET", "/media")

    answer = alice.send(method, path, params={name: value})

    code = "invalid_cursor" if name == "cursor" else "invalid_request"
    body = has_error(answer, 400, code)
    assert body["details"][0]["field"] == name


def test_a_span_is_asked_for_in_any_offset(alice: Person):
    (asset,) = alice.finished(alice.begin()["id"])["outputs"]
    at = alice.send("GET", f"/media/{asset['id']}").json()["created_at"]
    east = at.replace("Z", "+00:00")

    for after in (
        at,
        east,
        east.replace("+", " "),
        "1970-01-01T00:00:00.000000001Z",
        "0001-01-01T00:00:00+14:00",
    ):
        assert ids(alice, created_after=after) == [asset["id"]], after
        assert ids(alice, created_after=after, q="abstract") == [asset["id"]], after
    assert ids(alice, created_before=at) == []
    assert ids(alice, created_before="9999-12-31T23:59:59-14:00") == [asset["id"]]


@SQLITE
def test_reading_needs_its_scope_and_changing_another(alice: Person):
    (asset,) = alice.finished(alice.begin()["id"])["outputs"]
    path = f"/media/{asset['id']}"
    asked = {
        "media:read": [("GET", "/media"), ("GET", path)],
        "media:write": [("DELETE", path), ("POST", f"{path}/restore")],
    }
    for scope, requests in asked.items():
        others = tuple(sorted({"image:generate", "media:read", "media:write"} - {scope}))
        key = alice.served.key(alice.workspace_id, scopes=others)
        for method, address in requests:
            answer = alice.served.client.request(method, f"/api/v1{address}", headers={"X-API-Key": key.text})
            assert f"`{scope}`" in has_error(answer, 403, "missing_scope")["error"]
    assert ids(alice) == [asset["id"]]


def test_another_workspaces_asset_is_answered_like_none_at_all(alice: Person, charlie: Person):
    (asset,) = alice.finished(alice.begin()["id"])["outputs"]
    (other,) = alice.finished(alice.begin()["id"])["outputs"]
    assert alice.send("DELETE", f"/media/{other['id']}").status_code == 200
    for method, end in (
        ("GET", ""), ("DELETE", ""), ("DELETE", "?permanent=true"), ("POST", "/restore"), ("POST", "/share"),
        ("DELETE", "/share"),
    ):  # fmt: skip
        heard = set()
        for asset_id in (asset["id"], other["id"], RANDOM):
            answer = charlie.send(method, f"/media/{asset_id}{end}", headers={"X-Request-Id": "the-same-one"})
            has_error(answer, 404, "not_found")
            headers = {name: value for name, value in answer.headers.items() if name != "date"}
            heard.add((answer.content, tuple(sorted(headers.items()))))
        assert len(heard) == 1, (method, end)

    assert listed(charlie) == {"items": [], "next_cursor": None}
    assert ids(alice) == [asset["id"]]
    assert ids(alice, trashed="true") == [other["id"]]
    cursor = "x"
    if (body := listed(alice, limit=1))["next_cursor"]:
        cursor = body["next_cursor"]
    has_error(charlie.send("GET", "/media", params={"cursor": cursor, "limit": 1}), 400, "invalid_cursor")
