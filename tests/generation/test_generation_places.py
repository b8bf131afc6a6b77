"""Places at a provider: whoever comes back goes before whoever has not begun, and no place is ever lost."""

import asyncio

from aims.generation.places import Place, Places


def free(places: Places) -> int:
    """How many places can be had at once."""
    began: list[int] = []
    while len(began) < 100:
        before = len(began)
        places.begin(lambda: began.append(1))
        if len(began) == before:
            places.forget()
            break
    for _ in began:
        places.give()
    return len(began)


async def test_what_begins_waits_in_the_order_of_asking():
    places, began = Places(2), []
    for name in "abcd":
        places.begin(lambda name=name: began.append(name))

    assert (began, places.waiting) == (["a", "b"], 2)
    places.give()
    places.give()
    assert (began, places.waiting) == (["a", "b", "c", "d"], 0)


async def test_who_returns_goes_before_who_has_not_begun():
    places, order = Places(1), []
    places.begin(lambda: order.append("first"))
    places.begin(lambda: order.append("new"))
    returning = asyncio.create_task(places.take())
    await asyncio.sleep(0)

    places.give()
    await returning
    assert order == ["first"]
    places.give()
    assert order == ["first", "new"]


async def test_who_stops_waiting_takes_no_place_along():
    places = Places(1)
    await places.take()
    waiting = [asyncio.create_task(places.take()) for _ in range(3)]
    await asyncio.sleep(0)

    waiting[0].cancel()
    places.give()
    waiting[1].cancel()  # it has the place already, and has not heard of it
    await asyncio.gather(*waiting, return_exceptions=True)
    places.give()

    assert free(places) == 1


async def test_a_place_is_given_up_while_resting_and_had_again_after():
    places = Places(1)
    await places.take()
    place = Place(places)

    async with place.resting():
        assert free(places) == 1
    assert free(places) == 0
    place.leave()
    place.leave()
    assert free(places) == 1


async def test_attempts_beside_each_other_share_one_place_until_all_of_them_rest():
    places = Places(1)
    await places.take()
    place, seen = Place(places), []

    async def run(rest: bool) -> None:
        async with place.beside():
            seen.append(free(places))
            if rest:
                async with place.resting():
                    await asyncio.sleep(0)
            seen.append(free(places))

    async with place.resting(), asyncio.TaskGroup() as group:
        for rest in (True, False, True):
            group.create_task(run(rest))

    assert set(seen) == {0}
    place.leave()
    assert free(places) == 1


async def test_work_that_is_cancelled_anywhere_gives_its_place_back_exactly_once():
    """Cancelled after each number of steps, so that every wait is the one that is interrupted."""
    for steps in range(12):
        places = Places(1)
        await places.take()
        task = asyncio.create_task(three_attempts(Place(places)))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert free(places) == (1 if steps else 0), steps


async def three_attempts(place: Place) -> None:
    """What driving three calls does with its place."""

    async def run() -> None:
        async with place.beside():
            await asyncio.sleep(0)
            async with place.resting():
                await asyncio.sleep(0)
            await asyncio.sleep(0)

    try:
        async with place.resting(), asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(run())
    finally:
        place.leave()
