"""`GET /credits`: what can be spent, and every entry that made it so."""

from itertools import pairwise
from typing import Any

import pytest
from serving import Person, Served, has_error

from aims import generation


def all_entries(person: Person, limit: int) -> list[dict[str, Any]]:
    """Every entry, page by page."""
    found: list[dict[str, Any]] = []
    query = f"/credits?limit={limit}"
    while True:
        page = person.send("GET", query).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query = f"/credits?limit={limit}&cursor={page['next_cursor']}"


def test_a_statement_tells_what_became_of_each_credit(alice: Person):
    view = alice.finished(alice.begin("A red barn [sandbox: fail=1]", n=3)["id"])

    answer = alice.send("GET", "/credits")

    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["available"], body["held"], body["next_cursor"]) == (950, 0, None)
    told = [
        (one["kind"], one["amount"], one["available_change"], one["held_change"]) for one in body["items"]
    ]
    assert told == [
        ("release", 25, 25, -25),
        ("capture", -50, 0, -50),
        ("hold", -75, -75, 75),
        ("grant", 1000, 1000, 0),
    ]
    for entry in body["items"][:-1]:
        assert (entry["generation_id"], entry["key"]) == (view["id"], alice.key.id)
        assert entry["sandbox"] is True
    grant = body["items"][-1]
    assert (grant["generation_id"], grant["key"], grant["sandbox"]) == (None, None, False)
    assert grant["cause"]
    assert set(grant) == {
        "id", "created_at", "kind", "amount", "available_change", "held_change", "cause", "generation_id", "key",
        "sandbox",
    }  # fmt: skip


def test_what_is_held_for_unfinished_work_is_shown(alice: Person):
    view = alice.begin("A hill [sandbox: delay=10m]", n=2)

    body = alice.send("GET", "/credits").json()

    assert (body["available"], body["held"]) == (950, 50)
    alice.send("POST", f"/generations/{view['id']}/cancel")
    alice.finished(view["id"])
    body = alice.send("GET", "/credits").json()
    assert (body["available"], body["held"]) == (1000, 0)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_have_every_entry_once_and_add_up_to_the_balance(alice: Person, limit: int):
    for fails in ("1", "all", "0"):
        alice.finished(alice.begin(f"Abstract [sandbox: fail={fails}]", n=2)["id"])

    found = all_entries(alice, limit)

    assert len(found) == len({one["id"] for one in found}) == 1 + 3 + 2 + 2
    assert all(newer["created_at"] >= older["created_at"] for newer, older in pairwise(found))
    body = alice.send("GET", "/credits").json()
    assert sum(one["available_change"] for one in found) == body["available"] == 925
    assert sum(one["held_change"] for one in found) == body["held"] == 0


def test_a_new_entry_does_not_move_the_pages_that_follow(alice: Person):
    alice.finished(alice.begin()["id"])
    first = alice.send("GET", "/credits?limit=1").json()
    before = all_entries(alice, 100)
    alice.finished(alice.begin()["id"])

    rest = alice.send("GET", f"/credits?limit=100&cursor={first['next_cursor']}").json()["items"]

    assert first["items"] + rest == before


def test_a_refund_is_an_entry_of_its_own(alice: Person):
    view = alice.finished(alice.begin()["id"])
    alice.served.write(give_back, view["id"])

    newest = alice.send("GET", "/credits?limit=1").json()["items"][0]

    assert (newest["kind"], newest["amount"], newest["cause"]) == ("refund", 10, "a complaint")
    assert (newest["generation_id"], newest["key"]) == (view["id"], alice.key.id)
    assert alice.used() == 15


def give_back(tx, generation_id: str) -> None:
    """Ten credits, as an operator does."""
    generation.refund(tx, generation_id, 10, "a complaint", actor="operator")


def test_a_stranger_sees_his_own_entries_only_and_cannot_use_a_cursor_of_another(
    alice: Person, charlie: Person
):
    alice.finished(alice.begin()["id"])
    cursor = alice.send("GET", "/credits?limit=1").json()["next_cursor"]

    assert [one["kind"] for one in all_entries(charlie, 100)] == ["grant"]
    has_error(charlie.send("GET", f"/credits?cursor={cursor}"), 400, "invalid_cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=", "cursor=AAAA", "cursor=%00"])
def test_a_page_that_is_none_is_refused(alice: Person, query: str):
    answer = alice.send("GET", f"/credits?{query}")

    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == query.split("=")[0]


def test_any_valid_key_may_look(served: Served):
    reader = served.person(70, scopes=("media:read",))

    assert reader.send("GET", "/credits").json()["available"] == 70
