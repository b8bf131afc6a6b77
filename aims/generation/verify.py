"""The rules that join the areas: what the ledger alone cannot see."""

from sqlalchemy import and_, func, or_, select

from aims import credits, keys
from aims.core.clock import DAY, now
from aims.core.db import Tx, among
from aims.credits import Breach
from aims.credits.tables import entries, holds
from aims.generation.lifecycle import ATTEMPT_OVER, TERMINAL
from aims.generation.tables import attempts, generations, idempotency_keys, outputs, usage
from aims.media.tables import assets

OLDEST_DAYS = 2
STUCK = "unfinished for two days"
_terminal = among(generations.c.state, TERMINAL)

_UNRESOLVED = (
    select(
        generations.c.id, generations.c.workspace_id, generations.c.state, holds.c.state.label("hold_state")
    )
    .select_from(generations.outerjoin(holds, holds.c.reference == generations.c.id))
    .where(or_(holds.c.reference.is_(None), _terminal != (holds.c.state == "resolved")))
)
_STRAY_HOLDS = (
    select(holds.c.reference, holds.c.workspace_id)
    .select_from(holds.outerjoin(generations, generations.c.id == holds.c.reference))
    .where(generations.c.id.is_(None))
)
_STUCK = select(generations.c.id, generations.c.workspace_id).where(
    ~_terminal, generations.c.created_at < now() - OLDEST_DAYS * DAY
)
_PAID_TWICE = (
    select(attempts.c.generation_id, attempts.c.number, func.count().label("total"))
    .group_by(attempts.c.generation_id, attempts.c.number)
    .having(func.count() > 1)
)
_SILENT_RETRY = select(attempts.c.generation_id).where(
    attempts.c.tries > 1, attempts.c.retry_reason.is_(None)
)
_UNBOOKED = select(attempts.c.generation_id).where(
    among(attempts.c.state, ("done", "unknown")), attempts.c.cost_outcome.is_(None)
)
_LEFT_OPEN = (
    select(attempts.c.generation_id, attempts.c.number)
    .select_from(attempts.join(generations, generations.c.id == attempts.c.generation_id))
    .where(_terminal, ~among(attempts.c.state, ATTEMPT_OVER))
)
_OTHERS = (
    select(generations.c.id, generations.c.workspace_id)
    .select_from(generations.join(holds, holds.c.reference == generations.c.id))
    .where(
        or_(
            holds.c.workspace_id != generations.c.workspace_id,
            holds.c.key_id.is_distinct_from(generations.c.key_id),
        )
    )
)
_MISJOINED = (
    select(idempotency_keys.c.generation_id, idempotency_keys.c.workspace_id)
    .select_from(idempotency_keys.join(generations, generations.c.id == idempotency_keys.c.generation_id))
    .where(generations.c.workspace_id != idempotency_keys.c.workspace_id)
)
_UNDELIVERED = (
    select(generations.c.id, generations.c.workspace_id)
    .select_from(generations.join(outputs, outputs.c.generation_id == generations.c.id))
    .where(_terminal, among(outputs.c.state, ("waiting", "stored")))
)
_UNKEPT = (
    select(outputs.c.generation_id)
    .select_from(outputs.outerjoin(assets, assets.c.id == outputs.c.id))
    .where(and_(outputs.c.state == "completed", outputs.c.deleted_at.is_(None), assets.c.id.is_(None)))
)
_USED = (
    select(holds.c.key_id, func.sum(holds.c.amount - holds.c.released - holds.c.refunded).label("used"))
    .where(holds.c.key_id.is_not(None))
    .group_by(holds.c.key_id)
)
_CHARGES = (
    select(generations.c.id, generations.c.workspace_id, generations.c.credits_charged, holds.c.captured)
    .select_from(generations.join(holds, holds.c.reference == generations.c.id))
    .where(_terminal, generations.c.credits_charged != holds.c.captured)
)
_BOOKED = (
    select(entries.c.workspace_id, entries.c.verb, func.sum(entries.c.amount).label("total"))
    .where(among(entries.c.verb, ("capture", "refund")))
    .group_by(entries.c.workspace_id, entries.c.verb)
)
_REPORTED = select(
    usage.c.workspace_id,
    func.sum(usage.c.credits_charged).label("capture"),
    func.sum(usage.c.credits_refunded).label("refund"),
).group_by(usage.c.workspace_id)
_PROVENANCE = select(entries.c.seq, entries.c.workspace_id).where(
    among(entries.c.verb, ("hold", "capture", "release", "refund")), entries.c.hold_reference.is_(None)
)


def verify(tx: Tx) -> list[Breach]:
    """Every invariant, on one snapshot: the ledger's own, then those that join it to the work. Empty is good news."""
    return [
        *credits.verify(tx),
        *check_resolution(tx),
        *check_attempts(tx),
        *check_owners(tx),
        *check_delivery(tx),
        *check_usage(tx),
    ]


def check_resolution(tx: Tx) -> list[Breach]:
    """I7: a generation is over exactly when its hold is resolved, and none is older than two days."""
    return [
        *(
            Breach(
                "I7",
                f"{row.workspace_id}:{row.id}",
                0,
                f"{row.state}, and its hold is {row.hold_state or 'missing'}",
            )
            for row in tx.all(_UNRESOLVED)
        ),
        *(
            Breach("I7", f"{row.workspace_id}:{row.reference}", 0, "a hold without work")
            for row in tx.all(_STRAY_HOLDS)
        ),
        *(Breach("I7", f"{row.workspace_id}:{row.id}", 0, STUCK) for row in tx.all(_STUCK)),
    ]


def verify_at_rest(tx: Tx) -> list[Breach]:
    """The same of a studio that has not been running: what it has not finished is no breach."""
    return [each for each in verify(tx) if each.sentence != STUCK]


def check_attempts(tx: Tx) -> list[Breach]:
    """I9: one attempt for each planned call; a repeated submit has its reason; each paid call has its outcome, and each
    call of what is over is over.
    """
    return [
        *(
            Breach("I9", row.generation_id, row.total - 1, f"call {row.number} was made twice")
            for row in tx.all(_PAID_TWICE)
        ),
        *(Breach("I9", row.generation_id, 0, "sent again without a reason") for row in tx.all(_SILENT_RETRY)),
        *(Breach("I9", row.generation_id, 0, "a paid call without an outcome") for row in tx.all(_UNBOOKED)),
        *(
            Breach("I9", row.generation_id, 0, f"over, with call {row.number} under way")
            for row in tx.all(_LEFT_OPEN)
        ),
    ]


def check_owners(tx: Tx) -> list[Breach]:
    """I11, I12: holds, keys and idempotency keys belong to the workspace of their generation. I8: the keys' counts."""
    counted = {row.key_id: int(row.used) for row in tx.all(_USED)}
    return [
        *(
            Breach("I12", f"{row.workspace_id}:{row.id}", 0, "its hold is another's")
            for row in tx.all(_OTHERS)
        ),
        *(
            Breach("I12", f"{row.workspace_id}", 0, f"entry {row.seq} names no hold")
            for row in tx.all(_PROVENANCE)
        ),
        *(
            Breach("I11", f"{row.workspace_id}:{row.generation_id}", 0, "joined across workspaces")
            for row in tx.all(_MISJOINED)
        ),
        *(
            Breach("I8", f"{workspace}:key:{key}", used - counted.get(key, 0), f"the key's count says {used}")
            for key, (workspace, used) in keys.recount(tx).items()
            if used != counted.get(key, 0)
        ),
    ]


def check_delivery(tx: Tx) -> list[Breach]:
    """I7, I10 for outputs: what is over has outcomes, what is delivered has an asset, what is told was charged."""
    return [
        *(
            Breach("I7", f"{row.workspace_id}:{row.id}", 0, "over, with an output undecided")
            for row in tx.all(_UNDELIVERED)
        ),
        *(
            Breach("I10", row.generation_id, 0, "a delivered output without an asset")
            for row in tx.all(_UNKEPT)
        ),
        *(
            Breach(
                "I10",
                f"{row.workspace_id}:{row.id}",
                row.credits_charged - row.captured,
                "told another charge",
            )
            for row in tx.all(_CHARGES)
        ),
    ]


def check_usage(tx: Tx) -> list[Breach]:
    """I10 for reports: every credit that was charged or given back is in the usage once."""
    booked = {(row.workspace_id, row.verb): int(row.total) for row in tx.all(_BOOKED)}
    reported = {
        (row.workspace_id, verb): int(getattr(row, verb))
        for row in tx.all(_REPORTED)
        for verb in ("capture", "refund")
    }
    return [
        Breach("I10", f"{workspace}:usage", drift, f"the {verb} entries and the usage differ")
        for workspace, verb in sorted(booked.keys() | reported.keys())
        if (drift := reported.get((workspace, verb), 0) - booked.get((workspace, verb), 0))
    ]
