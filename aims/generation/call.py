"""One call to a provider, from its first byte to its end: sent, polled, or stopped on request."""

import time
from dataclasses import dataclass

from aims.core import failpoints
from aims.core.clock import instant
from aims.core.log import logger
from aims.core.signals import Listener
from aims.generation import attempt as rows
from aims.generation.attempt import Attempt
from aims.generation.job import LONGEST_WAIT, Job
from aims.generation.places import Seat
from aims.providers import Ambiguous, Busy, Done, Down, Failed, Order, ProviderError, Running

TRIES = 5
MISSES = 30
LONGEST_RUN_SECONDS = 6 * 3600
STOPPED = "Cancelled on request."


@dataclass(slots=True)
class Call:
    """A call whose attempt is committed. The listener hears of a wish to stop from before that commit."""

    job: Job
    attempt: Attempt
    order: Order
    seat: Seat
    listener: Listener

    async def submit(self, *, again: bool) -> Running | Done | Failed:
        """Send the call. It is sent again only where the contract says that nothing was bought.

        again: a process died between committing the attempt and committing the answer.

        Raises ProviderError; Ambiguous when it may have been bought.
        """
        job, attempt = self.job, self.attempt
        if again:
            if not job.adapter.repeatable:
                raise Ambiguous(
                    "The provider was asked, and the answer was lost. It is not asked twice; nothing was charged."
                )
            if not await job.write(rows.send_again, attempt, "the process ended before the answer was kept"):
                return _stopped()
        wait = 0.5
        while True:
            try:
                state = await job.adapter.submit(self.order)
                break
            except (Busy, Down, Ambiguous) as error:
                bought = isinstance(error, Ambiguous) and not job.adapter.repeatable
                if bought or attempt.tries >= TRIES:
                    raise
                reason, pause = error.reason, getattr(error, "retry_after", wait)
            if not await self._pause(min(max(pause, 0.05), LONGEST_WAIT), reason):
                return _stopped()
            wait = min(wait * 2, LONGEST_WAIT)
        failpoints.hit("attempt.answered")
        if isinstance(state, Running):
            await job.write(rows.answered, attempt, state)
            failpoints.hit("attempt.running")
            job.studio.signals.wake(job.id)
        return state

    async def _pause(self, seconds: float, reason: str) -> bool:
        """Wait, and commit that the call is sent once more. False when it is to be stopped instead."""
        end = time.monotonic() + seconds
        async with self.seat.resting():
            while (left := end - time.monotonic()) > 0:
                if await self.listener.wait(left) and await self.job.is_stopped():
                    break
        self.attempt.tries += 1
        again: bool = await self.job.write(rows.send_again, self.attempt, reason)
        return again

    async def follow(self, state: Running | Done | Failed) -> Done | Failed:
        """Poll until the call is over, or stopped, or has run for six hours.

        Raises Refused and BadInput as the provider says them.
        """
        job, misses = self.job, 0
        until = instant(job.found.created_at).timestamp() + LONGEST_RUN_SECONDS
        while isinstance(state, Running):
            await job.tell(self.attempt.number, state.progress)
            if state.wait > 0:
                async with self.seat.resting():
                    await self.listener.wait(state.wait)
                if await job.is_stopped():
                    return _stopped(billed=await self._cancel(state))
                if time.time() > until:
                    late = "The provider did not finish within six hours."
                    return Failed("provider_timeout", late, billed=await self._cancel(state))
            try:
                state = await job.adapter.poll(self.order, state)
                misses = 0
            except (Busy, Down, Ambiguous) as error:
                misses += 1
                if misses >= MISSES:
                    # It was taken, so it may be finished and paid for, whatever the reason that nobody says so.
                    raise error if isinstance(error, Ambiguous) else Ambiguous(error.reason) from error
                pause = min(getattr(error, "retry_after", 2.0**misses / 2), LONGEST_WAIT)
                state = Running(state.reference, state.data, pause)
        return state

    async def _cancel(self, state: Running) -> bool:
        """Whether it may be paid for all the same."""
        try:
            return bool(await self.job.adapter.cancel(self.order, state))
        except ProviderError as error:
            logger.info("provider did not cancel", generation=self.job.id, reason=error.code)
            return not self.job.adapter.repeatable


def _stopped(*, billed: bool = False) -> Failed:
    return Failed("cancelled", STOPPED, billed)
