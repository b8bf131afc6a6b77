"""Workspaces, the owner, and the first start."""

import asyncio
from typing import Any

import pytest

from aims import accounts, bootstrap, credits
from aims.accounts import ANY, SCOPES, Actor
from aims.core import ids
from aims.core.db import Database
from aims.core.errors import Forbidden, Invalid, NotFound
from aims.core.secrets import Secrets
from aims.keys import Ring

RING = Ring(Secrets(b"a secret of more than thirty-two characters"))


def test_an_actor_may_do_what_its_scopes_say_and_nothing_else() -> None:
    actor = Actor("w", "key:1", frozenset({"media:read"}))
    actor.require("media:read")
    for scope in (*(ANY - {"media:read"}), "media", "", "*"):
        with pytest.raises(Forbidden) as refused:
            actor.require(scope)
        assert refused.value.code == "missing_scope"


def test_a_new_key_may_not_see_usage_or_change_webhooks() -> None:
    assert set(SCOPES) == {"image:generate", "video:generate", "media:read", "media:write"}
    assert set(SCOPES) < ANY


async def test_first_starts_at_once_make_one_owner_one_workspace_and_one_key(
    db: Database, another: Any
) -> None:
    servers = [db, another()]

    async def start(server: Database) -> bool:
        return await server.write(bootstrap.create_first, RING.make(), ids.new_id(), ids.new_id(), 1000)

    answers = await asyncio.gather(
        *(start(servers[number % 2]) for number in range(6)), return_exceptions=True
    )
    assert sorted(map(str, answers)) == ["False"] * 5 + ["True"]
    [workspace] = await db.read(accounts.all_workspaces)
    assert workspace.name == "My workspace"
    assert await db.read(accounts.has_owner)
    assert await db.read(credits.balance, workspace.id) == credits.Balance(1000, 0)


async def test_before_the_first_start_there_is_nobody(db: Database) -> None:
    assert not await db.read(accounts.has_owner)
    with pytest.raises(NotFound, match="no such workspace"):
        await db.read(accounts.find_workspace, None)


async def test_a_new_workspace_has_an_account_with_its_starting_credits(
    db: Database, new_workspace: Any
) -> None:
    funded, empty = await new_workspace(5), await new_workspace(0, "Bob's")
    assert await db.read(credits.balance, funded.id) == credits.Balance(5, 0)
    assert await db.read(credits.balance, empty.id) == credits.Balance(0, 0)


async def test_a_workspace_is_found_by_its_id_or_name_and_never_guessed(
    db: Database, new_workspace: Any
) -> None:
    alice = await new_workspace(0, "Alice's")
    assert (await db.read(accounts.find_workspace, None)).id == alice.id
    bob = await new_workspace(0, "Shared")
    also = await new_workspace(0, "Shared")
    assert (await db.read(accounts.find_workspace, "Alice's")).id == alice.id
    assert (await db.read(accounts.find_workspace, also.id)).id == also.id
    for unclear in (None, "Shared"):
        with pytest.raises(Invalid, match=r"say which with --workspace .name or id.: .*Shared"):
            await db.read(accounts.find_workspace, unclear)
    with pytest.raises(NotFound):
        await db.read(accounts.find_workspace, "alice's")
    assert [one.id for one in await db.read(accounts.all_workspaces)] == [alice.id, bob.id, also.id]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
async def test_a_workspace_has_a_name(new_workspace: Any, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters"):
        await new_workspace(0, name)
