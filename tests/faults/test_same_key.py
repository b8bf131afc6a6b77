"""LED-05, LED-06, LED-08: one key is one generation, however often and wherever the request is sent."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest
from asking import accepted, balance, calling, check_books, picture
from burst import Burst
from server import Instance

KEY = "a key of Alice's"
PRICE = 25


@pytest.mark.parametrize(("backend", "servers"), [("sqlite", 1), ("postgres", 2)])
async def test_fifty_at_once_with_one_key_are_one_generation(
    new_instance: Callable[..., Instance], backend: str, servers: int
) -> None:
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture("delay=300ms")
    async with AsyncExitStack() as stack:
        running = [await instance.serve() for _ in range(servers)]
        bursts = [
            await stack.enter_async_context(Burst(server.port, instance.first_key, 50 // servers))
            for server in running
        ]
        many = await asyncio.gather(*(burst.post(body, 50 // servers, key=KEY) for burst in bursts))
        answers = [answer for each in many for answer in each]
        assert {answer.status for answer in answers} == {202}
        (generation_id,) = {answer.body["id"] for answer in answers}
        assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
        alice = await stack.enter_async_context(calling(running[-1], instance.first_key))
        assert (await alice.finished(generation_id))["credits"]["charged"] == PRICE
    assert [instance.count(table) for table in ("generations", "holds", "attempts")] == [1, 1, 1]
    assert len(instance.submits()) == 1
    check_books(instance)


async def test_a_key_stands_for_its_generation_after_a_restart_and_for_nothing_else(
    instance: Instance,
) -> None:
    server = await instance.serve()
    async with calling(server, instance.first_key) as alice:
        first = accepted(await alice.ask(picture(), key=KEY))
        before = await alice.finished(first)
        await server.kill()
    # The API key may have been replaced in between: the Idempotency-Key belongs to the workspace.
    async with calling(await instance.serve(), await instance.new_key()) as alice:
        for spelling in (KEY, f'"{KEY}"'):
            again = await alice.ask(picture(), key=spelling)
            assert accepted(again) == first
            assert again.headers["Idempotent-Replayed"] == "true"
        waited = await alice.ask(picture(), key=KEY, prefer="wait=60")
        assert (waited.status_code, waited.headers["Idempotent-Replayed"]) == (200, "true")
        other = await alice.ask(picture(n=2), key=KEY)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        now = await alice.see(first)
        assert [now[name] for name in ("status", "credits", "finished_at")] == [
            before[name] for name in ("status", "credits", "finished_at")
        ]
    assert instance.count("generations") == 1
    check_books(instance)


async def test_what_was_refused_is_not_remembered(instance: Instance) -> None:
    """400, 402 and 429 may be corrected, and sent again under the same key."""
    instance.settings["AIMS_STARTING_CREDITS"] = str(PRICE)
    server = await instance.serve()
    # One request every 30 seconds: the refused one counts, so the next is one too many.
    slow = await instance.new_key("--burst", "1", rate_limit=2)
    async with calling(server, await instance.new_key()) as alice, calling(server, slow) as hurried:
        assert (await alice.ask(picture(n=99), key=KEY)).status_code == 400
        assert (await alice.ask(picture(n=4), key=KEY)).status_code == 402
        assert (await hurried.ask(picture(n=4), key="another")).status_code == 402
        late = await hurried.ask(picture(), key=KEY)
        assert (late.status_code, late.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(late.headers["Retry-After"]) <= 30
        assert instance.count("idempotency_keys") == 0
        assert balance(instance) == (PRICE, 0)
        answer = await alice.ask(picture(), key=KEY)
        assert "Idempotent-Replayed" not in answer.headers
        await alice.finished(accepted(answer))
    assert balance(instance) == (0, 0)
    check_books(instance)
