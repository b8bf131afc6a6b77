"""Places in workspaces: who is there as what, and the owner that every workspace keeps."""

from typing import Any

import pytest

from aims import accounts, keys
from aims.accounts import ANY, ROLES, SCOPES
from aims.core import ids
from aims.core.db import Database, Tx
from aims.core.errors import Conflict, Invalid, NotFound


async def person(db: Database, name: str = "Ada", **places: str) -> str:
    """Somebody with a role in each of these workspaces."""

    def add(tx: Tx) -> str:
        made = accounts.create_user(tx, ids.new_id(), name)
        for workspace, role in places.items():
            accounts.join(tx, workspace, made.id, role)
        return made.id

    return await db.write(add)


async def roles(db: Database, user_id: str) -> dict[str, str]:
    """What somebody is, where."""
    return {one.workspace_name: one.role for one in await db.read(accounts.places_of, user_id)}


def test_a_role_goes_no_further_than_the_one_above_it() -> None:
    assert list(ROLES) == ["owner", "admin", "member", "viewer"]
    assert ROLES["owner"] == ROLES["admin"] == ANY
    assert ROLES["admin"] > ROLES["member"] > ROLES["viewer"]
    assert ROLES["member"] >= set(SCOPES)
    assert ROLES["viewer"] == {"media:read", "usage:read"}
    assert accounts.SPENDING == ("owner", "admin", "member")


async def test_somebody_joins_once_and_is_told_what_he_is(db: Database, alice: Any) -> None:
    ada = await person(db)

    await db.write(accounts.join, alice.id, ada, "viewer")
    with pytest.raises(Conflict, match="already, as viewer") as refused:
        await db.write(accounts.join, alice.id, ada, "owner")

    assert refused.value.code == "already_a_member"
    assert await roles(db, ada) == {"Alice's studio": "viewer"}


@pytest.mark.parametrize("role", ["", "Owner", "king", "owner "])
async def test_a_role_that_is_none_is_refused(db: Database, alice: Any, role: str) -> None:
    ada = await person(db, **{alice.id: "member"})

    for change in (accounts.join, accounts.change_role):
        with pytest.raises(Invalid, match="one of owner, admin, member, viewer"):
            await db.write(change, alice.id, ada, role)
    assert await roles(db, ada) == {"Alice's studio": "member"}


async def test_who_is_not_there_can_neither_leave_nor_change(db: Database, alice: Any) -> None:
    ada = await person(db)

    with pytest.raises(NotFound, match="not in the workspace"):
        await db.write(keys.leave, alice.id, ada)
    with pytest.raises(NotFound, match="not in the workspace"):
        await db.write(accounts.change_role, alice.id, ada, "owner")


async def test_the_last_owner_stays_an_owner(db: Database, alice: Any, new_workspace: Any) -> None:
    other = await new_workspace(0, "Elsewhere")
    ada = await person(db, **{alice.id: "owner"})
    await person(db, "Bob", **{alice.id: "admin"})
    # An owner elsewhere is none here.
    await person(db, "Charlie", **{other.id: "owner", alice.id: "member"})

    for change in (
        lambda tx: keys.leave(tx, alice.id, ada),
        lambda tx: keys.remove_user(tx, ada),
        lambda tx: accounts.change_role(tx, alice.id, ada, "admin"),
    ):
        with pytest.raises(Conflict, match="no other owner") as refused:
            await db.write(change)
        assert refused.value.code == "last_owner"
    await db.write(accounts.change_role, alice.id, ada, "owner")

    assert await roles(db, ada) == {"Alice's studio": "owner"}


async def test_an_owner_of_two_leaves(db: Database, alice: Any) -> None:
    ada = await person(db, **{alice.id: "owner"})
    bob = await person(db, "Bob", **{alice.id: "member"})

    await db.write(accounts.change_role, alice.id, bob, "owner")
    await db.write(keys.leave, alice.id, ada)

    assert (await roles(db, ada), await roles(db, bob)) == ({}, {"Alice's studio": "owner"})


async def test_the_last_owner_of_one_workspace_is_removed_from_none(
    db: Database, alice: Any, new_workspace: Any
) -> None:
    shared = await new_workspace(0, "Shared")
    ada = await person(db, **{alice.id: "owner", shared.id: "owner"})
    await person(db, "Bob", **{shared.id: "owner"})

    with pytest.raises(Conflict, match="no other owner of Alice's studio"):
        await db.write(keys.remove_user, ada)

    assert await roles(db, ada) == {"Alice's studio": "owner", "Shared": "owner"}


async def test_a_new_workspace_belongs_to_who_has_owned_one_longest(db: Database, new_workspace: Any) -> None:
    first = await new_workspace(0, "First")
    ada = await person(db, **{first.id: "owner"})
    bob = await person(db, "Bob", **{first.id: "owner"})
    await db.write(keys.remove_user, ada)

    await new_workspace(0, "Second")

    assert await roles(db, bob) == {"First": "owner", "Second": "owner"}
