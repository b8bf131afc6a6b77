"""Drive a generation to its end: read where it stands, do the next thing, until there is no next thing.

It can be started again after any crash. What is durable is in the rows; what a crash may have cost is decided by one
question: can the call that was under way have been bought?
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aims import webhooks
from aims.core import failpoints, ids
from aims.core.clock import instant
from aims.core.db import Tx
from aims.core.errors import Unavailable
from aims.core.log import logger
from aims.generation import attempt as rows
from aims.generation import settle
from aims.generation.attempt import Attempt, Loaded
from aims.generation.collect import collect
from aims.generation.lifecycle import ATTEMPT_OVER, AttemptState, Superseded
from aims.generation.places import Place
from aims.generation.request import order
from aims.generation.settle import AttemptResult, not_made
from aims.generation.studio import Studio
from aims.generation.watch import cancel_name
from aims.providers import (
    Adapter,
    Ambiguous,
    Busy,
    Done,
    Down,
    Failed,
    NotConfigured,
    Order,
    ProviderError,
    Running,
    Source,
)

TRIES = 5
MISSES = 30
LONGEST_WAIT = 30.0
LONGEST_RUN_SECONDS = 6 * 3600


@dataclass(slots=True)
class Job:
    """One generation in the hands of this process."""

    studio: Studio
    found: Loaded
    adapter: Adapter

    @property
    def id(self) -> str:
        return self.found.id

    async def write(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Commit a step, waiting out a database that is full or away: the work is paid for and must not be lost."""
        wait = 0.2
        while True:
            try:
                return await self.studio.db.write(
                    function, self.id, self.found.epoch, *arguments, lane=self.found.workspace_id
                )
            except Unavailable as error:
                if error.code == "stopping":
                    raise
                logger.warning("step waits", generation=self.id, reason=error.code)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)


async def drive(studio: Studio, generation_id: str, epoch: int, provider: str) -> None:
    """Bring a generation to its end. The caller holds a place at the provider, which is given back here.

    Raises Superseded when it is another driver's, or finished.
    """
    place = Place(studio.places(provider))
    try:
        await _drive(studio, generation_id, epoch, place)
    finally:
        place.leave()


async def _drive(studio: Studio, generation_id: str, epoch: int, place: Place) -> None:
    found = await studio.db.read(rows.load, generation_id, epoch)
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
        await run_attempt(job, place, *calls[0])
        return
    try:
        async with place.resting(), asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(_run_beside(job, place, *call))
    except* Superseded:
        raise Superseded from None


async def _run_beside(job: Job, place: Place, number: int, first: int, count: int) -> None:
    async with place.beside():
        await run_attempt(job, place, number, first, count)


async def run_attempt(job: Job, place: Place, number: int, first: int, count: int) -> None:
    """One planned call: make it or take it up again, follow it, store what it made, and write that down."""
    found = job.found.attempts.get(number)
    result = await _outcome(job, found, place, number, first, count)
    if await job.write(settle.record, result):
        failpoints.hit("settle.committed")
        if not settle.delivered(result.outputs):
            failpoints.hit("release.committed")
        job.studio.signals.wake(webhooks.DUE, others=False)
    job.studio.signals.wake(job.id)


async def _outcome(
    job: Job, found: Attempt | None, place: Place, number: int, first: int, count: int
) -> AttemptResult:
    attempt = found or Attempt(ids.new_id(), number, first, count, ids.token(), AttemptState.SUBMITTING)
    if attempt.state in ATTEMPT_OVER:
        return AttemptResult(attempt.id, attempt.state, not_made(first, count, "It was not made."))
    if found is None:
        if not await job.write(rows.begin, attempt, job.adapter.name):
            return AttemptResult(
                None, AttemptState.CANCELLED, not_made(first, count, "Cancelled on request.")
            )
        failpoints.hit("attempt.recorded")
        job.studio.signals.wake(job.id)
    call = await _order(job, attempt)
    try:
        state: Running | Done | Failed = attempt.running or await submit(
            job, attempt, call, again=found is not None
        )
        over = await follow(job, call, state, place)
    except Ambiguous as error:
        return AttemptResult(
            attempt.id, AttemptState.UNKNOWN, not_made(first, count, error.reason), error.code, error.reason
        )
    except ProviderError as error:
        return AttemptResult(
            attempt.id, AttemptState.FAILED, not_made(first, count, error.reason), error.code, error.reason
        )
    if isinstance(over, Failed):
        ended = AttemptState.CANCELLED if over.code == "cancelled" else AttemptState.FAILED
        return AttemptResult(attempt.id, ended, not_made(first, count, over.reason), over.code, over.reason)
    failpoints.hit("output.fetched")
    await job.write(rows.storing)
    job.studio.signals.wake(job.id)
    stored = await collect(job.studio, job.found, attempt, over)
    return AttemptResult(attempt.id, AttemptState.DONE, stored, cost_usd_micros=over.cost_usd_micros)


async def _order(job: Job, attempt: Attempt) -> Order:
    request = job.found.request
    references = tuple(
        [
            Source(each.role, await asyncio.to_thread(job.studio.storage.read, each.key))
            for each in request.sources
        ]
    )
    return order(request, job.found.kind, attempt.nonce, attempt.first, attempt.count, references)


async def submit(job: Job, attempt: Attempt, call: Order, *, again: bool) -> Running | Done:
    """Send the call. It is sent again only where the contract says that nothing was bought.

    again: a process died between committing the attempt and committing the answer.

    Raises ProviderError; Ambiguous when it may have been bought.
    """
    if again:
        if not job.adapter.repeatable:
            raise Ambiguous(
                "The provider was asked, and the answer was lost. It is not asked twice; nothing was charged."
            )
        await job.write(rows.send_again, attempt, "the process ended before the answer was kept")
    wait = 0.5
    while True:
        try:
            state = await job.adapter.submit(call)
            break
        except (Busy, Down, Ambiguous) as error:
            bought = isinstance(error, Ambiguous) and not job.adapter.repeatable
            if bought or attempt.tries >= TRIES:
                raise
            reason, pause = error.reason, getattr(error, "retry_after", wait)
        await asyncio.sleep(min(max(pause, 0.05), LONGEST_WAIT))
        wait = min(wait * 2, LONGEST_WAIT)
        attempt.tries += 1
        await job.write(rows.send_again, attempt, reason)
    failpoints.hit("attempt.answered")
    if isinstance(state, Running):
        await job.write(rows.answered, attempt, state)
        failpoints.hit("attempt.running")
        job.studio.signals.wake(job.id)
    return state


async def follow(job: Job, call: Order, state: Running | Done | Failed, place: Place) -> Done | Failed:
    """Poll until the call is over, or cancelled, or has run for six hours.

    Raises Refused and BadInput as the provider says them.
    """
    misses = 0
    until = instant(job.found.created_at).timestamp() + LONGEST_RUN_SECONDS
    async with job.studio.signals.listen(cancel_name(job.id)) as listener:
        while isinstance(state, Running):
            if state.wait > 0:
                async with place.resting():
                    await listener.wait(state.wait)
                if await job.studio.db.read(rows.look, job.id, job.found.epoch):
                    await _cancel(job, call, state)
                    return Failed("cancelled", "Cancelled on request.")
                if time.time() > until:
                    await _cancel(job, call, state)
                    return Failed("provider_timeout", "The provider did not finish within six hours.")
            try:
                state = await job.adapter.poll(call, state)
                misses = 0
            except (Busy, Down, Ambiguous) as error:
                misses += 1
                if misses >= MISSES:
                    raise
                pause = getattr(error, "retry_after", min(2.0**misses / 2, LONGEST_WAIT))
                state = Running(state.reference, state.data, pause)
    return state


async def _cancel(job: Job, call: Order, state: Running) -> None:
    try:
        await job.adapter.cancel(call, state)
    except ProviderError as error:
        logger.info("provider did not cancel", generation=job.id, reason=error.code)


def give_up(tx: Tx, generation_id: str, epoch: int, sentence: str) -> None:
    """End a generation that its driver cannot finish: what is stored is delivered, the rest is given back.

    Raises Superseded.
    """
    found = rows.load(tx, generation_id, epoch)
    waiting = [at for at, output in found.outputs.items() if output.state == "waiting"]
    results = tuple(settle.OutputResult(at, None, sentence) for at in waiting)
    unfinished = next((a.id for a in found.attempts.values() if a.state not in ATTEMPT_OVER), None)
    settle.record(
        tx,
        generation_id,
        epoch,
        AttemptResult(
            unfinished,
            AttemptState.UNKNOWN if unfinished else AttemptState.FAILED,
            results,
            "internal_error",
            sentence,
        ),
    )


__all__ = ["drive", "give_up"]
