"""Let a client's automatic repeat join the generation that its first request began.

Some clients send a request again by themselves when its answer does not come, and give no Idempotency-Key: they only
say how often they have tried. So each such request is remembered with its fingerprint and that number, and a repeat
joins a generation of the same fingerprint that no repeat of the same number has joined yet, the newest if there are
several. Two equal requests that were both meant stay two, and so do their repeats.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from aims.core import ids
from aims.core.clock import MINUTE, SECOND, now
from aims.core.db import Tx
from aims.generation import idempotency
from aims.generation.idempotency import Idempotency
from aims.generation.tables import generations, idempotency_keys

LONGEST = 60 * MINUTE
"""How long a request can be repeated by itself: three times the longest wait of a client, and room."""

# No Idempotency-Key of a caller has a line break, so none can stand for one of these.
_MARK = "repeat\n"
_RECENT = (
    select(idempotency_keys.c.key, idempotency_keys.c.generation_id)
    .join(generations, generations.c.id == idempotency_keys.c.generation_id)
    .where(
        idempotency_keys.c.workspace_id == bindparam("workspace"),
        idempotency_keys.c.fingerprint == bindparam("fingerprint"),
        idempotency_keys.c.created_at > now() - bindparam("age"),
        generations.c.finished_at.is_(None) | (generations.c.finished_at > now() - bindparam("patience")),
    )
    .order_by(generations.c.created_at.desc(), generations.c.id.desc(), idempotency_keys.c.key)
)


@dataclass(slots=True)
class Begun:
    """One generation of the fingerprint: the key that it was accepted under, and the highest number that joined it."""

    generation_id: str
    key: str
    number: int


def begin(fingerprint: str, number: int) -> Idempotency:
    """A key of its own for a request that begins something. number: how often the client has tried already."""
    return Idempotency(f"{_MARK}{ids.new_id()}\n{number}", fingerprint)


def join(tx: Tx, workspace_id: str, fingerprint: str, number: int, patience: float) -> Idempotency | None:
    """The key of the generation that a repeat belongs to; None if it is the first of its kind to arrive.

    patience: for how many seconds after its end a generation may still be waited for. Afterwards no other repeat with
    this number joins the same generation.
    """
    rows = tx.all(
        _RECENT,
        workspace=workspace_id,
        fingerprint=fingerprint,
        age=LONGEST,
        patience=int(patience * SECOND),
    )
    begun: dict[str, Begun] = {}
    for row in rows:
        if not row.key.startswith(_MARK):
            continue
        count = int(row.key.rpartition("\n")[2])
        known = begun.setdefault(row.generation_id, Begun(row.generation_id, row.key, count))
        known.number = max(known.number, count)
    waiting = [each for each in begun.values() if each.number < number]
    if not waiting:
        return None
    # The one that its last try joined, or another's; of those, the newest.
    chosen = max(waiting, key=lambda each: each.number)
    joined = Idempotency(f"{chosen.key.rpartition(chr(10))[0]}\n{number}", fingerprint)
    idempotency.remember(tx, workspace_id, joined, chosen.generation_id)
    return joined
