"""Places at a provider: how many generations of this process may be with it at once.

Whoever comes back from waiting between two polls goes before those that have not begun, so that a long queue does not
hold up what is almost finished.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager


class Places:
    """A fixed number of places, and two queues in front of them."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._returning: deque[asyncio.Future[None]] = deque()
        self._beginning: deque[Callable[[], None]] = deque()

    def begin(self, start: Callable[[], None]) -> None:
        """Call `start` when there is a place, which it then holds: at once, or later from the event loop.

        What waits here is as small as can be, since it may be tens of thousands.
        """
        if self._free > 0:
            self._free -= 1
            start()
        else:
            self._beginning.append(start)

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return len(self._beginning)

    def forget(self) -> None:
        """Begin nothing more."""
        self._beginning.clear()

    async def take(self) -> None:
        """Wait for a place again, before all that have not begun."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._returning.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Hand the place to the next in line."""
        while self._returning:
            turn = self._returning.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        if self._beginning:
            self._beginning.popleft()()
        else:
            self._free += 1


class Place:
    """The place that a generation began with, shared by its attempts: given up while all of them only wait."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._working = 1
        self._lock = asyncio.Lock()

    def leave(self) -> None:
        """Give back what is held, at the end, whatever happened."""
        if self._working > 0:
            self._working = 0
            self._places.give()

    @asynccontextmanager
    async def resting(self) -> AsyncGenerator[None]:
        """Give the place up while there is nothing to do but wait."""
        self._stop()
        yield
        await self._start()

    @asynccontextmanager
    async def beside(self) -> AsyncGenerator[None]:
        """Count one more attempt that works on this place."""
        await self._start()
        try:
            yield
        finally:
            self._stop()

    async def _start(self) -> None:
        async with self._lock:
            if self._working <= 0:
                await self._places.take()
            self._working += 1

    def _stop(self) -> None:
        self._working -= 1
        if self._working == 0:
            self._places.give()
