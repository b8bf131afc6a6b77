"""When a provider is left alone, how it is tried again, and that what waits for it is neither lost nor hurried."""

import asyncio
from collections.abc import Callable

import pytest

from aims.generation import breaker as module
from aims.generation.breaker import FAILURES, Breaker
from aims.generation.places import Places, Seat
from aims.providers import Ambiguous, BadInput, Busy, Down, NoAccess, ProviderError, Refused

DOWN = Down("It is away.")
CLOCK = "aims.generation.breaker.time.monotonic"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module.time, "monotonic", clock)
    monkeypatch.setattr(module.random, "uniform", lambda least, most: least)
    return clock


def a_breaker(told: Callable[[], None] = lambda: None) -> Breaker:
    return Breaker("fal", "a-model", 30.0, told)


def ask(breaker: Breaker, error: ProviderError | None) -> None:
    """One call, and what came of it."""
    assert breaker.admits()
    breaker.heard(breaker.take(), error)


async def test_it_is_left_alone_after_failures_in_a_row_and_not_before(clock: Clock):
    breaker = a_breaker()
    for _ in range(3):
        for _ in range(FAILURES - 1):
            ask(breaker, DOWN)
        ask(breaker, None)
    for error in (Ambiguous("Lost."), DOWN, DOWN, Ambiguous("Lost.")):
        ask(breaker, error)
    assert breaker.admits()

    ask(breaker, DOWN)

    assert not breaker.admits()
    assert breaker.is_away


@pytest.mark.parametrize("error", [BadInput("No."), Refused("No."), NoAccess("No."), ProviderError("No.")])
async def test_whoever_refuses_is_there(clock: Clock, error: ProviderError):
    breaker = a_breaker()
    for _ in range(3 * FAILURES):
        ask(breaker, error)

    assert not breaker.is_closed


async def test_one_call_tries_it_again_and_its_pauses_grow_to_the_longest(clock: Clock):
    breaker = a_breaker()
    for _ in range(FAILURES):
        ask(breaker, DOWN)
    pauses = []
    for _ in range(8):
        start = clock.now
        while not breaker.admits():
            clock.now += 0.5
        ticket = breaker.take()
        assert not breaker.admits(), "one at a time"
        pauses.append(clock.now - start)
        breaker.heard(ticket, DOWN)

    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


async def test_after_a_good_answer_more_and_more_go_through(clock: Clock):
    told: list[float] = []
    breaker = a_breaker(lambda: told.append(clock.now))
    for _ in range(FAILURES):
        ask(breaker, DOWN)
    clock.now += 1
    waves = []
    while breaker.is_closed:
        tickets = []
        while breaker.admits() and len(tickets) < 100:
            tickets.append(breaker.take())
        waves.append(len(tickets))
        for ticket in tickets:
            breaker.heard(ticket, None)

    assert waves[0] == 1
    assert waves == sorted(waves)
    assert told
    assert not breaker.is_away


async def test_what_was_sent_before_the_pause_says_nothing_new(clock: Clock):
    breaker = a_breaker()
    early = [breaker.take() for _ in range(20)]
    for ticket in early[:FAILURES]:
        breaker.heard(ticket, DOWN)
    clock.now += 1
    for ticket in early[FAILURES:15]:
        breaker.heard(ticket, DOWN)
    assert breaker.admits(), "late failures do not make the pause longer"
    for ticket in early[15:]:
        breaker.heard(ticket, None)

    assert breaker.is_closed, "late answers do not end it"
    breaker.take()
    assert not breaker.admits()


@pytest.mark.parametrize(
    ("asked", "least"), [(2.0, 2.0), (0.0, 0.05), (-1.0, 0.05), (1e9, 60.0), (float("inf"), 60.0)]
)
async def test_a_busy_provider_is_left_alone_for_as_long_as_it_asks_within_reason(
    clock: Clock, asked: float, least: float
):
    breaker = a_breaker()

    ask(breaker, Busy("Later.", retry_after=asked))

    clock.now += least - 0.01
    assert not breaker.admits()
    clock.now += 0.02
    assert breaker.admits()


async def test_a_provider_that_stays_busy_is_asked_less_and_less_often(clock: Clock):
    breaker, asked, start = a_breaker(), 0, clock.now
    while clock.now < start + 60:
        if breaker.admits():
            ask(breaker, Busy("Later.", retry_after=0))
            asked += 1
        clock.now += 0.01

    assert asked < 20


async def test_a_short_pause_is_waited_for_and_a_long_one_is_not(clock: Clock):
    short, long = a_breaker(), a_breaker()

    ask(short, Busy("Later.", retry_after=1))
    ask(long, Busy("Later.", retry_after=40))

    assert (short.is_away, long.is_away) == (False, True)


async def test_a_call_that_was_not_sent_lets_another_try(clock: Clock):
    breaker = a_breaker()
    ask(breaker, Busy("Later.", retry_after=1))
    clock.now += 2
    ticket = breaker.take()
    assert not breaker.admits()

    breaker.let_go(ticket)

    assert breaker.admits()


class Counter:
    """Places whose models have breakers."""

    def __init__(self, number: int = 4) -> None:
        self.breakers: dict[str, Breaker] = {}
        self.places = Places(number, 1000, "fal", self.breaker)
        self.began: list[str] = []
        self.seats: dict[str, Seat] = {}

    def breaker(self, model: str) -> Breaker:
        if model not in self.breakers:
            self.breakers[model] = Breaker("fal", model, 30.0, self.places.more)
        return self.breakers[model]

    def ask(self, name: str, elsewhere: Callable[[], bool] | None = None) -> None:
        """Somebody asks to begin; the first letter is the workspace, the last the model."""

        def start(seat: Seat) -> None:
            self.began.append(name)
            self.seats[name] = seat

        self.places.begin(name[0], start, model=name[-1], elsewhere=elsewhere)

    def end(self, name: str, error: ProviderError | None = None) -> None:
        seat = self.seats.pop(name)
        seat.heard(error)
        seat.leave()


async def test_a_model_that_is_left_alone_holds_up_no_other(clock: Clock):
    counter = Counter(1)
    counter.ask("a1x")
    counter.end("a1x", Busy("Later.", retry_after=9))
    for name in ("a2x", "a3x", "a4y", "b1x", "b2y"):
        counter.ask(name)

    assert counter.began == ["a1x", "a4y"]
    counter.end("a4y")
    assert counter.began == ["a1x", "a4y", "b2y"]
    counter.end("b2y")
    assert counter.places.waiting == 3

    clock.now += 10
    counter.places.more()
    assert counter.began[3:] == ["a2x"], "one tries it"
    counter.end("a2x")
    assert set(counter.began[4:]) <= {"a3x", "b1x"}
    counter.end(counter.began[4])
    assert sorted(counter.began[3:]) == ["a2x", "a3x", "b1x"]


async def test_places_look_again_when_the_pause_is_over():
    counter = Counter()
    counter.ask("a1x")
    counter.end("a1x", Busy("Later.", retry_after=0.05))
    begun = asyncio.Event()
    counter.places.begin("a", lambda seat: begun.set(), model="x")
    assert not begun.is_set()

    async with asyncio.timeout(10):
        await begun.wait()


async def test_what_may_be_made_elsewhere_goes_there(clock: Clock):
    counter, went = Counter(), []

    def go(name: str, where: bool) -> Callable[[], bool]:
        return lambda: where and not went.append(name)

    counter.ask("a1x")
    counter.end("a1x", Busy("Later.", retry_after=9))
    counter.ask("a2x", go("a2x", True))
    counter.ask("a3x", go("a3x", False))
    counter.ask("a4x", go("a4x", True))

    assert went == ["a2x", "a4x"]
    assert counter.places.waiting == 1


async def test_a_call_that_stops_waiting_leaves_nothing_behind(clock: Clock):
    counter = Counter()
    counter.ask("a1x")
    counter.end("a1x", Busy("Later.", retry_after=9))
    waiting = [asyncio.create_task(counter.places.enter("a", model="x")) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.wait([waiting[1]])

    clock.now += 10
    counter.places.more()
    first = await waiting[0]
    first.heard(None)
    first.leave()
    second = await waiting[2]
    second.leave()
    assert counter.places._lanes == {}
