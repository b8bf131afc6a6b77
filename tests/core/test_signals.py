"""Signals: hints that wake whoever waits, and that nobody depends on."""

import asyncio

from aims.core.signals import Signals


async def test_a_signal_wakes_everybody_who_waits_for_it_and_nobody_else() -> None:
    hub = Signals()
    async with hub.listen("a") as first, hub.listen("a") as second, hub.listen("b") as other:
        waits = [asyncio.create_task(one.wait(30)) for one in (first, second)]
        hub.wake("a")
        assert await asyncio.gather(*waits) == [True, True]
        assert await other.wait(0) is False


async def test_a_change_between_looking_and_waiting_is_not_missed() -> None:
    hub = Signals()
    async with hub.listen("a") as listener:
        hub.wake("a")
        assert await listener.wait(30) is True
        # The hint is used up: the next wait is for the next change.
        assert await listener.wait(0) is False


async def test_a_wait_ends_by_itself_when_no_signal_comes() -> None:
    async with Signals().listen("a") as listener:
        assert await listener.wait(0.01) is False


async def test_what_is_waited_for_can_be_looked_at_together() -> None:
    hub = Signals()
    async with hub.listen("a"), hub.listen("b"), hub.listen("b"):
        assert sorted(hub.names) == ["a", "b"]
    assert hub.names == []


async def test_at_the_end_everybody_is_woken() -> None:
    hub = Signals()
    async with hub.listen("a") as first, hub.listen("b") as second:
        hub.wake_all()
        assert await asyncio.gather(first.wait(30), second.wait(30)) == [True, True]


async def test_who_leaves_is_forgotten() -> None:
    hub = Signals()
    for number in range(100):
        async with hub.listen(f"{number}"):
            pass
    assert hub.names == []
    hub.wake("0")


async def test_a_negative_wait_is_no_wait() -> None:
    async with Signals().listen("a") as listener:
        assert await listener.wait(-5) is False


async def test_who_waits_for_the_end_sleeps_through_what_comes_before() -> None:
    hub = Signals()
    async with hub.listen("a", at_end=True) as patient, hub.listen("a") as curious:
        hub.wake("a", passing=True)
        assert await curious.wait(30) is True
        assert await patient.wait(0) is False
        hub.wake("a")
        assert await patient.wait(30) is True
