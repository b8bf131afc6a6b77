"""Write one entry. The verbs in the files beside this one are the only callers."""

from sqlalchemy import bindparam, insert, select

from aims.core.clock import now
from aims.core.db import Tx
from aims.core.errors import Invalid
from aims.credits.tables import entries

_INSERT = insert(entries).values(created_at=now())
_EXISTS = select(entries.c.seq).where(entries.c.reference == bindparam("reference"))

MOVES = {
    "grant": ("grants", "available"),
    "purchase": ("purchases", "available"),
    "hold": ("available", "held"),
    "capture": ("held", "revenue"),
    "release": ("held", "available"),
    "refund": ("revenue", "available"),
    "expire": ("available", "expired"),
}
"""From which account to which a verb moves credits."""

LONGEST = 100


def named(verb: str, owner: str, given: str) -> str:
    """The reference of an entry that somebody gave a name, within what it belongs to.

    Raises Invalid for a name that is empty or longer than 100 characters.
    """
    if not 1 <= len(given) <= LONGEST:
        raise Invalid.field("reference", f"A reference or a reason has 1 to {LONGEST} characters.")
    return f"{verb}:{owner}:{given}"


def known(tx: Tx, reference: str) -> bool:
    """Whether an entry with this reference has been written: then the thing was done before."""
    return tx.value(_EXISTS, reference=reference) is not None


def write(
    tx: Tx,
    workspace_id: str,
    verb: str,
    amount: int,
    reference: str,
    *,
    cause: str,
    actor: str,
    sandbox: bool = False,
    hold_reference: str | None = None,
) -> None:
    """Append an entry; nothing to move writes nothing. The caller has moved the balance in the same transaction.

    Raises the driver's IntegrityError for a reference that exists: the verbs look first, this is the second lock.
    """
    if amount == 0:
        return
    debit, credit = MOVES[verb]
    tx.run(
        _INSERT,
        workspace_id=workspace_id,
        verb=verb,
        debit=debit,
        credit=credit,
        amount=amount,
        reference=reference,
        hold_reference=hold_reference,
        cause=cause,
        actor=actor,
        sandbox=int(sandbox),
    )
