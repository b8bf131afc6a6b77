"""Sends what is due: a task for each attempt, woken at the commit of an event, and looking again every two seconds."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from aims.core import failpoints
from aims.core.clock import SECOND
from aims.core.db import Database
from aims.core.errors import Blocked, Unavailable, Unreachable
from aims.core.fetch import Fetched, Fetcher
from aims.core.log import logger
from aims.core.signals import LOOK_AGAIN_SECONDS, Signals
from aims.webhooks import answers, pruning, queue
from aims.webhooks.events import DUE
from aims.webhooks.places import Places
from aims.webhooks.queue import Claim
from aims.webhooks.schedule import Outcome
from aims.webhooks.signing import Signer

DEADLINE_SECONDS = 20.0
GAP_SECONDS = 0.02
"""Between two looks: many small wishes become one statement."""

PRUNE_SECONDS = 3600.0
LONGEST_WAIT = 30.0
HEADERS = {"content-type": "application/json", "user-agent": "ai-media-studio-webhooks/1"}
NOT_REACHED = "The receiver could not be reached, or its address is not a public one."
NOT_ANSWERED = "The receiver did not answer properly, or not in time."
FAULT = "The studio could not send this; the operator's log says why."


@dataclass(frozen=True, slots=True)
class Terms:
    """How a process sends.

    me: its name. lease_seconds: how long it may be silent before others send. days: how long the log is kept.
    deadline: seconds for an attempt, from the first look at its address to the last byte that is read.
    """

    me: str
    lease_seconds: int
    days: int
    deadline: float = DEADLINE_SECONDS


class Sender:
    """Sends the events of one process's database, until it is stopped. fetcher: its own, closed with it."""

    def __init__(
        self, db: Database, signals: Signals, fetcher: Fetcher, signer: Signer, terms: Terms
    ) -> None:
        self._db = db
        self._signals = signals
        self._fetcher = fetcher
        self._signer = signer
        self._terms = terms
        self._places = Places()
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._looking: asyncio.Task[None] | None = None
        self._after = ""
        self._stopping = False

    @property
    def in_flight(self) -> int:
        """How many attempts are under way."""
        return len(self._sending)

    async def start(self, *, alone: bool) -> None:
        """Begin to send. alone: no other process sends, so what is claimed belongs to the dead and is taken at once."""
        if alone:
            await self._db.write(queue.release_all)
        self._looking = asyncio.create_task(self._keep_looking())
        self._keepers = [
            asyncio.create_task(self._repeat(self._terms.lease_seconds / 3, self._renew)),
            asyncio.create_task(self._repeat(PRUNE_SECONDS, self.prune)),
        ]

    async def stop(self, grace: float) -> None:
        """Let what is under way end for `grace` seconds; the rest is left to whoever starts next, at once."""
        self._stopping = True
        if self._looking is not None:
            self._signals.wake(DUE, others=False)
            # Not cancelled: a claim that is being written would be nobody's.
            await self._looking
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=grace)
        left = [*self._sending.values(), *self._keepers]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._fetcher.close()
        # When the database is away the leases run out by themselves.
        with suppress(Unavailable):
            await self._db.write(queue.release, self._terms.me)

    async def prune(self) -> None:
        """Take away what is older than it is kept, one chunk after the other."""
        while await self._db.write(pruning.prune, self._terms.days):
            pass

    async def _keep_looking(self) -> None:
        async with self._signals.listen(DUE) as listener:
            while not self._stopping:
                try:
                    await self._look()
                except Unavailable as error:
                    logger.warning("webhooks wait", reason=error.code)
                await listener.wait(LOOK_AGAIN_SECONDS)
                if not self._stopping:
                    await asyncio.sleep(GAP_SECONDS)

    async def _look(self) -> None:
        """Begin as many attempts as there are places, going on after the endpoint that came last."""
        wrapped = not self._after
        while not (self._places.full or self._stopping):
            lanes = await self._db.read(queue.due, self._after)
            shares = self._places.share(lanes)
            if shares:
                await self._claim(shares)
            if self._places.full:
                self._after = max(shares)
            elif len(lanes) == queue.LANES:
                self._after = lanes[-1].endpoint_id
            elif wrapped:
                self._after = ""
                return
            else:
                self._after, wrapped = "", True

    async def _claim(self, shares: dict[str, int]) -> None:
        span = self._terms.lease_seconds * SECOND
        for claim in await self._db.write(queue.claim, self._terms.me, span, shares):
            self._places.enter(claim.lane)
            self._sending[claim.id] = task = asyncio.create_task(self._send(claim))
            task.add_done_callback(lambda task, claim=claim: self._over(claim, task))

    def _over(self, claim: Claim, task: asyncio.Task[None]) -> None:
        self._places.leave(claim.lane)
        if self._sending.get(claim.id) is task:
            del self._sending[claim.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease runs out, and it is sent again.
            logger.error("webhook not marked", delivery=claim.id, exc_info=error)
        self._signals.wake(DUE, others=False)

    async def _send(self, claim: Claim) -> None:
        failpoints.hit("webhooks.claimed")
        outcome = await self._attempt(claim)
        failpoints.hit("webhooks.sent")
        reason = await self._record(claim, outcome)
        if reason is not None:
            logger.warning(
                "webhook endpoint switched off",
                endpoint=claim.lane.endpoint_id,
                workspace=claim.lane.workspace_id,
                reason=reason,
            )

    async def _attempt(self, claim: Claim) -> Outcome:
        """Send once, and say what came of it, whatever that is."""
        began = time.monotonic()
        signed = self._signer.headers(claim.event_id, claim.moment // SECOND, claim.payload, claim.salts)
        try:
            answer = await self._post(claim, HEADERS | signed)
        except Blocked:
            return Outcome(_since(began), error=NOT_REACHED)
        except Unreachable as error:
            return Outcome(_since(began), error=NOT_ANSWERED if error.sent else NOT_REACHED)
        except Exception as error:  # noqa: BLE001 - the worker loop: a fault in one delivery stays its own
            logger.error("webhook not sent", delivery=claim.id, exc_info=error)
            return Outcome(_since(began), error=FAULT)
        return Outcome(
            _since(began),
            status=answer.status,
            response=answers.excerpt(answer.body),
            retry_after=answers.retry_after(answer.headers.get("retry-after")),
        )

    async def _post(self, claim: Claim, headers: dict[str, str]) -> Fetched:
        return await self._fetcher.public(
            "POST",
            claim.url,
            headers=headers,
            body=claim.payload,
            deadline=self._terms.deadline,
            cap=answers.LONGEST,
            hops=0,
            cut=True,
        )

    async def _record(self, claim: Claim, outcome: Outcome) -> str | None:
        """Write it down, waiting out a database that is away: what was sent should not be sent again for nothing."""
        wait = 0.2
        while True:
            try:
                return await self._db.write(queue.record, self._terms.me, claim, outcome, random.random())
            except Unavailable as error:
                if error.code == "stopping":
                    raise
                logger.warning("webhook waits to be marked", delivery=claim.id, reason=error.code)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _renew(self) -> None:
        if self._sending:
            span = self._terms.lease_seconds * SECOND
            await self._db.write(queue.renew, self._terms.me, span, [*self._sending])

    async def _repeat(self, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await action()
            except Unavailable as error:
                logger.warning("keeper of webhooks waits", reason=error.code)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
