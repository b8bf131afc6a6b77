"""Give back what a generation was charged: to the workspace, off its key's count, and in the usage."""

from typing import Any

from sqlalchemy import bindparam, select

from aims import credits, keys
from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.generation import usage
from aims.generation.tables import generations

_FIND = select(generations).where(generations.c.id == bindparam("generation"))


def refund(tx: Tx, generation_id: str, amount: int, reason: str, *, actor: str) -> credits.Hold:
    """Give `amount` whole credits of a generation's charge back.

    reason: names this refund; the same reason for the same generation is refunded once.

    Raises Invalid for more than is left of the charge, NotFound.
    """
    row = tx.one(_FIND, generation=generation_id)
    if row is None:
        raise NotFound("There is no such generation.")
    credits.lock(tx, row.workspace_id)
    before = credits.find_hold(tx, generation_id).refunded
    hold = credits.refund(tx, generation_id, amount, reason, actor=actor)
    _count(tx, row, hold, hold.refunded - before)
    return hold


def reset_sandbox(tx: Tx, workspace_id: str, *, actor: str) -> int:
    """Give back up to 500 sandbox charges of a workspace; call again until it gives nothing. Returns the credits."""
    given = credits.reset_sandbox(tx, workspace_id, actor=actor)
    for hold, amount in given:
        _count(tx, tx.one(_FIND, generation=hold.reference), hold, amount)
    return sum(amount for _, amount in given)


def _count(tx: Tx, row: Any, hold: credits.Hold, amount: int) -> None:
    keys.give_back(tx, hold.key_id, amount)
    if amount:
        usage.take_back(tx, row, amount)
