"""LED-01: a balance buys exactly what it affords, whoever else writes and however many ask at once."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from asking import Caller, accepted, balance, calling, check_books
from burst import Burst
from server import Instance, until

import aims

PRICE = 70
AFFORDED = 7
REST = 69
START = AFFORDED * PRICE + REST
AT_ONCE = 200
ROUNDS = 50
# Nothing is given back while the round lasts, and nothing is ever drawn.
BODY = {"model": "openai/gpt-image-2", "prompt": "A lighthouse [sandbox: delay=10m, fail=all]"}


async def watch(instance: Instance, lowest: list[int]) -> None:
    """Look at the balance again and again, as another process sees it."""
    while True:
        lowest.append(min(balance(instance)))
        await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(instance: Instance) -> AsyncIterator[list[int]]:
    """The lowest figure of each snapshot that was taken meanwhile."""
    lowest: list[int] = []
    task = asyncio.create_task(watch(instance, lowest))
    try:
        yield lowest
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Round:
    """Two hundred requests at once: their statuses, the codes of the refused, and who accepted what."""

    statuses: Counter[int]
    codes: set[str]
    accepted: list[list[str]]


async def one_round(bursts: list[Burst]) -> Round:
    """Ask all servers at once, as much of each."""
    share = AT_ONCE // len(bursts)
    answers = await asyncio.gather(*(burst.post(BODY, share) for burst in bursts))
    return Round(
        Counter(answer.status for each in answers for answer in each),
        {answer.body["code"] for each in answers for answer in each if answer.status != 202},
        [[answer.body["id"] for answer in each if answer.status == 202] for each in answers],
    )


async def give_back(instance: Instance, callers: list[Caller], accepted: list[list[str]]) -> None:
    """Cancel what was accepted, and wait until the balance is as before."""
    pairs = [(caller, one) for caller, ids in zip(callers, accepted, strict=True) for one in ids]
    for answer in await asyncio.gather(*(caller.cancel(one) for caller, one in pairs)):
        assert answer.status_code == 200, answer.text
    await until(lambda: balance(instance) == (START, 0), "the held credits are back")


async def spend(instance: Instance, rounds: int, servers: int) -> None:
    """So many rounds, each of which must buy exactly seven."""
    async with AsyncExitStack() as stack:
        running = [await instance.serve() for _ in range(servers)]
        # Two keys of one workspace: the balance is the workspace's.
        keys = [await instance.new_key() for _ in running]
        pairs = list(zip(running, keys, strict=True))
        callers = [await stack.enter_async_context(calling(*pair)) for pair in pairs]
        bursts = [await stack.enter_async_context(Burst(server.port, key)) for server, key in pairs]
        lowest = await stack.enter_async_context(watched(instance))
        for _ in range(rounds):
            seen = await one_round(bursts)
            assert seen.statuses == {202: AFFORDED, 402: AT_ONCE - AFFORDED}
            assert seen.codes == {"insufficient_credits"}
            assert balance(instance) == (REST, AFFORDED * PRICE)
            await give_back(instance, callers, seen.accepted)
        assert min(lowest) >= 0
    check_books(instance)


@pytest.mark.timeout(400)
async def test_two_servers_on_postgres_sell_exactly_what_the_balance_affords(
    new_instance: Callable[..., Instance],
) -> None:
    await spend(new_instance("postgres", AIMS_STARTING_CREDITS=str(START)), ROUNDS, servers=2)


async def keep_writing(instance: Instance, done: list[str]) -> None:
    """Other processes that write into the same file all the time."""
    made = await instance.command("workspaces", "create", "--name", "Bob's studio", "--json")
    other = made.json["workspace_id"]
    while True:
        granted = await instance.command("credits", "grant", "--amount", "1", "--workspace", other, "--json")
        done.append(granted.json["reference"])
        done.append(await instance.new_key("--workspace", other))


@pytest.mark.timeout(400)
async def test_a_server_on_sqlite_sells_exactly_that_while_commands_write_beside_it(
    new_instance: Callable[..., Instance],
) -> None:
    instance = new_instance("sqlite", AIMS_STARTING_CREDITS=str(START))
    await instance.init()
    written: list[str] = []
    writing = asyncio.create_task(keep_writing(instance, written))
    try:
        await spend(instance, ROUNDS, servers=1)
        await until(lambda: len(written) >= 4 or writing.done(), "the other process has written")
        assert not writing.done()
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


async def test_credits_granted_by_another_process_can_be_spent_at_once(instance: Instance) -> None:
    instance.settings["AIMS_STARTING_CREDITS"] = str(PRICE - 1)
    async with calling(await instance.serve(), instance.first_key) as alice:
        assert (await alice.ask(BODY)).status_code == 402
        granted = await instance.command("credits", "grant", "--amount", "1", "--json")
        assert granted.json["available"] == PRICE
        accepted(await alice.ask(BODY))
        assert (await alice.ask(BODY)).status_code == 402


def without_guard(folder: Path) -> Path:
    """A copy of the program whose hold does not look at the balance."""
    copy = folder / "mutant"
    shutil.copytree(Path(aims.__file__).parent, copy / "aims", ignore=shutil.ignore_patterns("__pycache__"))
    holds = copy / "aims" / "credits" / "holds.py"
    text, changed = re.subn(
        r', balances\.c\.available >= bindparam\("amount"\)', "", holds.read_text(), count=1
    )
    assert changed == 1, "the guard of the hold is written otherwise now: write the mutant anew"
    holds.write_text(text)
    # The schema would save such a program from itself, so it goes too: this is about the statement.
    for path in copy.rglob("*.py"):
        path.write_text(re.sub(r"available >= 0 AND held >= 0|available >= 0", "1 = 1", path.read_text()))
    return copy


@pytest.mark.broken_books
async def test_without_the_guard_of_the_hold_more_is_sold(instance: Instance, tmp_path: Path) -> None:
    """The mutant: were the `available >=` of the hold removed, the rounds above would go red."""
    instance.python_path = without_guard(tmp_path)
    instance.settings["AIMS_STARTING_CREDITS"] = str(START)
    server = await instance.serve()
    async with Burst(server.port, await instance.new_key()) as burst:
        seen = await one_round([burst])
    assert seen.statuses[202] > AFFORDED
    assert min(balance(instance)) < 0
