"""F06 to F09, F12 to F16 with a provider that bills: the program is killed around what was bought, with and without
word of it, and a new process takes up what is left.

The provider is fal's emulator, a process with books of its own. Afterwards they say the same as ours: bought once and
charged for once, or bought once, given back and booked as our cost with the reason.
"""

import random
import signal
from collections.abc import Callable

import pytest
from asking import TERMINAL, Caller, accepted, balance, calling
from bought import (
    START,
    Emulator,
    body,
    books_agree,
    connected,
    delivered_once,
    emulator,
    hooks_sent,
    in_order,
    serve,
    sweep,
)
from crashing import KEY
from server import Instance, Server, until

__all__ = ["emulator"]

UNREAD = "no answer was read"
TAKEN = (
    "attempt.running",
    "output.fetched",
    "storage.written",
    "storage.renamed",
    "settle.inside",
    "settle.committed",
)
ANSWER_LOST = ("attempt.recorded", UNREAD, "attempt.answered")
# Where the databases differ: what a transaction leaves behind that a crash has broken off, and who takes over.
ON_POSTGRES = {"storage.written", "settle.inside", UNREAD}
# Where word comes of what is not over, is about to be, and is.
TOLD = ("output.fetched", "settle.inside", "settle.committed")
LATER = "hook-wait=1"


def on_both(*points: str) -> list[tuple[str, str]]:
    """Each point on SQLite, and those that matter there on Postgres."""
    return [
        *(("sqlite", each) for each in points),
        *(("postgres", each) for each in points if each in ON_POSTGRES),
    ]


async def crash(instance: Instance, port: int, emulator: Emulator, point: str, script: str = "") -> None:
    """Ask for a picture, and be killed at the point, or while the provider has taken it and says nothing."""
    armed = {} if point == UNREAD else {"AIMS_FAILPOINTS": f"{point}=kill"}
    server = await serve(instance, port, **armed)
    async with calling(server, instance.first_key) as alice:
        await alice.ask_a_dying(body(script), key=KEY)
        if point == UNREAD:
            await until(emulator.billed, "it is taken, and billed")
            await server.kill()
        assert await server.ended() == -signal.SIGKILL
    if point != UNREAD:
        assert instance.hits()[-1] == point


async def again(alice: Caller, script: str = "") -> str:
    """The same request under the same key, which was accepted before the crash."""
    answer = await alice.ask(body(script), key=KEY)
    assert answer.headers["Idempotent-Replayed"] == "true"
    return accepted(answer)


def given_back(instance: Instance, *, reason: str) -> None:
    """It cost the customer nothing, and our books say that it may have cost us something, and why."""
    assert balance(instance) == (START, 0)
    told = instance.rows("SELECT state, tries, error_code, cost_outcome, provider_ref FROM attempts")
    assert told == [("unknown", 1, reason, "absorbed", None)]
    assert (instance.count("assets"), instance.count("holds")) == (0, 1)


@pytest.mark.parametrize(("backend", "point"), on_both(*TAKEN))
async def test_what_the_provider_took_is_collected_and_charged_for_once(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str, point: str
) -> None:
    """F09, F12 to F16, by asking alone."""
    instance, port = connected(new_instance, backend, emulator, hooks=False)
    await crash(instance, port, emulator, point)
    async with calling(await serve(instance, port), instance.first_key) as alice:
        generation_id = await again(alice)
        if (backend, point) == ("postgres", "storage.written"):
            await alice.finished(generation_id)
            await sweep(instance)
        await delivered_once(instance, emulator, alice, generation_id)
    assert hooks_sent(emulator) == []


@pytest.mark.parametrize(("backend", "point"), on_both(*TOLD))
async def test_word_of_what_a_crash_interrupted_adds_nothing_to_it(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str, point: str
) -> None:
    """F12, F15 and F16, where the provider's word comes to the process that takes over, or finds nobody in between."""
    instance, port = connected(new_instance, backend, emulator)
    await crash(instance, port, emulator, point, LATER)
    async with calling(await serve(instance, port), instance.first_key) as alice:
        generation_id = await again(alice, LATER)
        await until(lambda: hooks_sent(emulator)[-1:] == ["ok 204"], "word was taken in")
        await delivered_once(instance, emulator, alice, generation_id)


@pytest.mark.parametrize(("backend", "point"), on_both(*ANSWER_LOST))
async def test_what_may_be_bought_is_not_bought_again_where_no_word_can_come(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str, point: str
) -> None:
    """F06 to F08."""
    instance, port = connected(new_instance, backend, emulator, hooks=False)
    script = "submit=hang" if point == UNREAD else ""
    await crash(instance, port, emulator, point, script)
    async with calling(await serve(instance, port), instance.first_key) as alice:
        made = await alice.finished(await again(alice, script))
    assert (made["status"], made["credits"]["charged"]) == ("failed", 0)
    assert "not asked twice" in made["error"]
    given_back(instance, reason="outcome_unknown")
    assert len(emulator.calls("submit", "")) == len(emulator.billed()) == (point != "attempt.recorded")
    books_agree(instance, emulator)
    await in_order(instance)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_an_answer_that_nobody_lived_to_read_comes_home_by_word_of_it(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str
) -> None:
    """F07."""
    instance, port = connected(new_instance, backend, emulator)
    script = f"submit=hang, {LATER}"
    await crash(instance, port, emulator, UNREAD, script)
    async with calling(await serve(instance, port), instance.first_key) as alice:
        await delivered_once(instance, emulator, alice, await again(alice, script))


async def test_word_of_what_never_left_is_waited_for_until_somebody_stops_it(
    new_instance: Callable[..., Instance], emulator: Emulator
) -> None:
    """F06: nobody can tell it from F07, so it waits like that, and is given back as soon as it is not wanted."""
    instance, port = connected(new_instance, "sqlite", emulator)
    await crash(instance, port, emulator, "attempt.recorded")
    async with calling(await serve(instance, port), instance.first_key) as alice:
        generation_id = await again(alice)
        await alice.cancel(generation_id)
        assert (await alice.finished(generation_id))["status"] == "cancelled"
    given_back(instance, reason="outcome_unknown")
    assert (emulator.calls("submit", ""), emulator.billed()) == ([], {})
    await in_order(instance)


SEEDS = (20261129, 7, 1815)
CRASHES = 15
AT_ONCE = 5
PRICE = 25
POINTS = (
    *TAKEN,
    "attempt.recorded",
    "attempt.answered",
    "attempt.put_back",
    "recover.inside",
    "release.inside",
)
SCRIPTS = {
    "work=0.3": 6,
    "": 6,
    "queue=0.2, work=0.2, hook=twice": 3,
    "submit=reset": 2,
    "submit=proxy": 2,
    "submit=429/ok, retry-after=0.1": 2,
    "end=policy": 2,
    "end=runner_server_error": 1,
    "status=500/ok": 1,
    "output=corrupt": 1,
}


async def live(
    instance: Instance, port: int, dice: random.Random, points: tuple[str, ...], first: int
) -> list[str]:
    """One server's life: it takes up what is there, is asked for more, and is killed at a point, or a moment later."""
    armed = f"{dice.choice(points)}={dice.randint(1, 2 * AT_ONCE)}*kill"
    server: Server = instance.launch(port=port, AIMS_FAILPOINTS=armed)
    try:
        await server.answers()
    except AssertionError:
        assert server.process.returncode == -signal.SIGKILL
        return []
    scripts = dice.choices([*SCRIPTS], [*SCRIPTS.values()], k=AT_ONCE)
    found: list[str] = []
    async with calling(server, instance.first_key) as alice:
        for number, script in enumerate(scripts, first):
            answer = await alice.ask_a_dying(body(script, f"Job {number}"), key=f"job {number}")
            found += [accepted(answer)] if answer is not None else []
    before = over(instance)
    await until(
        lambda: server.process.poll() is not None or over(instance) >= before + 3, "there is progress"
    )
    await server.kill()
    return found


def over(instance: Instance) -> int:
    """How many generations are over."""
    return instance.rows("SELECT count(*) FROM generations WHERE finished_at IS NOT NULL")[0][0]


async def stop_what_never_left(instance: Instance, emulator: Emulator, alice: Caller) -> None:
    """No word will come of these, for which a customer waits ten minutes."""
    waiting = "SELECT id FROM generations WHERE finished_at IS NULL"
    lost = f"SELECT generation_id FROM attempts WHERE state = 'submitting' AND generation_id IN ({waiting})"

    async def only_those() -> bool:
        left = {key for (key,) in instance.rows(waiting)}
        return left <= {key for (key,) in instance.rows(lost)} and not emulator_is_busy(emulator)

    await until(only_those, "nothing else is left", 90)
    for (generation_id,) in instance.rows(waiting):
        await alice.cancel(generation_id)


def emulator_is_busy(emulator: Emulator) -> bool:
    """Whether word of something is still to come."""
    wanted = {key for (key,) in emulator.rows("SELECT id FROM requests")}
    taken = emulator.rows("SELECT whose FROM calls WHERE route = 'hook' AND step = 'ok 204'")
    return bool(wanted - {key for (key,) in taken})


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hooks", [True, False], ids=["told", "asking"])
@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_many_crashes_anywhere_lose_nothing_and_buy_nothing_twice(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str, hooks: bool, seed: int
) -> None:
    dice, granted = random.Random(seed), 10 * CRASHES * AT_ONCE * PRICE
    more = {"AIMS_STARTING_CREDITS": str(granted), "AIMS_BREAKER_SECONDS": "1"}
    instance, port = connected(new_instance, backend, emulator, hooks=hooks, **more)
    await instance.init()
    points = (*POINTS, "inbox.checked", "inbox.committed") if hooks else POINTS
    known: list[str] = []
    for life in range(CRASHES):
        known += await live(instance, port, dice, points, life * AT_ONCE)
    server = await serve(instance, port)
    async with calling(server, instance.first_key) as alice:
        if hooks:
            await stop_what_never_left(instance, emulator, alice)
        everything = [key for (key,) in instance.rows("SELECT id FROM generations")]
        ends = [await alice.finished(key, 90) for key in everything]
    assert set(known) <= set(everything), "what was accepted is there"
    assert {each["status"] for each in ends} <= TERMINAL
    assert balance(instance) == (granted - sum(each["credits"]["charged"] for each in ends), 0)
    assert sum(each["status"] == "completed" for each in ends) == instance.count("assets") > CRASHES
    books_agree(instance, emulator)
    # Some were given up after several deaths, and files were left in the middle.
    await server.kill()
    await sweep(instance)
    await in_order(instance, but="given up after deaths")
