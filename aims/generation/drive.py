"""Drive a generation to its end: read where it stands, do the next thing, until there is no next thing.

It can be started again after any crash. What is durable is in the rows; what a crash may have cost is decided by one
question: can the call that was under way have been bought?
"""

import asyncio

from aims import webhooks
from aims.core import failpoints, ids
from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.core.log import logger
from aims.generation import attempt as rows
from aims.generation import inbox, settle
from aims.generation.attempt import Attempt
from aims.generation.call import STOPPED, Call
from aims.generation.collect import collect
from aims.generation.hearing import await_word
from aims.generation.job import Job
from aims.generation.leases import Claim
from aims.generation.lifecycle import ATTEMPT_OVER, AttemptState, Superseded
from aims.generation.places import Seat
from aims.generation.request import SourceKey, order
from aims.generation.settle import AttemptResult, not_made
from aims.generation.studio import Studio
from aims.generation.watch import cancel_name
from aims.media.recognise import recognise
from aims.providers import (
    Ambiguous,
    BadInput,
    Done,
    Failed,
    NotConfigured,
    Order,
    ProviderError,
    Refused,
    Running,
    Source,
)


async def drive(studio: Studio, claim: Claim, seat: Seat) -> None:
    """Bring a generation to its end. The seat is that of its first call; it is given back here.

    Raises Superseded when it is another driver's, or finished.
    """
    try:
        await _drive(studio, claim, seat)
    finally:
        seat.leave()


async def _drive(studio: Studio, claim: Claim, seat: Seat) -> None:
    found = await studio.db.read(rows.load, claim.generation_id, claim.epoch)
    adapter = studio.providers.get(found.provider)
    if adapter is None:
        raise NotConfigured(
            f"The provider of this generation, `{found.provider}`, is not connected any more."
        )
    if not found.attempts:
        failpoints.hit("drive.leased")
    job = Job(studio, found, adapter)
    calls = [
        (number, first, count)
        for number, (first, count) in enumerate(found.request.calls())
        if any(found.outputs[position].state == "waiting" for position in range(first, first + count))
    ]
    if len(calls) == 1:
        await run_attempt(job, seat, *calls[0])
        return
    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(_run_beside(job, seat if call is calls[0] else None, *call))
    except* Superseded:
        raise Superseded from None


async def _run_beside(job: Job, seat: Seat | None, number: int, first: int, count: int) -> None:
    seat = seat or await job.enter(number)
    try:
        await run_attempt(job, seat, number, first, count)
    finally:
        if seat is not None:
            seat.leave()


async def run_attempt(job: Job, seat: Seat | None, number: int, first: int, count: int) -> None:
    """One planned call: make it or take it up again, follow it, store what it made, and write that down.

    seat: None for one that was stopped while it waited for a seat.
    """
    result = (
        AttemptResult(None, AttemptState.CANCELLED, not_made(first, count, STOPPED))
        if seat is None
        else await _outcome(job, job.found.attempts.get(number), seat, number, first, count)
    )
    if await job.write(settle.record, result):
        failpoints.hit("settle.committed")
        if not settle.delivered(result.outputs):
            failpoints.hit("release.committed")
        job.studio.signals.wake(webhooks.DUE, others=False)
    job.studio.signals.wake(job.id)


async def _outcome(
    job: Job, found: Attempt | None, seat: Seat, number: int, first: int, count: int
) -> AttemptResult:
    attempt = found or Attempt(ids.new_id(), number, first, count, ids.token(), AttemptState.SUBMITTING)
    if attempt.state in ATTEMPT_OVER:
        return AttemptResult(attempt.id, attempt.state, not_made(first, count, "It was not made."))
    try:
        async with job.studio.signals.listen(cancel_name(job.id)) as listener:
            if found is None:
                if not await job.begin(seat, attempt):
                    return AttemptResult(None, AttemptState.CANCELLED, not_made(first, count, STOPPED))
                failpoints.hit("attempt.recorded")
                job.studio.signals.wake(job.id)
            call = Call(job, attempt, await _order(job, attempt), seat, listener)
            over = await call.follow(attempt.running or await _submit(call, again=found is not None))
    except Ambiguous as error:
        logger.warning("provider outcome unknown", generation=job.id, attempt=attempt.id, reason=error.code)
        return AttemptResult(
            attempt.id, AttemptState.UNKNOWN, not_made(first, count, error.reason), error.code, error.reason
        )
    except ProviderError as error:
        over = Failed(error.code, error.reason, billed=isinstance(error, Refused) and error.billed)
    if isinstance(over, Failed):
        ended = AttemptState.CANCELLED if over.code == "cancelled" else AttemptState.FAILED
        outputs = not_made(first, count, over.reason)
        return AttemptResult(
            attempt.id,
            ended,
            outputs,
            over.code,
            over.reason,
            billed=over.billed,
            reference=over.reference,
        )
    failpoints.hit("output.fetched")
    await job.write(rows.storing)
    job.studio.signals.wake(job.id)
    stored = await collect(job.studio, job.found, attempt, over)
    return AttemptResult(
        attempt.id,
        AttemptState.DONE,
        stored,
        cost_usd_micros=over.cost_usd_micros,
        reference=over.reference,
    )


async def _submit(call: Call, *, again: bool) -> Running | Done | Failed:
    try:
        return await call.submit(again=again)
    except Ambiguous as lost:
        return await await_word(call, lost)


class SourceDeleted(BadInput):
    """What it was to work from was deleted for good while it waited. What is only in the trash is still there."""

    code = "source_deleted"


async def _order(job: Job, attempt: Attempt) -> Order:
    request = job.found.request
    try:
        references = tuple(
            [
                _source(each, await asyncio.to_thread(job.studio.storage.read, each.key))
                for each in request.sources
            ]
        )
    except NotFound:
        raise SourceDeleted("A picture or film that it was to work from was deleted.") from None
    studio = job.studio
    callback = inbox.address(studio.settings, studio.secrets, job.adapter, job.id, attempt.id)
    return order(request, job.found.kind, attempt.nonce, attempt.first, attempt.count, references, callback)


def _source(key: SourceKey, data: bytes) -> Source:
    kind = recognise(data)
    return Source(key.role, data, kind.content_type) if kind else Source(key.role, data)


def give_up(tx: Tx, generation_id: str, epoch: int, sentence: str) -> None:
    """End a generation that its driver cannot finish: what is stored is delivered, the rest is given back.

    Raises Superseded.
    """
    found = rows.load(tx, generation_id, epoch)
    waiting = [at for at, output in found.outputs.items() if output.state == "waiting"]
    results = tuple(settle.OutputResult(at, None, sentence) for at in waiting)
    left_open = [call.id for call in found.attempts.values() if call.state not in ATTEMPT_OVER]
    # The last of them ends the generation; each must be over, or it would count as being with the provider for ever.
    for call_id in left_open[:-1]:
        unknown = AttemptResult(call_id, AttemptState.UNKNOWN, (), "internal_error", sentence)
        settle.record(tx, generation_id, epoch, unknown)
    settle.record(
        tx,
        generation_id,
        epoch,
        AttemptResult(
            left_open[-1] if left_open else None,
            AttemptState.UNKNOWN if left_open else AttemptState.FAILED,
            results,
            "internal_error",
            sentence,
        ),
    )


__all__ = ["drive", "give_up"]
