"""A workspace's entries, newest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from aims.core.db import Tx
from aims.credits.tables import entries, holds

PAGE = 100
_END = 2**62

_PAGE = (
    select(entries, holds.c.key_id)
    .select_from(entries.outerjoin(holds, holds.c.reference == entries.c.hold_reference))
    .where(entries.c.workspace_id == bindparam("workspace"), entries.c.seq < bindparam("before"))
    .order_by(entries.c.seq.desc())
    .limit(bindparam("most"))
)
_PLACE = select(entries.c.seq).where(
    entries.c.workspace_id == bindparam("workspace"), entries.c.reference == bindparam("reference")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement. `created_at` in microseconds.

    change: what the spendable balance moved by; held_change: what the credits set aside moved by.
    hold_reference: the work that it is about, and `key_id` the key that asked for it, where there is one.
    """

    seq: int
    verb: str
    amount: int
    change: int
    held_change: int
    reference: str
    hold_reference: str | None
    key_id: str | None
    cause: str
    actor: str
    sandbox: bool
    created_at: int

    @property
    def signed(self) -> int:
        """The amount as the workspace sees it: below zero when credits are set aside, paid or taken away."""
        return self.amount if self.change > 0 else -self.amount


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
            _moved(row, "available"),
            _moved(row, "held"),
            row.reference,
            row.hold_reference,
            row.key_id,
            row.cause,
            row.actor,
            bool(row.sandbox),
            row.created_at,
        )
        for row in rows
    ]


def _moved(row: Any, account: str) -> int:
    return row.amount * ((row.credit == account) - (row.debit == account))


def place(tx: Tx, workspace_id: str, reference: str) -> int | None:
    """The sequence number of an entry of this workspace, for the page after it; None when it has no such entry."""
    return tx.value(_PLACE, workspace=workspace_id, reference=reference)
