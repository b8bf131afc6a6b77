"""Wait for a generation without holding anything but the connection."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TypeVar

from aims.core.db import Tx
from aims.generation import is_finished
from aims.web.desk import Desk

SPACE_SECONDS = 15.0
R = TypeVar("R")


async def found_within(
    desk: Desk, generation_id: str, seconds: float, look: Callable[[Tx], R | None], *, new: bool = False
) -> R | None:
    """Wait until a look at the generation finds what is waited for, and return that. None when the time is up, or the
    process was asked to end.

    new: it was accepted just now, so that a first look finds nothing.
    """
    studio = desk.studio
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    async with studio.signals.listen(generation_id, at_end=True) as listener:
        while new or (found := await studio.db.read(look)) is None:
            new, left = False, end - loop.time()
            if left <= 0 or desk.stopping.is_set():
                return None
            await listener.wait(left)
    return found


async def finished_within(desk: Desk, generation_id: str, seconds: float) -> bool:
    """Wait until the generation is over, the time is up, or the process was asked to end. True when it is over."""

    def look(tx: Tx) -> bool | None:
        return is_finished(tx, generation_id) or None

    return bool(await found_within(desk, generation_id, seconds, look))


async def spaced(
    desk: Desk, generation_id: str, body: Callable[[], Coroutine[None, None, bytes]]
) -> AsyncIterator[bytes]:
    """A body that begins with a space every 15 s, which JSON allows, and ends with the result.

    It keeps proxies from cutting a line that says nothing. When the process is asked to end, it ends with the state
    that the generation is in: the work goes on, and `GET /generations/{id}` has it.
    """
    yield b" "
    while not await finished_within(desk, generation_id, SPACE_SECONDS):
        if desk.stopping.is_set():
            break
        yield b" "
    yield await body()


__all__ = ["SPACE_SECONDS", "finished_within", "found_within", "spaced"]
