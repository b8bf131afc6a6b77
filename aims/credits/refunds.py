"""Give back what was charged: a new entry, never a change of an old one."""

from sqlalchemy import bindparam, select, update

from aims.core.db import Tx
from aims.core.errors import Invalid
from aims.credits import ledger
from aims.credits.holds import Hold, find_hold, lock
from aims.credits.tables import balances, holds

_REFUND = (
    update(holds)
    .where(holds.c.reference == bindparam("hold"), holds.c.captured - holds.c.refunded >= bindparam("back"))
    .values(refunded=holds.c.refunded + bindparam("back"))
    .returning(holds.c.workspace_id)
)
_MOVE = (
    update(balances)
    .where(balances.c.workspace_id == bindparam("workspace"))
    .values(
        revenue=balances.c.revenue - bindparam("amount"), available=balances.c.available + bindparam("amount")
    )
)
_SANDBOX = (
    select(holds.c.reference)
    .where(
        holds.c.workspace_id == bindparam("workspace"),
        holds.c.sandbox == 1,
        holds.c.captured > holds.c.refunded,
    )
    .order_by(holds.c.reference)
    .limit(500)
)


def refund(tx: Tx, reference: str, amount: int, reason: str, *, actor: str) -> Hold:
    """Give `amount` of what a hold was charged back to its workspace.

    reason: names this refund, in 1 to 100 characters; the same reason for the same hold is refunded once.

    Raises Invalid for more than is left of the charge, NotFound.
    """
    # Two servers may be asked for the same refund at once: the second waits here, and then finds the first.
    lock(tx, find_hold(tx, reference).workspace_id)
    found = find_hold(tx, reference)
    name = ledger.named("refund", reference, reason)
    if ledger.known(tx, name):
        return found
    if amount < 1 or tx.one(_REFUND, hold=reference, back=amount) is None:
        left = found.captured - found.refunded
        raise Invalid.field(
            "amount", f"A refund is at least 1 credit and at most the {left} that are left of the charge."
        )
    tx.run(_MOVE, workspace=found.workspace_id, amount=amount)
    ledger.write(
        tx,
        found.workspace_id,
        "refund",
        amount,
        name,
        cause=reason,
        actor=actor,
        sandbox=found.sandbox,
        hold_reference=reference,
    )
    return find_hold(tx, reference)


def reset_sandbox(tx: Tx, workspace_id: str, *, actor: str) -> list[tuple[Hold, int]]:
    """Give back up to 500 sandbox charges; call again until it returns none. Each hold comes with what was refunded."""
    lock(tx, workspace_id)
    given = []
    for row in tx.all(_SANDBOX, workspace=workspace_id):
        found = find_hold(tx, row.reference)
        left = found.captured - found.refunded
        given.append(
            (refund(tx, row.reference, left, f"sandbox reset after {found.refunded}", actor=actor), left)
        )
    return given
