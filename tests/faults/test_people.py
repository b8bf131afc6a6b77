"""People as processes meet them: two commands at once, and a command beside servers that remember the keys."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asking import Caller, accepted, calling, check_books, picture
from server import Ended, Instance, until

BACKENDS = ("sqlite", "postgres")
ROUNDS = 3
SOON = 10.0
"""Seconds within which other servers forget what they remember of a key: two, and what a busy machine adds."""


async def told(instance: Instance, *words: str) -> Any:
    """What `aims users ... --json` printed."""
    return (await instance.command("users", *words, "--json")).json


@pytest.mark.parametrize("backend", BACKENDS)
async def test_of_two_owners_that_two_commands_remove_at_once_one_stays(
    new_instance: Callable[..., Instance], backend: str
) -> None:
    instance = new_instance(backend)
    await instance.init()
    stays = "Owner"
    for number in range(ROUNDS):
        names = [stays, f"Owner {number}"]
        await told(instance, "create", "--name", names[1], "--role", "owner")

        answers = await asyncio.gather(*(instance.command("users", "remove", name) for name in names))

        refusals = [answer for answer in answers if answer.code]
        assert [(refused.code, refused.out) for refused in refusals] == [(1, "")], answers
        assert "no other owner" in refusals[0].err
        stays = names[answers.index(refusals[0])]
        [left] = await told(instance, "list")
        assert (left["name"], [at["role"] for at in left["workspaces"]]) == (stays, ["owner"])


async def may(caller: Caller) -> set[str]:
    """What a server says that the key may do; nothing for one that it does not take."""
    answer = await caller.client.get("/api/v1/images/generate")
    if answer.status_code == 401:
        assert answer.json()["code"] == "revoked_api_key"
        return set()
    return set(answer.json()["scopes"])


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_command_takes_a_role_and_a_place_away_on_every_server_at_once(
    new_instance: Callable[..., Instance], backend: str
) -> None:
    instance = new_instance(backend)
    servers = [await instance.serve() for _ in range(1 if backend == "sqlite" else 2)]
    await told(instance, "create", "--name", "Ada", "--email", "ada@example.com", "--role", "member")
    key = await instance.new_key("--user", "ada@example.com")
    for server in servers:
        async with calling(server, key) as ada:
            await ada.finished(accepted(await ada.ask(picture())))

    async def refused_everywhere(change: Ended, status: int, code: str) -> None:
        assert change.code == 0, change
        for server in servers:
            async with calling(server, key) as ada:
                answer = await ada.ask(picture())
                assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def left_everywhere(scopes: set[str]) -> None:
        for server in servers:
            async with calling(server, key) as ada:

                async def forgotten(ada: Caller = ada) -> bool:
                    return await may(ada) == scopes

                await until(forgotten, f"the server knows of {scopes}", SOON, 0.2)

    # What a server remembers of the key is read for two seconds more, and pays for nothing.
    demoted = await instance.command("users", "change", "Ada", "--role", "viewer")
    await refused_everywhere(demoted, 403, "missing_scope")
    await left_everywhere({"media:read"})
    back = await instance.command("users", "change", "Ada", "--role", "admin")
    assert back.code == 0
    await left_everywhere({"image:generate", "video:generate", "media:read", "media:write"})
    await refused_everywhere(await instance.command("users", "leave", "Ada"), 401, "revoked_api_key")
    await left_everywhere(set())
    assert (await told(instance, "remove", "Ada"))["keys_revoked"] == 0
    assert instance.complaints() == []
    check_books(instance)
