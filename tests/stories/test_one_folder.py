"""One data folder, several programs: who may serve it, what the commands say, and how soon they are heard."""

import asyncio
import signal
from collections.abc import Callable

import pytest
from asking import accepted, calling, check_books, picture
from server import Instance, until

COMMANDS = (
    ("keys", "create"),
    ("keys", "list"),
    ("credits", "grant", "--amount", "1"),
    ("credits", "statement"),
    ("workspaces", "list"),
    ("ledger", "verify"),
)


async def test_a_second_server_on_the_same_folder_is_refused_with_a_sentence(instance: Instance) -> None:
    server = await instance.serve()
    second = instance.launch()
    assert await second.ended() == 1
    said = second.err.read_text()
    assert said.startswith("aims: Another server")
    assert f"process {server.process.pid}" in said
    assert str(instance.home) in said
    assert "Traceback" not in said
    await server.kill()
    # The lock dies with its owner, however it died.
    await instance.serve()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
async def test_a_command_without_a_database_names_the_path_and_makes_none(
    instance: Instance, arguments: tuple[str, ...]
) -> None:
    ended = await instance.command(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert str(instance.location) in ended.err
    assert "Traceback" not in ended.err
    assert not instance.home.exists()


async def test_doctor_says_what_is_missing_and_what_to_do(instance: Instance) -> None:
    ended = await instance.command("doctor")
    assert ended.code == 1
    assert "aims init" in ended.out
    await instance.init()
    ended = await instance.command("doctor", "--json")
    assert ended.json["ok"], ended.out


async def test_a_key_made_beside_a_running_server_works_at_once_and_ends_at_once(instance: Instance) -> None:
    server = await instance.serve()
    made = (await instance.command("keys", "create", "--name", "Bob's", "--json")).json
    async with calling(server, made["api_key"]) as bob:
        generation = await bob.finished(accepted(await bob.ask(picture("fail=all"))))
        # The server has seen the key a moment ago, and may remember it for reading, never for paying.
        assert (await instance.command("keys", "revoke", made["id"])).code == 0
        refused = await bob.ask(picture())
        assert (refused.status_code, refused.json()["code"]) == (401, "revoked_api_key")

        async def read() -> bool:
            answer = await bob.client.get(f"/api/v1/generations/{generation['id']}")
            return answer.status_code == 401

        await until(read, "reading is refused too", glance=0.1)
    assert instance.count("generations") == 1
    check_books(instance)


async def test_servers_that_start_at_once_on_postgres_make_one_owner_between_them(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance("postgres")
    servers = [instance.launch() for _ in range(2)]
    await asyncio.gather(*(server.answers() for server in servers))
    assert instance.count("workspaces") == 1
    assert instance.said().count("first start") == 1
    for server in servers:
        async with calling(server, instance.first_key) as alice:
            accepted(await alice.ask(picture("fail=all")))


async def test_children_do_not_outlive_a_server_that_is_killed_while_they_draw(instance: Instance) -> None:
    server = await instance.serve()
    async with calling(server, instance.first_key) as alice:
        accepted(await alice.ask(picture()))
        assert await until(server.children, "a child draws")
        await server.kill()
    assert server.process.returncode == -signal.SIGKILL


async def test_a_command_prints_its_result_and_nothing_else(instance: Instance) -> None:
    await instance.init()
    ended = await instance.command("workspaces", "list", "--json")
    assert [one["workspace_id"] for one in ended.json] == [instance.workspace_id]
    assert ended.err == ""
