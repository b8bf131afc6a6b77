"""One generation in the hands of this process: what its calls share while they are driven."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aims.core.errors import Unavailable
from aims.core.log import logger
from aims.core.signals import Listener
from aims.generation import attempt as rows
from aims.generation.attempt import Attempt, Loaded
from aims.generation.places import Places, Seat
from aims.generation.studio import Studio
from aims.generation.watch import cancel_name
from aims.providers import Adapter

LONGEST_WAIT = 30.0
LISTEN_SECONDS = 3600.0
PERCENT_STEP = 5
PROGRESS_SECONDS = 2.0


@dataclass(slots=True)
class Job:
    """A generation, its provider, and how far its calls are: a fraction each, by the call's number."""

    studio: Studio
    found: Loaded
    adapter: Adapter
    _progress: dict[int, float] = field(default_factory=dict)
    _percent: int = 0
    _told_at: float = 0.0

    @property
    def id(self) -> str:
        return self.found.id

    @property
    def places(self) -> Places:
        """The places at its provider."""
        return self.studio.places(self.found.provider)

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

    async def is_stopped(self) -> bool:
        """Whether somebody asked for it to be stopped.

        Raises Superseded.
        """
        return await self.studio.db.read(rows.look, self.id, self.found.epoch)

    async def enter(self, number: int) -> Seat | None:
        """A seat for one of several calls; None when the generation is to be stopped while that is waited for.

        Raises Superseded.
        """
        workspace_id, known = self.found.workspace_id, self.found.attempts.get(number)
        if known is not None and known.state in rows.OPEN:
            return await self.places.enter(workspace_id, resumed=True)
        return await self._unless_stopped(self.places.enter(workspace_id))

    async def begin(self, seat: Seat, call: Attempt) -> bool:
        """Commit an attempt once its workspace has room for it. False when the generation is to be stopped.

        Raises Superseded.
        """
        most = self.studio.settings.workspace_concurrency
        while True:
            try:
                begun: bool = await self.write(rows.begin, call, self.adapter.name, most)
            except rows.NoRoom:
                if await self._unless_stopped(seat.again()) is None:
                    return False
                continue
            if begun:
                seat.began()
            return begun

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
            self.studio.signals.wake(self.id)

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


__all__ = ["LONGEST_WAIT", "Job"]
