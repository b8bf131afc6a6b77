"""The end of an attempt, and of a generation: outputs, money and state in one transaction, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, func, select, update

from aims import credits, keys, media
from aims.core import failpoints
from aims.core.clock import now
from aims.core.db import Tx, among
from aims.generation import inbox, lifecycle, usage
from aims.generation.announce import announce
from aims.generation.lifecycle import ATTEMPT_OVER, AttemptState, State
from aims.generation.owned import owned
from aims.generation.request import decode, encode
from aims.generation.tables import attempts, outputs
from aims.media import storage, trash
from aims.media.recognise import KINDS
from aims.providers import Report

_OUTPUTS = (
    select(outputs).where(outputs.c.generation_id == bindparam("generation")).order_by(outputs.c.position)
)
_FINISH_ATTEMPT = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"), ~among(attempts.c.state, ATTEMPT_OVER))
    .values(
        state=bindparam("over"),
        finished_at=now(),
        error_code=bindparam("error_code"),
        error=bindparam("error"),
        cost_usd_micros=bindparam("cost"),
        billed_units=bindparam("units"),
        run_ms=bindparam("run_ms"),
        cost_outcome=bindparam("outcome"),
        cost_reason=bindparam("cost_reason"),
        provider_ref=func.coalesce(attempts.c.provider_ref, bindparam("ref", type_=Text())),
    )
)
_STOP_WAITING = (
    update(attempts)
    .where(attempts.c.generation_id == bindparam("generation"), ~among(attempts.c.state, ATTEMPT_OVER))
    .values(state="cancelled", finished_at=now(), error_code="cancelled", error="Cancelled on request.")
)
_STATES = select(attempts.c.state, attempts.c.error_code).where(
    attempts.c.generation_id == bindparam("generation")
)
_SET_OUTPUT = (
    update(outputs)
    .where(
        outputs.c.generation_id == bindparam("generation"),
        outputs.c.position == bindparam("at"),
        outputs.c.state == "waiting",
    )
    .values(state=bindparam("now_is"), stored=bindparam("stored"), error=bindparam("error"))
)
_END_OUTPUT = (
    update(outputs)
    .where(outputs.c.id == bindparam("output"))
    .values(state=bindparam("now_is"), error=bindparam("error"), credits_refunded=bindparam("refunded"))
)


class Stored(msgspec.Struct, frozen=True):
    """What is known of an output's file before its asset row exists."""

    storage_key: str
    content_type: str
    bytes: int
    sha256: str
    width: int
    height: int
    duration_ms: int | None = None
    preview: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class OutputResult:
    """What became of one output: a stored file, or a sentence that says why there is none."""

    position: int
    stored: Stored | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What became of one attempt. `cost_usd_micros`: what the provider says it cost, if it says.

    billed: it made nothing, and may be paid for all the same. reference: the provider's id of a call that was over at
    once. report: what else the provider says about it.
    """

    attempt_id: str | None
    state: AttemptState
    outputs: tuple[OutputResult, ...]
    error_code: str | None = None
    error: str | None = None
    cost_usd_micros: int | None = None
    billed: bool = False
    reference: str | None = None
    report: Report = field(default_factory=Report)

    @property
    def why(self) -> str | None:
        """The sentence that says why there is something missing."""
        return self.error or next((output.error for output in self.outputs if output.error), None)


def record(tx: Tx, generation_id: str, epoch: int, result: AttemptResult) -> bool:
    """Write what became of an attempt; when it was the last, finish the generation. True when it is finished.

    Raises Superseded when another driver has the generation, or it is finished already.
    """
    row = owned(tx, generation_id, epoch)
    if result.attempt_id is not None:
        billed = result.billed or result.state in (AttemptState.DONE, AttemptState.UNKNOWN)
        outcome = ("posted" if any(o.stored for o in result.outputs) else "absorbed") if billed else None
        tx.run(
            _FINISH_ATTEMPT,
            attempt=result.attempt_id,
            over=result.state,
            error_code=result.error_code,
            error=result.error,
            cost=result.cost_usd_micros,
            outcome=outcome,
            cost_reason=result.why if outcome == "absorbed" else None,
            ref=result.reference,
            units=result.report.units,
            run_ms=result.report.run_ms,
        )
        if result.state is not AttemptState.DONE:
            inbox.book(tx, result.attempt_id)
    for output in result.outputs:
        stored = output.stored
        tx.run(
            _SET_OUTPUT,
            generation=generation_id,
            at=output.position,
            now_is="stored" if stored else "failed",
            stored=encode(stored) if stored else None,
            error=output.error,
        )
    all_outputs = tx.all(_OUTPUTS, generation=generation_id)
    if any(output.state == "waiting" for output in all_outputs):
        return False
    finish(tx, row, all_outputs, result)
    return True


def finish(tx: Tx, row: Any, all_outputs: Sequence[Any], last: AttemptResult) -> None:
    """End a generation whose outputs all have an outcome: charge for what was delivered, give back the rest."""
    request = decode(row.request)
    delivered = [output for output in all_outputs if output.state == "stored"]
    cancelled = row.cancel_requested_at is not None and not delivered
    for output in delivered:
        _keep(tx, row, output)
        if request.make_public:
            media.share(tx, row.workspace_id, output.id)
    for output in all_outputs:
        ok = output.state == "stored"
        tx.run(
            _END_OUTPUT,
            output=output.id,
            now_is="completed" if ok else "failed",
            error=None if ok else output.error or "It was not made.",
            refunded=0 if ok else request.per_output,
        )
    if row.deaths:
        _leave_no_files(tx, row, [output for output in all_outputs if output.state != "stored"])
    failpoints.hit("settle.inside")
    charge = len(delivered) * request.per_output
    hold = _resolve(tx, row, charge, "delivered" if delivered else "not delivered")
    usage.count(tx, row, hold.captured, completed=len(delivered), failed=len(all_outputs) - len(delivered))
    first_error = next((output.error for output in all_outputs if output.state != "stored"), None)
    to = State.COMPLETED if delivered else State.CANCELLED if cancelled else State.FAILED
    lifecycle.finish(
        tx,
        row.id,
        row.driver_epoch,
        State(row.state),
        to,
        charged=hold.captured,
        refunded=hold.released,
        error_code=None if delivered or cancelled else _code(tx, row.id, last),
        error=None if delivered else "Cancelled on request." if cancelled else first_error,
    )
    states = ((output.id, "completed" if output.state == "stored" else "failed") for output in all_outputs)
    announce(tx, row, to, states, hold)


def _code(tx: Tx, generation_id: str, last: AttemptResult) -> str:
    codes = [row.error_code for row in tx.all(_STATES, generation=generation_id) if row.error_code]
    return codes[0] if codes else last.error_code or "generation_failed"


def _resolve(tx: Tx, row: Any, charge: int, cause: str) -> credits.Hold:
    """Resolve the hold and take what is released off the key's count."""
    hold = credits.settle(
        tx, row.id, charge, cause=f"generation {cause}", actor=f"driver:{row.driver or 'none'}"
    )
    if not charge:
        failpoints.hit("release.inside")
    keys.give_back(tx, row.key_id, hold.released)
    return hold


def _keep(tx: Tx, row: Any, output: Any) -> None:
    stored = msgspec.json.decode(output.stored, type=Stored)
    media.keep(
        tx,
        id=output.id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        storage_key=stored.storage_key,
        content_type=stored.content_type,
        bytes=stored.bytes,
        sha256=stored.sha256,
        width=stored.width,
        height=stored.height,
        duration_ms=stored.duration_ms,
        preview=stored.preview,
        colour=stored.colour,
        source="generation",
        generation_id=row.id,
        prompt=row.prompt,
        model=row.model,
        sandbox=row.sandbox,
    )


def _leave_no_files(tx: Tx, row: Any, missing: Sequence[Any]) -> None:
    """A server died while it stored these. Their files may be there under their names, and nothing leads to them."""
    trash.discard_unnamed(
        tx,
        (
            storage.key(row.workspace_id, output.id, output.token, kind.extension, row.created_at)
            for output in missing
            for kind in KINDS
        ),
    )


def cancel_unstarted(tx: Tx, row: Any) -> None:
    """End a generation of which nothing is with a provider: cancelling wins at once, and everything comes back."""
    tx.run(_STOP_WAITING, generation=row.id)
    all_outputs = tx.all(_OUTPUTS, generation=row.id)
    for output in all_outputs:
        tx.run(
            _END_OUTPUT,
            output=output.id,
            now_is="failed",
            error="Cancelled on request.",
            refunded=decode(row.request).per_output,
        )
    hold = _resolve(tx, row, 0, "cancelled")
    usage.count(tx, row, 0, completed=0, failed=len(all_outputs))
    lifecycle.finish(
        tx,
        row.id,
        row.driver_epoch,
        State.ACCEPTED,
        State.CANCELLED,
        charged=0,
        refunded=hold.released,
        error_code=None,
        error="Cancelled on request.",
    )
    announce(tx, row, State.CANCELLED, ((output.id, "failed") for output in all_outputs), hold)


def not_made(first: int, count: int, sentence: str) -> tuple[OutputResult, ...]:
    """The outputs of an attempt that made nothing."""
    return tuple(OutputResult(position, None, sentence) for position in range(first, first + count))


def delivered(results: Sequence[OutputResult]) -> bool:
    """Whether any of them is a stored file."""
    return any(result.stored is not None for result in results)
