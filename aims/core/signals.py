"""Wake whoever waits for a thing to change.

A signal is a hint, and one of another process never comes: somebody looks again for all waiters together, every two
seconds (`generation.watch`), instead of each for itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

LOOK_AGAIN_SECONDS = 2.0
"""How long a change may stay unseen when its signal was lost."""


class Signals:
    """Names and the events that wait for them, within one process."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._at_ends: set[asyncio.Event] = set()
        self.tell_others: Callable[[str], None] | None = None
        """Carries a name to the other processes, where there are any."""

    def wake(self, name: str, *, others: bool = True, passing: bool = False) -> None:
        """Wake everybody who waits for `name`. From the event loop's own thread.

        passing: it is a change on the way, and certainly not the end: whoever waits for the end alone sleeps on.
        """
        if others and self.tell_others is not None:
            self.tell_others(name)
        for event in self._waiting.get(name, ()):
            if not passing or event not in self._at_ends:
                event.set()

    @property
    def names(self) -> list[str]:
        """What is waited for now."""
        return [*self._waiting]

    def wake_all(self) -> None:
        """Wake every waiter: after signals may have been lost, or before the process ends."""
        for events in self._waiting.values():
            for event in events:
                event.set()

    @asynccontextmanager
    async def listen(self, name: str, *, at_end: bool = False) -> AsyncGenerator["Listener"]:
        """Register first, then look: a change between looking and waiting cannot be missed.

        at_end: for one who has nothing to do with changes on the way, and is spared looking at each of them.
        """
        event = asyncio.Event()
        self._waiting.setdefault(name, set()).add(event)
        if at_end:
            self._at_ends.add(event)
        try:
            yield Listener(event)
        finally:
            events = self._waiting[name]
            events.discard(event)
            self._at_ends.discard(event)
            if not events:
                del self._waiting[name]


class Listener:
    """One waiter's place."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    def wake(self) -> None:
        """Wake this waiter alone."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """True at a signal; False when `seconds` have passed without one."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True
