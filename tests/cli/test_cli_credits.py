"""Credits and the books from the command line."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typing_in import Said, refused

Run = Callable[..., Said]


def draw(home: Path, api_key: str, pictures: int, prompt: str = "Abstract") -> None:
    """Serve nobody, make pictures with that key, and pay for them."""
    from aims import bootstrap, catalog
    from aims.core import settings
    from aims.generation import Supervisor, is_finished, submit

    async def work() -> None:
        supervisor = Supervisor(alone=True)
        read = settings.load(home=home, drawing_processes=1, min_free_mib=0)
        studio = await bootstrap.open_studio(read, begin=supervisor.begin)
        try:
            await supervisor.start(studio)
            actor = await studio.ring.recognise(studio.db, api_key)
            body = {"prompt": prompt, "model": "fal-ai/nano-banana-2", "resolution": "0.5K", "n": pictures}
            shelf = studio.counter.of(actor.workspace_id).shelf
            draft = catalog.check(shelf, "image", body, default_model="")
            accepted = await submit(studio, actor, draft)
            async with studio.signals.listen(accepted.id) as listener:
                while not await studio.db.read(is_finished, accepted.id):
                    await listener.wait(0.1)
        finally:
            await supervisor.stop(5)
            await bootstrap.close_studio(studio)

    asyncio.run(work())


def corrupt(home: Path, statement: str) -> None:
    """Change a row by hand, as nobody should."""
    with closing(sqlite3.connect(home / "studio.db")) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)


def test_a_grant_with_a_reference_is_given_once(run: Run, made: dict[str, str]):
    first = run("credits", "grant", "--amount", "500", "--reference", "invoice-17", "--json").json
    again = run("credits", "grant", "--amount", "500", "--reference", "invoice-17", "--json").json
    other = run("credits", "grant", "--amount", "1", "--json").json

    assert first == again == {"reference": "invoice-17", "available": 1500, "held": 0}
    assert other["available"] == 1501
    assert "1501 credits" in run("credits", "grant", "--amount", "500", "--reference", "invoice-17").out


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "many", "9" * 30, ""])
def test_an_amount_that_is_none_is_a_usage_error(run: Run, made: dict[str, str], amount: str):
    refused(run("credits", "grant", "--amount", amount), 2)

    assert run("credits", "statement", "--json").json["available"] == 1000


def test_a_statement_is_newest_first_and_goes_back_in_pages(run: Run, made: dict[str, str]):
    for amount in (1, 2, 3):
        run("credits", "grant", "--amount", str(amount), "--reason", f"gift {amount}")

    first = run("credits", "statement", "--most", "2", "--json").json
    rest = run("credits", "statement", "--before", str(first["entries"][-1]["seq"]), "--json").json

    assert [entry["amount"] for entry in first["entries"]] == [3, 2]
    assert [entry["amount"] for entry in rest["entries"]] == [1, 1000]
    assert first["entries"][0]["cause"] == "gift 3"
    assert "available 1006, held 0" in run("credits", "statement").out
    refused(run("credits", "statement", "--most", "0"), 2)


def test_resetting_the_sandbox_gives_every_drawing_back_and_the_cap_too(
    run: Run, made: dict[str, str], home: Path
):
    capped = run("keys", "create", "--cap", "100", "--json").json
    draw(home, capped["api_key"], 4, "Abstract [sandbox: fail=1]")
    before = run("credits", "statement", "--json").json

    said = run("credits", "reset-sandbox", "--json").json
    again = run("credits", "reset-sandbox", "--json").json

    assert before["available"] == 925
    assert all(entry["sandbox"] for entry in before["entries"] if entry["verb"] != "grant")
    assert (said, again) == ({"refunded": 75}, {"refunded": 0})
    assert run("credits", "statement", "--json").json["available"] == 1000
    assert run("keys", "list", "--json").json[1]["used"] == 0
    assert run("ledger", "verify", "--json").json == {"ok": True, "breaches": []}
    draw(home, capped["api_key"], 4)


def test_the_books_are_right_and_say_so(run: Run, made: dict[str, str]):
    said = run("ledger", "verify")

    assert (said.code, said.out) == (0, "The ledger is right: every balance equals its entries.\n")


def test_a_balance_that_was_changed_by_hand_is_named_with_its_drift(
    run: Run, made: dict[str, str], home: Path
):
    corrupt(home, "UPDATE balances SET available = available + 7")

    text, said = run("ledger", "verify"), run("ledger", "verify", "--json")

    assert text.code == said.code == 1
    assert made["workspace_id"] in text.out
    assert "7" in text.out
    breaches = json.loads(said.out)["breaches"]
    assert any(made["workspace_id"] in one["account"] and abs(one["drift"]) == 7 for one in breaches)


def test_the_doctor_says_that_all_is_well(run: Run, made: dict[str, str]):
    value = run("doctor", "--json").json

    assert value["ok"] is True
    names = {finding["name"] for finding in value["findings"]}
    assert {"home", "space", "catalogue", "database", "secret", "ledger", "work"} <= names
    assert all(finding["ok"] and not finding["remedy"] for finding in value["findings"])
    assert "BAD" not in run("doctor").out


def finding_of(said: Said, name: str) -> dict[str, object]:
    """What the doctor found wrong, and that it said so with its exit code."""
    assert said.code == 1, said
    value = json.loads(said.out)
    assert value["ok"] is False
    return next(one for one in value["findings"] if one["name"] == name and not one["ok"])


def test_the_doctor_finds_what_is_wrong(
    run: Run, made: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "secret").chmod(0o644)
    assert "chmod 600" in str(finding_of(run("doctor", "--json"), "secret")["remedy"])
    (home / "secret").chmod(0o600)
    corrupt(home, "UPDATE balances SET available = available + 7")
    assert finding_of(run("doctor", "--json"), "ledger")["remedy"] == "Run `aims ledger verify`."
    monkeypatch.setenv("AIMS_MIN_FREE_MIB", str(10**9))
    assert "MiB free" in str(finding_of(run("doctor", "--json"), "space")["sentence"])
    monkeypatch.setenv("AIMS_PORT", "many")
    assert "AIMS_PORT" in str(finding_of(run("doctor", "--json"), "settings")["sentence"])


def test_the_doctor_finds_a_missing_or_broken_database_and_makes_none(run: Run, home: Path):
    assert "aims init" in str(finding_of(run("doctor", "--json"), "database")["remedy"])
    assert not home.exists()
    home.mkdir()
    (home / "studio.db").write_bytes(b"this is no database " * 1000)

    assert finding_of(run("doctor", "--json"), "database")["sentence"]


def test_the_doctor_finds_a_secret_of_another_instance(
    run: Run, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AIMS_SECRET", "x" * 40)

    assert "secret" in str(finding_of(run("doctor", "--json"), "database")["sentence"])


def test_the_doctor_does_not_write_a_new_secret_in_place_of_a_lost_one(
    run: Run, made: dict[str, str], home: Path
):
    (home / "secret").unlink()

    assert "backup" in str(finding_of(run("doctor", "--json"), "secret")["remedy"])
    assert not (home / "secret").exists()
