"""What the database itself refuses, whatever the code does, and what `verify` finds when somebody goes round that."""

import sqlite3
from pathlib import Path
from typing import Any

import books
import psycopg
import pytest
from sqlalchemy import text

from aims import credits
from aims.core.db import Database, IntegrityError, Tx

pytestmark = pytest.mark.ledger_only

EDITS = {
    "change an amount": "UPDATE entries SET amount = 1",
    "change a cause": "UPDATE entries SET cause = 'another'",
    "change nothing": "UPDATE entries SET amount = amount",
    "delete one": "DELETE FROM entries WHERE verb = 'capture'",
    "delete all": "DELETE FROM entries",
}
REPLACE = text(
    "INSERT OR REPLACE INTO entries (seq, workspace_id, verb, debit, credit, amount, reference, cause, actor, sandbox, "
    "created_at) SELECT seq, workspace_id, verb, debit, credit, 1, reference, cause, actor, sandbox, created_at "
    "FROM entries"
)
ADD_ENTRY = text(
    "INSERT INTO entries (workspace_id, verb, debit, credit, amount, reference, cause, actor, sandbox, created_at) "
    "VALUES (:workspace_id, :verb, :debit, :credit, :amount, :reference, :cause, :actor, 0, 1)"
)
ADD_HOLD = text(
    "INSERT INTO holds (reference, workspace_id, amount, unit_credits, quantity, price_version, sandbox, state, "
    "captured, released, refunded, created_at, resolved_at) "
    "VALUES (:reference, :workspace_id, :amount, 1, :quantity, '1', 0, :state, :captured, :released, :refunded, 1, "
    ":resolved_at)"
)
GOOD_ENTRY: dict[str, Any] = {
    "verb": "grant",
    "debit": "grants",
    "credit": "available",
    "amount": 1,
    "reference": "by hand",
    "cause": "why",
    "actor": "who",
}
GOOD_HOLD: dict[str, Any] = {
    "reference": "by hand",
    "amount": 10,
    "quantity": 1,
    "state": "open",
    "captured": 0,
    "released": 0,
    "refunded": 0,
    "resolved_at": None,
}
RESOLVED = {"state": "resolved", "captured": 6, "released": 4, "resolved_at": 1}
BALANCES = {
    "more than there is": "UPDATE balances SET available = available + 1",
    "moved to nowhere": "UPDATE balances SET revenue = revenue - 1",
    "below nothing": "UPDATE balances SET available = -1, revenue = revenue + available + 1",
    "held below nothing": "UPDATE balances SET held = held - 100, available = available + 100",
    "revenue below nothing": "UPDATE balances SET revenue = -5, available = available + revenue + 5",
}


@pytest.fixture
async def used(db: Database, alice: Any) -> str:
    """Alice's workspace with a history: 1,000 granted, 12 held, 20 captured, 5 of them refunded."""
    await db.write(books.hold, alice.id, 30, "work")
    await db.write(books.settle, "work", 20)
    await db.write(books.refund, "work", 5)
    await db.write(books.hold, alice.id, 12, "open work")
    return alice.id


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_nobody_can_change_or_delete_an_entry(db: Database, used: str, edit: str) -> None:
    before = await db.read(books.rows, used)
    with pytest.raises(IntegrityError, match="the ledger only grows"):
        await db.write(lambda tx: tx.run(text(edit)))
    assert await db.read(books.rows, used) == before


async def test_nobody_can_write_over_an_entry_or_empty_the_table(db: Database, used: str) -> None:
    before = await db.read(books.rows, used)
    statement = REPLACE if db.is_sqlite else text("TRUNCATE entries")
    with pytest.raises(IntegrityError, match="the ledger only grows"):
        await db.write(lambda tx: tx.run(statement))
    assert await db.read(books.rows, used) == before


async def test_nobody_can_use_a_reference_twice(db: Database, used: str) -> None:
    with pytest.raises(IntegrityError):
        await db.write(
            lambda tx: tx.run(ADD_ENTRY, **GOOD_ENTRY | {"workspace_id": used, "reference": "hold:work"})
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"debit": "available"},
        {"debit": "the bank"},
        {"credit": "my pocket"},
        {"verb": "gift"},
        {"cause": None},
        {"actor": None},
        {"reference": None},
        {"workspace_id": "nobody"},
    ],
    ids=str,
)
async def test_an_entry_that_is_not_a_move_between_accounts_is_refused(
    db: Database, used: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: tx.run(ADD_ENTRY, **GOOD_ENTRY | {"workspace_id": used} | wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"quantity": 0},
        {"state": "half"},
        {"captured": 1},
        {"resolved_at": 1},
        RESOLVED | {"captured": 7},
        RESOLVED | {"released": 3},
        RESOLVED | {"captured": -1, "released": 11},
        RESOLVED | {"captured": 11, "released": -1},
        RESOLVED | {"refunded": 7},
        RESOLVED | {"refunded": -1},
        RESOLVED | {"resolved_at": None},
        {"reference": "work"},
        {"workspace_id": "nobody"},
    ],
    ids=str,
)
async def test_a_hold_that_does_not_add_up_is_refused(db: Database, used: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: tx.run(ADD_HOLD, **GOOD_HOLD | {"workspace_id": used} | wrong))


@pytest.mark.parametrize("edit", BALANCES.values(), ids=BALANCES)
async def test_a_balance_that_is_negative_or_does_not_add_up_is_refused(
    db: Database, used: str, edit: str
) -> None:
    before = await db.read(books.accounts, used)
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: tx.run(text(edit)))
    assert await db.read(books.accounts, used) == before


TRIGGERS = {
    "sqlite": ("DROP TRIGGER entries_refuse_update", "DROP TRIGGER entries_refuse_delete"),
    "postgresql": ("ALTER TABLE entries DISABLE TRIGGER USER",),
}
CONSTRAINTS = (
    "ALTER TABLE balances DROP CONSTRAINT ck_balances_conserved",
    "ALTER TABLE balances DROP CONSTRAINT ck_balances_available",
    "ALTER TABLE holds DROP CONSTRAINT ck_holds_resolution",
    "ALTER TABLE holds DROP CONSTRAINT ck_holds_parts",
)
CORRUPTIONS = {
    "a raised balance": (
        "UPDATE balances SET available = available + 7",
        {("I10", ":available", 7), ("I2", "", 7)},
    ),
    "a negative balance": (
        "UPDATE balances SET available = -3",
        {("I3", ":available", -3), ("I10", ":available", -976), ("I2", "", -976)},
    ),
    "credits that were held for nothing": (
        "UPDATE balances SET held = held + 1, available = available - 1",
        {("I10", ":held", 1), ("I10", ":available", -1), ("I7", ":held", 1)},
    ),
    "a capture that was made smaller": (
        "UPDATE entries SET amount = 19 WHERE verb = 'capture'",
        {("I10", ":held", -1), ("I10", ":revenue", 1), ("I5", ":work", 1)},
    ),
    "a grant that was deleted": (
        "DELETE FROM entries WHERE verb = 'grant'",
        {("I10", ":available", 1000), ("I10", ":grants", 1000)},
    ),
    "a refund that nobody wrote down": (
        "UPDATE holds SET refunded = 6 WHERE reference = 'work'",
        {("I8", ":work", 1)},
    ),
    "more refunded than charged": (
        "UPDATE holds SET refunded = 21 WHERE reference = 'work'",
        {("I8", ":work", 16), ("I8", ":work", 1)},
    ),
    "a hold that was resolved for more": (
        "UPDATE holds SET captured = 31 WHERE reference = 'work'",
        {("I5", ":work", 11), ("I6", ":work", 11)},
    ),
    "a hold that was opened again": (
        "UPDATE holds SET state = 'open' WHERE reference = 'work'",
        {("I6", ":work", 0), ("I7", ":held", -30)},
    ),
    "an entry without its author": ("UPDATE entries SET actor = '' WHERE verb = 'release'", {("I14", "", 0)}),
    "a price that was thawed": (
        "UPDATE holds SET price_version = '' WHERE reference = 'work'",
        {("I13", ":work", 0)},
    ),
    "an entry of a hold that does not exist": (
        "UPDATE entries SET hold_reference = 'lost' WHERE verb = 'refund'",
        {("I5", ":lost", 0), ("I8", ":work", 5)},
    ),
}


def corrupt(location: Path | str, *statements: str) -> None:
    """Change the books behind the product's back, with every guard off."""
    if isinstance(location, str):
        with psycopg.connect(location) as server:
            for statement in (*TRIGGERS["postgresql"], *CONSTRAINTS, *statements):
                server.execute(statement.encode())
        return
    file = sqlite3.connect(location)
    with file:
        file.execute("PRAGMA ignore_check_constraints=ON")
        for statement in (*TRIGGERS["sqlite"], *statements):
            file.execute(statement)
    file.close()


@pytest.mark.broken_books
@pytest.mark.parametrize(("change", "expected"), CORRUPTIONS.values(), ids=CORRUPTIONS)
async def test_a_change_behind_the_back_is_found_with_its_account_and_drift(
    db: Database, used: str, change: str, expected: set[tuple[str, str, int]]
) -> None:
    assert await db.read(credits.verify) == []
    corrupt(db.location, change)
    found = await db.read(credits.verify)
    assert {
        (breach.invariant, breach.account.removeprefix(used), breach.drift) for breach in found
    } == expected
    assert all(breach.account.startswith(used) for breach in found)


@pytest.mark.broken_books
async def test_a_breach_reads_as_a_sentence(db: Database, used: str) -> None:
    corrupt(db.location, "UPDATE balances SET available = 980, held = 12 + 5, revenue = 15, grants = 1012")
    sentences = [str(breach) for breach in await db.read(credits.verify)]
    assert f"I10 {used}:held: the balance says 17 (drift +5)" in sentences


@pytest.mark.broken_books
async def test_entries_moved_to_another_workspace_are_found(
    db: Database, used: str, new_workspace: Any
) -> None:
    charlie = await new_workspace(0, "Charlie's")
    corrupt(db.location, f"UPDATE entries SET workspace_id = '{charlie.id}' WHERE verb = 'refund'")
    found = {(breach.invariant, breach.account) for breach in await db.read(credits.verify)}
    assert ("I12", f"{used}:work") in found
    assert ("I10", f"{used}:available") in found
    assert ("I10", f"{charlie.id}:available") in found


@pytest.mark.broken_books
async def test_entries_of_an_account_that_does_not_exist_are_found(db: Database, used: str) -> None:
    def unhinge(tx: Tx) -> None:
        tx.run(text("ALTER TABLE entries DROP CONSTRAINT fk_entries_workspace_id"))
        tx.run(ADD_ENTRY, **GOOD_ENTRY | {"workspace_id": "ghost"})

    if db.is_sqlite:
        file = sqlite3.connect(db.location)
        with file:
            file.execute(str(ADD_ENTRY), GOOD_ENTRY | {"workspace_id": "ghost"})
        file.close()
    else:
        await db.write(unhinge)
    found = {(breach.invariant, breach.account) for breach in await db.read(credits.verify)}
    assert found == {("I10", "ghost:available"), ("I10", "ghost:grants")}
