"""What a workspace asked for, as a list: newest first, filtered, page by page, as fast at the end as at the start."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, tuple_

from aims import media
from aims.core import pages
from aims.core.clock import now
from aims.core.db import Tx, among, members
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.generation.expected import Expected
from aims.generation.history import GenerationView, output_view, view_of
from aims.generation.lifecycle import OUTSIDE, TERMINAL
from aims.generation.request import decode, encode
from aims.generation.tables import generations, outputs

STATUSES = tuple(dict.fromkeys(OUTSIDE.values()))
_LAST = 2**63 - 1
_FILTERS = {"kind": generations.c.kind, "model": generations.c.model, "key": generations.c.key_id}

_PLACE = select(generations.c.created_at).where(
    generations.c.id == bindparam("generation"), generations.c.workspace_id == bindparam("workspace")
)
_OUTPUTS = (
    select(outputs)
    .where(members(outputs.c.generation_id, "ids"))
    .order_by(outputs.c.generation_id, outputs.c.position)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which generations are asked for; what is None is not asked about.

    status: one of the words of the API. key: the id of the key that asked. since, until: instants in microseconds;
    from the one on, and before the other.
    """

    kind: str | None = None
    status: str | None = None
    model: str | None = None
    key: str | None = None
    since: int | None = None
    until: int | None = None


def browse(
    tx: Tx, workspace_id: str, wanted: Wanted, cursor: str | None, most: int, base_url: str
) -> pages.Page[GenerationView]:
    """A page of a workspace's generations, newest first. Links begin with `base_url`.

    Raises Invalid for a cursor of another list.
    """
    bound = (workspace_id, *astuple(wanted))
    at, last = _LAST if wanted.until is None else wanted.until, ""
    if cursor is not None:
        at, last = pages.read(cursor, tuple[int, str], *bound)
    chosen = {name: getattr(wanted, name) for name in _FILTERS if getattr(wanted, name) is not None}
    rows = tx.all(
        _statement(wanted.status, frozenset(chosen)),
        workspace=workspace_id,
        since=-_LAST if wanted.since is None else wanted.since,
        at=at,
        last=last,
        most=most + 1,
        **chosen,
    )
    rows, more = pages.cut(rows, most)
    following = pages.cursor((rows[-1].created_at, rows[-1].id), *bound) if more else None
    return pages.Page(_views(tx, rows, base_url), following)


def following(tx: Tx, workspace_id: str, wanted: Wanted, generation_id: str) -> str:
    """The cursor of the page that begins after a generation of the workspace.

    Raises NotFound.
    """
    at = None
    if looks_like_id(generation_id):
        at = tx.value(_PLACE, generation=generation_id, workspace=workspace_id)
    if at is None:
        raise NotFound("There is no such generation in this workspace.")
    return pages.cursor((at, generation_id), workspace_id, *astuple(wanted))


@cache
def _statement(status: str | None, filters: frozenset[str]) -> Select[Any]:
    """The statement for a combination of filters, made when it is first asked for."""
    place = tuple_(generations.c.created_at, generations.c.id)
    chosen = (
        select(generations, now().label("now"))
        .where(
            generations.c.workspace_id == bindparam("workspace"),
            generations.c.created_at >= bindparam("since"),
            place < tuple_(bindparam("at"), bindparam("last")),
            *(_FILTERS[name] == bindparam(name) for name in sorted(filters)),
        )
        .order_by(generations.c.created_at.desc(), generations.c.id.desc())
        .limit(bindparam("most"))
    )
    if status is None:
        return chosen
    states = {state for state, word in OUTSIDE.items() if word == status}
    over = states <= TERMINAL
    ended = generations.c.finished_at.is_not(None) if over else generations.c.finished_at.is_(None)
    return chosen.where(ended, among(generations.c.state, states))


def _views(tx: Tx, rows: Sequence[Any], base_url: str) -> list[GenerationView]:
    made: dict[str, list[Any]] = {row.id: [] for row in rows}
    for output in tx.all(_OUTPUTS, ids=encode(list(made))):
        made[output.generation_id].append(output)
    living = media.living(tx, encode([output.id for each in made.values() for output in each]))
    expected, views = Expected(tx), []
    for row in rows:
        request = decode(row.request)
        shown = [output_view(output, base_url, living) for output in made[row.id]]
        seconds = expected.seconds(row.model, row.provider, request)
        views.append(view_of(row, request.parameters, shown, row.now, seconds))
    return views
