"""JOB-04: SIGTERM under load is boring: who was told 202 gets their pictures, and nobody gets a fault."""

import asyncio
import signal
from collections.abc import Callable

import httpx2
import pytest
from asking import TERMINAL, Caller, accepted, calling, check_books, check_files, picture
from server import Instance, Server, lives, until

LOAD = 8
ENOUGH = 12
PATIENT = "A bench in the sun [sandbox: delay=1s]"
ASKED = "SELECT id FROM generations WHERE prompt LIKE 'A bench%' AND state <> 'accepted'"


class Load:
    """People who keep asking until the server is gone, and what they were told."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.others: list[tuple[int, str]] = []

    async def run(self, alice: Caller) -> None:
        await asyncio.gather(*(self._ask(alice, number) for number in range(LOAD)))

    async def _ask(self, alice: Caller, number: int) -> None:
        while True:
            try:
                answer = await alice.ask(picture("delay=300ms" if number == 0 else "delay=1s, fail=all"))
            except httpx2.TransportError:
                return
            if answer.status_code == 202:
                self.ids.append(answer.json()["id"])
            else:
                self.others.append((answer.status_code, answer.text))
            await asyncio.sleep(0.05)


async def end_under_load(instance: Instance, server: Server, load: Load) -> int:
    """Let people ask, then end the server in order. Returns its exit code."""
    async with calling(server, instance.first_key) as alice:
        asking = asyncio.create_task(load.run(alice))
        await until(lambda: len(load.ids) >= ENOUGH, "there is load")
        waiting = asyncio.create_task(alice.ask({**picture(), "prompt": PATIENT}, prefer=""))
        await until(lambda: instance.rows(ASKED), "somebody waits for a result")
        children = await until(server.children, "it draws")
        code = await server.stop()
        await asking
        answer = await waiting
        # Whoever waited has the result, or hears that it goes on.
        assert answer.status_code in (200, 202), answer.text
    assert not any(map(lives, children))
    return code


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_a_server_that_is_told_to_end_finishes_or_hands_over(
    new_instance: Callable[..., Instance], backend: str
) -> None:
    instance = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false", AIMS_STARTING_CREDITS="100000")
    await instance.init()
    key = await instance.new_key()
    instance.use(key)
    load = Load()
    assert await end_under_load(instance, await instance.serve(), load) == 0
    assert {status for status, _ in load.others} <= {503}
    async with calling(await instance.serve(), key) as alice:
        statuses = [(await alice.finished(generation_id))["status"] for generation_id in load.ids]
    assert set(statuses) <= TERMINAL
    assert instance.rows("SELECT count(*) FROM attempts WHERE state = 'unknown'") == [(0,)]
    assert instance.complaints() == []
    check_files(instance)
    check_books(instance)


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "sigint"])
async def test_a_server_that_is_told_to_end_while_it_starts_ends(
    instance: Instance, which: signal.Signals
) -> None:
    server = instance.launch()
    await until((instance.home / "serve.lock").exists, "it has begun")
    server.signal(which)
    assert await server.ended() in (1, 130, -which)
    async with calling(await instance.serve(), instance.first_key) as alice:
        await alice.finished(accepted(await alice.ask(picture())))
    check_books(instance)
