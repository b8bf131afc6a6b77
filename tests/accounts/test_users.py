"""People: one address is one person, and who is removed stays in the books."""

from typing import Any

import pytest

from aims import accounts, keys
from aims.core import ids
from aims.core.db import Database, Tx
from aims.core.errors import Conflict, Invalid, NotFound


async def add(db: Database, name: str = "Ada", email: str | None = None) -> accounts.User:
    """Somebody new."""
    return await db.write(accounts.create_user, ids.new_id(), name, email)


async def test_an_address_is_one_persons_however_it_is_written(db: Database) -> None:
    ada = await add(db, email="  Ada@Example.COM ")

    assert ada.email == "ada@example.com"
    for spelling in ("ada@example.com", "ADA@EXAMPLE.COM", "ada@Example.com\n"):
        with pytest.raises(Conflict, match="ada@example") as refused:
            await add(db, "Another", spelling)
        assert refused.value.code == "email_taken"
    composed = await add(db, email="ren\u00e9e@example.com")
    with pytest.raises(Conflict):
        await add(db, "Another", "rene\u0301e@example.com")
    assert [one.id for one in await db.read(accounts.all_users)] == [ada.id, composed.id]


@pytest.mark.parametrize(
    "email",
    ["", "ada", "@example.com", "ada@", "a b@example.com", "ada@exa mple.com", "ada@b@c", "ada@x..y", "a\u200bda@x.y",
     "x" * 251 + "@x.y"],
)  # fmt: skip
async def test_what_is_no_address_is_refused(db: Database, email: str) -> None:
    with pytest.raises(Invalid, match=r"ada@example\.com") as refused:
        await add(db, email=email)
    assert refused.value.details[0].field == "email"
    assert await db.read(accounts.all_users) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Ada\nOwner", "Ada\x1b[31m"])
async def test_a_person_has_a_name_on_one_line(db: Database, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters"):
        await add(db, name)


async def test_people_without_an_address_do_not_take_it_from_each_other(db: Database) -> None:
    one, two = await add(db, "One"), await add(db, "Two")

    assert [each.id for each in await db.read(accounts.all_users)] == [one.id, two.id]


async def test_somebody_is_found_by_address_id_or_name_and_never_guessed(db: Database) -> None:
    ada = await add(db, "Ada", "ada@example.com")
    bob, also = await add(db, "Bob"), await add(db, "Bob")
    # Who takes another's address as a name does not become him.
    await add(db, "ada@example.com", "eve@example.com")

    for called in (ada.id, "ada@example.com", " Ada@Example.com", "Ada"):
        assert await db.read(accounts.find_user, called) == ada
    assert await db.read(accounts.find_user, also.id) == also
    with pytest.raises(Invalid, match=rf"2 people of this name.*{bob.id}"):
        await db.read(accounts.find_user, "Bob")
    for called in ("", "ada", "%", "nobody@example.com"):
        with pytest.raises(NotFound, match="no such person"):
            await db.read(accounts.find_user, called)


async def test_a_name_or_an_address_is_changed_and_the_other_stays(db: Database) -> None:
    ada, bob = await add(db, "Ada", "ada@example.com"), await add(db, "Bob", "bob@example.com")

    await db.write(accounts.change_user, ada.id, "Ada Lovelace", None)
    await db.write(accounts.change_user, ada.id, None, "LOVELACE@example.com")
    with pytest.raises(Conflict, match=r"bob@example\.com"):
        await db.write(accounts.change_user, ada.id, "Bob", bob.email)
    with pytest.raises(NotFound):
        await db.write(accounts.change_user, ids.new_id(), "Nobody", None)

    found = await db.read(accounts.find_user, ada.id)
    assert (found.name, found.email) == ("Ada Lovelace", "lovelace@example.com")
    assert await db.read(accounts.find_user, bob.id) == bob


async def test_who_is_removed_is_gone_and_the_address_is_free_again(db: Database) -> None:
    ada = await add(db, "Ada", "ada@example.com")

    assert await db.write(keys.remove_user, ada.id) == 0

    for again in (
        lambda tx: keys.remove_user(tx, ada.id),
        lambda tx: accounts.change_user(tx, ada.id, "Ada"),
        lambda tx: accounts.find_user(tx, "ada@example.com"),
    ):
        with pytest.raises(NotFound):
            await db.write(again)
    assert await db.read(accounts.all_users) == []
    assert (await add(db, "Ada", "ada@example.com")).id != ada.id


async def test_who_was_removed_joins_nothing_and_owns_nothing_new(db: Database, alice: Any) -> None:
    ada = await add(db)
    await db.write(keys.remove_user, ada.id)

    with pytest.raises(NotFound):
        await db.write(accounts.join, alice.id, ada.id, "member")

    def make(tx: Tx) -> None:
        accounts.create_workspace(tx, ids.new_id(), "Hers", owner_id=ada.id)

    with pytest.raises(NotFound):
        await db.write(make)
