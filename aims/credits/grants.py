"""Credits come in by a grant or a purchase, and leave unspent by expiry."""

from collections.abc import Mapping

from sqlalchemy import Update, bindparam, update

from aims.core.db import Tx
from aims.core.errors import Invalid, NotFound
from aims.credits import ledger
from aims.credits.holds import Balance, balance, lock
from aims.credits.tables import balances

LARGEST = 10**12

_ADD: Mapping[str, Update] = {
    verb: update(balances)
    .where(balances.c.workspace_id == bindparam("workspace"))
    .values(
        {
            "available": balances.c.available + bindparam("amount"),
            source: balances.c[source] + bindparam("amount"),
        }
    )
    for verb, source in (("grant", "grants"), ("purchase", "purchases"))
}
_EXPIRE = (
    update(balances)
    .where(balances.c.workspace_id == bindparam("workspace"), balances.c.available >= bindparam("amount"))
    .values(
        available=balances.c.available - bindparam("amount"), expired=balances.c.expired + bindparam("amount")
    )
)


def grant(
    tx: Tx, workspace_id: str, amount: int, reference: str, *, actor: str, cause: str = "grant"
) -> Balance:
    """Give a workspace credits.

    amount: whole credits, 1 to 10^12. reference: 1 to 100 characters; the same one twice gives once.

    Raises Invalid, NotFound.
    """
    return _bring_in(tx, "grant", workspace_id, amount, reference, actor, cause)


def purchase(
    tx: Tx, workspace_id: str, amount: int, reference: str, *, actor: str, cause: str = "purchase"
) -> Balance:
    """Book credits that were paid for; otherwise like `grant`."""
    return _bring_in(tx, "purchase", workspace_id, amount, reference, actor, cause)


def _bring_in(
    tx: Tx, verb: str, workspace_id: str, amount: int, reference: str, actor: str, cause: str
) -> Balance:
    if not 1 <= amount <= LARGEST:
        raise Invalid.field("amount", f"An amount is a whole number of credits from 1 to {LARGEST}.")
    name = ledger.named(verb, workspace_id, reference)
    lock(tx, workspace_id)
    if not ledger.known(tx, name):
        if not tx.run(_ADD[verb], workspace=workspace_id, amount=amount):
            raise NotFound("There is no such workspace.")
        ledger.write(tx, workspace_id, verb, amount, name, cause=cause, actor=actor)
    return balance(tx, workspace_id)


def expire(
    tx: Tx, workspace_id: str, amount: int, reference: str, *, actor: str, cause: str = "expired"
) -> Balance:
    """Take unspent credits back. The same reference twice takes once.

    Raises Invalid for more than can be spent.
    """
    name = ledger.named("expire", workspace_id, reference)
    lock(tx, workspace_id)
    if not ledger.known(tx, name):
        if amount < 1 or not tx.run(_EXPIRE, workspace=workspace_id, amount=amount):
            left = balance(tx, workspace_id).available
            raise Invalid.field("amount", f"At least 1 and at most the {left} spendable credits can expire.")
        ledger.write(tx, workspace_id, "expire", amount, name, cause=cause, actor=actor)
    return balance(tx, workspace_id)
