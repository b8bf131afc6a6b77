"""Word from the provider: what was lost comes home by it, and whatever else arrives changes nothing (PRV-01, 11)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from emulated import KEY, Emulator, agree, begin, ended, files_are_whole, made, until
from hooked import attempt_of, hooks, kept, reachable, steer
from serving import Person, Served

from aims.generation import hearing, receipts, reconcile
from aims.generation.bill import Billed
from aims.providers import sealed
from aims.providers.connection import Kept
from emulators.fal.hooks import USER

pytestmark = pytest.mark.usefixtures("quick")
START = 100_000


@pytest.fixture(scope="module")
def public(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A studio that the emulator reaches."""
    served = reachable(tmp_path_factory.mktemp("public"), emulator)
    yield served
    served.stop()


@pytest.fixture
def person(emulator: Emulator, public: Served) -> Iterator[Person]:
    """Somebody with a workspace there. Afterwards both sides' books say the same."""
    yield public.person(START)
    agree(emulator, public)
    assert public.breaches() == []
    files_are_whole(public)
    emulator.kept_its_key_to_itself()


def test_word_arrives_and_is_kept_and_the_work_is_collected(person: Person, emulator: Emulator):
    generation_id = begin(person, "Told of", "work=1")
    end = ended(person, generation_id)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    request_id = str(end.request_id)
    assert until(lambda: hooks(emulator, request_id), "word was sent") == ["ok 204"]
    assert kept(person.served, generation_id) == [(request_id, "OK")]


def test_a_driver_that_sleeps_between_two_questions_is_woken_by_it(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    """It would ask again in an hour."""
    from aims.providers.fal import adapter

    monkeypatch.setattr(adapter, "PACE", replace(adapter.PACE, first=3600.0, longest=3600.0))

    end = made(person, "Woken", "work=1")

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert len(emulator.calls("status", str(end.request_id))) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("broken", ["reset", "hang", "proxy", "html"])
def test_prv_01_a_submit_whose_answer_is_lost_comes_home_by_word_of_it(
    broken: str, person: Person, emulator: Emulator
):
    end = made(person, f"Lost by {broken}", f"submit={broken}, work=1, hook-wait=1")

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert person.balance == (START - end.charged, 0)
    (taken,) = emulator.requests(f"Lost by {broken}")
    assert (end.request_id, emulator.calls("submit", f"Lost by {broken}")) == (taken["id"], [broken])


def test_prv_01_without_word_it_is_given_back_when_the_time_is_over(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hearing, "HEARING_SECONDS", 0.2)

    end = made(person, "Never told of", "submit=reset, hook=off")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("unknown", "outcome_unknown", "absorbed")


def test_prv_11_late_word_charges_nobody_and_is_booked_as_our_cost(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hearing, "HEARING_SECONDS", 0.0)
    generation_id = begin(person, "Told of too late", "submit=reset, hook=off")
    assert ended(person, generation_id).request_id is None
    (taken,) = emulator.requests("Told of too late")

    steer(emulator, send=taken["id"], **{"as": "ok"})
    until(lambda: hooks(emulator, taken["id"]), "word was sent")

    end = ended(person, generation_id)
    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.cost_outcome, end.request_id) == ("unknown", "absorbed", taken["id"])
    assert emulator.calls("output", taken["id"]) == []


def test_prv_11_word_of_what_was_cancelled_for_nothing_is_booked_as_our_cost(
    person: Person, emulator: Emulator
):
    """It was taken out of the queue, we were told; and then it says that it was made all the same."""
    generation_id = begin(person, "Stopped in time", "queue=600, hook=off")
    person.until(generation_id, lambda view: view["status"] == "running")
    taken = until(lambda: emulator.requests("Stopped in time"), "the provider has it")
    person.send("POST", f"/generations/{generation_id}/cancel")
    assert ended(person, generation_id).cost_outcome is None

    steer(emulator, send=taken[0]["id"], **{"as": "made"})
    until(lambda: hooks(emulator, taken[0]["id"]), "word was sent")

    end = ended(person, generation_id)
    assert (end.status, end.charged, end.cost_outcome) == ("cancelled", 0, "absorbed")
    assert attempt_of(person.served, generation_id).cost_reason


@pytest.mark.parametrize("order", ["twice", "error/ok", "ok/error", "ok/ok/ok"])
def test_prv_11_duplicates_and_disorder_are_harmless(order: str, person: Person, emulator: Emulator):
    generation_id = begin(person, f"In the order {order}", f"work=1, hook={order}")
    end = ended(person, generation_id)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert person.balance == (START - end.charged, 0)
    expected = 10 if order == "twice" else order.count("/") + 1
    sent = until(
        lambda: len(got := hooks(emulator, str(end.request_id))) == expected and got, "all were sent"
    )
    assert {each.split()[1] for each in sent} == {"204"}
    statuses = {"OK", "ERROR"} if "error" in order else {"OK"}
    assert {status for _, status in kept(person.served, generation_id)} == statuses


@pytest.mark.parametrize("order", ["forged", "garbage", "stranger"])
def test_prv_12_what_is_not_the_providers_word_to_us_changes_nothing(
    order: str, person: Person, emulator: Emulator
):
    made(person, "So that the account is known")
    generation_id = begin(person, f"Sent {order}", f"work=1, hook={order}")
    end = ended(person, generation_id)

    (sent,) = until(lambda: hooks(emulator, str(end.request_id)), "it was sent")
    assert sent == f"{order} {400 if order == 'garbage' else 401}"
    assert (end.status, kept(person.served, generation_id)) == ("completed", [])


@pytest.mark.parametrize("pause", ["0", "0.1", "0.3", "0.6"])
def test_ten_messages_a_poll_and_a_cancel_at_one_instant_have_one_outcome(
    pause: str, person: Person, emulator: Emulator
):
    generation_id = begin(person, f"All at once after {pause}", f"work={pause}, hook=twice")
    until(lambda: emulator.requests(f"All at once after {pause}"), "the provider has it")
    answered = person.send("POST", f"/generations/{generation_id}/cancel").status_code
    end = ended(person, generation_id)

    assert answered in (200, 202, 409)
    assert (end.status, end.charged > 0, end.cost_outcome) in (
        ("completed", True, "posted"),
        ("cancelled", False, "absorbed"),
    )
    assert person.balance == (START - end.charged, 0)
    request_id = emulator.requests(f"All at once after {pause}")[0]["id"]
    sent = until(lambda: len(got := hooks(emulator, request_id)) == 10 and got, "all were sent")
    assert set(sent) == {"ok 204"}
    assert kept(person.served, generation_id) == [(request_id, "OK")]


def test_a_studio_without_a_public_address_asks_for_no_word(
    emulator: Emulator, connected: Served, public: Served
):
    end: Any = made(connected.person(START), "Behind a wall")

    assert end.status == "completed"
    assert hooks(emulator, end.request_id) == []


def test_the_account_that_the_operator_states_counts_more_than_the_one_that_was_learned(tmp_path: Path):
    """Somebody else's message came first: until the operator says whose account it is, no word of ours is taken."""
    emulator = Emulator("fal", tmp_path / "fal.db")
    for account, taken in (("", 401), (USER, 204)):
        said = {"fal": emulator.connection["fal"] | ({"account": account} if account else {})}
        served = reachable(tmp_path / "home", emulator, connections=said)
        person = served.person(START)
        if not account:
            learned = str(made(person, "Somebody else's", "hook=stranger").request_id)
            until(lambda learned=learned: hooks(emulator, learned) == ["stranger 204"], "it was taken")
        ours = str(made(person, f"Ours, as {account or 'nobody'}").request_id)
        sent = until(lambda ours=ours: hooks(emulator, ours), "it was sent")
        assert sent[0] == f"ok {taken}"
        served.stop()
    emulator.close()


def test_word_about_a_workspaces_own_account_finds_its_own_connection(tmp_path: Path):
    """Another connection to the same provider, with an account of its own beside the instance's."""
    emulator = Emulator("fal", tmp_path / "ledger.db")
    served = reachable(tmp_path / "home", emulator)
    person = served.person(START)
    kept_row = Kept.model_validate({"key": KEY, "base_url": emulator.url, "account": USER})
    served.write(sealed.put, served.studio.connections.vault, person.workspace_id, "fal", kept_row)
    until(lambda: person.workspace_id in served.studio.providers.connected(), "the connection is known")

    end = made(person, "On its own account", "submit=reset, work=1, hook-wait=0.5")

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    row = attempt_of(served, end.view["id"])
    assert row.provider.startswith("fal:")
    assert kept(served, end.view["id"]) == [(row.provider_ref, "OK")]
    assert [each.request_id for each in served.read(lambda tx: receipts.newest(tx, provider="fal"))] == [
        row.provider_ref
    ]
    found = served.read(lambda tx: reconcile.compare(tx, "fal", {row.provider_ref: Billed(row.provider_ref)}))
    assert [each.kind for each in found.findings] == ["matched"]
    assert served.breaches() == []
    served.stop()
    emulator.close()
