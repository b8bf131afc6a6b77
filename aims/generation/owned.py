"""The row of a generation, for a step of the driver that has it."""

from typing import Any

from sqlalchemy import bindparam, select

from aims import credits
from aims.core.db import Tx
from aims.generation import lifecycle
from aims.generation.lifecycle import State, Superseded
from aims.generation.tables import generations

_GENERATION = select(generations).where(generations.c.id == bindparam("generation"))


def seen(tx: Tx, generation_id: str, epoch: int) -> Any:
    """The generation's row, only read.

    Raises Superseded when another driver has it, or it is finished.
    """
    row = tx.one(_GENERATION, generation=generation_id)
    if row is None or row.driver_epoch != epoch or State(row.state) in lifecycle.TERMINAL:
        raise Superseded
    return row


def owned(tx: Tx, generation_id: str, epoch: int) -> Any:
    """The generation's row, read under the lock of its account.

    Every step takes the account first, as accepting and settling do, so that two servers never wait for each other.

    Raises Superseded when another driver has it, or it is finished.
    """
    row = seen(tx, generation_id, epoch)
    credits.lock(tx, row.workspace_id)
    # On Postgres it may have changed while we waited for the lock.
    return seen(tx, generation_id, epoch) if tx.dialect == "postgresql" else row
