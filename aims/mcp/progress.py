"""Tell an agent how far a generation is, at each change and every few seconds between them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aims.client import Generation

TICK_SECONDS = 5.0
_NEARLY = 0.95
_LEAST = 0.001

Report = Callable[[float, str], Awaitable[None]]
"""Sends how much is done, of 1, and a line about it."""


class Progress:
    """What has been told of one generation. The number only grows, as the protocol asks."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._told = -_LEAST
        self._latest: Generation | None = None
        self._since = 0.0

    async def see(self, generation: Generation) -> None:
        """The generation as it is now."""
        self._latest = generation
        self._since = asyncio.get_running_loop().time()
        await self._tell()

    async def tick(self) -> None:
        """Some time has passed."""
        if self._latest is not None and not self._latest.finished:
            await self._tell()

    async def _tell(self) -> None:
        assert self._latest is not None
        elapsed = self._latest.elapsed_seconds + asyncio.get_running_loop().time() - self._since
        expected = self._latest.expected_seconds
        done = self._latest.progress or 0.0
        if self._latest.finished:
            done = 1.0
        elif expected:
            done = max(done, min(elapsed / expected, _NEARLY))
        # Where nobody knows how long it takes, the number still has to grow.
        self._told = done if done > self._told else self._told + (1 - self._told) * _LEAST
        await self._report(self._told, line(self._latest, elapsed))


def line(generation: Generation, elapsed: float) -> str:
    """One line about a generation. It begins with the id, so that a call that is dropped can be taken up again."""
    said = f"Generation {generation.id}: {generation.status}"
    if generation.finished:
        return said
    of = f" of about {generation.expected_seconds:.0f}" if generation.expected_seconds else ""
    return f"{said}, {elapsed:.0f}{of} s"


@asynccontextmanager
async def telling(report: Report) -> AsyncGenerator[Progress]:
    """Progress that is told again every few seconds for as long as the block lasts."""
    progress = Progress(report)

    async def tick() -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await progress.tick()

    ticking = asyncio.create_task(tick())
    try:
        yield progress
    finally:
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
