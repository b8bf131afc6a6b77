"""What is paid for is paid for once, and both sides' books say so, however the way to fal's queue breaks (PRV-09).

What holds for every provider is in test_money.py. After each test the emulator's own ledger and ours are compared.
"""

import pytest
from emulated import Emulator, made
from serving import Person

from aims.generation import call

pytestmark = pytest.mark.usefixtures("quick")
START = 100_000


@pytest.mark.parametrize("step", ["elsewhere", "ok"])
def test_the_key_goes_to_no_address_that_an_answer_makes_up(step: str, person: Person, emulator: Emulator):
    end = made(person, f"Asked after {step}", f"submit={step}")

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert emulator.calls("result", str(end.request_id)) == ["ok"]


@pytest.mark.parametrize("kind", ["runner_scheduling_failure", "startup_timeout"])
def test_an_error_that_says_that_nothing_ran_is_tried_again(kind: str, person: Person, emulator: Emulator):
    end = made(person, f"First {kind}", f"submit={kind}/ok")

    assert (end.status, end.tries) == ("completed", 2)
    assert emulator.calls("submit", f"First {kind}") == [kind, "ok"]


@pytest.mark.parametrize(
    "script",
    [
        "status=back/unknown/stranger/ok",
        "status=404/502/ok",
        "status=429/ok",
        "status=401/ok",
        "status=reset/html/ok",
        "result=early/ok",
        "result=404/500/ok",
        "work=0.5, status=done/ok",
    ],
)
def test_prv_09_what_is_odd_for_a_while_still_comes_home(script: str, person: Person, emulator: Emulator):
    end = made(person, f"Odd {script}", script)

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert len(emulator.calls("submit", f"Odd {script}")) == 1


@pytest.mark.parametrize("script", ["status=404", "result=404", "status=500", "result=502"])
def test_prv_09_what_is_lost_after_it_was_taken_ends_and_is_written_off(
    script: str, person: Person, emulator: Emulator
):
    end = made(person, f"Gone {script}", script)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("unknown", "outcome_unknown", "absorbed")
    assert len(emulator.calls("submit", f"Gone {script}")) == 1


def test_prv_09_a_queue_without_an_end_is_left(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(call, "LONGEST_RUN_SECONDS", 0)

    end = made(person, "Queued for ever", "queue=ever")

    assert (end.status, end.error_code, end.cost_outcome) == ("failed", "provider_timeout", None)
    assert emulator.calls("cancel", str(end.request_id)) == ["ok"]
    assert emulator.rows("SELECT ended FROM requests WHERE id = ?", end.request_id) == [("client_cancelled",)]
