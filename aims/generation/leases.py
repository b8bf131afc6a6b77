"""Who drives a generation: exclusive by a lease in the database's time, fenced by an epoch that only grows."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, case, select, update

from aims.core import failpoints
from aims.core.clock import now
from aims.core.db import Tx, among, members
from aims.generation.lifecycle import TERMINAL, State
from aims.generation.tables import generations

CHUNK = 500
ACCEPTED = "accepted"
"""The signal of a server that drives nothing itself: there is work for others."""
_CLAIMED = (
    generations.c.id,
    generations.c.driver_epoch,
    generations.c.provider,
    generations.c.workspace_id,
    generations.c.state,
    generations.c.model,
    generations.c.routes,
    generations.c.deaths,
)
_unfinished = ~among(generations.c.state, TERMINAL)

# A row that a step holds is passed over: it is renewed in the next round, and renewing waits for nobody.
_free_of_mine = (
    select(generations.c.id)
    .where(generations.c.driver == bindparam("me"), generations.c.lease_until != 0)
    .with_for_update(skip_locked=True)
)
_RENEW = (
    update(generations)
    .where(generations.c.id.in_(_free_of_mine))
    .values(lease_until=now() + bindparam("span"))
)
_RELEASE = (
    update(generations)
    .where(generations.c.driver == bindparam("me"), generations.c.lease_until != 0)
    .values(lease_until=-1, driver=None)
)
_claimable = (
    select(generations.c.id)
    .where(
        generations.c.lease_until != 0,
        _unfinished,
        (generations.c.lease_until < now()) | (bindparam("at_once") == 1),
        generations.c.driver.is_distinct_from(bindparam("me")),
    )
    .order_by(generations.c.lease_until)
    .limit(CHUNK)
)
_STORED_AT_DEATH = and_(generations.c.state == "storing", generations.c.driver.is_not(None))
_TAKE_OVER = (
    update(generations)
    .where(
        generations.c.id.in_(_claimable),
        (generations.c.lease_until < now()) | (bindparam("at_once") == 1),
        generations.c.driver.is_distinct_from(bindparam("me")),
        _unfinished,
    )
    .values(
        # Who ended in order left no name.
        deaths=case((_STORED_AT_DEATH, generations.c.deaths + 1), else_=generations.c.deaths),
        # It is stored again when its turn comes. A server that dies before that did not die of it.
        state=case((_STORED_AT_DEATH, "running"), else_=generations.c.state),
        driver=bindparam("me"),
        driver_epoch=generations.c.driver_epoch + 1,
        lease_until=now() + bindparam("span"),
    )
    .returning(*_CLAIMED)
)


_MINE = select(*_CLAIMED).where(
    generations.c.driver == bindparam("me"), generations.c.lease_until != 0, _unfinished
)


class Route(NamedTuple):
    """A provider, and the model there that makes what was asked for."""

    provider: str
    model: str


_MY_IDS = select(generations.c.id).where(
    generations.c.driver == bindparam("me"), generations.c.lease_until != 0, _unfinished
)
_MY_OWN = _MINE.where(members(generations.c.id, "ids"))
_LATE = _MINE.where(
    generations.c.state == "accepted", generations.c.created_at < now() - bindparam("span")
).limit(CHUNK)


@dataclass(frozen=True, slots=True)
class Claim:
    """A generation that is this process's to drive, and the epoch that fences its updates.

    begun: a call to the provider may be under way, so it is taken up before anything that has not begun.
    provider: where it was last, or is to go first. routes: where it may be made, the one to prefer first.
    deaths: how many servers died while they stored what was made for it.
    """

    generation_id: str
    epoch: int
    provider: str
    workspace_id: str
    routes: tuple[Route, ...]
    begun: bool = False
    deaths: int = 0


def renew(tx: Tx, me: str, span: int) -> int:
    """Keep everything that this process drives for `span` microseconds more, in one statement."""
    return tx.run(_RENEW, me=me, span=span)


def mine(tx: Tx, me: str, known: Container[str] = ()) -> list[Claim]:
    """Everything unfinished that this process holds the lease of, without what it knows of.

    There may be ten thousand, nearly all of which are known: of these only the id is read.
    """
    unknown = [row.id for row in tx.all(_MY_IDS, me=me) if row.id not in known]
    if not unknown:
        return []
    return [_claim(row) for row in tx.all(_MY_OWN, me=me, ids=msgspec.json.encode(unknown).decode())]


def late(tx: Tx, me: str, span: int) -> list[Claim]:
    """Up to 500 that this process holds the lease of, and that no provider took for so many microseconds."""
    return [_claim(row) for row in tx.all(_LATE, me=me, span=span)]


def release(tx: Tx, me: str) -> int:
    """Let others take over at once what this process did not finish."""
    return tx.run(_RELEASE, me=me)


def take_over(tx: Tx, me: str, span: int, at_once: bool) -> list[Claim]:
    """Claim up to 500 unfinished generations whose lease has run out.

    at_once: do not wait for leases. Only for a process that is known to be alone, as the lock file proves on SQLite.
    """
    claimed = tx.all(_TAKE_OVER, me=me, span=span, at_once=int(at_once))
    failpoints.hit("recover.inside")
    return [_claim(row) for row in claimed]


def _claim(row: Any) -> Claim:
    begun = row.state != State.ACCEPTED
    routes = routes_of(row.provider, row.model, row.routes)
    return Claim(row.id, row.driver_epoch, row.provider, row.workspace_id, routes, begun, row.deaths)


def routes_of(provider: str, model: str, kept: str | None) -> tuple[Route, ...]:
    """Where a generation may be made: what its row keeps of that, or its one provider."""
    return msgspec.json.decode(kept, type=tuple[Route, ...]) if kept else (Route(provider, model),)
