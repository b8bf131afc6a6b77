"""What a workspace asked for, as a list: newest first, filtered, page by page, and never anybody else's."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from serving import SQLITE, Person, Served, has_error
from sqlalchemy import bindparam, update

from aims.core.db import Tx
from aims.generation.tables import generations

SLOW = "Abstract [sandbox: delay=5m]"
FAILED = "Abstract [sandbox: error=refused]"
MOVE = update(generations).where(generations.c.id == bindparam("which")).values(created_at=bindparam("at"))


def listed(person: Person, **filters: object) -> list[str]:
    """The ids of the whole list, page by page."""
    ids: list[str] = []
    cursor = None
    while True:
        page = page_of(person, **filters, **({"cursor": cursor} if cursor else {}))
        ids += [view["id"] for view in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return ids


def page_of(person: Person, **filters: object) -> dict[str, Any]:
    """One page."""
    answer = person.send("GET", f"/generations?{urlencode(filters)}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"items", "next_cursor"}
    return answer.json()


def refused(person: Person, code: str = "invalid_request", **filters: object) -> dict[str, Any]:
    return has_error(person.send("GET", f"/generations?{urlencode(filters)}"), 400, code)


def at(person: Person, generation_id: str, micros: int) -> None:
    """Let it have been asked for at that moment."""

    def move(tx: Tx) -> None:
        assert tx.run(MOVE, which=generation_id, at=micros) == 1

    person.served.write(move)


def test_a_workspace_without_generations_has_an_empty_list(alice: Person):
    assert page_of(alice) == {"items": [], "next_cursor": None}


def test_the_newest_comes_first_and_an_item_is_what_is_shown_by_itself(alice: Person):
    made = [alice.begin(FAILED)["id"] for _ in range(3)]
    views = [alice.finished(each) for each in made]

    page = page_of(alice)

    assert [view["id"] for view in page["items"]] == made[::-1]
    assert page["items"][0] == alice.show(made[-1])
    assert {view["id"]: view["outputs"] for view in page["items"]} == {v["id"]: v["outputs"] for v in views}


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(alice: Person, limit: int):
    made = [alice.begin(FAILED)["id"] for _ in range(7)]
    for each in made:
        alice.finished(each)
        # All asked for in one moment: then the id decides.
        at(alice, each, 1_700_000_000_000_000)

    assert listed(alice, limit=limit) == sorted(made, reverse=True)


def test_what_is_asked_for_meanwhile_does_not_move_the_pages(alice: Person):
    made = [alice.begin(FAILED)["id"] for _ in range(3)]
    first = page_of(alice, limit=2)
    newer = alice.begin(FAILED)["id"]
    second = page_of(alice, limit=2, cursor=first["next_cursor"])

    assert [view["id"] for page in (first, second) for view in page["items"]] == made[::-1]
    for each in (*made, newer):
        alice.finished(each)


def test_a_list_is_filtered_by_each_of_its_filters(alice: Person):
    running = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")["id"]
    failed = alice.finished(alice.begin(FAILED)["id"])["id"]
    other_key = alice.served.key(alice.workspace_id)
    bob = Person(alice.served, alice.workspace_id, other_key)
    done = bob.finished(bob.begin("Abstract", model="openai/gpt-image-2", size="816x816")["id"])["id"]
    everything = [done, failed, running]

    assert listed(alice) == listed(alice, kind="image") == everything
    assert listed(alice, kind="video") == []
    by_status = {each: listed(alice, status=each) for each in ("running", "failed", "completed", "cancelled")}
    assert by_status == {"running": [running], "failed": [failed], "completed": [done], "cancelled": []}
    assert listed(alice, status="queued") == []
    assert listed(alice, model="openai/gpt-image-2") == [done]
    assert listed(alice, model="no/such-model") == []
    assert listed(alice, key=other_key.id) == [done]
    assert listed(alice, key=alice.key.id, status="failed", kind="image") == [failed]
    alice.send("POST", f"/generations/{running}/cancel")
    assert alice.finished(running)["id"] in listed(alice, status="cancelled")


def test_a_span_has_its_beginning_and_not_its_end(alice: Person):
    made = [alice.begin(FAILED)["id"] for _ in range(3)]
    for number, each in enumerate(made):
        alice.finished(each)
        at(alice, each, 1_700_000_000_000_000 + number * 1_000_000)
    first, second, third = (f"2023-11-14T22:13:2{second}Z" for second in range(3))

    assert listed(alice, created_after=second) == [made[2], made[1]]
    assert listed(alice, created_before=second) == [made[0]]
    assert listed(alice, created_after=first, created_before=third, limit=1) == [made[1], made[0]]
    assert listed(alice, created_after="2023-11-14T23:13:21+01:00", created_before=third) == [made[1]]
    assert listed(alice, created_after=third, created_before=first) == []


def test_charlie_sees_nothing_of_alices_and_her_cursor_is_none_of_his(alice: Person, charlie: Person):
    made = [alice.begin(FAILED)["id"] for _ in range(2)]
    cursor = page_of(alice, limit=1)["next_cursor"]

    assert page_of(charlie)["items"] == []
    assert page_of(charlie, key=alice.key.id)["items"] == []
    refused(charlie, "invalid_cursor", cursor=cursor, limit=1)
    for each in made:
        alice.finished(each)


@SQLITE
def test_a_cursor_belongs_to_its_filters(alice: Person):
    made = [alice.begin(FAILED)["id"] for _ in range(3)]
    for each in made:
        alice.finished(each)
    cursor = page_of(alice, limit=1, status="failed")["next_cursor"]

    refused(alice, "invalid_cursor", cursor=cursor)
    refused(alice, "invalid_cursor", cursor=cursor, status="completed")
    refused(alice, "invalid_cursor", cursor=cursor, status="failed", kind="image")
    page = page_of(alice, cursor=cursor, status="failed", limit=2)
    assert [view["id"] for view in page["items"]] == [made[1], made[0]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "film"),
        ("status", "accepted"),
        ("status", ""),
        ("created_after", "yesterday"),
        ("created_before", "2026-11-24"),
        ("limit", "0"),
        ("limit", "101"),
        ("model", "m" * 201),
        ("key", "a\0b"),
        ("cursor", "' OR 1=1 --"),
        ("cursor", ""),
    ],
)
@SQLITE
def test_a_filter_that_is_wrong_is_named(alice: Person, name: str, value: str):
    code = "invalid_cursor" if name == "cursor" else "invalid_request"
    assert refused(alice, code, **{name: value})["details"][0]["field"] == name


def test_how_long_it_will_take_is_measured_on_what_was_made(own: Callable[..., Served]):
    served = own()
    alice = served.person(10_000)
    assert alice.show(alice.begin(SLOW)["id"])["expected_seconds"] is None
    first = alice.finished(alice.begin("Abstract [sandbox: delay=1s]")["id"])
    assert first["expected_seconds"] >= 1

    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")
    assert view["expected_seconds"] == first["expected_seconds"]
    assert 0 <= view["progress"] < 1
    late = alice.until(view["id"], lambda now: now["progress"] >= 0.5)
    assert late["progress"] <= 0.95
    assert {each["expected_seconds"] for each in page_of(alice)["items"]} == {first["expected_seconds"]}
    for each in page_of(alice, status="running")["items"]:
        alice.send("POST", f"/generations/{each['id']}/cancel")
        assert alice.finished(each["id"])["progress"] is None


def test_what_a_failed_one_took_says_nothing(own: Callable[..., Served]):
    alice = own().person()
    alice.finished(alice.begin(FAILED)["id"])

    assert json.loads(alice.send("GET", "/generations").content)["items"][0]["expected_seconds"] is None
