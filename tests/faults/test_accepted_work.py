"""JOB-01, small: a hundred accepted generations are finished although the server is killed again and again."""

import asyncio
import random

from asking import TERMINAL, accepted, balance, calling, check_books, check_files, picture
from server import Instance, until

SEED = 20261124
HOW_MANY = 100
KILLS = 4
PRICE = 25
START = 100_000
# With weights: most fail without a drawing, and few keep a place at the provider while they try again.
DIRECTIVES = {
    "fail=all": 25,
    "delay=100ms, fail=all": 20,
    "delay=800ms, fail=all": 15,
    "delay=2s, fail=all": 10,
    "error=refused": 8,
    "error=timeout": 8,
    "error=busy": 3,
    "error=down": 1,
    "delay=50ms": 5,
    "delay=900ms": 5,
}


async def test_a_hundred_generations_survive_four_kills(instance: Instance) -> None:
    dice = random.Random(SEED)
    instance.settings |= {"AIMS_STARTING_CREDITS": str(START), "AIMS_SANDBOX_REPEATABLE": "false"}
    await instance.init()
    instance.use(await instance.new_key())
    bodies = [picture(each) for each in dice.choices([*DIRECTIVES], [*DIRECTIVES.values()], k=HOW_MANY)]
    ids: list[str] = []
    for part in range(KILLS):
        server = await instance.serve()
        async with calling(server, instance.first_key) as alice:
            mine = bodies[part * HOW_MANY // KILLS : (part + 1) * HOW_MANY // KILLS]
            ids += map(accepted, await asyncio.gather(*map(alice.ask, mine)))
            # So far into the work, and no further, as the dice say.
            passed = len(instance.hits()) + dice.randrange(20, 120)
            await until(
                lambda goal=passed: len(instance.hits()) >= goal or not unfinished(instance),
                "there is progress",
            )
            await server.kill()
        check_books(instance)
    async with calling(await instance.serve(), instance.first_key) as alice:
        ends = [(await alice.finished(generation_id))["status"] for generation_id in ids]
    assert len(set(ids)) == instance.count("generations") == HOW_MANY
    assert set(ends) <= TERMINAL
    assert balance(instance) == (START - PRICE * ends.count("completed"), 0)
    assert 1 <= ends.count("completed") == instance.count("assets")
    # Each call that reached the provider is one attempt's, and the books say what became of what it may have cost.
    submits = instance.submits()
    assert len(submits) == len(set(submits))
    assert set(submits) <= {nonce for (nonce,) in instance.rows("SELECT nonce FROM attempts")}
    assert instance.rows("SELECT count(*) FROM attempts WHERE state IN ('submitting', 'running')") == [(0,)]
    assert instance.complaints() == []
    check_files(instance)
    assert (await instance.command("ledger", "verify")).code == 0


def unfinished(instance: Instance) -> int:
    """How many generations are not over."""
    return instance.rows("SELECT count(*) FROM generations WHERE finished_at IS NULL")[0][0]
