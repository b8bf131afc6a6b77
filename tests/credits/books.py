"""Words for the ledger's tests: the verbs with their usual arguments, and a look at the accounts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from aims import credits
from aims.core.db import Tx
from aims.credits.tables import ACCOUNTS, balances, entries, holds

CAUSE: dict[str, Any] = {"cause": "a test", "actor": "user:alice"}
ACTOR: dict[str, Any] = {"actor": "user:alice"}

_ACCOUNTS = select(*(balances.c[name] for name in ACCOUNTS)).where(balances.c.workspace_id == bindparam("of"))
_ENTRIES = select(entries).where(entries.c.workspace_id == bindparam("of")).order_by(entries.c.seq)
_HOLD = select(holds).where(holds.c.reference == bindparam("of"))


def price(amount: int, quantity: int = 1) -> credits.Price:
    return credits.Price(amount, amount // quantity, quantity, "2026-01")


def hold(tx: Tx, workspace: str, amount: int, reference: str, **more: Any) -> int:
    return credits.hold(tx, workspace, price(amount), reference, **ACTOR, **more)


def settle(tx: Tx, reference: str, charge: int) -> credits.Hold:
    return credits.settle(tx, reference, charge, **CAUSE)


def grant(tx: Tx, workspace: str, amount: int, reference: str) -> credits.Balance:
    return credits.grant(tx, workspace, amount, reference, **ACTOR)


def purchase(tx: Tx, workspace: str, amount: int, reference: str) -> credits.Balance:
    return credits.purchase(tx, workspace, amount, reference, **ACTOR)


def expire(tx: Tx, workspace: str, amount: int, reference: str) -> credits.Balance:
    return credits.expire(tx, workspace, amount, reference, **ACTOR)


def refund(tx: Tx, reference: str, amount: int, reason: str = "a complaint") -> credits.Hold:
    return credits.refund(tx, reference, amount, reason, **ACTOR)


def accounts(tx: Tx, workspace: str) -> dict[str, int]:
    """Each account of a workspace that is not empty."""
    row = tx.one(_ACCOUNTS, of=workspace)
    return {name: getattr(row, name) for name in ACCOUNTS if getattr(row, name)}


def verbs(tx: Tx, workspace: str) -> Sequence[tuple[str, int]]:
    """The workspace's entries in order: verb and amount."""
    return [(row.verb, row.amount) for row in tx.all(_ENTRIES, of=workspace)]


def rows(tx: Tx, workspace: str) -> list[Any]:
    """The workspace's entries in order, whole."""
    return tx.all(_ENTRIES, of=workspace)


def hold_row(tx: Tx, reference: str) -> Any:
    """A hold as the table has it."""
    return tx.one(_HOLD, of=reference)
