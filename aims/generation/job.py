"""One generation in the hands of this process: what its calls share while they are driven."""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aims.core.clock import SECOND
from aims.core.errors import Unavailable
from aims.core.log import logger
from aims.core.signals import Listener
from aims.generation import attempt as rows
from aims.generation.attempt import Attempt, Loaded
from aims.generation.breaker import Breaker
from aims.generation.leases import Route
from aims.generation.places import Seat
from aims.generation.studio import Studio
from aims.generation.watch import cancel_name
from aims.providers import Adapter, Failed, NotConfigured, Tells

LONGEST_WAIT = 30.0
LISTEN_SECONDS = 3600.0
LOOK_SECONDS = 2.0
STOPPED = "Cancelled on request."
LOOK_SELF_SECONDS = 10.0
PERCENT_STEP = 5
PROGRESS_SECONDS = 2.0


@dataclass(slots=True)
class Job:
    """A generation, its provider, and how far its calls are: a fraction each, by the call's number."""

    studio: Studio
    found: Loaded
    _progress: dict[int, float] = field(default_factory=dict)
    _percent: int = 0
    _told_at: float = 0.0
    _looked_at: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        return self.found.id

    def adapter_of(self, call: Attempt) -> Adapter:
        """Who makes a call.

        Raises NotConfigured when that provider is not connected any more.
        """
        adapter = self.studio.providers.get(call.provider)
        if adapter is None:
            raise NotConfigured(
                f"The provider of this generation, `{call.provider}`, is not connected any more."
            )
        return adapter

    def breaker(self, call: Attempt) -> Breaker | None:
        """Whether the model is asked for, where a call was sent; None where it always is."""
        model = self._model_at(call.provider)
        return self.studio.breaker(call.provider, model)

    def others(self, call: Attempt) -> list[Route]:
        """Where a call may go that has not been refused there."""
        connected = self.studio.providers.get
        return [
            route
            for route in self.found.routes
            if route.provider not in call.refused_by and connected(route.provider) is not None
        ]

    def is_left_alone(self, call: Attempt) -> bool:
        """Whether the provider that a call was sent to is not asked for its model just now."""
        breaker = self.breaker(call)
        return breaker is not None and breaker.is_closed

    def late(self) -> Failed:
        """The end of a call that no provider took in time."""
        return Failed("provider_unavailable", late(self.studio.settings.waiting_seconds))

    @property
    def seconds_left(self) -> float:
        """How long it may wait until a provider takes it."""
        waiting = self.studio.settings.waiting_seconds
        return self.found.created_at / SECOND + waiting - time.time()

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

    async def is_stopped(self, *, told: bool = True) -> bool:
        """Whether somebody asked for it to be stopped.

        told: there was a signal. Without one it is looked for now and then, so that a process which has lost the
        generation notices: `Watch` looks for the wishes of all.

        Raises Superseded.
        """
        moment = time.monotonic()
        if not told and moment < self._looked_at + LOOK_SELF_SECONDS:
            return False
        self._looked_at = moment
        return await self.studio.db.read(rows.look, self.id, self.found.epoch)

    async def enter(self, number: int) -> Seat | Failed:
        """A seat for one of several calls, or how it ends when it is to be stopped, or has waited for too long.

        Raises Superseded.
        """
        known = self.found.attempts.get(number)
        if known is not None and known.state in rows.OPEN and not known.waits:
            return await self.seat_of(known)
        entering = self._enter(known.refused_by if known else frozenset())
        try:
            return await self._unless_stopped(entering) or Failed("cancelled", STOPPED)
        except TimeoutError:
            return self.late()

    async def seat_of(self, call: Attempt) -> Seat:
        """A seat for a call that is with its provider."""
        return await self.studio.places(call.provider).enter(self.found.workspace_id, resumed=True)

    async def begin(self, seat: Seat, call: Attempt) -> bool:
        """Commit an attempt where the seat is, once its workspace has room for it. False when the generation is to be
        stopped.

        Raises Superseded.
        """
        most = self.studio.settings.workspace_concurrency
        while True:
            provider, first = seat.provider, self.found.routes[0].provider
            before = call.provider or first
            begin = partial(rows.begin, told=isinstance(self.studio.providers.get(provider), Tells))
            left = f"Not at {before}: {call.reason or 'it is left alone after failures.'}"
            reason = left if provider != before else None
            try:
                begun: bool = await self.write(begin, call, provider, most, reason)
            except rows.NoRoom:
                if await self._unless_stopped(seat.again(self._model_at(provider))) is None:
                    return False
                continue
            if begun:
                seat.began()
                call.tries += call.waits
                call.provider, call.waits, call.sent_at = provider, False, time.time()
            return begun

    async def wait_again(self, seat: Seat, call: Attempt, seconds: float) -> bool:
        """Let go of everything, wait, and take a seat at whichever provider is asked then. False when it is to be
        stopped.

        Raises Superseded, TimeoutError when it has waited for as long as it may.
        """
        seat.leave()
        other = await self._unless_stopped(self._enter(call.refused_by, seconds))
        if other is None:
            return False
        seat.become(other)
        return True

    async def _enter(self, without: Collection[str], seconds: float = 0.0) -> Seat:
        workspace_id, routes = self.found.workspace_id, self.found.routes
        async with asyncio.timeout(max(self.seconds_left, 0.0)):
            await asyncio.sleep(seconds)
            while True:
                route = self.studio.pick(routes, without)
                places = self.studio.places(route.provider)
                with suppress(TimeoutError):
                    # Meanwhile the one may go away, or the other come back.
                    async with asyncio.timeout(LOOK_SECONDS if len(routes) > 1 else None):
                        return await places.enter(workspace_id, model=route.model)

    def _model_at(self, provider: str) -> str:
        return next((route.model for route in self.found.routes if route.provider == provider), "")

    async def tell(self, number: int, fraction: float | None) -> None:
        """Write down how far the provider says a call is: in steps of 5 %, and at most every two seconds."""
        if fraction is None:
            return
        self._progress[number] = min(max(fraction, 0.0), 1.0)
        percent = int(100 * sum(self._progress.values()) / len(self.found.request.calls()))
        moment = time.monotonic()
        if percent >= self._percent + PERCENT_STEP and moment >= self._told_at + PROGRESS_SECONDS:
            self._percent, self._told_at = percent, moment
            await self.write(rows.progress, percent)
            self.studio.signals.wake(self.id, passing=True)

    async def _unless_stopped(self, waiting: Coroutine[Any, Any, Seat]) -> Seat | None:
        task, kept = asyncio.create_task(waiting), False
        try:
            async with self.studio.signals.listen(cancel_name(self.id)) as listener:
                while not await _first(task, listener):
                    if await self.is_stopped():
                        return None
            kept = True
            return task.result()
        finally:
            if not kept:
                task.cancel()
                await asyncio.wait([task])
                if not task.cancelled() and task.exception() is None:
                    task.result().leave()


def late(seconds: float) -> str:
    """The sentence for what no provider took in time."""
    units = ((3600, "hours"), (60, "minutes"), (1, "seconds"))
    span = next(f"{seconds / unit:.0f} {name}" for unit, name in units if seconds >= 2 * unit or unit == 1)
    return f"No provider took it within {span}, so it was given up. Nothing was charged."


async def _first(task: "asyncio.Task[Seat]", listener: Listener) -> bool:
    """Wait for the task or for a signal. True when it was the task."""
    heard = asyncio.create_task(listener.wait(LISTEN_SECONDS))
    try:
        await asyncio.wait([task, heard], return_when=asyncio.FIRST_COMPLETED)
    finally:
        heard.cancel()
        with suppress(asyncio.CancelledError):
            await heard
    return task.done()


__all__ = ["LONGEST_WAIT", "STOPPED", "Job", "late"]
