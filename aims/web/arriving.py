"""Requests that are on their way to being accepted, and those that were refused: what a repeat has to know of them.

A client that repeats by itself says only how often it has tried. If its first request is still being read or checked
here, the repeat waits for it; if that was refused, with word that it may come again, nothing was begun that it could
join. Counted in memory per process: on another server such a repeat may be given what an equal, earlier request made,
and is not charged for it.
"""

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Generator
from contextlib import contextmanager

from aims.core.errors import StudioError

REPEATABLE = frozenset({"conflict", "rate_limited", "broken", "unreachable", "unavailable"})
"""Kinds of error after which a client tries again by itself."""
KEPT_SECONDS = 180.0
"""No client waits longer before it tries again by itself."""
MOST = 10_000


class Arriving:
    """What one process knows of the requests that reach it."""

    def __init__(self) -> None:
        self._now: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._refused: OrderedDict[str, defaultdict[int, list[float]]] = OrderedDict()

    @contextmanager
    def announced(self, fingerprint: str, number: int) -> Generator[None]:
        """Until it is accepted or refused, repeats of this fingerprint wait for it. number: as its client counts."""
        done = asyncio.Event()
        self._now[fingerprint].add(done)
        try:
            yield
        except StudioError as error:
            if error.kind in REPEATABLE:
                self._remember(fingerprint, number)
            raise
        else:
            # Whatever comes again now may belong to this one: better one too few than one bought twice.
            self._refused.pop(fingerprint, None)
        finally:
            done.set()
            self._now[fingerprint].discard(done)
            if not self._now[fingerprint]:
                del self._now[fingerprint]

    async def settled(self, fingerprint: str) -> None:
        """Wait for those of this fingerprint that are on their way now."""
        for each in [*self._now.get(fingerprint, ())]:
            await each.wait()

    def was_refused(self, fingerprint: str, number: int) -> bool:
        """Whether the try before this one was refused. Each refusal answers for one repeat."""
        refused = self._refused.get(fingerprint)
        if refused is None or not refused[number - 1]:
            return False
        return refused[number - 1].pop() > time.monotonic() - KEPT_SECONDS

    def _remember(self, fingerprint: str, number: int) -> None:
        self._refused.setdefault(fingerprint, defaultdict(list))[number].append(time.monotonic())
        self._refused.move_to_end(fingerprint)
        if len(self._refused) > MOST:
            self._refused.popitem(last=False)
