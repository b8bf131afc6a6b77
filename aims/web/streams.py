"""Open event streams: how many a key and a workspace may have, and that each ends soon after its key does.

One statement asks for the keys of all streams together, every two seconds; a stream by itself asks nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import msgspec

from aims import keys
from aims.accounts import Actor
from aims.core.errors import RateLimited, Unavailable
from aims.core.log import logger
from aims.generation import Studio

CHECK_SECONDS = 2.0
RETRY_SECONDS = 5.0


class Stream:
    """One open stream. `over` is set when it is to end; `wake` makes it look."""

    __slots__ = ("actor", "over", "wake")

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.over = False
        self.wake: Callable[[], object] = lambda: None

    def end(self) -> None:
        """Let it end at once."""
        self.over = True
        self.wake()


class Streams:
    """The open streams of this process."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._of_key: Counter[str] = Counter()
        self._of_workspace: Counter[str] = Counter()
        self._checking: asyncio.Task[None] | None = None

    def open(self, studio: Studio, actor: Actor) -> Stream:
        """Count one more, until it is closed.

        Raises RateLimited when the key or its workspace has as many as it may have.
        """
        limits = studio.settings
        if self._of_key[actor.name] >= limits.key_streams:
            raise _too_many("key", limits.key_streams)
        if self._of_workspace[actor.workspace_id] >= limits.workspace_streams:
            raise _too_many("workspace", limits.workspace_streams)
        stream = Stream(actor)
        self._open.add(stream)
        self._of_key[actor.name] += 1
        self._of_workspace[actor.workspace_id] += 1
        if self._checking is None:
            self._checking = asyncio.create_task(self._keep_checking(studio))
        return stream

    def close(self, stream: Stream) -> None:
        """Count it no more. Twice is once."""
        if stream not in self._open:
            return
        self._open.remove(stream)
        for counter, name in (
            (self._of_key, stream.actor.name),
            (self._of_workspace, stream.actor.workspace_id),
        ):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
        if not self._open and self._checking is not None:
            self._checking.cancel()
            self._checking = None

    def __len__(self) -> int:
        return len(self._open)

    async def check(self, studio: Studio) -> None:
        """End the streams whose key is revoked or has expired."""
        asked = sorted({stream.actor.key_id for stream in self._open if stream.actor.key_id})
        good = await studio.db.read(keys.valid, msgspec.json.encode(asked).decode())
        for stream in [*self._open]:
            key_id = stream.actor.key_id
            if key_id and key_id in asked and key_id not in good:
                stream.end()

    async def _keep_checking(self, studio: Studio) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check(studio)
            except Unavailable as error:
                # Nobody can revoke a key in a database that is away, and nothing is sent from it either.
                logger.warning("streams not checked", reason=error.code)


def _too_many(whose: str, most: int) -> RateLimited:
    return RateLimited(
        f"This {whose} has {most} event streams open already. Close one, or ask for the generation itself.",
        retry_after=RETRY_SECONDS,
        code="too_many_streams",
    )
