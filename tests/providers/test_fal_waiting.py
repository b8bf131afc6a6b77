"""A provider that is busy or away is waited for: nothing is lost, nothing is hurried, nothing is held (PRV-04, 05)."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from emulated import PATIENCE, Emulator, agree, begin, ended, until
from serving import Person, Served
from sqlalchemy import select

from aims.generation import breaker, call
from aims.generation.tables import attempts

PROVIDER = "fal"
START = 10_000_000
START_OF_PERSON = 100_000
SHARE = 20
NOTHING_RAN = "runner_scheduling_failure"
_ATTEMPTS = select(attempts)


@pytest.fixture(scope="module")
def connected(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A studio that tries a provider again after two seconds at the most."""
    home = tmp_path_factory.mktemp("home")
    served = Served(home, None, connections=emulator.connection, breaker_seconds=2).start()
    yield served
    served.stop()


@pytest.fixture
def weather(emulator: Emulator, connected: Served) -> Iterator[Emulator]:
    """The emulator, whose weather is good again afterwards, with nobody who has a bad opinion of it."""
    yield emulator
    emulator.weather()
    connected.do(forget(connected))


async def forget(served: Served) -> None:
    served.studio._breakers._kept.clear()


def moments(emulator: Emulator, prompt: str) -> list[float]:
    """When each submit came."""
    query = "SELECT at FROM calls WHERE route = 'submit' AND instr(whose, ?) ORDER BY at"
    return [at for (at,) in emulator.rows(query, prompt)]


def rows(served: Served) -> list[Any]:
    return served.read(lambda tx: tx.all(_ATTEMPTS))


def waiting(served: Served) -> list[Any]:
    """The calls that no provider took yet, and that are to be sent once more."""
    return [row for row in rows(served) if row.waits_since is not None and row.finished_at is None]


def test_prv_05_a_busy_provider_ends_nothing_however_often_it_says_so(weather: Emulator, person: Person):
    weather.weather(submit="429")
    generation_id = begin(person, "Busy again and again", "retry-after=0.05")
    until(
        lambda: len(moments(weather, "Busy again and again")) > call.TRIES,
        "it was asked more often than before",
    )

    view = person.until(generation_id, lambda view: view["status"] == "queued")
    assert (view["started_at"], view["error"]) == (None, None)
    weather.weather()

    end = ended(person, generation_id)
    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert end.tries == len(moments(weather, "Busy again and again"))
    assert weather.calls("submit", "Busy again and again")[-1] == "ok"


@pytest.mark.parametrize("text", ["-1", "soon"])
def test_prv_05_a_retry_after_that_says_nothing_is_no_hurry(text: str, weather: Emulator, person: Person):
    prompt = f"Busy until {text}"
    weather.weather(submit="429")
    generation_id = begin(person, prompt, f"retry-after={text}")
    until(lambda: len(moments(weather, prompt)) >= 2, "it was asked again")
    weather.weather()

    assert ended(person, generation_id).status == "completed"
    at = moments(weather, prompt)
    assert all(later - earlier > 0.9 for earlier, later in pairwise(at))


def test_prv_05_what_waits_holds_neither_a_place_nor_its_share(weather: Emulator, person: Person):
    """Ten times its share are asked for while the provider is busy; another model is made meanwhile."""
    weather.weather(submit="429")
    asked = [begin(person, f"Held up {number}", "retry-after=60") for number in range(3)]
    until(lambda: waiting(person.served), "one was put back")
    places = person.served.studio.places("fal")
    number = person.served.studio.providers.get("fal").concurrency

    until(lambda: places._free == number, "every place is free")
    assert len(weather.calls("submit", "Held up")) <= 3
    assert {person.show(each)["status"] for each in asked} == {"queued"}
    for each in asked:
        assert person.send("POST", f"/generations/{each}/cancel").status_code == 200
    assert {person.finished(each)["status"] for each in asked} == {"cancelled"}
    assert {row.state for row in rows(person.served) if row.generation_id in asked} <= {"cancelled"}
    assert person.balance == (START_OF_PERSON, 0)


def test_prv_05_it_waits_on_after_a_restart_and_is_sent_once(tmp_path: Path):
    emulator = Emulator("fal", tmp_path / "ledger.db")
    emulator.weather(submit="429")
    first = Served(tmp_path / "home", None, connections=emulator.connection).start()
    person = first.person(START)
    generation_id = begin(person, "Busy across a restart", "retry-after=60")
    until(lambda: waiting(first), "it was put back")
    first.stop()
    emulator.weather()

    second = Served(tmp_path / "home", None, connections=emulator.connection).start()
    end = ended(Person(second, person.workspace_id, person.key), generation_id)

    assert (end.status, end.tries, end.cost_outcome) == ("completed", 2, "posted")
    assert emulator.calls("submit", "Busy across a restart") == ["429", "ok"]
    agree(emulator, second)
    assert second.breaches() == []
    second.stop()
    emulator.close()


def test_prv_05_what_waits_for_too_long_ends_with_a_sentence_whether_it_was_ever_sent_or_not(tmp_path: Path):
    emulator = Emulator("fal", tmp_path / "ledger.db")
    emulator.weather(submit="429")
    served = Served(
        tmp_path / "home", None, connections=emulator.connection, waiting_seconds=3, lease_seconds=3
    ).start()
    person = served.person(START)
    asked = [begin(person, f"In vain {number}", "retry-after=60") for number in range(30)]

    views = [person.finished(each) for each in asked]

    assert {view["status"] for view in views} == {"failed"}
    sentence = "No provider took it within 3 seconds, so it was given up. Nothing was charged."
    assert {view["error"] for view in views} == {sentence}
    assert person.balance == (START, 0)
    assert len(rows(served)) < len(asked), "most of them were never sent"
    assert {(row.state, row.cost_outcome) for row in rows(served)} == {("failed", None)}
    assert served.breaches() == []
    served.stop()
    emulator.close()


def geometric(dice: Random, share: float) -> int:
    """How many submits fail before one does not."""
    failures = 0
    while dice.random() < share:
        failures += 1
    return failures


@pytest.mark.parametrize(
    ("jobs", "seconds"),
    [(60, 0), pytest.param(5000, 120, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])],
)
def test_prv_04_a_storm_is_ridden_out(jobs: int, seconds: int, tmp_path: Path):
    """Three of ten submits fail, in a way that says that nothing ran; then all of them do, for a while."""
    dice = Random(20261128)
    emulator = Emulator("fal", tmp_path / "ledger.db")
    served = Served(tmp_path / "home", None, connections=emulator.connection, breaker_seconds=2).start()
    person = served.person(START)
    scripts = ["/".join([*[NOTHING_RAN] * geometric(dice, 0.3), "ok"]) for _ in range(jobs)]

    asked = [begin(person, f"Storm {at}", f"submit={script}") for at, script in enumerate(scripts)]
    ends = [person.finished(each)["status"] for each in asked]

    assert ends.count("completed") >= 0.99 * jobs
    assert len(moments(emulator, "Storm")) <= 1.5 * jobs

    emulator.weather(submit=NOTHING_RAN)
    over = time.monotonic() + seconds
    asked = [begin(person, f"Dark {at}") for at in range(jobs)]
    until(lambda: len(moments(emulator, "Dark")) >= breaker.FAILURES + 2, "it was left alone and tried again")
    until(lambda: time.monotonic() >= over, "the outage has lasted", patience=seconds + PATIENCE)
    during = len(moments(emulator, "Dark"))
    assert during <= SHARE + breaker.FAILURES + 3 + seconds
    assert {person.show(each)["status"] for each in asked[SHARE * 2 :]} == {"queued"}
    emulator.weather()

    assert {person.finished(each)["status"] for each in asked} == {"completed"}
    assert len(moments(emulator, "Dark")) <= during + 1.5 * jobs
    agree(emulator, served)
    assert served.breaches() == []
    served.stop()
    emulator.close()
