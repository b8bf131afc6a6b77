"""Whether a provider is asked for a model now: after failures it is left alone for a while, and then tried with care.

    open ── five failures one after the other, or `Busy` ── closed for a while ── one call ── two, four, ... ── open

There is one for each connection and model, in each process. A failure of one model (no machine for it, its own quota)
says nothing about another, and what one process has seen is known to it at once, without a write for every answer; a
second server learns it from five calls of its own. It counts answers to submits only: a poll costs nothing.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from aims.core.log import logger
from aims.providers import Adapter, Ambiguous, Busy, Down, ProviderError

FAILURES = 5
FIRST_PAUSE = 1.0
LEAST_PAUSE = 0.05
LONGEST_BUSY = 60.0
LONGEST_BUSY_UNASKED = 8.0
LONG = 5.0
"""From this pause on, in seconds, work that may go to another provider does not wait for this one."""
CARELESS = 64


@dataclass(slots=True)
class Breaker:
    """One model at one connection. changed: called when more may go through than before; it must not fail.

    longest: of the pauses after failures, seconds.
    """

    provider: str
    model: str
    longest: float
    changed: Callable[[], None]
    _failures: int = 0
    # Nothing goes before `_until`; after that, `_most` calls at once whose answer is not known yet.
    _pause: float = 0.0
    _until: float = 0.0
    _most: int = 0
    _out: int = 0
    _round: int = 0
    _failed: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether it is left alone, or tried with care."""
        return self._pause > 0

    @property
    def is_away(self) -> bool:
        """Whether what may go elsewhere should: it failed, or asked for a long pause."""
        return self.is_closed and (self._failed or self._pause >= LONG)

    def admits(self) -> bool:
        """Whether one more call may be sent."""
        return not self.is_closed or (self._out < self._most and time.monotonic() >= self._until)

    def take(self) -> int:
        """One call is let through. Its ticket comes back with `heard`, or `let_go` when it was not sent after all."""
        self._out += 1
        return self._round

    def let_go(self, ticket: int) -> None:
        """A call that was let through was not sent."""
        if ticket == self._round:
            self._out -= 1
            if self.is_closed:
                self.changed()

    def heard(self, ticket: int, error: ProviderError | None) -> None:
        """A call was answered, or failed. What refuses a request answers."""
        # What was sent before the last pause says nothing new.
        late = ticket != self._round
        self._out -= not late
        if isinstance(error, Busy):
            self._be_busy(error, late=late)
        elif isinstance(error, Down | Ambiguous):
            self._failures += 1
            if not late and (self.is_closed or self._failures >= FAILURES):
                pause = min(self._pause * 2, self.longest) if self._failed else 0.0
                self._close(max(pause, FIRST_PAUSE), error, failed=True)
        elif not late:
            self._be_good()

    def _be_good(self) -> None:
        self._failures = 0
        if not self.is_closed:
            return
        self._most, self._failed, self._pause = self._most * 2, False, max(self._pause / 2, LEAST_PAUSE)
        if self._most > CARELESS:
            self._pause = 0.0
            logger.info("provider works again", provider=self.provider, model=self.model)
        self.changed()

    def _be_busy(self, error: Busy, *, late: bool) -> None:
        asked = min(max(error.retry_after, LEAST_PAUSE), LONGEST_BUSY)
        if not late:
            unasked = min(self._pause * 2, LONGEST_BUSY_UNASKED)
            self._close(max(asked, unasked), error, failed=self._failed)
        elif self.is_closed and time.monotonic() + asked > self._until:
            self._close(asked, error, failed=self._failed)

    def _close(self, pause: float, error: ProviderError, *, failed: bool) -> None:
        tell = logger.debug if self.is_closed else logger.warning
        tell(
            "provider is left alone",
            provider=self.provider,
            model=self.model,
            seconds=round(pause, 2),
            reason=error.code,
        )
        self._round += 1
        self._pause, self._failed, self._most, self._out = pause, failed, 1, 0
        # Servers that closed together do not come back together.
        wait = pause * random.uniform(1.0, 1.1)
        self._until = time.monotonic() + wait
        asyncio.get_running_loop().call_later(wait + 0.001, self.changed)


@dataclass(slots=True)
class Breakers:
    """Those of one process. A connection that was replaced begins anew."""

    _watchers: list[Callable[[], None]] = field(default_factory=list)
    _kept: "WeakKeyDictionary[Adapter, dict[str, Breaker]]" = field(default_factory=WeakKeyDictionary)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call somebody whenever one of them lets more through than before."""
        self._watchers.append(watcher)

    def of(self, adapter: Adapter, model: str, longest: float) -> Breaker:
        """The breaker of a model at a connection. longest: of its pauses, seconds."""
        models = self._kept.setdefault(adapter, {})
        found = models.get(model)
        if found is None:
            found = models[model] = Breaker(adapter.name, model, longest, self._tell)
        return found

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()


__all__ = ["Breaker", "Breakers"]
