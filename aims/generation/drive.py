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
from aims.core.signals import Listener
from aims.generation import attempt as rows
from aims.generation import inbox, settle
from aims.generation.attempt import Attempt
from aims.generation.call import Call, NotTaken, pause_after, stopped
from aims.generation.collect import collect
from aims.generation.hearing import await_word
from aims.generation.job import Job
from aims.generation.leases import Claim
from aims.generation.lifecycle import ATTEMPT_OVER, AttemptState, State, Superseded
from aims.generation.owned import owned
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
        with studio.providers.using(claim.provider, *(route.provider for route in claim.routes)):
            await _drive(studio, claim, seat)
    finally:
        seat.leave()


async def _drive(studio: Studio, claim: Claim, seat: Seat) -> None:
    found = await studio.db.read(rows.load, claim.generation_id, claim.epoch)
    if not found.attempts:
        failpoints.hit("drive.leased")
    job = Job(studio, found)
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
    given = seat or await job.enter(number)
    try:
        await run_attempt(job, given, number, first, count)
    finally:
        if isinstance(given, Seat):
            given.leave()


async def run_attempt(job: Job, seat: Seat | Failed, number: int, first: int, count: int) -> None:
    """One planned call: make it or take it up again, follow it, store what it made, and write that down.

    seat: how it ended instead, for one that got none.
    """
    attempt = job.found.attempts.get(number) or Attempt(
        ids.new_id(), number, first, count, ids.token(), AttemptState.SUBMITTING
    )
    result = _failed(attempt, seat) if isinstance(seat, Failed) else await _outcome(job, attempt, seat)
    if await job.write(settle.record, result):
        failpoints.hit("settle.committed")
        if not settle.delivered(result.outputs):
            failpoints.hit("release.committed")
        job.studio.signals.wake(webhooks.DUE, others=False)
    job.studio.signals.wake(job.id)


async def _outcome(job: Job, attempt: Attempt, seat: Seat) -> AttemptResult:
    first, count = attempt.first, attempt.count
    if attempt.state in ATTEMPT_OVER:
        return AttemptResult(attempt.id, attempt.state, not_made(first, count, "It was not made."))
    try:
        async with job.studio.signals.listen(cancel_name(job.id)) as listener:
            over = await _made(job, attempt, seat, listener)
    except Ambiguous as error:
        logger.warning("provider outcome unknown", generation=job.id, attempt=attempt.id, reason=error.code)
        return AttemptResult(
            attempt.id, AttemptState.UNKNOWN, not_made(first, count, error.reason), error.code, error.reason
        )
    except ProviderError as error:
        over = Failed(error.code, error.reason, billed=isinstance(error, Refused) and error.billed)
    if isinstance(over, Failed):
        return _failed(attempt, over)
    failpoints.hit("output.fetched")
    await job.write(rows.storing)
    job.studio.signals.wake(job.id, passing=True)
    stored = await collect(job.studio, job.found, attempt, over)
    return AttemptResult(
        attempt.id,
        AttemptState.DONE,
        stored,
        cost_usd_micros=over.cost_usd_micros,
        reference=over.reference,
        report=over.report,
    )


def _failed(attempt: Attempt, over: Failed) -> AttemptResult:
    return AttemptResult(
        attempt.id,
        AttemptState.CANCELLED if over.code == "cancelled" else AttemptState.FAILED,
        not_made(attempt.first, attempt.count, over.reason),
        over.code,
        over.reason,
        cost_usd_micros=over.cost_usd_micros,
        billed=over.billed,
        reference=over.reference,
        report=over.report,
    )


async def _made(job: Job, attempt: Attempt, seat: Seat, listener: Listener) -> Done | Failed:
    """Send the call until a provider has taken it, and follow it; or what came in between.

    Raises ProviderError.
    """
    under_way = attempt.number in job.found.attempts and not attempt.waits
    if under_way and job.studio.providers.get(attempt.provider) is None:
        raise Ambiguous("The provider that has it is not connected any more. Nothing was charged.")
    if under_way and seat.provider != attempt.provider:
        seat.leave()
        seat.become(await job.seat_of(attempt))
    while True:
        if not under_way:
            if not await job.begin(seat, attempt):
                return stopped()
            failpoints.hit("attempt.recorded")
            job.studio.signals.wake(job.id, passing=True)
        call = Call(job, attempt, await _order(job, attempt), seat, listener)
        try:
            return await call.follow(attempt.running or await _submit(call, again=under_way))
        except NotTaken as refusal:
            error = refusal.error
        # What it works from may be large, and it may wait for long.
        del call
        under_way = False
        instead = await _wait(job, attempt, seat, error)
        if instead is not None:
            return instead


async def _wait(job: Job, attempt: Attempt, seat: Seat, error: ProviderError) -> Failed | None:
    """Wait until the call may be sent once more, with nothing held; or why it is not."""
    attempt.reason = error.reason
    if not await job.write(rows.put_back, attempt, error.reason, error.code):
        return stopped()
    attempt.waits = True
    failpoints.hit("attempt.put_back")
    job.studio.signals.wake(job.id, passing=True)
    try:
        return None if await job.wait_again(seat, attempt, pause_after(job, attempt, error)) else stopped()
    except TimeoutError:
        return job.late()


async def _submit(call: Call, *, again: bool) -> Running | Done | Failed:
    try:
        return await call.submit(again=again)
    except Ambiguous as lost:
        return await await_word(call, lost)


class SourceDeleted(BadInput):
    """What it was to work from was deleted for good while it waited. What is only in the trash is still there."""

    code = "source_deleted"


async def _order(job: Job, attempt: Attempt) -> Order:
    request = job.found.request.at(attempt.provider)
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
    callback = inbox.address(studio.settings, studio.secrets, job.adapter_of(attempt), job.id, attempt.id)
    return order(request, job.found.kind, attempt.nonce, attempt.first, attempt.count, references, callback)


def _source(key: SourceKey, data: bytes) -> Source:
    kind = recognise(data)
    return Source(key.role, data, kind.content_type) if kind else Source(key.role, data)


def give_up(tx: Tx, generation_id: str, epoch: int, sentence: str, code: str = "internal_error") -> None:
    """End a generation that its driver cannot finish: what is stored is delivered, the rest is given back.

    Raises Superseded.
    """
    found = rows.load(tx, generation_id, epoch)
    waiting = [at for at, output in found.outputs.items() if output.state == "waiting"]
    results = tuple(settle.OutputResult(at, None, sentence) for at in waiting)
    ended = [
        # Of one that waits, nothing is with a provider.
        (call.id, AttemptState.FAILED if call.waits else AttemptState.UNKNOWN)
        for call in found.attempts.values()
        if call.state not in ATTEMPT_OVER
    ]
    # The last of them ends the generation; each must be over, or it would count as being with the provider for ever.
    for call_id, state in ended[:-1]:
        settle.record(tx, generation_id, epoch, AttemptResult(call_id, state, (), code, sentence))
    last, state = ended[-1] if ended else (None, AttemptState.FAILED)
    settle.record(tx, generation_id, epoch, AttemptResult(last, state, results, code, sentence))


def give_up_waiting(tx: Tx, generation_id: str, epoch: int, sentence: str) -> None:
    """End a generation that no provider took in time. Nothing of it is with a provider.

    Raises Superseded; also when one has taken it meanwhile.
    """
    row = owned(tx, generation_id, epoch)
    if State(row.state) is not State.ACCEPTED:
        raise Superseded
    give_up(tx, generation_id, epoch, sentence, "provider_unavailable")


__all__ = ["drive", "give_up", "give_up_waiting"]
