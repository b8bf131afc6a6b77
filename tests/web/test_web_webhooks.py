"""Webhook endpoints over the API: made, shown, changed, tested, replayed, and Charlie finds none of it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from outside import Outside, Site, answer
from serving import SQLITE, Person, Served, has_error

from aims import webhooks
from aims.accounts import ANY
from aims.core.fetch import Fetcher
from aims.core.ids import new_id

ADDRESS = "https://shop.example/hooks"
FIELDS = {
    "id", "url", "description", "events", "enabled", "disabled_at", "disabled_reason", "failing_since",
    "previous_secret_until", "created_at",
}  # fmt: skip
EVENTS = ["generation.completed", "generation.failed", "generation.cancelled"]


@pytest.fixture
def alice(served: Served) -> Person:
    """Alice, whose key may do everything."""
    return served.person(1000, scopes=tuple(sorted(ANY)))


@pytest.fixture
def charlie(served: Served) -> Person:
    """Charlie, whose key may do everything in his own workspace."""
    return served.person(1000, scopes=tuple(sorted(ANY)))


@pytest.fixture
def site(served: Served) -> Iterator[Site]:
    """The shop, and a sender of the studio's for which the world is the one that has it."""
    world = Outside()
    studio, fetcher = served.studio, Fetcher(world.network)
    terms = webhooks.Terms(studio.driver, studio.settings.lease_seconds, studio.settings.webhook_days)
    sender = webhooks.Sender(studio.db, studio.signals, fetcher, studio.signer, terms)
    served.do(sender.start(alone=False))
    yield world.site("shop.example", lambda _: answer(b"<b>thanks</b>"))
    served.do(sender.stop(0))
    world.close()


def made(person: Person, **body: Any) -> dict[str, Any]:
    """A new endpoint, as its maker sees it."""
    said = person.send("POST", "/webhooks", json={"url": ADDRESS} | body)
    assert said.status_code == 201, said.text
    return said.json()


def read(said: httpx2.Response, status: int = 200) -> Any:
    """The body of an answer that nobody may keep."""
    assert said.status_code == status, said.text
    assert said.headers["cache-control"] == "no-store"
    assert said.headers["content-type"] == "application/json"
    assert said.headers["x-content-type-options"] == "nosniff"
    return said.json()


def delivered(person: Person, endpoint_id: str, count: int) -> list[dict[str, Any]]:
    """The log, once so many deliveries have arrived."""

    async def wait() -> None:
        studio = person.served.studio
        async with asyncio.timeout(60):
            while True:
                page = await studio.db.read(webhooks.page, person.workspace_id, endpoint_id, 100, None)
                if [item.state for item in page.items] == ["delivered"] * count:
                    return
                await asyncio.sleep(0.02)

    person.served.do(wait())
    return read(person.send("GET", f"/webhooks/{endpoint_id}/deliveries"))["items"]


def arrivals(site: Site, event_id: str) -> int:
    """How often an event arrived. What others have waiting in the same studio may arrive beside it."""
    return [seen.headers["webhook-id"] for seen in site.requests].count(event_id)


def test_an_endpoint_is_made_shown_changed_and_deleted(alice: Person):
    new = made(alice, events=["generation.failed"], description="The shop")
    secret = new.pop("secret")
    assert secret.startswith("whsec_")
    assert set(new) == FIELDS
    assert (new["url"], new["events"], new["enabled"]) == (ADDRESS, ["generation.failed"], True)

    assert read(alice.send("GET", f"/webhooks/{new['id']}")) == new
    assert read(alice.send("GET", "/webhooks")) == {"items": [new], "next_cursor": None}

    changed = read(alice.send("PATCH", f"/webhooks/{new['id']}", json={"events": EVENTS, "enabled": False}))
    assert (changed["events"], changed["enabled"]) == (EVENTS, False)
    assert changed["disabled_reason"] == "It was switched off by its owner."

    rotated = read(alice.send("POST", f"/webhooks/{new['id']}/rotate"))
    assert rotated["secret"] not in (secret, None)
    assert rotated["previous_secret_until"] > rotated["created_at"]

    gone = alice.send("DELETE", f"/webhooks/{new['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    has_error(alice.send("GET", f"/webhooks/{new['id']}"), 404, "not_found")
    assert read(alice.send("GET", "/webhooks"))["items"] == []


def test_an_endpoint_that_names_no_events_hears_of_every_end(alice: Person):
    assert made(alice)["events"] == EVENTS


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://shop.example/"}, "url"),
        ({"url": "https://shop.example:8443/"}, "url"),
        ({"url": ADDRESS, "events": ["generation.started"]}, "events"),
        ({"url": ADDRESS, "secret": "whsec_mine"}, "secret"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_that_names_the_field(
    alice: Person, body: dict[str, Any], field: str
):
    said = has_error(alice.send("POST", "/webhooks", json=body), 400, "invalid_request")
    assert [detail["field"] for detail in said["details"]] == [field]
    assert read(alice.send("GET", "/webhooks"))["items"] == []


def test_twenty_endpoints_are_the_most(alice: Person):
    for _ in range(20):
        made(alice)
    has_error(alice.send("POST", "/webhooks", json={"url": ADDRESS}), 409, "too_many_webhooks")


def test_an_end_of_a_generation_arrives_and_can_be_sent_again(alice: Person, site: Site):
    endpoint = made(alice)
    view = alice.finished(alice.begin("Abstract [sandbox: fail=all]")["id"])
    (first,) = delivered(alice, endpoint["id"], 1)
    assert first["payload"]["type"] == first["event_type"] == "generation.failed"
    assert first["payload"]["data"] == {
        "id": view["id"],
        "kind": "image",
        "status": "failed",
        "outputs": [{"id": output["id"], "status": "failed"} for output in view["outputs"]],
        "credits": view["credits"],
    }
    (attempt,) = first["attempts"]
    assert (attempt["status"], attempt["response"], attempt["error"]) == (200, "<b>thanks</b>", None)

    again = read(alice.send("POST", f"/webhooks/{endpoint['id']}/deliveries/{first['id']}/replay"), 202)
    assert (again["id"], again["event_id"]) == (first["id"], first["event_id"])
    (second,) = delivered(alice, endpoint["id"], 1)
    assert [each["number"] for each in second["attempts"]] == [1, 2]
    assert arrivals(site, first["event_id"]) == 2


def test_a_test_arrives_at_the_endpoint_that_was_asked_for(alice: Person, site: Site):
    endpoint, other = made(alice, events=["generation.failed"]), made(alice)
    sent = read(alice.send("POST", f"/webhooks/{endpoint['id']}/test"), 202)
    assert (sent["event_type"], sent["attempts"]) == ("webhook.test", [])
    (arrived,) = delivered(alice, endpoint["id"], 1)
    assert arrived["id"] == sent["id"]
    assert read(alice.send("GET", f"/webhooks/{other['id']}/deliveries"))["items"] == []
    assert arrivals(site, sent["event_id"]) == 1


def test_what_is_switched_off_is_neither_tested_nor_replayed(alice: Person):
    endpoint = made(alice)
    sent = read(alice.send("POST", f"/webhooks/{endpoint['id']}/test"), 202)
    read(alice.send("PATCH", f"/webhooks/{endpoint['id']}", json={"enabled": False}))
    for path in ("test", f"deliveries/{sent['id']}/replay"):
        has_error(alice.send("POST", f"/webhooks/{endpoint['id']}/{path}"), 409, "webhook_disabled")


def test_the_log_has_pages(alice: Person):
    endpoint = made(alice)
    sent = [read(alice.send("POST", f"/webhooks/{endpoint['id']}/test"), 202)["id"] for _ in range(5)]
    path, seen = f"/webhooks/{endpoint['id']}/deliveries?limit=2", []
    page = read(alice.send("GET", path))
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        page = read(alice.send("GET", f"{path}&cursor={page['next_cursor']}"))
    assert seen == sent[::-1]
    has_error(alice.send("GET", f"{path}&cursor=nonsense"), 400, "invalid_cursor")
    has_error(alice.send("GET", path.replace("=2", "=0")), 400, "invalid_request")


def test_charlie_finds_nothing_and_cannot_tell_it_from_what_never_was(alice: Person, charlie: Person):
    endpoint = made(alice)
    sent = read(alice.send("POST", f"/webhooks/{endpoint['id']}/test"), 202)
    own = made(charlie)
    asked = [
        ("GET", "{endpoint}"),
        ("PATCH", "{endpoint}"),
        ("DELETE", "{endpoint}"),
        ("POST", "{endpoint}/rotate"),
        ("POST", "{endpoint}/test"),
        ("GET", "{endpoint}/deliveries"),
        ("POST", "{endpoint}/deliveries/{delivery}/replay"),
    ]
    for method, path in asked:
        said = []
        for endpoint_id, delivery_id in ((endpoint["id"], sent["id"]), (new_id(), new_id()), ("x", "y")):
            where = "/webhooks/" + path.format(endpoint=endpoint_id, delivery=delivery_id)
            body = has_error(charlie.send(method, where, json={}), 404, "not_found")
            said.append(body["error"])
        assert len(set(said)) == 1, path
    below_own = f"/webhooks/{own['id']}/deliveries/{sent['id']}/replay"
    has_error(charlie.send("POST", below_own), 404, "not_found")
    assert read(charlie.send("GET", "/webhooks"))["items"] == [
        read(charlie.send("GET", f"/webhooks/{own['id']}"))
    ]
    assert read(alice.send("GET", f"/webhooks/{endpoint['id']}"))["enabled"]


@SQLITE
def test_a_key_without_the_scope_is_told_its_name(served: Served):
    person = served.person(1000)
    said = has_error(person.send("POST", "/webhooks", json={"url": ADDRESS}), 403, "missing_scope")
    assert "`webhooks:write`" in said["error"]
