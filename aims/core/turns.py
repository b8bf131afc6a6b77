"""Turns at something of which there are only a few: first come, first served, within a priority."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aims.core.errors import Unavailable


class Turns:
    """At most `size` turns at once and at most `waiting` in the queue."""

    def __init__(self, size: int, waiting: int) -> None:
        if size < 1:
            raise ValueError("there must be at least one turn")
        self._free = size
        self._most_waiting = waiting
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._closed = False

    @asynccontextmanager
    async def turn(self, priority: int = 0) -> AsyncGenerator[None]:
        """Wait for a turn and hold it. Higher priorities go first.

        Raises Unavailable when the queue is full, or is closed while waiting.
        """
        await self._enter(priority)
        try:
            yield
        finally:
            self._leave()

    def close(self) -> None:
        """Send away everyone who waits, and everyone who comes later."""
        self._closed = True
        for _, _, waiter in self._queue:
            if not waiter.done():
                waiter.set_exception(_stopping())
        self._queue.clear()

    async def _enter(self, priority: int) -> None:
        if self._closed:
            raise _stopping()
        if self._free:
            self._free -= 1
            return
        self._forget_the_gone()
        if len(self._queue) >= self._most_waiting:
            raise Unavailable(
                "Too many pictures are being worked on. Try again in a few seconds; nothing was charged.",
                code="busy",
            )
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (-priority, next(self._order), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            # Cancelled in the same moment in which the turn was handed over: pass it on.
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._leave()
            raise

    def _leave(self) -> None:
        while self._queue:
            waiter = heapq.heappop(self._queue)[2]
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    def _forget_the_gone(self) -> None:
        if len(self._queue) >= self._most_waiting:
            self._queue = [entry for entry in self._queue if not entry[2].done()]
            heapq.heapify(self._queue)


def _stopping() -> Unavailable:
    return Unavailable("The studio is stopping. Try again in a moment; nothing was charged.")
