"""What is paid for is paid for once, whoever is paid: the same for every provider that bills (PRV-01, 02, 13).

After each test the emulator's own ledger and ours are compared.
"""

from pathlib import Path
from typing import Any

import machine
import pytest
from emulated import MODELS, Emulator, agree, begin, connection_to, ended, made, until
from serving import Person, Served
from sqlalchemy import func, select

from aims.generation import call
from aims.generation.tables import attempts

pytestmark = pytest.mark.usefixtures("quick")
START = 100_000
PAID = ("fal", "google", "openai", "replicate", "vertex")
# These answer a call once it is made; those below are asked after it, and can be stopped while it waits.
AT_ONCE = ("google", "openai")
ASKED_AFTER = ("fal", "replicate")
_TRIES = select(func.max(attempts.c.tries))
_STATES = select(attempts.c.state).order_by(attempts.c.number)


def each(names: tuple[str, ...]) -> pytest.MarkDecorator:
    """With the emulator of each of these providers."""
    return pytest.mark.parametrize("emulator", names, indirect=True, scope="module")


@each(PAID)
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("broken", ["reset", "hang", "proxy", "drip"])
def test_prv_01_a_submit_whose_answer_is_lost_is_never_sent_twice(
    broken: str, person: Person, emulator: Emulator
):
    """It was taken and billed; then (a) the connection broke, (b) nothing came in time, (c) a proxy answered 502."""
    prompt = f"Lost by {broken}"

    end = made(person, prompt, f"submit={broken}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("unknown", "outcome_unknown", "absorbed")
    (taken,) = until(lambda: emulator.requests(prompt), "the provider has it")
    assert until(lambda: emulator.billed().get(taken["id"]), "it is billed") > 0
    assert emulator.calls("submit", prompt) == [broken]


@pytest.mark.parametrize("name", PAID)
def test_prv_02_what_was_never_sent_is_sent_again_until_somebody_is_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The provider's port is closed at first: nothing can have been bought there."""
    port = machine.spare_port()
    away = connection_to(name, f"http://127.0.0.1:{port}")
    monkeypatch.setattr(call, "TRIES", 10_000)
    served = Served(tmp_path / "home", None, connections=away).start()
    person = served.person(START)
    generation_id = begin(person, "Sent in vain")
    until(lambda: tries(served) > 1, "it was tried again")

    emulator = Emulator(name, tmp_path / "ledger.db", port)
    end = ended(person, generation_id)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert emulator.calls("submit", "Sent in vain") == ["ok"]
    agree(emulator, served)
    served.stop()
    emulator.close()


@pytest.mark.parametrize("name", PAID)
def test_prv_02_it_is_given_back_when_nobody_comes(name: str, tmp_path: Path):
    nobody = connection_to(name, f"http://127.0.0.1:{machine.spare_port()}")
    served = Served(tmp_path / "home", None, connections=nobody, waiting_seconds=2).start()
    person = served.person(START)

    end = made(person, "Sent in vain")

    assert (end.status, end.error_code, end.cost_outcome) == ("failed", "provider_unavailable", None)
    assert end.view["error"].endswith("Nothing was charged.")
    assert (end.tries > 1, person.balance) == (True, (START, 0))
    assert served.breaches() == []
    served.stop()


@each(PAID)
def test_another_models_provider_is_not_replaced_by_drawings(person: Person):
    """With one real provider connected, the sandbox makes nothing any more."""
    view: dict[str, Any] = made(person, "Really made").view

    assert view["sandbox"] is False


@each(ASKED_AFTER)
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("script", "cost"),
    [
        ("queue=ever", None),
        ("work=3", "absorbed"),
        ("status=back", "absorbed"),
        ("work=3, cancel=404", "absorbed"),
        ("work=3, cancel=500", "absorbed"),
        ("work=3, cancel=hang", "absorbed"),
        ("work=3, cancel=html", "absorbed"),
    ],
    ids=["queued", "running", "finished", "unknown", "broken", "silent", "garbage"],
)
def test_prv_13_a_cancel_has_one_outcome(script: str, cost: str | None, person: Person, emulator: Emulator):
    """Nobody is charged for what they stopped. What the provider bills all the same is ours, and written down."""
    generation_id = begin(person, f"Stopped while {script}", script)
    person.until(generation_id, lambda view: view["status"] == "running")
    taken = until(lambda: emulator.requests(f"Stopped while {script}"), "the provider has it")
    until(lambda: emulator.calls("status", taken[0]["id"]), "it was asked after")

    for _ in range(2):
        assert person.send("POST", f"/generations/{generation_id}/cancel").status_code in (200, 202, 409)

    end = ended(person, generation_id)
    assert (end.status, end.charged, person.balance) == ("cancelled", 0, (START, 0))
    assert (end.state, end.cost_outcome) == ("cancelled", cost)
    assert len(emulator.calls("cancel", str(end.request_id))) == 1


@pytest.mark.parametrize("name", ASKED_AFTER)
def test_a_studio_that_starts_again_goes_on_asking_after_what_it_sent(name: str, tmp_path: Path):
    emulator = Emulator(name, tmp_path / "ledger.db")
    first = Served(tmp_path / "home", None, connections=emulator.connection).start()
    person = first.person(START)
    generation_id = begin(person, "Across a restart", "work=2")
    until(lambda: emulator.requests("Across a restart"), "the provider has it")
    person.until(generation_id, lambda view: view["status"] == "running")
    first.stop()

    second = Served(tmp_path / "home", None, connections=emulator.connection).start()
    again = Person(second, person.workspace_id, person.key)
    end = ended(again, generation_id)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert emulator.calls("submit", "Across a restart") == ["ok"]
    agree(emulator, second)
    second.stop()
    emulator.close()


@each(AT_ONCE)
def test_prv_13_what_is_being_made_in_one_call_cannot_be_stopped_and_is_delivered(
    person: Person, emulator: Emulator
):
    """Such a provider has no way to stop it, and bills it: who asked for it gets it, and pays for it once."""
    generation_id = begin(person, "Stopped while it is made", "work=2")
    until(lambda: emulator.requests("Stopped while it is made"), "the provider has it")

    for _ in range(2):
        assert person.send("POST", f"/generations/{generation_id}/cancel").status_code in (200, 202, 409)

    end = ended(person, generation_id)
    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert person.balance == (START - end.charged, 0)
    assert end.charged > 0


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_studio_that_ends_while_a_call_is_out_does_not_make_it_again(name: str, tmp_path: Path):
    emulator = Emulator(name, tmp_path / "ledger.db")
    first = Served(tmp_path / "home", None, connections=emulator.connection).start()
    person = first.person(START)
    generation_id = begin(person, "Out at the end", "work=1")
    until(lambda: emulator.requests("Out at the end"), "the provider has it")
    first.stop()

    second = Served(tmp_path / "home", None, connections=emulator.connection).start()
    again = Person(second, person.workspace_id, person.key)
    end = ended(again, generation_id)

    assert (end.status, end.state, end.cost_outcome) == ("failed", "unknown", "absorbed")
    assert again.balance == (START, 0)
    assert emulator.calls("submit", "Out at the end") == ["ok"]
    agree(emulator, second)
    assert second.breaches() == []
    second.stop()
    emulator.close()


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_came_before_the_studio_ended_is_kept_and_delivered(name: str, tmp_path: Path):
    """One of two calls was over, and has the provider's id; the other is out, and nobody will know."""
    emulator = Emulator(name, tmp_path / "ledger.db")
    first = Served(tmp_path / "home", None, connections=emulator.connection).start()
    person = first.person(START)
    # As many as are two calls, wherever one call makes several.
    generation_id = begin(person, "Half of it", "submit=ok/hang", n=most(person) + 1)
    until(lambda: "done" in states(first), "one of them is over")
    until(lambda: len(emulator.requests("Half of it")) == 2, "the provider has both")
    first.stop()

    second = Served(tmp_path / "home", None, connections=emulator.connection).start()
    again = Person(second, person.workspace_id, person.key)
    view = again.finished(generation_id)

    assert sorted(states(second)) == ["done", "unknown"]
    assert {each["status"] for each in view["outputs"]} == {"completed", "failed"}
    assert len(emulator.calls("submit", "Half of it")) == 2
    agree(emulator, second)
    assert second.breaches() == []
    second.stop()
    emulator.close()


def most(person: Person) -> int:
    """How many pictures one call of this studio's provider makes."""
    provider = next(iter(person.served.settings.connections))
    model = person.served.studio.counter.of("").shelf.entry(MODELS[provider])
    assert model is not None
    return model.outputs_per_call


def tries(served: Served) -> int:
    """How often the one call of a studio was made."""
    return served.read(lambda tx: tx.value(_TRIES)) or 0


def states(served: Served) -> list[str]:
    """How each call of a studio stands."""
    return served.read(lambda tx: [row.state for row in tx.all(_STATES)])
