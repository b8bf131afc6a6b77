"""WHK-03: an event exists if and only if the change happened, and arrives at least once, always with the same id.

F15 to F17 of the crash matrix: the program is killed around the commit and around the sending, and started again. The
receiver is real, and lies where the program is told that a public address lies.
"""

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import accepted, balance, calling, check_books, picture
from crashing import ask_again, check_one_delivery, crash
from outside import Outside, Site, answer
from server import Instance, until

from aims import generation, webhooks
from aims.core import secrets
from aims.core.db import Database

POINTS = ("settle.inside", "settle.committed", "webhooks.claimed", "webhooks.sent")
BURST = 5

# What the program's own code never does: lead a public address to this machine.
ELSEWHERE = """
from aims.core.fetch import Network, fetcher

ROUTES = {routes!r}
fetcher.Network = lambda: Network(look_up=lambda name: [ROUTES[0][0][0]], routes=dict(ROUTES))
"""


@pytest.fixture
def site() -> Iterator[Site]:
    """A receiver that takes everything."""
    world = Outside()
    yield world.site("shop.example", lambda _: answer(b"thanks"), port=80, address="93.184.216.34")
    world.close()


async def subscribed(instance: Instance, site: Site, tmp_path: Path) -> None:
    """Lead the instance to the receiver, and have its workspace subscribe."""
    folder = tmp_path / "elsewhere"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(ELSEWHERE.format(routes=[(("93.184.216.34", 80), site.place)]))
    instance.python_path = folder
    await instance.init()
    db = Database(instance.location)
    signer = webhooks.Signer(secrets.load(instance.home, None))
    body = {"url": "http://shop.example/hooks"}
    await db.write(webhooks.create, signer, instance.workspace_id, body, generation.EVENTS)
    await db.close()


def arrivals(site: Site) -> Counter[str]:
    """How often each event arrived, by its id."""
    return Counter(seen.headers["webhook-id"] for seen in site.requests)


def told(site: Site) -> dict[str, dict[str, Any]]:
    """What the receiver was told, by the generation's id."""
    events = [json.loads(seen.body) for seen in site.requests]
    return {event["data"]["id"]: event for event in events}


async def everything_is_sent(instance: Instance) -> None:
    """Wait until no event waits any more."""
    waiting = "SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'"
    await until(lambda: instance.rows(waiting) == [(0,)], "every event is marked as sent")


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("point", POINTS)
async def test_what_was_finished_is_told_and_always_as_the_same_event(
    new_instance: Callable[..., Instance], site: Site, tmp_path: Path, backend: str, point: str
) -> None:
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture()
    await subscribed(instance, site, tmp_path)
    await crash(instance, point, body)
    before = arrivals(site)
    assert before.total() == (1 if point == "webhooks.sent" else 0)
    assert instance.count("webhook_events") == (0 if point == "settle.inside" else 1)
    async with calling(await instance.serve(), instance.first_key) as alice:
        made, replayed = await ask_again(alice, body)
        assert replayed
        await everything_is_sent(instance)
        await check_one_delivery(instance, alice, made)
    after = arrivals(site)
    assert after == Counter(dict.fromkeys(before, 2) or {next(iter(after)): 1})
    assert instance.rows("SELECT id FROM webhook_events") == [(event_id,) for event_id in after]
    event = told(site)[made["id"]]
    assert event["type"] == "generation.completed"
    assert event["data"]["outputs"] == [{"id": made["outputs"][0]["id"], "status": "completed"}]
    assert event["data"]["credits"] == made["credits"]
    assert instance.complaints() == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_every_end_is_told_however_often_the_program_dies(
    new_instance: Callable[..., Instance], site: Site, tmp_path: Path, backend: str
) -> None:
    instance = new_instance(backend)
    await subscribed(instance, site, tmp_path)
    asked: list[str] = []
    for failpoints in ("settle.committed=2*kill", "webhooks.sent=3*kill", "settle.inside=4*kill"):
        server = await instance.serve(AIMS_FAILPOINTS=failpoints)
        async with calling(server, instance.first_key) as alice:
            bodies = [picture("fail=all") if number % 3 else picture() for number in range(BURST)]
            for body in bodies:
                answered = await alice.ask_a_dying(body, key=f"{failpoints} {len(asked)}")
                if answered is None:
                    break
                asked.append(accepted(answered))
        assert await server.ended() == -signal.SIGKILL
    async with calling(await instance.serve(), instance.first_key) as alice:
        for generation_id in asked:
            await alice.finished(generation_id)
        unfinished = "SELECT count(*) FROM generations WHERE finished_at IS NULL"
        await until(lambda: instance.rows(unfinished) == [(0,)], "everything is finished")
        await everything_is_sent(instance)
    ended = dict(instance.rows("SELECT id, state FROM generations"))
    assert {generation_id: event["data"]["status"] for generation_id, event in told(site).items()} == ended
    assert len(arrivals(site)) == len(ended) >= BURST
    assert set(arrivals(site)) == {event_id for (event_id,) in instance.rows("SELECT id FROM webhook_events")}
    assert balance(instance)[1] == 0
    check_books(instance)
