"""How often and how much a key may spend: one guarded update of its row, exact across processes.

The rate is GCRA: the row keeps the theoretical arrival time of the next request. A request passes if that time is not
further ahead than the burst allows, and moves it on by one interval. There is no window, so no double burst at an edge.
Source of the algorithm: ITU-T I.371, Annex A (virtual scheduling).
"""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy import bindparam, case, or_, select, update

from aims.accounts import SPENDING, Actor, withheld
from aims.accounts.tables import members
from aims.core.clock import MINUTE, SECOND, now
from aims.core.db import Tx, among
from aims.core.errors import Forbidden, RateLimited
from aims.keys.api_keys import find, unknown_key
from aims.keys.tables import api_keys

READS_FACTOR = 10
MAX_BUCKETS = 10_000
SLACK = 1000
"""Microseconds on top of a wait: this host's clock may run slower for a moment while the caller's does not."""

_interval = MINUTE // api_keys.c.rate_limit
_start = case((api_keys.c.arrival_at > now(), api_keys.c.arrival_at), else_=now())
_valid = (
    (api_keys.c.id == bindparam("key"))
    & api_keys.c.revoked_at.is_(None)
    & (api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > now()))
)
# Asked of the place itself: what was seen of the key a moment ago may be older than the role.
_may_spend = or_(
    api_keys.c.user_id.is_(None),
    select(members.c.role)
    .where(
        members.c.workspace_id == api_keys.c.workspace_id,
        members.c.user_id == api_keys.c.user_id,
        among(members.c.role, SPENDING),
    )
    .correlate(api_keys)
    .exists(),
)
_ADMIT = (
    update(api_keys)
    .where(
        _valid,
        _start - now() <= (api_keys.c.burst - 1) * _interval,
        api_keys.c.cap.is_(None) | (api_keys.c.used + bindparam("cost") <= api_keys.c.cap),
    )
    .where(_may_spend)
    .values(arrival_at=_start + _interval, used=api_keys.c.used + bindparam("cost"))
    .returning(
        api_keys.c.workspace_id,
        api_keys.c.rate_limit,
        api_keys.c.burst,
        (api_keys.c.arrival_at - now()).label("ahead"),
    )
)
_STATE = select(
    api_keys.c.hash,
    api_keys.c.rate_limit,
    api_keys.c.burst,
    api_keys.c.cap,
    api_keys.c.used,
    (api_keys.c.arrival_at - now()).label("ahead"),
).where(api_keys.c.id == bindparam("key"))
_GIVE_BACK = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"))
    .values(used=api_keys.c.used - bindparam("amount"))
)
_USED = select(api_keys.c.id, api_keys.c.workspace_id, api_keys.c.used)


@dataclass(frozen=True, slots=True)
class Admission:
    """What the RateLimit headers say: `limit` a minute, `remaining` at once, `reset` seconds until one more."""

    limit: int
    remaining: int
    reset: int


def standing(rate_limit: int, burst: int, ahead: int) -> Admission:
    """The headers' figures from the key's state; `ahead` is the arrival time less now, in microseconds."""
    interval = MINUTE // rate_limit
    free = burst * interval - max(0, ahead)
    remaining = max(0, free // interval)
    until_next = 0 if remaining else math.ceil((interval - free) / SECOND)
    return Admission(rate_limit, min(remaining, burst), until_next)


def admit(tx: Tx, key_id: str, cost: int) -> Admission:
    """Let a paid request of `cost` credits through: the key is valid now, within its limit and its cap, and nobody's or
    a member's whose role may spend.

    Afterwards the cost counts against the cap, until `give_back`.

    Raises Unauthenticated, RateLimited or Forbidden; then nothing has changed.
    """
    row = tx.one(_ADMIT, key=key_id, cost=cost)
    if row is None:
        raise refusal(tx, key_id, cost)
    return standing(row.rate_limit, row.burst, row.ahead)


def would_admit(tx: Tx, key_id: str, cost: int) -> None:
    """Whether `admit` would let the request through now. Nothing is counted.

    Raises as `admit` does.
    """
    row = tx.one(_STATE, key=key_id)
    if row is None:
        raise unknown_key()
    actor = find(tx, key_id, row.hash)
    ahead = max(0, row.ahead) - (row.burst - 1) * (MINUTE // row.rate_limit)
    if ahead > 0 or not _spends(actor) or (row.cap is not None and row.used + cost > row.cap):
        raise refusal(tx, key_id, cost)


def refusal(tx: Tx, key_id: str, cost: int) -> Exception:
    """Why the key was not admitted, found out only when it was not."""
    row = tx.one(_STATE, key=key_id)
    if row is None:
        return unknown_key()
    actor = find(tx, key_id, row.hash)  # raises for a revoked or expired key
    if actor.role is not None and not _spends(actor):
        return withheld(actor.role, "the right to generate")
    interval = MINUTE // row.rate_limit
    wait = max(0, row.ahead) - (row.burst - 1) * interval
    if wait > 0 or row.cap is None or row.used + cost <= row.cap:
        # Time went on since the refusal: now there would be room, and a request made at once passes.
        return RateLimited(
            f"This key may make {row.rate_limit} requests a minute. Wait, or ask for a higher limit.",
            retry_after=(max(wait, 0) + SLACK) / SECOND,
            limit=row.rate_limit,
        )
    return Forbidden(
        f"This key's cap of {row.cap} credits leaves {max(0, row.cap - row.used)}, and this needs {cost}.",
        code="credit_cap_reached",
    )


def _spends(actor: Actor) -> bool:
    return actor.role is None or actor.role in SPENDING


def give_back(tx: Tx, key_id: str | None, amount: int) -> None:
    """Take released or refunded credits off the key's count."""
    if key_id is not None and amount:
        tx.run(_GIVE_BACK, key=key_id, amount=amount)


def recount(tx: Tx) -> dict[str, tuple[str, int]]:
    """Each key's workspace and its count of used credits, for the check of the books."""
    return {row.id: (row.workspace_id, row.used) for row in tx.all(_USED)}


class ReadLimits:
    """Reads have ten times the key's rate, counted in memory per process, so that polling cannot starve generating."""

    def __init__(self) -> None:
        self._arrivals: OrderedDict[str, float] = OrderedDict()

    def admit(self, key_id: str, rate_limit: int) -> None:
        """Let a read through.

        Raises RateLimited.
        """
        rate = rate_limit * READS_FACTOR
        interval, moment = 60 / rate, time.monotonic()
        start = max(self._arrivals.get(key_id, 0.0), moment)
        wait = start - moment - 60 + interval
        if wait > 0:
            raise RateLimited(
                f"This key may make {rate} reads a minute. Wait a moment.",
                retry_after=wait,
                limit=rate,
                policy="reads",
            )
        self._arrivals[key_id] = start + interval
        self._arrivals.move_to_end(key_id)
        if len(self._arrivals) > MAX_BUCKETS:
            self._arrivals.popitem(last=False)
