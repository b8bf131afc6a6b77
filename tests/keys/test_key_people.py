"""A key may be somebody's: his role limits it at once, and it ends when he leaves."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
import rings
from rings import RING
from sqlalchemy import text

from aims import accounts, keys
from aims.accounts import ANY, ROLES, SCOPES
from aims.core import ids
from aims.core.db import Database, Tx
from aims.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.ledger_only

_WAITS = text("SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
_LOST = text("DELETE FROM members WHERE user_id = :user")


async def person(db: Database, role: str, *workspaces: str) -> str:
    """Somebody with this role in these workspaces."""

    def add(tx: Tx) -> str:
        made = accounts.create_user(tx, ids.new_id(), "Ada")
        for workspace in workspaces:
            accounts.join(tx, workspace, made.id, role)
        return made.id

    return await db.write(add)


async def roles(db: Database, *people: str) -> list[str]:
    """What each of them is, wherever it is; none who is nowhere."""
    return [one.role for each in people for one in await db.read(accounts.places_of, each)]


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_limits_the_scopes_that_its_keys_are_given(db: Database, alice: Any, role: str) -> None:
    ada = await person(db, role, alice.id)

    usual = await rings.issued(db, alice.id, user_id=ada)
    most = await rings.issued(db, alice.id, user_id=ada, scopes=tuple(sorted(ROLES[role])))

    assert (await RING.recognise(db, usual.text)).scopes == set(SCOPES) & ROLES[role]
    assert (await RING.recognise(db, most.text)).scopes == ROLES[role]
    for scope in sorted(ANY - ROLES[role]):
        with pytest.raises(Invalid, match=f"scopes of a {role}'s key are among") as refused:
            await rings.issued(db, alice.id, user_id=ada, scopes=("media:read", scope))
        assert refused.value.details[0].field == "scopes"
    assert len(await db.read(keys.list_keys, alice.id)) == 2


async def test_a_role_that_is_not_known_opens_nothing(
    db: Database, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server of an older version than the one that wrote it."""
    key = await rings.issued(db, alice.id, user_id=await person(db, "viewer", alice.id))
    monkeypatch.delitem(cast("dict[str, Any]", ROLES), "viewer")

    with pytest.raises(KeyError, match="viewer"):
        await RING.recognise(db, key.text)


async def test_only_a_member_is_given_a_key(db: Database, alice: Any, new_workspace: Any) -> None:
    charlie = await new_workspace(0)
    ada = await person(db, "owner", charlie.id)

    for user in (ada, ids.new_id()):
        with pytest.raises(Invalid, match="not in the workspace") as refused:
            await rings.issued(db, alice.id, user_id=user)
        assert refused.value.details[0].field == "user"
    assert await db.read(keys.list_keys, alice.id) == []


async def test_lists_say_whose_a_key_is(db: Database, alice: Any) -> None:
    ada = await person(db, "member", alice.id)
    hers = await rings.issued(db, alice.id, user_id=ada)
    await rings.issued(db, alice.id)

    listed = await db.read(keys.list_keys, alice.id)

    assert [(one.user_id, one.user_name) for one in listed] == [(ada, "Ada"), (None, None)]
    assert [one.id for one in await db.read(keys.keys_of, ada)] == [hers.id]


async def test_a_viewer_pays_for_nothing_whatever_was_seen_a_moment_ago(db: Database, alice: Any) -> None:
    ada = await person(db, "member", alice.id)
    key = await rings.issued(db, alice.id, user_id=ada, scopes=("image:generate", "media:read"), cap=50)
    seen = await RING.recognise(db, key.text)
    await db.write(keys.admit, key.id, 5)

    await db.write(accounts.change_role, alice.id, ada, "viewer")

    # This server still remembers the member, and reading may; paying asks his place.
    assert await RING.recognise(db, key.text) is seen
    for pay in (keys.admit, keys.would_admit):
        with pytest.raises(Forbidden, match="belongs to a viewer") as refused:
            await db.write(pay, key.id, 5)
        assert refused.value.code == "missing_scope"
    # Another server has not seen it.
    actor = await rings.fresh().recognise(db, key.text)
    assert (actor.scopes, actor.role) == ({"media:read"}, "viewer")
    with pytest.raises(Forbidden, match=r"belongs to a viewer of the workspace.*`image:generate`"):
        actor.require("image:generate")
    with pytest.raises(Forbidden, match="This key does not have the scope `usage:read`"):
        actor.require("usage:read")
    assert (await db.read(rings.row, key.id)).used == 5


async def test_the_same_key_pays_again_when_its_person_may(db: Database, alice: Any) -> None:
    ada = await person(db, "member", alice.id)
    key = await rings.issued(db, alice.id, user_id=ada)
    await db.write(accounts.change_role, alice.id, ada, "viewer")
    await db.write(accounts.change_role, alice.id, ada, "admin")

    assert await db.write(keys.admit, key.id, 5)
    # A role gives no scope that the key was not given.
    assert (await RING.recognise(db, key.text)).scopes == set(SCOPES)


async def test_who_leaves_takes_no_key_along(db: Database, alice: Any, new_workspace: Any) -> None:
    charlie = await new_workspace(0)
    ada = await person(db, "member", alice.id, charlie.id)
    bob = await person(db, "member", alice.id)
    here, there = (
        await rings.issued(db, alice.id, user_id=ada),
        await rings.issued(db, charlie.id, user_id=ada),
    )
    old = await rings.issued(db, alice.id, user_id=ada)
    await db.write(keys.revoke, alice.id, old.id)
    others = [await rings.issued(db, alice.id, user_id=bob), await rings.issued(db, alice.id)]
    revoked_at = (await db.read(rings.row, old.id)).revoked_at

    assert await db.write(keys.leave, alice.id, ada) == 1

    with pytest.raises(Unauthenticated, match="was revoked"):
        await db.write(keys.admit, here.id, 1)
    for key in (there, *others):
        await db.write(keys.admit, key.id, 1)
    assert (await db.read(rings.row, old.id)).revoked_at == revoked_at
    # Coming back brings no key back.
    await db.write(accounts.join, alice.id, ada, "owner")
    with pytest.raises(Unauthenticated, match="was revoked"):
        await RING.recognise(db, here.text)


async def test_removing_somebody_ends_his_keys_everywhere_and_keeps_their_history(
    db: Database, alice: Any, new_workspace: Any
) -> None:
    charlie = await new_workspace(0)
    ada = await person(db, "member", alice.id, charlie.id)
    here, there = (
        await rings.issued(db, alice.id, user_id=ada),
        await rings.issued(db, charlie.id, user_id=ada),
    )
    await db.write(keys.admit, here.id, 7)

    assert await db.write(keys.remove_user, ada) == 2

    for key in (here, there):
        with pytest.raises(Unauthenticated, match="was revoked"):
            await db.write(keys.admit, key.id, 1)
        with pytest.raises(Unauthenticated, match="was revoked"):
            await RING.recognise(db, key.text)
    [listed] = await db.read(keys.list_keys, alice.id)
    assert (listed.user_name, listed.used) == ("Ada", 7)


async def test_a_removal_that_is_refused_ends_no_key(db: Database, alice: Any) -> None:
    ada = await person(db, "owner", alice.id)
    key = await rings.issued(db, alice.id, user_id=ada)

    for end in (lambda tx: keys.leave(tx, alice.id, ada), lambda tx: keys.remove_user(tx, ada)):
        with pytest.raises(Conflict):
            await db.write(end)

    assert await db.write(keys.admit, key.id, 1)


async def test_a_key_whose_place_was_lost_by_other_means_opens_nothing(db: Database, alice: Any) -> None:
    ada = await person(db, "member", alice.id)
    key = await rings.issued(db, alice.id, user_id=ada)

    await db.write(lambda tx: tx.run(_LOST, user=ada))

    with pytest.raises(Unauthenticated, match="was revoked"):
        await RING.recognise(db, key.text)
    with pytest.raises(Unauthenticated, match="was revoked"):
        await db.write(keys.admit, key.id, 1)


def until(happened: Callable[[], Any]) -> None:
    """Look again and again."""
    while not happened():
        pass


async def meanwhile(
    db: Database, other: Database, first: Callable[[Tx], Any], second: Callable[[Tx], Any]
) -> Any:
    """What another server is answered that asks for `second` while `first` is done and not committed here."""
    session = db.connect()
    try:
        session.begin()
        first(session.tx)
        asked = asyncio.create_task(other.write(second))
        await asyncio.to_thread(until, lambda: asked.done() or db.is_sqlite or session.tx.all(_WAITS))
        session.commit()
        [answer] = await asyncio.gather(asked, return_exceptions=True)
        return answer
    finally:
        session.close()


GIVE_UP: dict[str, Callable[[Tx, str, str], Any]] = {
    "leave": keys.leave,
    "remove": lambda tx, _, user: keys.remove_user(tx, user),
    "demote": lambda tx, workspace, user: accounts.change_role(tx, workspace, user, "member"),
}


@pytest.mark.parametrize("one", GIVE_UP)
@pytest.mark.parametrize("other", GIVE_UP)
async def test_of_two_owners_that_give_up_at_once_one_stays(
    db: Database, another: Any, alice: Any, one: str, other: str
) -> None:
    ada, bob = await person(db, "owner", alice.id), await person(db, "owner", alice.id)

    answer = await meanwhile(
        db,
        another(),
        lambda tx: GIVE_UP[one](tx, alice.id, ada),
        lambda tx: GIVE_UP[other](tx, alice.id, bob),
    )

    assert isinstance(answer, Conflict), answer
    assert answer.code == "last_owner"
    assert await roles(db, bob) == ["owner"]


async def test_many_owners_of_many_workspaces_that_are_removed_at_once_leave_one_in_each(
    db: Database, another: Any, new_workspace: Any
) -> None:
    shared = [(await new_workspace(0)).id for _ in range(3)]
    people = [await person(db, "owner", *order) for order in (shared, shared[::-1], shared[1:] + shared[:1])]
    servers = [db, another()]

    answers = await asyncio.gather(
        *(servers[at % 2].write(keys.remove_user, one) for at, one in enumerate(people)),
        return_exceptions=True,
    )

    assert sorted(answer.code if isinstance(answer, Conflict) else str(answer) for answer in answers) == [
        "0",
        "0",
        "last_owner",
    ]
    assert await roles(db, *people) == ["owner"] * 3


async def test_a_key_that_is_made_while_its_person_leaves_ends_with_the_rest(
    db: Database, another: Any, alice: Any
) -> None:
    ada = await person(db, "member", alice.id)
    made = RING.make()

    ended = await meanwhile(
        db,
        another(),
        lambda tx: keys.issue(tx, made, alice.id, "New", "operator", user_id=ada),
        lambda tx: keys.leave(tx, alice.id, ada),
    )

    assert ended == 1
    with pytest.raises(Unauthenticated, match="was revoked"):
        await RING.recognise(db, made[1])


@pytest.mark.parametrize("end", ["leave", "remove", "demote"])
async def test_a_key_that_is_asked_for_while_its_person_goes_is_not_made(
    db: Database, another: Any, alice: Any, end: str
) -> None:
    ada = await person(db, "owner", alice.id)
    await person(db, "owner", alice.id)
    wanted = ("webhooks:write",)

    answer = await meanwhile(
        db,
        another(),
        lambda tx: GIVE_UP[end](tx, alice.id, ada),
        lambda tx: keys.issue(tx, RING.make(), alice.id, "New", "operator", scopes=wanted, user_id=ada),
    )

    assert isinstance(answer, Invalid), answer
    assert await db.read(keys.list_keys, alice.id) == []


async def test_who_leaves_in_the_middle_of_spending_spends_nothing_afterwards(
    db: Database, another: Any, alice: Any
) -> None:
    ada = await person(db, "member", alice.id)
    hers = [await rings.issued(db, alice.id, user_id=ada, rate_limit=1000) for _ in range(3)]
    servers = [db, another()]

    def spend(count: int) -> list[Any]:
        return [
            servers[at % 2].write(keys.admit, hers[at % 3].id, 1, lane=alice.id if at % 5 else None)
            for at in range(count)
        ]

    *answers, ended = await asyncio.gather(
        *spend(60), servers[1].write(keys.leave, alice.id, ada), return_exceptions=True
    )
    after = await asyncio.gather(*spend(6), return_exceptions=True)

    assert ended == 3
    assert all(isinstance(answer, keys.Admission | Unauthenticated) for answer in answers), answers
    assert [type(answer) for answer in after] == [Unauthenticated] * 6
    used = [(await db.read(rings.row, key.id)).used for key in hers]
    assert sum(used) == sum(isinstance(answer, keys.Admission) for answer in answers)


async def test_who_is_given_a_place_while_he_is_removed_does_not_get_it(
    db: Database, another: Any, alice: Any
) -> None:
    ada = await person(db, "member")

    answer = await meanwhile(
        db,
        another(),
        lambda tx: keys.remove_user(tx, ada),
        lambda tx: accounts.join(tx, alice.id, ada, "member"),
    )

    assert isinstance(answer, NotFound), answer
    assert await roles(db, ada) == []


async def test_who_is_removed_while_he_is_given_a_place_loses_that_too(
    db: Database, another: Any, alice: Any
) -> None:
    ada = await person(db, "member")

    answer = await meanwhile(
        db,
        another(),
        lambda tx: accounts.join(tx, alice.id, ada, "member"),
        lambda tx: keys.remove_user(tx, ada),
    )

    assert answer == 0
    assert await roles(db, ada) == []
