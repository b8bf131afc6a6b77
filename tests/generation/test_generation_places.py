"""Places at a provider: shared out between workspaces, returners first, none lost, whatever is cancelled when."""

import asyncio
from collections.abc import Callable
from random import Random

import pytest

from aims.generation.places import Places, Seat

MANY = 1000


class Board:
    """Who has begun, in order, and what each of them holds."""

    def __init__(self, number: int, share: int = MANY) -> None:
        self.places = Places(number, share)
        self.began: list[str] = []
        self.seats: dict[str, Seat] = {}

    def ask(self, name: str, *, resumed: bool = False) -> None:
        """Somebody asks to begin; the first letter is the workspace."""

        def start(seat: Seat) -> None:
            self.began.append(name)
            self.seats[name] = seat

        self.places.begin(name[0], start, resumed=resumed)

    def leave(self, *names: str) -> None:
        for name in names:
            self.seats.pop(name).leave()

    def free(self) -> int:
        """How many places can be had at once, by workspaces that have nothing here."""
        seats: list[Seat] = []
        counting = True

        def start(seat: Seat) -> None:
            if counting:
                seats.append(seat)
            else:
                seat.leave()

        for number in range(MANY):
            self.places.begin(f"new-{number}", start)
            if len(seats) == number:
                break
        counting = False
        for seat in seats:
            seat.leave()
        return len(seats)


async def test_what_begins_waits_in_the_order_of_asking():
    board = Board(2)
    for name in ("a1", "a2", "a3", "a4"):
        board.ask(name)

    assert (board.began, board.places.waiting) == (["a1", "a2"], 2)
    board.leave("a1", "a2")
    assert (board.began, board.places.waiting) == (["a1", "a2", "a3", "a4"], 0)


async def test_workspaces_take_turns():
    board = Board(1)
    for number in range(5000):
        board.ask(f"a{number}")
    for name in ("b0", "b1", "c0"):
        board.ask(name)

    for _ in range(8):
        board.leave(board.began[-1])

    assert board.began == ["a0", "a1", "b0", "c0", "a2", "b1", "a3", "a4", "a5"]


async def test_a_workspace_has_no_more_calls_than_its_share_and_others_are_not_held_up():
    board = Board(4, share=2)
    for name in ("a0", "a1", "a2", "a3", "b0"):
        board.ask(name)

    assert board.began == ["a0", "a1", "b0"]
    board.leave("b0")
    assert board.began == ["a0", "a1", "b0"]
    board.leave("a0")
    assert board.began == ["a0", "a1", "b0", "a2"]


async def test_a_call_that_rests_still_counts_for_its_workspace():
    board = Board(4, share=1)
    board.ask("a0")
    board.ask("a1")

    async with board.seats["a0"].resting():
        assert board.began == ["a0"]
        assert board.free() == 4
    board.leave("a0")
    assert board.began == ["a0", "a1"]


async def test_what_was_with_the_provider_before_is_not_held_up_by_the_share():
    board = Board(5, share=2)
    board.ask("a0")
    for name in ("a1", "a2", "a3"):
        board.ask(name, resumed=True)
    board.ask("a4")

    assert board.began == ["a0", "a1", "a2", "a3"]
    board.leave("a0", "a1")
    assert board.places.waiting == 1
    board.leave("a2")
    assert board.began[-1] == "a4"


async def test_what_was_with_the_provider_before_goes_before_what_has_not_begun():
    board = Board(1)
    for name in ("a0", "b0", "a1"):
        board.ask(name)
    board.ask("c0", resumed=True)

    board.leave("a0")

    assert board.began == ["a0", "c0"]


async def test_who_returns_goes_before_who_has_not_begun():
    board = Board(1)
    board.ask("a0")
    async with board.seats["a0"].resting():
        board.ask("b0")
        board.ask("b1")
        assert board.began == ["a0", "b0"]
        returning = asyncio.create_task(board.places.take())
        await asyncio.sleep(0)
        board.leave("b0")
        await returning
        assert board.began == ["a0", "b0"]
        board.places.give()
        assert board.began == ["a0", "b0", "b1"]
        board.leave("b1")


async def test_who_stops_waiting_takes_no_place_along():
    board = Board(1)
    await board.places.take()
    waiting = [asyncio.create_task(board.places.take()) for _ in range(3)]
    await asyncio.sleep(0)

    waiting[0].cancel()
    board.places.give()
    waiting[1].cancel()  # it has the place already, and has not heard of it
    await asyncio.gather(*waiting, return_exceptions=True)
    board.places.give()

    assert board.free() == 1


async def test_a_further_call_of_what_has_begun_goes_before_what_has_not_begun():
    board = Board(1)
    for name in ("a0", "a1"):
        board.ask(name)
    further = asyncio.create_task(board.places.enter("a"))
    await asyncio.sleep(0)

    board.leave("a0")
    seat = await further
    assert board.began == ["a0"]
    seat.leave()
    assert board.began == ["a0", "a1"]


async def test_when_the_database_has_no_room_one_at_a_time_asks_again():
    board = Board(4, share=4)
    for name in ("a0", "a1", "a2", "b0"):
        board.ask(name)
    again = [asyncio.create_task(board.seats[name].again()) for name in ("a0", "a1", "a2")]
    await asyncio.sleep(0)
    assert board.free() == 3

    board.places.look_again()
    await asyncio.sleep(0)
    assert [task.done() for task in again] == [True, False, False]
    board.places.look_again()  # the one that asks has no answer yet, and nobody asks beside it
    await asyncio.sleep(0)
    assert not again[1].done()

    board.seats["a0"].began()
    await asyncio.gather(*again)
    board.leave("a0", "a1", "a2", "b0")
    assert board.free() == 4


async def test_a_call_that_ends_here_makes_room_for_one_that_was_refused():
    board = Board(4, share=4)
    board.ask("a0")
    board.ask("a1")
    again = asyncio.create_task(board.seats["a1"].again())
    await asyncio.sleep(0)
    assert not again.done()

    board.leave("a0")
    await again
    board.leave("a1")
    assert board.free() == 4


async def test_a_workspace_that_has_nothing_here_leaves_nothing_behind():
    board = Board(2, share=1)
    for name in ("a0", "b0", "a1", "b1"):
        board.ask(name)
    gone = asyncio.create_task(board.places.enter("c"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    while board.seats:
        board.leave(next(iter(board.seats)))

    assert board.places._lanes == {}
    assert board.free() == 2


@pytest.mark.parametrize("seed", range(30))
async def test_places_and_shares_are_exact_whatever_happens(seed: int):
    """Workers rest, are refused, ask for more, are cancelled at any moment; what they hold is counted beside them."""
    chance, board = Random(seed), Board(3, share=2)
    calls = {"a": 0, "b": 0}
    tasks: list[asyncio.Task[None]] = []
    started: list[asyncio.Task[None]] = []

    async def call(seat: Seat, name: str) -> None:
        if chance.random() < 0.3:
            await seat.again()
        seat.began()
        calls[name] += 1
        assert calls[name] <= 2
        try:
            async with seat.resting():
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        finally:
            calls[name] -= 1

    async def work(seat: Seat, name: str) -> None:
        current = asyncio.current_task()
        assert current is not None
        started.append(current)
        try:
            for _ in range(chance.randrange(4)):
                await call(seat, name)
            seat.leave()
            if chance.random() < 0.3:
                seat = await board.places.enter(name)
                await call(seat, name)
        finally:
            seat.leave()

    def begin(name: str) -> Callable[[Seat], None]:
        return lambda seat: tasks.append(asyncio.create_task(work(seat, name)))

    for _ in range(60):
        name = chance.choice("ab")
        board.places.begin(name, begin(name))
        if started and chance.random() < 0.2:
            chance.choice(started).cancel()
        if chance.random() < 0.5:
            await asyncio.sleep(0)
    async with asyncio.timeout(30):
        while board.places.waiting or not all(task.done() for task in tasks):
            board.places.look_again()
            await asyncio.sleep(0)

    assert {type(task.exception()) for task in tasks if not task.cancelled()} == {type(None)}
    assert board.places._lanes == {}
    assert board.free() == 3
