"""The embedded worker: a task per unfinished generation, started at submit, at start-up and by take-over."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from aims import media, webhooks
from aims.core.clock import SECOND
from aims.core.errors import Unavailable
from aims.core.log import logger
from aims.core.signals import LOOK_AGAIN_SECONDS
from aims.generation import idempotency, inbox, leases
from aims.generation.drive import drive, give_up, give_up_waiting
from aims.generation.erase import empty_trash, remove_files
from aims.generation.job import late
from aims.generation.leases import Claim
from aims.generation.lifecycle import Superseded
from aims.generation.places import Seat
from aims.generation.studio import Studio
from aims.generation.watch import cancel_name

FAULTS = 5
MOST_DEATHS = 4
WAIT_SECONDS = 1.0
PRUNE_SECONDS = 3600.0
LATE_SECONDS = 10.0
ROOM_SECONDS = 1.0
"""How long it may go unseen that a call of another server has ended."""
APOLOGY = (
    "The studio could not finish this. Nothing was charged for what is missing; the operator's log says why."
)


class Supervisor:
    """Drives what this process accepted, and what other processes left behind.

    alone: no other process drives, as the lock file proves on SQLite: leases need not run out at the start.
    """

    def __init__(self, *, alone: bool) -> None:
        self._alone = alone
        self._studio: Studio | None = None
        self._driving: dict[str, asyncio.Task[None]] = {}
        # What was handed over and is not finished, whether it drives or waits for a place.
        self._begun: set[str] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._left_over: list[leases.Claim] = []
        self._stopping = False
        self._suspects = asyncio.Lock()

    def begin(self, claim: Claim) -> None:
        """Start driving a generation whose lease this process holds."""
        if self._stopping or self._studio is None or claim.generation_id in self._begun:
            return
        self._begun.add(claim.generation_id)
        if claim.begun:
            start = partial(self._launch, self._studio, claim)
            self._studio.places(claim.provider).begin(claim.workspace_id, start, resumed=True)
        else:
            self._queue(self._studio, claim, "")

    def _queue(self, studio: Studio, claim: Claim, left: str) -> bool:
        """Let it wait for its turn at the provider that is asked now. False when that is the one it would leave."""
        route = studio.pick(claim.routes)
        if route.provider == left:
            return False
        studio.places(route.provider).begin(
            claim.workspace_id,
            partial(self._launch, studio, claim),
            model=route.model,
            elsewhere=partial(self._queue, studio, claim, route.provider) if len(claim.routes) > 1 else None,
        )
        return True

    def _launch(self, studio: Studio, claim: Claim, seat: Seat) -> None:
        task = asyncio.get_running_loop().create_task(self._keep_driving(studio, claim, seat))
        self._driving[claim.generation_id] = task
        task.add_done_callback(partial(self._forget, claim.generation_id))

    def _forget(self, generation_id: str, task: "asyncio.Task[None]") -> None:
        if self._driving.get(generation_id) is task:
            del self._driving[generation_id]
        self._begun.discard(generation_id)

    @property
    def in_flight(self) -> int:
        """How many generations this process drives now."""
        return len(self._begun)

    async def start(self, studio: Studio) -> None:
        """Take over what is unfinished, then keep leases fresh and look for abandoned work."""
        self._studio = studio
        await self._take_over(at_once=self._alone)
        every = studio.settings.lease_seconds / 3
        self._keepers = [
            asyncio.create_task(self._repeat(every, self._renew)),
            asyncio.create_task(self._repeat(every / 2, self._take_over)),
            asyncio.create_task(self._repeat(min(every, LATE_SECONDS), self._end_late)),
            asyncio.create_task(self._repeat(ROOM_SECONDS, self._look_for_room)),
            asyncio.create_task(self._repeat(PRUNE_SECONDS, self._prune)),
            asyncio.create_task(self._empty_trash_and_repeat()),
        ]
        if not self._alone:
            self._keepers.append(asyncio.create_task(self._hear_of_work()))

    async def stop(self, grace: float) -> None:
        """Let running work finish for `grace` seconds; the rest is left to whoever starts next, at once."""
        self._stopping = True
        for places in self._studio.all_places() if self._studio else ():
            places.forget()
        if self._driving:
            await asyncio.wait(self._driving.values(), timeout=grace)
        left = [*self._driving.values()]
        for task in (*left, *self._keepers):
            task.cancel()
        await asyncio.gather(*left, *self._keepers, return_exceptions=True)
        if self._studio is not None:
            # When the database is away the leases run out by themselves; that is no reason to end in disorder.
            with suppress(Unavailable):
                await self._studio.db.write(leases.release, self._studio.driver)

    async def _keep_driving(self, studio: Studio, claim: Claim, first: Seat) -> None:
        """Drive, again after a fault of ours, until it is finished or somebody else's."""
        faults, generation_id = 0, claim.generation_id
        seat: Seat | None = first
        while True:
            wait = WAIT_SECONDS
            try:
                if faults >= FAULTS:
                    await studio.db.write(give_up, generation_id, claim.epoch, APOLOGY)
                    break
                # What has been with the provider comes back before anything begins.
                seat = seat or await studio.places(claim.provider).enter(claim.workspace_id, resumed=True)
                taken, seat = seat, None
                if claim.deaths:
                    await self._drive_alone(studio, claim, taken)
                else:
                    await drive(studio, claim, taken)
                return
            except Superseded:
                break
            except Unavailable as error:
                # A database that is away, or a full disk, is nobody's fault: it is waited out, and nothing is given up.
                logger.warning("driving waits", generation=generation_id, reason=error.code)
            except Exception as error:  # noqa: BLE001 - the worker loop: a fault in one generation stays its own
                faults += 1
                logger.error("driving failed", generation=generation_id, fault=faults, exc_info=error)
                wait = min(0.05 * 4**faults, 30)
            await asyncio.sleep(wait)
        studio.signals.wake(generation_id)

    async def _drive_alone(self, studio: Studio, claim: Claim, seat: Seat) -> None:
        """Drive what a server may have died of. Whichever it was, no other is with it when it happens again."""
        seat.leave()
        async with self._suspects:
            places = studio.places(claim.provider)
            await drive(studio, claim, await places.enter(claim.workspace_id, resumed=True))

    async def _repeat(self, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await action()
            except Unavailable as error:
                logger.warning("keeper waits", reason=error.code)

    async def _renew(self) -> None:
        """Keep the leases, and take up what was accepted here and never handed over.

        A caller that goes away between the commit and the hand-over, or a commit whose answer was lost, leaves a
        generation that this process holds and nobody drives.
        """
        studio = self._running()
        before = await studio.db.read(leases.mine, studio.driver, self._begun)
        await studio.db.write(leases.renew, studio.driver, studio.settings.lease_seconds * SECOND)
        for claim in self._left_over:
            self.begin(claim)
        # Whoever accepts is given one round to hand over by himself.
        self._left_over = [claim for claim in before if claim.generation_id not in self._begun]

    async def _end_late(self) -> None:
        """Give up what no provider took for as long as it may wait, whether a task has it or not."""
        studio = self._running()
        span = studio.settings.waiting_seconds
        for claim in await studio.db.read(leases.late, studio.driver, span * SECOND):
            with suppress(Superseded):
                await studio.db.write(give_up_waiting, claim.generation_id, claim.epoch, late(span))
                logger.warning("no provider took it", generation=claim.generation_id, seconds=span)
            for name in (claim.generation_id, cancel_name(claim.generation_id)):
                studio.signals.wake(name)
            studio.signals.wake(webhooks.DUE, others=False)

    async def _take_over(self, *, at_once: bool = False) -> None:
        studio = self._running()
        span = studio.settings.lease_seconds * SECOND
        while True:
            claims = await studio.db.write(leases.take_over, studio.driver, span, at_once)
            for claim in claims:
                if claim.deaths >= MOST_DEATHS:
                    await self._bury(studio, claim)
                else:
                    self.begin(claim)
            if claims:
                logger.info("took over unfinished generations", count=len(claims))
            if len(claims) < leases.CHUNK:
                return

    async def _bury(self, studio: Studio, claim: Claim) -> None:
        """Give up what one server after the other has died of. What may be paid for is written off."""
        logger.error("given up after deaths", generation=claim.generation_id, deaths=claim.deaths)
        with suppress(Superseded):
            await studio.db.write(give_up, claim.generation_id, claim.epoch, APOLOGY)
        await remove_files(studio)
        studio.signals.wake(claim.generation_id)
        studio.signals.wake(webhooks.DUE, others=False)

    async def _hear_of_work(self) -> None:
        """Take what a server accepted that drives nothing itself: at once, or when its signal was lost, soon."""
        studio = self._running()
        async with studio.signals.listen(leases.ACCEPTED) as listener:
            while True:
                await listener.wait(LOOK_AGAIN_SECONDS)
                try:
                    await self._take_over()
                except Unavailable as error:
                    logger.warning("worker waits", reason=error.code)

    async def _look_for_room(self) -> None:
        for places in self._running().all_places():
            places.look_again()

    async def _empty_trash_and_repeat(self) -> None:
        """At once, since a crash may have left files of deleted rows; then again and again."""
        studio = self._running()
        with suppress(Unavailable):
            await empty_trash(studio)
        await self._repeat(PRUNE_SECONDS, partial(empty_trash, studio))

    async def _prune(self) -> None:
        studio = self._running()
        await studio.db.write(idempotency.prune, studio.settings.idempotency_days)
        await studio.db.write(media.forget_keys, studio.settings.idempotency_days)
        await studio.db.write(inbox.prune, studio.settings.webhook_days)

    def _running(self) -> Studio:
        if self._studio is None:
            raise AssertionError("the supervisor was not started")
        return self._studio
