"""Whatever Vertex answers has an end, a code and a clean sentence (PRV-03, 05, 06, 07, 08, 09, 10, 13)."""

from pathlib import Path

import pytest
from accounts import PROJECT
from emulated import Emulator, agree, begin, ended, is_clean, made, until
from serving import Person, Served

from aims.generation import call
from aims.generation.collect import UNUSABLE
from aims.providers.vertex import adapter, results

PROVIDER = "vertex"
START = 100_000
pytestmark = pytest.mark.usefixtures("quick")


def test_prv_05_a_wait_that_is_asked_for_is_obeyed(person: Person, emulator: Emulator):
    end = made(person, "Told to wait", "submit=429/ok, retry-after=1s")

    assert (end.status, end.tries) == ("completed", 2)
    assert emulator.calls("submit", "Told to wait") == ["429", "ok"]


@pytest.mark.parametrize("step", ["500", "503"])
def test_an_error_of_googles_own_is_not_charged_for_and_tried_again(
    step: str, person: Person, emulator: Emulator
):
    end = made(person, f"First {step}", f"submit={step}/ok")

    assert (end.status, end.tries, end.cost_outcome) == ("completed", 2, "posted")


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("filtered", "content_refused"),
        ("guidelines", "content_refused"),
        ("3", "provider_rejected_input"),
        ("8", "provider_error"),
        ("13", "provider_error"),
        ("14", "provider_error"),
    ],
)
def test_prv_07_what_was_not_made_says_why_and_is_not_charged(
    end: str, code: str, person: Person, emulator: Emulator
):
    """Google does not charge for a film that it holds back, or that fails."""
    came = made(person, f"Ends with {end}", f"end={end}")

    assert (came.status, came.charged, person.balance) == ("failed", 0, (START, 0))
    assert (came.state, came.error_code, came.cost_outcome) == ("failed", code, None)
    assert len(emulator.calls("submit", f"Ends with {end}")) == 1
    is_clean(came, PROVIDER)


def test_prv_08_an_answer_without_end_is_not_read_to_its_end(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(adapter, "LARGEST_RESULT", 8 << 20)
    end = made(person, "Huge", "status=huge")

    assert (end.status, end.state, end.cost_outcome) == ("failed", "unknown", "absorbed")
    query = "SELECT max(sent) FROM calls WHERE route = 'status' AND whose = ? HAVING min(sent) > 0"
    ((most,),) = until(lambda: emulator.rows(query, end.request_id), "it has stopped to send")
    # What a socket's buffers hold comes on top of what is read.
    assert most < 40 << 20
    is_clean(end, PROVIDER)


@pytest.mark.parametrize(
    "script",
    ["status=back/ok", "status=404/502/ok", "status=429/ok", "status=reset/html/ok", "status=403/ok"],
)
def test_prv_09_what_is_odd_for_a_while_still_comes_home(script: str, person: Person, emulator: Emulator):
    end = made(person, f"Odd {script}", script)

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert len(emulator.calls("submit", f"Odd {script}")) == 1


@pytest.mark.parametrize("script", ["status=404", "status=500"])
def test_prv_09_what_is_lost_after_it_was_taken_ends_and_is_written_off(
    script: str, person: Person, emulator: Emulator
):
    end = made(person, f"Gone {script}", script)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("unknown", "outcome_unknown", "absorbed")
    assert len(emulator.calls("submit", f"Gone {script}")) == 1


def test_prv_09_what_never_ends_is_left(person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch):
    """It is not billed before it is over, and that may be after we have left."""
    monkeypatch.setattr(call, "LONGEST_RUN_SECONDS", 0)

    end = made(person, "Running long", "work=2")

    assert (end.status, end.error_code, end.cost_outcome) == ("failed", "provider_timeout", "absorbed")


@pytest.mark.parametrize("step", ["empty", "corrupt", "page", "other", "unreadable", "address"])
def test_prv_10_a_film_that_does_not_play_is_given_back_and_not_bought_again(
    step: str, person: Person, emulator: Emulator
):
    end = made(person, f"Spoilt {step}", f"status={step}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    sentence = results.UNREADABLE if step in ("unreadable", "address") else UNUSABLE["video"]
    assert [each["error"] for each in end.view["outputs"]] == [sentence]
    assert (end.state, end.cost_outcome) == ("done", "absorbed")
    assert len(emulator.calls("submit", f"Spoilt {step}")) == 1


def test_an_operation_that_is_done_and_has_nothing_is_written_off(person: Person):
    end = made(person, "Done with nothing", "status=missing")

    assert (end.status, end.error_code, end.cost_outcome) == ("failed", "provider_bad_response", "absorbed")
    is_clean(end, PROVIDER)


def test_prv_13_a_cancel_is_final_for_the_customer_and_what_it_costs_is_ours(
    person: Person, emulator: Emulator
):
    """No operation can be stopped: it is finished and billed, and nobody who asked for it pays."""
    generation_id = begin(person, "Stopped", "work=3")
    taken = until(lambda: emulator.requests("Stopped"), "the provider has it")
    until(lambda: emulator.calls("status", taken[0]["id"]), "it was asked after")

    for _ in range(2):
        assert person.send("POST", f"/generations/{generation_id}/cancel").status_code in (200, 202, 409)

    end = ended(person, generation_id)
    assert (end.status, end.charged, person.balance) == ("cancelled", 0, (START, 0))
    assert (end.state, end.cost_outcome) == ("cancelled", "absorbed")


def test_a_film_comes_home(person: Person):
    (output,) = made(person, "A film").view["outputs"]

    got = person.served.client.get(output["url"])
    assert (got.status_code, got.headers["content-type"]) == (200, "video/mp4")


def test_a_studio_that_starts_again_goes_on_asking_after_what_it_sent(tmp_path: Path):
    emulator = Emulator(PROVIDER, tmp_path / "ledger.db")
    first = Served(tmp_path / "home", None, connections=emulator.connection).start()
    person = first.person(START)
    generation_id = begin(person, "Across a restart", "work=2")
    until(lambda: emulator.requests("Across a restart"), "the provider has it")
    person.until(generation_id, lambda view: view["status"] == "running")
    first.stop()

    second = Served(tmp_path / "home", None, connections=emulator.connection).start()
    end = ended(Person(second, person.workspace_id, person.key), generation_id)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert emulator.calls("submit", "Across a restart") == ["ok"]
    agree(emulator, second)
    assert second.breaches() == []
    second.stop()
    emulator.close()


def test_neither_the_account_nor_its_token_is_in_a_line_of_the_log(
    person: Person, capfd: pytest.CaptureFixture[str]
):
    for script in ("", "submit=403", "end=filtered", "status=html/ok"):
        made(person, f"Logged {script}", script)

    said = capfd.readouterr()
    for private in ("PRIVATE KEY", "ya29", PROJECT, "tested-key"):
        assert private not in said.out + said.err
    assert "provider refuses the key" in said.out + said.err
