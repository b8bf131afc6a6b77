"""Receipts: what each call to a provider was, what the provider says it billed, and who paid for it."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Select, Text, bindparam, func, or_, select

from aims.core.clock import DAY, now, rfc3339
from aims.core.db import Tx
from aims.credits.tables import entries
from aims.generation.tables import attempts, generations

MOST = 10_000
_PROVIDER = bindparam("provider", type_=Text())
_GENERATION = bindparam("generation", type_=Text())


def rows_of_attempts() -> Select[Any]:
    """Every attempt at a provider, under any of its connections, with what is needed of its generation."""
    return (
        select(
            attempts,
            generations.c.model,
            generations.c.sandbox,
            generations.c.credits_charged,
            generations.c.credits_refunded,
            generations.c.quantity.label("asked"),
        )
        .select_from(attempts.join(generations, generations.c.id == attempts.c.generation_id))
        .where(
            or_(
                _PROVIDER == "",
                attempts.c.provider == _PROVIDER,
                attempts.c.provider.like(bindparam("lines", type_=Text())),
            )
        )
    )


_NEWEST = (
    rows_of_attempts()
    .where(
        or_(_GENERATION == "", attempts.c.generation_id == _GENERATION),
        attempts.c.created_at >= bindparam("since", type_=BigInteger()),
    )
    .order_by(attempts.c.id.desc())
    .limit(bindparam("most", type_=BigInteger()))
)
_REFUNDS = (
    select(entries.c.amount, entries.c.cause, entries.c.created_at, entries.c.actor)
    .where(
        entries.c.workspace_id == bindparam("workspace"),
        entries.c.verb == "refund",
        entries.c.hold_reference == bindparam("generation"),
    )
    .order_by(entries.c.seq)
)


_LOST = select(func.count()).where(
    attempts.c.state == "unknown",
    attempts.c.cost_outcome == "absorbed",
    attempts.c.finished_at > now() - bindparam("age", type_=BigInteger()),
)


class Refund(msgspec.Struct, frozen=True):
    """Whole credits that were given back after they had been charged, and why."""

    credits: int
    reason: str
    actor: str
    at: str | None


class Receipt(msgspec.Struct, frozen=True):
    """One call to a provider. Instants are RFC 3339 in UTC.

    submitted_at: when its answer was kept; finished_at: when its end was written down here. run_ms, billed_units: as
    the provider reports them. cost_usd_micros: as it reports it, or its units at the price that the connection states;
    None when neither is known. cost: `posted` (delivered for), `absorbed` (ours, for the reason), or None: not billed.
    credits_charged, credits_refunded: of the whole generation. refunds: only where one generation was asked for.
    """

    attempt_id: str
    generation_id: str
    workspace_id: str | None
    model: str
    provider: str
    request_id: str | None
    state: str
    tries: int
    retry_reason: str | None
    created_at: str | None
    submitted_at: str | None
    finished_at: str | None
    run_ms: int | None
    billed_units: str | None
    cost_usd_micros: int | None
    cost: str | None
    cost_reason: str | None
    error: str | None
    sandbox: bool
    credits_charged: int
    credits_refunded: int
    refunds: list[Refund] = []


def lines(provider: str) -> str:
    """A pattern for the connections of a provider that are kept as rows."""
    return f"{provider}:%" if provider else ""


def newest(
    tx: Tx, *, provider: str = "", generation_id: str = "", since: int = 0, most: int = 50
) -> list[Receipt]:
    """The newest receipts first. provider, generation_id: only theirs. since: microseconds, by the database's clock."""
    found = tx.all(
        _NEWEST,
        provider=provider,
        lines=lines(provider),
        generation=generation_id,
        since=since,
        most=min(most, MOST),
    )
    return [receipt(row, _refunds(tx, row) if generation_id else []) for row in found]


def lost(tx: Tx, days: int) -> int:
    """How many calls of the last days ended without anybody's knowing how: they may be billed, and brought nothing."""
    found: int = tx.value(_LOST, age=days * DAY)
    return found


def receipt(row: Any, refunds: list[Refund]) -> Receipt:
    """A receipt from a row of `rows_of_attempts`."""
    return Receipt(
        row.id,
        row.generation_id,
        row.workspace_id,
        row.model,
        row.provider,
        row.provider_ref,
        row.state,
        row.tries,
        row.retry_reason,
        rfc3339(row.created_at),
        rfc3339(row.submitted_at),
        rfc3339(row.finished_at),
        row.run_ms,
        row.billed_units,
        row.cost_usd_micros,
        row.cost_outcome,
        row.cost_reason,
        row.error,
        bool(row.sandbox),
        row.credits_charged,
        row.credits_refunded,
        refunds,
    )


def _refunds(tx: Tx, row: Any) -> list[Refund]:
    found = tx.all(_REFUNDS, workspace=row.workspace_id, generation=row.generation_id)
    return [Refund(each.amount, each.cause, each.actor, rfc3339(each.created_at)) for each in found]
