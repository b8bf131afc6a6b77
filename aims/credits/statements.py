"""A workspace's entries, newest first."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from aims.core.db import Tx
from aims.credits.tables import entries

PAGE = 100
_END = 2**62

_PAGE = (
    select(entries)
    .where(entries.c.workspace_id == bindparam("workspace"), entries.c.seq < bindparam("before"))
    .order_by(entries.c.seq.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement. `change` is what the spendable balance moved by; `created_at` in microseconds."""

    seq: int
    verb: str
    amount: int
    change: int
    reference: str
    cause: str
    actor: str
    sandbox: bool
    created_at: int


def statement(tx: Tx, workspace_id: str, *, before: int | None = None, most: int = PAGE) -> list[Entry]:
    """Up to `most` entries (1 to 1,000) older than the sequence number `before`."""
    rows = tx.all(
        _PAGE, workspace=workspace_id, before=_END if before is None else before, most=max(1, min(most, 1000))
    )
    return [
        Entry(
            row.seq,
            row.verb,
            row.amount,
            row.amount if row.credit == "available" else -row.amount if row.debit == "available" else 0,
            row.reference,
            row.cause,
            row.actor,
            bool(row.sandbox),
            row.created_at,
        )
        for row in rows
    ]
