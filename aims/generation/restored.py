"""What a restored studio may not do: send what the studio it was copied from may have sent since.

A call that is known to the provider is followed, and one that was being sent is ambiguous, both as after a crash. What
had not been sent at the backup's moment is different after a restore: the original may have sent it a second later, and
nobody here can know. It is given up, and its credits come back.
"""

from sqlalchemy import bindparam, select

from aims.core.db import Tx, among
from aims.generation import attempt as rows
from aims.generation import settle
from aims.generation.lifecycle import TERMINAL, AttemptState
from aims.generation.tables import generations

CHUNK = 200
CODE = "restored"
SENTENCE = (
    "The studio was restored from a backup, and it is not known whether this was made after the backup. It is not "
    "made again by itself; nothing was charged here."
)

# What the sandbox draws costs nothing: it may be drawn again.
_UNFINISHED = (
    select(generations.c.id, generations.c.driver_epoch)
    .where(
        ~among(generations.c.state, TERMINAL),
        generations.c.sandbox == 0,
        generations.c.id > bindparam("after"),
    )
    .order_by(generations.c.id)
    .limit(CHUNK)
)


def give_up_unsent(tx: Tx) -> int:
    """End every call that no provider had been sent, and return how many generations that concerned."""
    concerned, after = 0, ""
    while found := tx.all(_UNFINISHED, after=after):
        concerned += sum(_give_up_unsent(tx, row.id, row.driver_epoch) for row in found)
        after = found[-1].id
    return concerned


def _give_up_unsent(tx: Tx, generation_id: str, epoch: int) -> bool:
    found = rows.load(tx, generation_id, epoch)
    unsent = [
        (number, first, count)
        for number, (first, count) in enumerate(found.request.calls())
        if (number not in found.attempts or found.attempts[number].waits)
        and any(found.outputs[position].state == "waiting" for position in range(first, first + count))
    ]
    for number, first, count in unsent:
        call = found.attempts.get(number)
        result = settle.AttemptResult(
            call.id if call else None,
            AttemptState.FAILED,
            settle.not_made(first, count, SENTENCE),
            CODE,
            SENTENCE,
        )
        settle.record(tx, generation_id, epoch, result)
    return bool(unsent)
