"""How long a generation is expected to take, measured on what the same model made last.

Counted from the rows when somebody asks: it survives a restart, is the same on every server, and a generation that ends
writes nothing for it, which would be one row for all workspaces to wait for.
"""

from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, select

from aims.core.clock import SECOND
from aims.core.db import Tx
from aims.generation.lifecycle import State
from aims.generation.request import Request, decode
from aims.generation.tables import generations

LAST = 20
ENOUGH = 3
ALMOST = 0.95

_LAST = (
    select(generations.c.started_at, generations.c.finished_at, generations.c.request)
    .where(
        generations.c.model == bindparam("model"),
        generations.c.provider == bindparam("provider"),
        # Written out as in the index, which the database would not use otherwise.
        generations.c.state == literal_column("'completed'"),
    )
    .order_by(generations.c.finished_at.desc())
    .limit(LAST)
)


class Sample(NamedTuple):
    """One that was finished: the length of the film that was asked for, and how long it took, both in seconds."""

    duration: float | None
    seconds: float


class Expected:
    """What is expected, within one transaction: each model is looked up once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._samples: dict[tuple[str, str], list[Sample]] = {}

    def seconds(self, model: str, provider: str, request: Request) -> float | None:
        """The median of the last twenty, from the first call to the end; of equally long films, once there are three.

        None until there is one.
        """
        samples = self._samples.get((model, provider))
        if samples is None:
            rows = self._tx.all(_LAST, model=model, provider=provider)
            samples = self._samples[model, provider] = [_sample(row) for row in rows]
        alike = [each.seconds for each in samples if each.duration == request.duration]
        chosen = alike if len(alike) >= ENOUGH else [each.seconds for each in samples]
        return round(median(chosen), 3) if chosen else None


def progress(row: Any, moment: int, expected: float | None) -> float | None:
    """How far a generation is, 0 to 1: as its provider says, else by the time it is expected to take.

    moment: the database's now, in microseconds. None when nobody can tell.
    """
    state = State(row.state)
    if state is State.COMPLETED:
        return 1.0
    if state is State.ACCEPTED:
        return 0.0
    if row.finished_at is not None:
        return None
    if row.progress is not None:
        return row.progress / 100
    if not expected or row.started_at is None:
        return None
    return round(max(0.0, min((moment - row.started_at) / SECOND / expected, ALMOST)), 2)


def _sample(row: Any) -> Sample:
    return Sample(decode(row.request).duration, (row.finished_at - row.started_at) / SECOND)
