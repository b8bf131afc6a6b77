"""Group commit: who shares a commit with somebody who fails loses nothing and is told the truth."""

import marks
import pytest

from aims.core.db import Database, IntegrityError, Tx
from aims.core.errors import Conflict

pytestmark = pytest.mark.ledger_only


@pytest.fixture(autouse=True)
async def _table(db: Database) -> None:
    await db.write(marks.make)


async def test_a_refusal_in_the_middle_of_a_group_undoes_only_itself(db: Database) -> None:
    first, refused, last = await marks.told(
        db, (marks.add, "first"), (marks.add_then_refuse, "refused"), (marks.add, "last")
    )
    assert (first, last) == ("first", "last")
    assert isinstance(refused, Conflict)
    assert marks.on_disk(db.location) == ["first", "last"]


async def test_a_broken_rule_of_the_schema_in_a_group_undoes_only_itself(db: Database) -> None:
    first, refused, last = await marks.told(
        db, (marks.add, "first"), (marks.add_twice, "twice"), (marks.add, "last")
    )
    assert (first, last) == ("first", "last")
    assert isinstance(refused, IntegrityError)
    assert marks.on_disk(db.location) == ["first", "last"]


async def test_a_fault_of_ours_in_a_group_undoes_only_itself(db: Database) -> None:
    def stumble(tx: Tx) -> None:
        marks.add(tx, "stumbled")
        raise ZeroDivisionError

    first, fault, last = await marks.told(db, (marks.add, "first"), (stumble,), (marks.add, "last"))
    assert (first, last) == ("first", "last")
    assert isinstance(fault, ZeroDivisionError)
    assert marks.on_disk(db.location) == ["first", "last"]


async def test_an_error_of_the_database_makes_the_others_run_again_alone(db: Database) -> None:
    runs: list[str] = []

    def add(tx: Tx, name: str) -> str:
        runs.append(name)
        return marks.add(tx, name)

    first, broken, last = await marks.told(
        db, (add, "first"), (marks.add_then_break, "broken"), (add, "last")
    )
    assert (first, last) == ("first", "last")
    assert "nowhere" in str(broken)
    assert marks.on_disk(db.location) == ["first", "last"]
    # The one that stood before the error ran twice, and its row is there once.
    assert runs == ["first", "first", "last"]


async def test_a_group_of_failures_leaves_nothing_and_the_writer_works_on(db: Database) -> None:
    answers = await marks.told(db, *((marks.add_then_break, f"broken {number}") for number in range(5)))
    assert all(isinstance(answer, Exception) for answer in answers)
    assert await db.write(marks.add, "next") == "next"
    assert marks.on_disk(db.location) == ["next"]
