"""Whatever breaks between here and a ComfyUI server, a workflow is found again or run again, and charged for once
(PRV-01, 02, 09, 13)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
import pytest
from emulated import Emulator, begin, ended, files_are_whole, made, until
from serving import Person, Served
from sqlalchemy import func, select

from aims.generation import call
from aims.generation.tables import attempts

PROVIDER = "comfyui"
START = 100_000
_TRIES = select(func.max(attempts.c.tries))

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture(params=["newer", "older"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Emulator]:
    """A server of now, and one of 2024, which names what it takes by itself and stops whatever runs."""
    options = ["--older"] if request.param == "older" else []
    emulator = Emulator(PROVIDER, tmp_path / "server.db", options=options)
    yield emulator
    emulator.close()


@pytest.fixture
def person(server: Emulator, tmp_path: Path) -> Iterator[Person]:
    """Somebody with a workspace in a studio that is connected to it."""
    served = Served(tmp_path / "home", None, connections=server.connection).start()
    yield served.person(START)
    assert served.breaches() == []
    files_are_whole(served)
    server.kept_its_key_to_itself()
    served.stop()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("broken", ["reset", "hang", "proxy", "drip"])
def test_prv_01_a_submit_whose_answer_is_lost_is_found_again(broken: str, person: Person, server: Emulator):
    """It was taken and runs; then the connection broke, nothing came in time, or a proxy answered 502."""
    prompt = f"Lost by {broken}"

    end = made(person, prompt, f"submit={broken}/ok, work=3")

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert (end.charged, person.balance) == (1, (START - 1, 0))
    assert end.tries == 2
    (taken,) = server.requests(prompt)
    assert end.request_id == taken["id"]
    assert server.calls("submit", prompt) == [broken]


def test_prv_01_what_is_over_before_it_is_looked_for(person: Person, server: Emulator):
    """A server of now knows it by our name; one of 2024 does not, and runs it again. It is charged for once."""
    end = made(person, "Over at once", "submit=reset/ok")

    assert (end.status, end.charged, person.balance) == ("completed", 1, (START - 1, 0))
    assert len(server.requests("Over at once")) in (1, 2)


def test_a_studio_that_starts_again_goes_on_asking_and_hears_how_far_it_is(tmp_path: Path, server: Emulator):
    first = Served(tmp_path / "home", None, connections=server.connection).start()
    person = first.person(START)
    generation_id = begin(person, "Across a restart", "work=9")
    person.until(generation_id, lambda view: view["status"] == "running")
    first.stop()

    second = Served(tmp_path / "home", None, connections=server.connection).start()
    again = Person(second, person.workspace_id, person.key)
    again.until(generation_id, lambda view: (view["progress"] or 0) > 0.1 or view["finished_at"] is not None)
    assert again.show(generation_id)["status"] == "running", "the socket of the work, not of the process"
    end = ended(again, generation_id)

    assert (end.status, end.charged, end.cost_outcome) == ("completed", 1, "posted")
    assert len(server.requests("Across a restart")) == 1
    assert second.breaches() == []
    second.stop()


def test_prv_02_what_was_never_sent_is_sent_again_until_somebody_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    port = machine.spare_port()
    monkeypatch.setattr(call, "TRIES", 10_000)
    away = {PROVIDER: {"base_url": f"http://127.0.0.1:{port}"}}
    served = Served(tmp_path / "home", None, connections=away).start()
    person = served.person(START)
    generation_id = begin(person, "Sent in vain")
    until(lambda: (served.read(lambda tx: tx.value(_TRIES)) or 0) > 1, "it was tried again")

    emulator = Emulator(PROVIDER, tmp_path / "ledger.db", port)
    end = ended(person, generation_id)

    assert (end.status, end.charged, end.cost_outcome) == ("completed", 1, "posted")
    assert emulator.calls("submit", "Sent in vain") == ["ok"]
    served.stop()
    emulator.close()


def test_prv_02_it_is_given_back_when_nobody_comes(tmp_path: Path):
    nobody = {PROVIDER: {"base_url": f"http://127.0.0.1:{machine.spare_port()}"}}
    served = Served(tmp_path / "home", None, connections=nobody, waiting_seconds=2).start()
    person = served.person(START)

    end = made(person, "Sent in vain")

    assert (end.status, end.error_code, end.cost_outcome) == ("failed", "provider_unavailable", None)
    assert (end.tries > 1, person.balance) == (True, (START, 0))
    served.stop()


@pytest.mark.parametrize(
    "script", ["history=404/502/ok", "history=429/ok", "history=401/ok", "history=reset/html/ok"]
)
def test_prv_09_what_is_odd_for_a_while_still_comes_home(script: str, person: Person, server: Emulator):
    end = made(person, f"Odd {script}", script)

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert len(server.requests(f"Odd {script}")) <= 2


def test_prv_09_a_queue_without_an_end_is_left(
    person: Person, server: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(call, "LONGEST_RUN_SECONDS", 0)

    end = made(person, "Queued for ever", "queue=ever")

    assert (end.status, end.error_code, end.cost_outcome) == ("failed", "provider_timeout", None)
    assert server.rows("SELECT ended FROM requests WHERE id = ?", end.request_id) == [("cancelled",)]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "script",
    ["queue=ever", "work=ever", "work=ever, cancel=500", "work=ever, cancel=hang", "work=ever, cancel=html"],
    ids=["queued", "running", "broken", "silent", "garbage"],
)
def test_prv_13_a_cancel_has_one_outcome(script: str, person: Person, server: Emulator):
    generation_id = begin(person, f"Stopped while {script}", script)
    person.until(generation_id, lambda view: view["status"] == "running")
    (taken,) = until(lambda: server.requests(f"Stopped while {script}"), "the server has it")
    until(lambda: len(server.calls("history", taken["id"])) > 1, "it was asked after")

    for _ in range(2):
        assert person.send("POST", f"/generations/{generation_id}/cancel").status_code in (200, 202, 409)

    end = ended(person, generation_id)
    assert (end.status, end.charged, person.balance) == ("cancelled", 0, (START, 0))
    assert (end.state, end.cost_outcome) == ("cancelled", None)
    if "cancel" not in script:
        ended_as = "SELECT ended FROM requests WHERE id = ? AND ended IS NOT NULL"
        assert until(lambda: server.rows(ended_as, taken["id"]), "it is over") == [("cancelled",)]
        assert len(server.calls("cancel", taken["id"])) == 1


def test_stopping_one_leaves_the_others_alone(tmp_path: Path):
    """Also on a server that stops whatever runs: what is not running there is taken out of the queue, not stopped."""
    server = Emulator(PROVIDER, tmp_path / "server.db", options=["--older"])
    served = Served(tmp_path / "home", None, connections=server.connection).start()
    person = served.person(START)
    runs = begin(person, "This one runs", "work=3")
    waits = begin(person, "This one waits", "queue=ever")
    for each in (runs, waits):
        person.until(each, lambda view: view["status"] == "running")

    assert person.send("POST", f"/generations/{waits}/cancel").status_code in (200, 202)

    assert ended(person, waits).status == "cancelled"
    assert ended(person, runs).status == "completed"
    served.stop()
    server.close()


def test_one_that_is_stopped_at_the_server_says_so(person: Person, server: Emulator) -> None:
    import httpx2

    generation_id = begin(person, "Stopped by its owner", "work=ever")
    (taken,) = until(lambda: server.requests("Stopped by its owner"), "the server has it")
    until(lambda: server.rows("SELECT 1 FROM calls WHERE route = 'history'"), "it was asked after")
    running: Any = {"prompt_id": taken["id"]}
    until(lambda: httpx2.get(f"{server.url}/queue", trust_env=False).json()["queue_running"], "it runs")
    httpx2.post(f"{server.url}/interrupt", json=running, trust_env=False)

    end = ended(person, generation_id)
    assert (end.status, end.error_code, end.charged) == ("failed", "provider_cancelled", 0)
    assert end.view["error"] == "It was stopped at the ComfyUI server."
