"""Set credits aside for work, then settle: pay for what was delivered, give back the rest."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from aims.core.clock import now
from aims.core.db import Tx
from aims.core.db import insert as insert_or_ignore
from aims.core.errors import NotEnoughCredits, NotFound
from aims.credits import ledger
from aims.credits.tables import balances, holds

_OPEN = insert_or_ignore(balances).on_conflict_do_nothing(index_elements=["workspace_id"])
# `FOR NO KEY UPDATE`: a new hold's foreign key locks the account's key, and a full `FOR UPDATE` beside it deadlocks.
_LOCK = (
    select(balances.c.workspace_id)
    .where(balances.c.workspace_id == bindparam("workspace"))
    .with_for_update(key_share=True)
)
_BALANCE = select(balances).where(balances.c.workspace_id == bindparam("workspace"))
_SET_ASIDE = (
    update(balances)
    .where(balances.c.workspace_id == bindparam("workspace"), balances.c.available >= bindparam("amount"))
    .values(available=balances.c.available - bindparam("amount"), held=balances.c.held + bindparam("amount"))
    .returning(balances.c.available)
)
_INSERT = (
    insert_or_ignore(holds)
    .values(state="open", created_at=now())
    .on_conflict_do_nothing(index_elements=["reference"])
)
_REMOVE = delete(holds).where(holds.c.reference == bindparam("hold"), holds.c.state == "open")
_FIND = select(holds).where(holds.c.reference == bindparam("hold"))
_RESOLVE = (
    update(holds)
    .where(holds.c.reference == bindparam("hold"), holds.c.state == "open")
    .values(
        state="resolved",
        captured=holds.c.captured + bindparam("capture"),
        released=holds.c.released + bindparam("release"),
        resolved_at=now(),
    )
    .returning(holds.c.workspace_id, holds.c.key_id, holds.c.amount, holds.c.sandbox)
)
_PAY = (
    update(balances)
    .where(balances.c.workspace_id == bindparam("workspace"))
    .values(
        held=balances.c.held - bindparam("capture") - bindparam("release"),
        revenue=balances.c.revenue + bindparam("capture"),
        available=balances.c.available + bindparam("release"),
    )
)


@dataclass(frozen=True, slots=True)
class Price:
    """What was promised when the work was accepted, frozen on the hold: settling never prices again."""

    credits: int
    unit_credits: int
    quantity: int
    version: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A workspace's credits: what it can spend, and what is set aside for unfinished work."""

    available: int
    held: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits set aside for one piece of work, and what became of them."""

    reference: str
    workspace_id: str
    key_id: str | None
    amount: int
    captured: int
    released: int
    refunded: int
    resolved: bool
    sandbox: bool


def open_account(tx: Tx, workspace_id: str) -> None:
    """Give a workspace its account, with nothing in it. Twice is once."""
    tx.run(_OPEN, workspace_id=workspace_id)


def lock(tx: Tx, workspace_id: str) -> None:
    """Take the account before anything else of the workspace, so that two servers cannot wait for each other.

    SQLite has one writer and needs no lock.
    """
    if tx.dialect == "postgresql":
        tx.run(_LOCK, workspace=workspace_id)


def balance(tx: Tx, workspace_id: str) -> Balance:
    """The workspace's credits now."""
    row = tx.one(_BALANCE, workspace=workspace_id)
    return Balance(row.available, row.held) if row else Balance(0, 0)


def hold(
    tx: Tx,
    workspace_id: str,
    price: Price,
    reference: str,
    *,
    actor: str,
    key_id: str | None = None,
    sandbox: bool = False,
) -> int:
    """Set credits aside for work that has not finished, and return what is left to spend.

    reference: names the work; a second hold with the same reference does nothing.
    Afterwards the spendable balance is lower by the price; the ledger's total is unchanged.

    Raises NotEnoughCredits; then nothing has changed.
    """
    written = tx.run(
        _INSERT,
        reference=reference,
        workspace_id=workspace_id,
        key_id=key_id,
        amount=price.credits,
        unit_credits=price.unit_credits,
        quantity=price.quantity,
        price_version=price.version,
        sandbox=int(sandbox),
    )
    if not written:
        return balance(tx, workspace_id).available
    row = tx.one(_SET_ASIDE, workspace=workspace_id, amount=price.credits)
    if row is None:
        tx.run(_REMOVE, hold=reference)
        raise NotEnoughCredits(price.credits, balance(tx, workspace_id).available)
    ledger.write(
        tx,
        workspace_id,
        "hold",
        price.credits,
        f"hold:{reference}",
        cause="generation accepted",
        actor=actor,
        sandbox=sandbox,
        hold_reference=reference,
    )
    return row.available


def find_hold(tx: Tx, reference: str) -> Hold:
    """The hold for a piece of work.

    Raises NotFound.
    """
    row = tx.one(_FIND, hold=reference)
    if row is None:
        raise NotFound("No credits were set aside under that reference.")
    return Hold(
        row.reference,
        row.workspace_id,
        row.key_id,
        row.amount,
        row.captured,
        row.released,
        row.refunded,
        row.state == "resolved",
        bool(row.sandbox),
    )


def settle(tx: Tx, reference: str, charge: int, *, cause: str, actor: str) -> Hold:
    """Resolve a hold: capture `charge` credits and release the rest, in this transaction.

    charge: whole credits from 0 to what is held; more than that is cut to what is held.
    A hold that was resolved before stays as it was, whatever is asked now: the returned Hold says how.

    Raises NotFound.
    """
    found = find_hold(tx, reference)
    charge = max(0, min(charge, found.amount))
    rest = found.amount - charge
    if found.resolved or tx.one(_RESOLVE, hold=reference, capture=charge, release=rest) is None:
        return find_hold(tx, reference)
    tx.run(_PAY, workspace=found.workspace_id, capture=charge, release=rest)
    for verb, amount in (("capture", charge), ("release", rest)):
        ledger.write(
            tx,
            found.workspace_id,
            verb,
            amount,
            f"{verb}:{reference}",
            cause=cause,
            actor=actor,
            sandbox=found.sandbox,
            hold_reference=reference,
        )
    return find_hold(tx, reference)
