"""Keys that are somebody's, over the wire: what a role leaves out, and what he used."""

from dataclasses import dataclass
from typing import Any

import pytest
from serving import Person, Served, has_error
from sqlalchemy import bindparam, update

from aims import accounts, keys
from aims.core import ids
from aims.core.db import Tx
from aims.generation.tables import usage as rows

_REAL = update(rows).where(rows.c.workspace_id == bindparam("workspace")).values(sandbox=0)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, and his key in Alice's workspace."""

    user_id: str
    person: Person


@pytest.fixture
def join(alice: Person) -> Any:
    """Gives somebody a place in Alice's workspace, and a key there."""

    def make(name: str, role: str = "member", **options: Any) -> Somebody:
        def add(tx: Tx) -> str:
            made = accounts.create_user(tx, ids.new_id(), name)
            accounts.join(tx, alice.workspace_id, made.id, role)
            return made.id

        user_id = alice.served.write(add)
        options = {"scopes": None} | options
        key = alice.served.key(alice.workspace_id, user_id=user_id, **options)
        return Somebody(user_id, Person(alice.served, alice.workspace_id, key))

    return make


def test_a_viewers_key_looks_and_generates_nothing(alice: Person, join: Any):
    view = alice.finished(alice.begin()["id"])
    before = alice.traces
    vi = join("Vi", "viewer").person

    assert vi.show(view["id"])["status"] == "completed"
    assert vi.send("GET", "/media").status_code == 200
    for answer in (vi.generate(), vi.send("DELETE", f"/media/{view['outputs'][0]['id']}")):
        assert "belongs to a viewer" in has_error(answer, 403, "missing_scope")["error"]
    assert alice.traces == before


def test_who_becomes_a_viewer_spends_nothing_from_then_on(alice: Person, join: Any):
    bob = join("Bob")
    bob.person.finished(bob.person.begin()["id"])
    before = alice.balance

    alice.served.write(accounts.change_role, alice.workspace_id, bob.user_id, "viewer")

    # This server remembers what it saw of the key a moment ago; the credits do not go by that.
    error = has_error(bob.person.generate(), 403, "missing_scope")
    assert "belongs to a viewer" in error["error"]
    assert alice.balance == before


@pytest.mark.parametrize("end", ["leave", "remove"])
def test_who_leaves_spends_nothing_from_then_on_and_what_he_began_is_finished(
    alice: Person, join: Any, end: str
):
    bob = join("Bob")
    view = bob.person.begin("A hill", n=2)

    if end == "leave":
        alice.served.write(keys.leave, alice.workspace_id, bob.user_id)
    else:
        alice.served.write(keys.remove_user, bob.user_id)

    has_error(bob.person.generate(), 401, "revoked_api_key")
    assert alice.finished(view["id"])["status"] == "completed"
    assert alice.balance == (950, 0)


def test_usage_by_member_tells_people_apart_and_keeps_their_names(served: Served, alice: Person, join: Any):
    auditor = Person(served, alice.workspace_id, served.key(alice.workspace_id, scopes=("usage:read",)))
    ada, bob = join("Ada"), join("Bob")
    second = served.key(alice.workspace_id, user_id=ada.user_id)
    for person in (alice, ada.person, Person(served, alice.workspace_id, second), bob.person):
        person.finished(person.begin()["id"])
    served.write(lambda tx: tx.run(_REAL, workspace=alice.workspace_id))
    served.write(keys.remove_user, bob.user_id)

    by_member = auditor.send("GET", "/usage?group_by=member").json()
    by_both = auditor.send("GET", "/usage?group_by=member,key").json()["items"]

    assert [(one["member"], one["member_name"], one["credits_charged"]) for one in by_member["items"]] == [
        ("operator", None, 25),
        *sorted([(f"user:{ada.user_id}", "Ada", 50), (f"user:{bob.user_id}", "Bob", 25)]),
    ]
    assert by_member["totals"]["credits_charged"] == 100
    assert {(one["key"], one["member_name"]) for one in by_both} == {
        (alice.key.id, None),
        (ada.person.key.id, "Ada"),
        (second.id, "Ada"),
        (bob.person.key.id, "Bob"),
    }
    paged = auditor.send("GET", "/usage?group_by=member&limit=1").json()
    rest = auditor.send("GET", f"/usage?group_by=member&limit=5&cursor={paged['next_cursor']}").json()
    assert paged["items"] + rest["items"] == by_member["items"]
    assert "member_name" not in auditor.send("GET", "/usage?group_by=key").json()["items"][0]
