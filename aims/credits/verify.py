"""Recompute every balance from the entries and compare. What it finds is a fault of ours, never of a user."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from aims.core.db import Tx
from aims.credits.tables import ACCOUNTS, SOURCES, balances, entries, holds

_BALANCES = select(balances)
_DEBITS = select(
    entries.c.workspace_id, entries.c.debit.label("account"), func.sum(entries.c.amount).label("total")
).group_by(entries.c.workspace_id, entries.c.debit)
_CREDITS = select(
    entries.c.workspace_id, entries.c.credit.label("account"), func.sum(entries.c.amount).label("total")
).group_by(entries.c.workspace_id, entries.c.credit)
_BY_HOLD = select(
    entries.c.hold_reference.label("hold"),
    entries.c.verb,
    func.sum(entries.c.amount).label("total"),
    func.min(entries.c.workspace_id).label("workspace_id"),
    func.max(entries.c.workspace_id).label("last_workspace_id"),
).group_by(entries.c.hold_reference, entries.c.verb)
_HOLDS = select(holds)
_OPEN = (
    select(holds.c.workspace_id, func.sum(holds.c.amount).label("total"))
    .where(holds.c.state == "open")
    .group_by(holds.c.workspace_id)
)
_UNSIGNED = select(entries.c.seq, entries.c.workspace_id).where(
    (entries.c.cause == "") | (entries.c.actor == "") | (entries.c.created_at <= 0)
)
_MALFORMED = select(entries.c.seq, entries.c.workspace_id).where(
    (entries.c.amount <= 0) | (entries.c.debit == entries.c.credit)
)


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that does not hold: which invariant, whose account, and by how much it is off."""

    invariant: str
    account: str
    drift: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.account}: {self.sentence} (drift {self.drift:+d})"


def verify(tx: Tx) -> list[Breach]:
    """Check the ledger's invariants on one snapshot: I1 to I6, I8, I10, I12 to I14. An empty list is good news."""
    return [*check_entries(tx), *check_balances(tx), *check_holds(tx)]


def check_entries(tx: Tx) -> list[Breach]:
    """I1: every entry is a move between two accounts. I14: every entry says why, by whom and when."""
    return [
        *(Breach("I1", row.workspace_id, 0, f"entry {row.seq} is not a move") for row in tx.all(_MALFORMED)),
        *(
            Breach("I14", row.workspace_id, 0, f"entry {row.seq} has no provenance")
            for row in tx.all(_UNSIGNED)
        ),
    ]


def check_balances(tx: Tx) -> list[Breach]:
    """I2, I3, I10: balances conserve credits, are never negative, and equal the sums of the entries."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for sign, rows in ((-1, tx.all(_DEBITS)), (1, tx.all(_CREDITS))):
        for row in rows:
            # Sources are kept as what they gave, so their side of an entry counts the other way round.
            sums[row.workspace_id, row.account] += int(row.total) * (
                -sign if row.account in SOURCES else sign
            )
    found = []
    for row in tx.all(_BALANCES):
        of = {name: getattr(row, name) for name in ACCOUNTS}
        for name, kept in of.items():
            drift = kept - sums.pop((row.workspace_id, name), 0)
            if drift:
                found.append(Breach("I10", f"{row.workspace_id}:{name}", drift, f"the balance says {kept}"))
            if kept < 0:
                found.append(Breach("I3", f"{row.workspace_id}:{name}", kept, "the balance is negative"))
        drift = sum(of[name] for name in ACCOUNTS if name not in SOURCES) - sum(of[name] for name in SOURCES)
        if drift:
            found.append(Breach("I2", row.workspace_id, drift, "credits were not conserved"))
    found += [
        Breach("I10", f"{where}:{name}", -total, "there is no balance")
        for (where, name), total in sums.items()
        if total
    ]
    return found


def check_holds(tx: Tx) -> list[Breach]:
    """I5, I6, I8, I12, I13: each hold is resolved at most once, within its amount, from its own workspace."""
    by_hold: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    owners: dict[str, set[str]] = defaultdict(set)
    for row in tx.all(_BY_HOLD):
        if row.hold is not None:
            by_hold[row.hold][row.verb] = int(row.total)
            owners[row.hold] |= {row.workspace_id, row.last_workspace_id}
    found = []
    for row in tx.all(_HOLDS):
        where = f"{row.workspace_id}:{row.reference}"
        of = by_hold.pop(row.reference, {})
        pairs = (
            ("I5", "hold", row.amount),
            ("I5", "capture", row.captured),
            ("I5", "release", row.released),
            ("I8", "refund", row.refunded),
        )
        for name, verb, kept in pairs:
            if of.get(verb, 0) != kept:
                found.append(
                    Breach(name, where, kept - of.get(verb, 0), f"{verb} entries add up to {of.get(verb, 0)}")
                )
        if row.captured + row.released > row.amount or (
            row.state == "open" and (row.captured or row.released)
        ):
            found.append(
                Breach(
                    "I6", where, row.captured + row.released - row.amount, "more was resolved than was held"
                )
            )
        if row.refunded > row.captured:
            found.append(
                Breach("I8", where, row.refunded - row.captured, "more was refunded than was charged")
            )
        if owners[row.reference] - {row.workspace_id}:
            found.append(Breach("I12", where, 0, "entries belong to another workspace"))
        if not row.price_version or row.quantity < 1:
            found.append(Breach("I13", where, 0, "the price was not frozen"))
    found += [
        Breach("I5", f"{min(owners[name])}:{name}", 0, "entries name a hold that does not exist")
        for name in by_hold
    ]
    return found + check_held(tx)


def check_held(tx: Tx) -> list[Breach]:
    """I7, the ledger's half: what is held is exactly the sum of the open holds."""
    open_holds = {row.workspace_id: int(row.total) for row in tx.all(_OPEN)}
    return [
        Breach(
            "I7",
            f"{row.workspace_id}:held",
            drift,
            f"open holds add up to {open_holds.get(row.workspace_id, 0)}",
        )
        for row in tx.all(_BALANCES)
        if (drift := row.held - open_holds.get(row.workspace_id, 0))
    ]
