"""One call to a provider, from its first byte to its end: sent once, polled, or stopped on request."""

import random
import time
from dataclasses import dataclass

from aims.core import failpoints
from aims.core.log import logger
from aims.core.signals import Listener
from aims.generation import attempt as rows
from aims.generation.attempt import Attempt
from aims.generation.job import LONGEST_WAIT, STOPPED, Job
from aims.generation.lifecycle import AttemptState
from aims.generation.places import Seat
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
)

TRIES = 5
"""How often a call is sent that fails while others are answered."""
FIRST_PAUSE, LEAST_PAUSE = 0.5, 0.05
MISSES = 30
LONGEST_RUN_SECONDS = 6 * 3600


class NotTaken(Exception):
    """The provider did not take it, nothing was bought, and it may be sent once more: there, or elsewhere."""

    def __init__(self, error: ProviderError) -> None:
        super().__init__(error.reason)
        self.error = error


@dataclass(slots=True)
class Call:
    """A call whose attempt is committed. The listener hears of a wish to stop from before that commit."""

    job: Job
    attempt: Attempt
    order: Order
    seat: Seat
    listener: Listener

    @property
    def adapter(self) -> Adapter:
        """Who makes it."""
        return self.job.adapter_of(self.attempt)

    async def submit(self, *, again: bool) -> Running | Done | Failed:
        """Send the call.

        again: a process died between committing the attempt and committing the answer.

        Raises NotTaken only where the contract says that nothing was bought; ProviderError, and of these Ambiguous when
        it may have been bought.
        """
        job, attempt = self.job, self.attempt
        if again:
            if not self.adapter.repeatable:
                raise Ambiguous(
                    "The provider was asked, and the answer was lost. It is not asked twice; nothing was charged."
                )
            if not await job.write(rows.send_again, attempt, "the process ended before the answer was kept"):
                return stopped()
        try:
            state = await self.adapter.submit(self.order)
        except ProviderError as error:
            self.seat.heard(error)
            if self._may_go_again(error):
                raise NotTaken(error) from error
            raise
        self.seat.heard(None)
        failpoints.hit("attempt.answered")
        if isinstance(state, Running):
            await job.write(rows.answered, attempt, state)
            attempt.state, attempt.running = AttemptState.RUNNING, state
            failpoints.hit("attempt.running")
            job.studio.signals.wake(job.id, passing=True)
        return state

    def _may_go_again(self, error: ProviderError) -> bool:
        """Whether nothing was bought, and it is not this request that the provider does not like."""
        job, attempt = self.job, self.attempt
        if isinstance(error, NotConfigured):
            attempt.refused_by.add(attempt.provider)
            return bool(job.others(attempt))
        if not isinstance(error, Busy | Down) and not (
            isinstance(error, Ambiguous) and self.adapter.repeatable
        ):
            return False
        breaker = job.breaker(attempt)
        if breaker is not None and (isinstance(error, Busy) or breaker.is_closed):
            return True
        attempt.failures += 1
        if attempt.failures < TRIES:
            return True
        attempt.refused_by.add(attempt.provider)
        attempt.failures = 0
        return bool(job.others(attempt))

    async def follow(self, state: Running | Done | Failed) -> Done | Failed:
        """Poll until the call is over, or stopped, or has been with the provider for six hours.

        Raises Refused and BadInput as the provider says them.
        """
        job, misses = self.job, 0
        until = self.attempt.sent_at + LONGEST_RUN_SECONDS
        while isinstance(state, Running):
            await job.tell(self.attempt.number, state.progress)
            if state.wait > 0:
                async with self.seat.resting():
                    told = await self.listener.wait(state.wait)
                if await job.is_stopped(told=told):
                    return stopped(billed=await self._cancel(state))
                if time.time() > until:
                    late = "The provider did not finish within six hours."
                    return Failed("provider_timeout", late, billed=await self._cancel(state))
            try:
                state = await self.adapter.poll(self.order, state)
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
            return bool(await self.adapter.cancel(self.order, state))
        except ProviderError as error:
            logger.info("provider did not cancel", generation=self.job.id, reason=error.code)
            return not self.adapter.repeatable


def pause_after(job: Job, attempt: Attempt, error: ProviderError) -> float:
    """Seconds until a call that was not taken is sent once more, where no breaker says when."""
    if isinstance(error, NotConfigured) or job.is_left_alone(attempt):
        return 0.0
    asked = error.retry_after if isinstance(error, Busy) else FIRST_PAUSE * 2 ** max(attempt.failures - 1, 0)
    return min(max(asked, LEAST_PAUSE), LONGEST_WAIT) * random.uniform(1.0, 1.1)


def stopped(*, billed: bool = False) -> Failed:
    """A call that was stopped on request."""
    return Failed("cancelled", STOPPED, billed)
