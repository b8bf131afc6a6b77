"""Look again for everybody who waits: one statement for all of them, however many they are.

It makes up for signals that were lost, and for what another process changed, the catalogue included.
"""

import asyncio

import msgspec
from sqlalchemy import select

from aims import catalog
from aims.core.db import Tx, members
from aims.core.errors import Invalid, Unavailable
from aims.core.log import logger
from aims.core.signals import LOOK_AGAIN_SECONDS
from aims.generation.studio import Studio
from aims.generation.tables import generations

CANCEL = "cancel:"
CHUNK = 1000

_SEEN = select(generations.c.id, generations.c.version, generations.c.finished_at).where(
    members(generations.c.id, "ids")
)
# Drivers are told apart from readers: there may be ten thousand of them, and hardly ever a wish.
_ASKED = select(generations.c.id).where(
    members(generations.c.id, "ids"), generations.c.cancel_requested_at.is_not(None)
)


def cancel_name(generation_id: str) -> str:
    """What a driver listens to, to hear that its generation is to be stopped."""
    return f"{CANCEL}{generation_id}"


def versions(tx: Tx, ids: list[str]) -> dict[str, tuple[int, bool]]:
    """The version of each generation, and whether it is finished."""
    rows = tx.all(_SEEN, ids=msgspec.json.encode(ids).decode())
    return {row.id: (row.version, row.finished_at is not None) for row in rows}


def cancelled(tx: Tx, ids: list[str]) -> list[str]:
    """Those that somebody asked for to be stopped."""
    return [row.id for row in tx.all(_ASKED, ids=msgspec.json.encode(ids).decode())]


class Watch:
    """Wakes those whose generation changed since it looked last."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._seen: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, every two seconds."""
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                await self.look()
                await self._studio.look_for_connections()
                self._studio.counter.take(await self._studio.db.read(catalog.overrides.load))
            except Unavailable as error:
                logger.warning("watch waits", reason=error.code)
            except Invalid:
                for fault in self._studio.counter.faults:
                    logger.error("model not offered", reason=fault.sentence)

    async def look(self) -> None:
        """Look once, and wake whoever waits for what has changed."""
        signals, db = self._studio.signals, self._studio.db
        names = signals.names
        seen: dict[str, int] = {}
        for ids in _chunks([name for name in names if not name.startswith(CANCEL)]):
            for generation_id, (version, finished) in (await db.read(versions, ids)).items():
                seen[generation_id] = version
                # Also at first sight: it may have changed between the waiter's own look and this one.
                if self._seen.get(generation_id) != version:
                    signals.wake(generation_id, others=False, passing=not finished)
        self._seen = seen
        for ids in _chunks([name.removeprefix(CANCEL) for name in names if name.startswith(CANCEL)]):
            for generation_id in await db.read(cancelled, ids):
                signals.wake(cancel_name(generation_id), others=False)


def _chunks(names: list[str]) -> list[list[str]]:
    return [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
