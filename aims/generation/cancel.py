"""Ask for a generation to be stopped. The driver acts on it; before any attempt it wins at once."""

from sqlalchemy import bindparam, func, select, update

from aims import credits, webhooks
from aims.accounts import Actor
from aims.core import failpoints
from aims.core.clock import now
from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.generation import settle
from aims.generation.lifecycle import TERMINAL, State
from aims.generation.studio import Studio
from aims.generation.tables import generations
from aims.generation.watch import cancel_name

_FIND = select(generations).where(
    generations.c.id == bindparam("generation"), generations.c.workspace_id == bindparam("workspace")
)
_ASK = (
    update(generations)
    .where(generations.c.id == bindparam("generation"))
    .values(
        cancel_requested_at=func.coalesce(generations.c.cancel_requested_at, now()),
        version=generations.c.version + 1,
    )
)


async def cancel(studio: Studio, actor: Actor, generation_id: str) -> None:
    """Ask for a generation to be stopped. One that is finished, or too far, ends as it would have.

    Raises NotFound, Forbidden.
    """
    await studio.db.write(request_cancel, actor, generation_id, lane=actor.workspace_id)
    failpoints.hit("release.committed")
    studio.signals.wake(generation_id)
    studio.signals.wake(cancel_name(generation_id))
    studio.signals.wake(webhooks.DUE, others=False)


def request_cancel(tx: Tx, actor: Actor, generation_id: str) -> str:
    """Write the wish down, or carry it out when nothing was sent yet. Returns the generation's kind."""
    credits.lock(tx, actor.workspace_id)
    row = None
    if looks_like_id(generation_id):
        row = tx.one(_FIND, generation=generation_id, workspace=actor.workspace_id)
    if row is None:
        raise NotFound("There is no such generation in this workspace.")
    actor.require(f"{row.kind}:generate")
    if State(row.state) in TERMINAL:
        return row.kind
    # On Postgres a driver may begin in between: only what is read after the row is ours to write can be relied upon.
    tx.run(_ASK, generation=generation_id)
    now_is = tx.one(_FIND, generation=generation_id, workspace=actor.workspace_id)
    if State(now_is.state) is State.ACCEPTED:
        settle.cancel_unstarted(tx, now_is)
    return row.kind
