"""LED-04: a wish to stop that arrives in the moment when the work begins, on one server or on another."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from asking import Caller, accepted, balance, calling, check_books, picture
from server import Instance

START = 100_000
ROUNDS = 12
AT_ONCE = 20


async def ask_and_regret(asks: Caller, regrets: Caller, body: dict[str, object]) -> tuple[str, int]:
    """Ask, and ask for the opposite at once. The id, and the status that the second wish was answered with."""
    generation_id = accepted(await asks.ask(body))
    return generation_id, (await regrets.cancel(generation_id)).status_code


@pytest.mark.parametrize(("backend", "servers"), [("sqlite", 1), ("postgres", 2)])
async def test_regretting_at_once_is_always_heard(
    new_instance: Callable[..., Instance], backend: str, servers: int
) -> None:
    instance = new_instance(backend, AIMS_STARTING_CREDITS=str(START), AIMS_SANDBOX_REPEATABLE="false")
    running = [await instance.serve() for _ in range(servers)]
    key = await instance.new_key()
    ids: list[str] = []
    statuses: Counter[int] = Counter()
    async with calling(running[0], key) as alice, calling(running[-1], key) as bob:
        for _ in range(ROUNDS):
            body = picture("delay=10m")
            both = await asyncio.gather(*(ask_and_regret(alice, bob, body) for _ in range(AT_ONCE)))
            ids += [generation_id for generation_id, _ in both]
            statuses.update(status for _, status in both)
        assert statuses == {200: ROUNDS * AT_ONCE}
        ends = {(await alice.finished(generation_id))["status"] for generation_id in ids}
    assert ends == {"cancelled"}
    assert balance(instance) == (START, 0)
    assert instance.complaints() == []
    check_books(instance)
