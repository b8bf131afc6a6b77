"""Each call has its receipt, and the provider's bill is held against them (REC-04)."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emulated import Emulator, made, until
from serving import Person, Served

from aims import generation
from aims.cli import run as run_aims
from aims.core.errors import Invalid
from aims.generation import bill

pytestmark = pytest.mark.usefixtures("quick")
PRICE = "0.08"
MICROS = 80_000
MODEL = "fal-ai/nano-banana-2"
HEADS = "request_id,units,cost_usd,time"


@pytest.fixture
def served(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A studio whose operator has said what a unit costs."""
    said = emulator.connection
    said["fal"]["unit_prices"] = {MODEL: PRICE}
    monkeypatch.setenv("AIMS_HOME", str(tmp_path / "home"))
    served = Served(tmp_path / "home", None, connections=said).start()
    yield served
    assert served.breaches() == []
    served.stop()


@pytest.fixture
def person(served: Served) -> Person:
    """Somebody with a workspace there."""
    return served.person(100_000)


@pytest.fixture
def aims(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """The operator's command, and what it prints as JSON."""

    def type_in(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        try:
            code = run_aims([*arguments, "--json"])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    return type_in


def exported(path: Path, emulator: Emulator, ids: list[str], **changed: Any) -> Path:
    """The provider's export about some requests, as its own books have them. changed: fields of the first line."""
    billed, lines = emulator.billed(), [HEADS]
    for number, each in enumerate(ids):
        line = {"request_id": each, "units": billed[each], "cost_usd": billed[each] * float(PRICE)}
        line |= {"time": f"{time.time():.6f}"} | (changed if not number else {})
        lines.append(",".join(str(value) for value in line.values()))
    path.write_text("\n".join(lines))
    return path


def kinds(found: dict[str, Any]) -> dict[str, int]:
    return {kind: total["count"] for kind, total in found["totals"].items() if total["count"]}


def test_a_receipt_has_what_the_provider_reports_and_who_paid(
    person: Person, emulator: Emulator, aims: Callable[..., tuple[int, Any]]
):
    good = made(person, "A good one", n=3)
    spoilt = made(person, "A spoilt one", "output=corrupt")
    refused = made(person, "A refused one", "end=policy")
    lost = made(person, "A lost one", "submit=reset")
    person.served.write(
        lambda tx: generation.refund(tx, good.view["id"], 5, "it was too dark", actor="operator")
    )

    code, found = aims("providers", "receipts", "--provider", "fal")

    assert code == 0
    by_generation = {each["generation_id"]: each for each in found}
    first = by_generation[good.view["id"]]
    assert (first["request_id"], first["billed_units"], first["cost_usd_micros"]) == (
        good.request_id,
        "3",
        3 * MICROS,
    )
    assert (first["cost"], first["cost_reason"], first["run_ms"], first["model"]) == (
        "posted",
        None,
        100,
        MODEL,
    )
    assert first["created_at"] <= first["submitted_at"] <= first["finished_at"]
    second = by_generation[spoilt.view["id"]]
    assert (second["cost"], second["billed_units"], second["cost_usd_micros"]) == ("absorbed", "1", MICROS)
    assert second["cost_reason"] == spoilt.view["outputs"][0]["error"]
    third = by_generation[refused.view["id"]]
    assert (third["cost"], third["billed_units"], third["cost_usd_micros"]) == (None, "0", 0)
    fourth = by_generation[lost.view["id"]]
    assert (fourth["cost"], fourth["billed_units"], fourth["cost_usd_micros"]) == ("absorbed", None, None)
    assert fourth["cost_reason"] == fourth["error"]
    told = {each["name"]: each for each in aims("doctor")[1]["findings"]}
    assert told["calls"]["sentence"].startswith("1 of the calls of the last 7 days ended without an answer")
    (alone,) = aims("providers", "receipts", "--generation", good.view["id"])[1]
    assert [(each["credits"], each["reason"]) for each in alone["refunds"]] == [(5, "it was too dark")]
    assert aims("providers", "receipts", "--provider", "other")[1] == []
    assert "cost" not in json.dumps(person.show(good.view["id"]))


def test_rec_04_a_bill_that_is_explained_whole(
    person: Person, emulator: Emulator, tmp_path: Path, aims: Callable[..., tuple[int, Any]]
):
    good = [str(made(person, f"Explained {number}").request_id) for number in range(3)]
    spoilt = made(person, "Explained and spoilt", "output=corrupt")
    made(person, "Explained and lost", "submit=reset")
    (lost,) = until(lambda: emulator.requests("Explained and lost"), "the provider has it")
    until(lambda: lost["id"] in emulator.billed(), "it is billed")
    ids = [*good, str(spoilt.request_id), lost["id"]]

    code, found = aims(
        "providers", "reconcile", str(exported(tmp_path / "b.csv", emulator, ids)), "--provider", "fal"
    )

    assert (code, found["ok"]) == (0, True)
    assert kinds(found) == {"matched": 3, "absorbed": 1, "lost": 1}
    assert sum(each["cost_usd_micros"] for each in found["totals"].values()) == 5 * MICROS
    told = {each["kind"]: each for each in found["findings"]}
    assert told["absorbed"]["why"] == spoilt.view["outputs"][0]["error"]
    assert told["lost"]["receipt"]["request_id"] is None


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"request_id": "00000000-0000-4000-8000-000000000000"}, "unknown"),
        ({"units": 7}, "differs"),
        ({"cost_usd": "0.09"}, "differs"),
    ],
    ids=["a stranger", "other units", "another amount"],
)
def test_rec_04_what_is_not_explained_is_named(
    changed: dict[str, Any],
    kind: str,
    person: Person,
    emulator: Emulator,
    tmp_path: Path,
    aims: Callable[..., tuple[int, Any]],
):
    ids = [str(made(person, f"Not explained {number}").request_id) for number in range(2)]
    file = exported(tmp_path / "b.csv", emulator, ids, **changed)

    code, found = aims("providers", "reconcile", str(file), "--provider", "fal", "--begin", "2020-01-01")

    assert (code, found["ok"]) == (1, False)
    assert kinds(found) == {"matched": 1, kind: 1} | ({"unbilled": 1} if kind == "unknown" else {})
    assert kind in {each["kind"] for each in found["findings"]}
    assert ids[0] in json.dumps(found["findings"])


def test_rec_04_a_line_that_stands_twice_and_one_that_our_books_say_was_free(
    person: Person, emulator: Emulator, tmp_path: Path, aims: Callable[..., tuple[int, Any]]
):
    twice = str(made(person, "Billed twice").request_id)
    free = str(made(person, "Billed although it failed", "end=internal_server_error").request_id)
    file = tmp_path / "b.csv"
    file.write_text(f"\ufeffTime,Request_ID,other\n2030-01-01T00:00:00Z,{twice},x\n,{twice},\n,{free},\n\n")

    code, found = aims("providers", "reconcile", str(file), "--provider", "fal")

    assert (code, kinds(found)) == (1, {"differs": 1, "unbooked": 1})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id,units\na,1\n",
        "request_id,units\na,many\n",
        "request_id,units\na,NaN\n",
        "request_id,units\na,1e99\n",
        "request_id,units\n,1\n",
        "request_id,time\na,yesterday\n",
        'request_id,units\n"a,1\n',
        "request_id,request_id\na,b\n",
    ],
)
def test_a_file_that_is_no_bill_is_refused_with_a_sentence(text: str):
    with pytest.raises(Invalid) as refused:
        bill.read(iter(text.splitlines(keepends=True)))

    assert refused.value.sentence.endswith(".")
