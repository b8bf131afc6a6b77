"""Places at a provider: how many calls of this process are worked on at once, shared out between workspaces.

A call that comes back from waiting between two polls goes before those that have not begun, so that a long queue does
not hold up what is almost finished. Those that have not begun take turns by workspace: somebody with thousands in the
queue delays everybody else by one. And a workspace has only so many calls with a provider, on all servers together; the
database has the last word on that when a call is begun, and here nobody is sent to ask it who knows the answer.
What would ask for a model that the provider is not asked for now waits, or goes where it may be made as well.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from aims.generation.breaker import Breaker
from aims.providers import ProviderError

type_of_start = Callable[["Seat"], None]
type_of_gate = Callable[[str], Breaker | None]


class Waiting(NamedTuple):
    """A generation that has not begun. elsewhere: takes it to another provider, if one of its others is asked now."""

    start: type_of_start
    model: str
    elsewhere: Callable[[], bool] | None


class Lane:
    """What one workspace has at a provider: calls that were let in, and what waits to be."""

    __slots__ = ("aside", "beside", "calls", "full", "listed", "queue", "trial", "workspace_id")

    def __init__(self, workspace_id: str) -> None:
        self.workspace_id = workspace_id
        self.calls = 0
        # Further calls of generations that have begun, before generations that have not.
        self.beside: deque[tuple[asyncio.Future[Seat], str]] = deque()
        self.queue: deque[Waiting] = deque()
        # What asks for a model that the provider is not asked for now, by model.
        self.aside: dict[str, deque[Waiting]] = {}
        # The database said that other servers have the rest; then one at a time may ask again.
        self.full = self.trial = False
        self.listed = False

    @property
    def waits(self) -> bool:
        return bool(self.beside or self.queue or self.aside)

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return len(self.queue) + sum(map(len, self.aside.values()))


def _open_to_all(model: str) -> None:
    """A provider that is always asked."""


class Places:
    """A fixed number of places, and at most `share` calls of one workspace on them or resting.

    provider: whose they are. gate: the breaker of a model; None for one that is always asked.
    """

    def __init__(
        self, number: int, share: int, provider: str = "", gate: type_of_gate = _open_to_all
    ) -> None:
        self.provider = provider
        self._gate = gate
        self._free = number
        self._share = share
        self._returning: deque[asyncio.Future[None]] = deque()
        self._resuming: deque[Callable[[], None]] = deque()
        self._lanes: dict[str, Lane] = {}
        # The lanes that may begin something now, in the order of their turns.
        self._turns: deque[Lane] = deque()
        self._filling = False

    def begin(
        self,
        workspace_id: str,
        start: type_of_start,
        *,
        model: str = "",
        resumed: bool = False,
        elsewhere: Callable[[], bool] | None = None,
    ) -> None:
        """Call `start` with a seat when it is its turn: at once, or later from the event loop.

        resumed: it was with the provider already, and is not held up by what its workspace may have.
        elsewhere: as `Waiting` has it.
        What waits here is as small as can be, since it may be tens of thousands.
        """
        lane = self._lane(workspace_id)
        if resumed:
            lane.calls += 1
            self._resuming.append(lambda: start(Seat(self, lane)))
        else:
            lane.queue.append(Waiting(start, model, elsewhere))
            self._list(lane)
        self._fill()

    async def enter(self, workspace_id: str, *, model: str = "", resumed: bool = False) -> "Seat":
        """Wait for a seat, for a further call of a generation that has begun."""
        lane = self._lane(workspace_id)
        if resumed:
            lane.calls += 1
            seat = Seat(self, lane, working=False)
            try:
                await seat.return_()
            except asyncio.CancelledError:
                seat.leave()
                raise
            return seat
        turn: asyncio.Future[Seat] = asyncio.get_running_loop().create_future()
        lane.beside.append((turn, model))
        self._list(lane)
        self._fill()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                turn.result().leave()
            elif (turn, model) in lane.beside:
                lane.beside.remove((turn, model))
            raise

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return len(self._resuming) + sum(lane.waiting for lane in self._lanes.values())

    def forget(self) -> None:
        """Begin nothing more."""
        self._resuming.clear()
        for lane in self._lanes.values():
            lane.queue.clear()
            lane.aside.clear()

    def look_again(self) -> None:
        """Let one call of each workspace that was full ask again: other servers' calls may have ended."""
        for lane in self._lanes.values():
            if lane.full and not lane.trial:
                self._try(lane)
            self._list(lane)
        self._fill()

    def more(self) -> None:
        """The provider is asked for more than before."""
        for lane in self._lanes.values():
            self._list(lane)
        self._fill()

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
        self._free += 1
        self._fill()

    def end(self, lane: Lane) -> None:
        """A call of the workspace is over, so another may begin."""
        lane.calls -= 1
        if lane.full:
            self._try(lane)
        self._list(lane)
        self._fill()
        self._tidy(lane)

    def refuse(self, lane: Lane) -> None:
        """The database has no room for a call of the workspace, which therefore was none."""
        lane.calls -= 1
        lane.full, lane.trial = True, False

    def agree(self, lane: Lane) -> None:
        """The database had room: there may be more."""
        if lane.full or lane.trial:
            lane.full = lane.trial = False
            self._list(lane)
            self._fill()

    def _lane(self, workspace_id: str) -> Lane:
        lane = self._lanes.get(workspace_id)
        if lane is None:
            lane = self._lanes[workspace_id] = Lane(workspace_id)
        return lane

    def _tidy(self, lane: Lane) -> None:
        if not lane.calls and not lane.waits and self._lanes.get(lane.workspace_id) is lane:
            del self._lanes[lane.workspace_id]

    def _try(self, lane: Lane) -> None:
        lane.full, lane.trial = False, True
        self._list(lane)

    def _list(self, lane: Lane) -> None:
        if not lane.listed and lane.waits and not lane.full and lane.calls < self._share:
            lane.listed = True
            self._turns.append(lane)

    def _fill(self) -> None:
        """Give the free places away. Whoever gets one may give it back at once, which must not start this again."""
        if self._filling:
            return
        self._filling = True
        try:
            while self._free > 0 and (self._next_returns() or self._next_begins()):
                pass
        finally:
            self._filling = False

    def _next_returns(self) -> bool:
        if self._returning:
            turn = self._returning.popleft()
            if not turn.done():
                self._free -= 1
                turn.set_result(None)
            return True
        if self._resuming:
            self._free -= 1
            self._resuming.popleft()()
            return True
        return False

    def _next_begins(self) -> bool:
        if not self._turns:
            return False
        lane = self._turns.popleft()
        lane.listed = False
        if not lane.waits or lane.full or lane.calls >= self._share:
            self._tidy(lane)
            return True
        self._next_of(lane)
        return True

    def _next_of(self, lane: Lane) -> None:
        for turn, model in lane.beside:
            if turn.done() or self._admits(model):
                lane.beside.remove((turn, model))
                if not turn.done():
                    turn.set_result(self._seat(lane, model))
                break
        else:
            found = self._take_from(lane)
            if found is None:
                # It is listed again when something opens.
                self._tidy(lane)
                return
            found.start(self._seat(lane, found.model))
        self._list(lane)
        self._tidy(lane)

    def _take_from(self, lane: Lane) -> Waiting | None:
        """The first that may begin. What may not is put aside, by model, or goes to another provider."""
        for model in [model for model in lane.aside if self._admits(model)]:
            lane.queue.extendleft(reversed(lane.aside.pop(model)))
        while lane.queue:
            first = lane.queue.popleft()
            if self._admits(first.model):
                return first
            if first.elsewhere is None or not first.elsewhere():
                lane.aside.setdefault(first.model, deque()).append(first)
        return None

    def _admits(self, model: str) -> bool:
        breaker = self._gate(model)
        return breaker is None or breaker.admits()

    def _seat(self, lane: Lane, model: str) -> "Seat":
        self._free -= 1
        lane.calls += 1
        # One asks for all: the others wait for the answer.
        lane.full = lane.trial
        return Seat(self, lane, self._gate(model))


class Seat:
    """What one call holds: a place while there is something to do, and its part of what its workspace may have."""

    __slots__ = ("_breaker", "_counted", "_lane", "_places", "_ticket", "_working")

    def __init__(
        self, places: Places, lane: Lane, breaker: Breaker | None = None, *, working: bool = True
    ) -> None:
        self._places = places
        self._lane = lane
        self._breaker = breaker
        self._ticket = breaker.take() if breaker else 0
        self._working = working
        self._counted = True

    @asynccontextmanager
    async def resting(self) -> AsyncGenerator[None]:
        """Give the place up while there is nothing to do but wait."""
        self._stop()
        yield
        await self.return_()

    async def return_(self) -> None:
        """Wait for a place again."""
        await self._places.take()
        self._working = True

    def began(self) -> None:
        """Say that the database let the call begin."""
        self._places.agree(self._lane)

    @property
    def provider(self) -> str:
        """Whose place it is."""
        return self._places.provider

    def heard(self, error: ProviderError | None) -> None:
        """Say what came of sending the call. None: it was answered."""
        breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker.heard(self._ticket, error)

    async def again(self, model: str = "") -> "Seat":
        """Wait for another turn, after the database said that the workspace has all that it may have."""
        places, workspace_id = self._places, self._lane.workspace_id
        if self._counted:
            self._counted = False
            places.refuse(self._lane)
        self.leave()
        self.become(await places.enter(workspace_id, model=model))
        return self

    def become(self, other: "Seat") -> None:
        """Take over what another seat holds, after this one was left."""
        self._places, self._lane, self._breaker = other._places, other._lane, other._breaker
        self._ticket, self._working, self._counted = other._ticket, other._working, other._counted

    def leave(self) -> None:
        """Give back what is held, at the end, whatever happened."""
        breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker.let_go(self._ticket)
        self._stop()
        if self._counted:
            self._counted = False
            self._places.end(self._lane)

    def _stop(self) -> None:
        if self._working:
            self._working = False
            self._places.give()
