"""RAT-03, JOB-07: what a workspace may have at a provider is one number for all servers together."""

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from asking import accepted, balance, calling, check_books, picture
from flights import SPANS, most_at_once
from server import Instance, until

import aims

SHARE = 5
ASKED = 50
START = 100_000


def overlap(instance: Instance) -> int:
    """How many calls of the first workspace were with the provider at once, by the database's own clock."""
    return most_at_once(instance.rows(f"{SPANS} WHERE g.workspace_id = '{instance.workspace_id}'"))


@pytest.mark.parametrize(("backend", "servers"), [("sqlite", 1), ("postgres", 2)])
async def test_of_fifty_at_most_five_are_with_the_provider_on_all_servers_together(
    new_instance: Callable[..., Instance], backend: str, servers: int
) -> None:
    instance = new_instance(
        backend,
        AIMS_STARTING_CREDITS=str(START),
        AIMS_WORKSPACE_CONCURRENCY=str(SHARE),
        AIMS_LEASE_SECONDS="10",
    )
    running = [await instance.serve() for _ in range(servers)]
    key = await instance.new_key()
    async with calling(running[0], key) as alice, calling(running[-1], key) as bob:
        asking = [(alice, bob)[number % 2] for number in range(ASKED)]
        body = picture("delay=300ms, fail=all")
        ids = [accepted(answer) for answer in await asyncio.gather(*(each.ask(body) for each in asking))]
        ends = {(await alice.finished(each))["status"] for each in ids}
    assert ends == {"failed"}
    assert overlap(instance) == SHARE
    assert len(instance.submits()) == len(set(instance.submits())) == ASKED
    assert balance(instance) == (START, 0)
    assert instance.complaints() == []
    check_books(instance)


def without_count(folder: Path) -> Path:
    """A copy of the program whose servers each count only their own calls."""
    copy = folder / "mutant"
    shutil.copytree(Path(aims.__file__).parent, copy / "aims", ignore=shutil.ignore_patterns("__pycache__"))
    attempt = copy / "aims" / "generation" / "attempt.py"
    text, changed = re.subn(r"\.where\(_open_calls < .*\)", "", attempt.read_text(), count=1)
    assert changed == 1, "the count of open calls is written otherwise now: write the mutant anew"
    attempt.write_text(text)
    return copy


async def test_without_the_count_in_the_database_two_servers_have_more(
    new_instance: Callable[..., Instance], tmp_path: Path
) -> None:
    """The mutant: were the count removed from the statement that begins a call, the test above would go red."""
    instance = new_instance(
        "postgres", AIMS_STARTING_CREDITS=str(START), AIMS_WORKSPACE_CONCURRENCY=str(SHARE)
    )
    instance.python_path = without_count(tmp_path)
    running = [await instance.serve() for _ in range(2)]
    key = await instance.new_key()
    async with calling(running[0], key) as alice, calling(running[1], key) as bob:
        body = picture("delay=10m")
        ids = [accepted(await each.ask(body)) for each in (alice, bob) for _ in range(SHARE)]
        await until(lambda: overlap(instance) > SHARE, "both servers have filled the share")
        await asyncio.gather(*(alice.cancel(each) for each in ids))
        await until(lambda: balance(instance) == (START, 0), "the held credits are back")


async def test_what_a_dead_server_had_counts_until_another_has_taken_it_over(
    new_instance: Callable[..., Instance],
) -> None:
    """The second server has room only as far as the first one's calls leave it, and the first one is killed."""
    instance = new_instance(
        "postgres",
        AIMS_STARTING_CREDITS=str(START),
        AIMS_WORKSPACE_CONCURRENCY="2",
        AIMS_SANDBOX_REPEATABLE="false",
    )
    dying, other = await instance.serve(), await instance.serve()
    key = await instance.new_key()
    async with calling(dying, key) as alice, calling(other, key) as bob:
        first = [accepted(await alice.ask(picture("delay=3s, fail=all"))) for _ in range(2)]
        await until(lambda: len(instance.submits()) == len(first), "both calls are with the provider")
        later = [accepted(await bob.ask(picture("fail=all"))) for _ in range(3)]
        await dying.kill()
        ends = {(await bob.finished(each))["status"] for each in (*first, *later)}
    assert ends == {"failed"}
    assert overlap(instance) == 2
    assert balance(instance) == (START, 0)
    check_books(instance)


async def test_another_workspace_begins_before_the_fiftieth_of_the_first(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance("sqlite", AIMS_STARTING_CREDITS=str(START), AIMS_WORKSPACE_CONCURRENCY="20")
    server = await instance.serve()
    made = await instance.command("workspaces", "create", "--name", "Bob's studio", "--json")
    his_key = await instance.new_key("--workspace", made.json["workspace_id"])
    async with calling(server, await instance.new_key()) as alice, calling(server, his_key) as bob:
        many = [alice.ask(picture("delay=10m")) for _ in range(500)]
        hers = [accepted(answer) for answer in await asyncio.gather(*many)]
        his = await bob.finished(accepted(await bob.ask(picture())))
        assert his["status"] == "completed"
        ((begun,),) = instance.rows(
            f"SELECT count(*) FROM attempts WHERE workspace_id = '{instance.workspace_id}'"
        )
        assert begun <= 20
        await asyncio.gather(*(alice.cancel(each) for each in hers))
        await until(lambda: balance(instance) == (START, 0), "the held credits are back")
    check_books(instance)
