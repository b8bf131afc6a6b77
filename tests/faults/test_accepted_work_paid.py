"""JOB-01: what two servers have accepted is finished although one of them is killed again and again, at a provider that
bills, keeps books of its own, and does every other thing that a provider may do.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking import TERMINAL, accepted, balance, calling, check_books
from bought import KEY, Emulator, books_agree, in_order, sweep
from server import Instance, Server, until

SEED = 20261128
PRICE = 25
# With weights. Most make nothing, as each picture that is made has to be opened and made small.
OUTCOMES = {
    "work=0.2": 20,
    "": 10,
    "end=policy": 15,
    "end=runner_server_error, work=0.5": 15,
    "end=no_media_generated": 10,
    "submit=image_too_small": 10,
    "submit=runner_scheduling_failure/ok, end=policy": 5,
    "submit=429/ok, retry-after=0.2, end=policy": 5,
    "submit=502": 2,
    "submit=proxy": 2,
    "status=500/502/ok, end=policy": 2,
    "output=corrupt": 2,
    "queue=ever, cancel=ok": 2,
}
STOPPED = "queue=ever, cancel=ok"


def unfinished(instance: Instance) -> int:
    """How many generations are not over."""
    return instance.rows("SELECT count(*) FROM generations WHERE finished_at IS NULL")[0][0]


async def ask_all(server: Server, key: str, scripts: list[str], number: int) -> list[str]:
    """Ask for a part of the work; what is never to end is stopped at once, or later."""
    async with calling(server, key) as alice:

        async def ask(at: int, script: str) -> str:
            body = {"model": "fal-ai/nano-banana-2", "prompt": f"Job {number + at} [emulator: {script}]"}
            generation_id = accepted(await alice.ask(body))
            if script == STOPPED:
                await alice.cancel(generation_id)
            return generation_id

        return list(await asyncio.gather(*(ask(at, script) for at, script in enumerate(scripts))))


@pytest.mark.parametrize(
    ("jobs", "kills"),
    [
        pytest.param(500, 5, marks=pytest.mark.timeout(400)),
        pytest.param(5000, 60, marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
async def test_what_was_accepted_is_finished_and_paid_for_once(
    new_instance: Callable[..., Instance], tmp_path: Path, jobs: int, kills: int
) -> None:
    dice, emulator = random.Random(SEED), Emulator("fal", tmp_path / "ledger.db")
    settings: dict[str, Any] = {
        "AIMS_FAL_KEY": KEY,
        "AIMS_FAL_BASE_URL": emulator.url,
        "AIMS_STARTING_CREDITS": str(jobs * PRICE),
        "AIMS_WORKSPACE_CONCURRENCY": "60",
        "AIMS_BREAKER_SECONDS": "1",
    }
    instance = new_instance("postgres", **settings)
    await instance.init()
    instance.use(await instance.new_key())
    scripts = dice.choices([*OUTCOMES], [*OUTCOMES.values()], k=jobs)
    servers = [await instance.serve(), await instance.serve()]
    ids: list[str] = []
    for part in range(kills):
        first = part * jobs // kills
        mine = scripts[first : (part + 1) * jobs // kills]
        ids += await ask_all(servers[part % 2], instance.first_key, mine, first)
        left = dice.randrange(10, 90) * len(mine) // 100
        await until(lambda left=left: unfinished(instance) <= left, "there is progress", 120)
        await servers[part % 2].kill()
        check_books(instance)
        servers[part % 2] = await instance.serve()
    await until(lambda: unfinished(instance) == 0, "everything is over", 120)

    ends = Counter(dict(instance.rows("SELECT state, count(*) FROM generations GROUP BY state")))
    assert len(set(ids)) == instance.count("generations") == jobs
    assert set(ends) == TERMINAL
    assert balance(instance) == ((jobs - ends["completed"]) * PRICE, 0)
    assert ends["completed"] == instance.count("assets") > jobs / 10
    books_agree(instance, emulator)
    await sweep(instance)
    await in_order(instance)
    emulator.close()
