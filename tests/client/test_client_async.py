"""The asynchronous client: the same verbs, awaited, and gone through with `async for`."""

import asyncio
from pathlib import Path

import pytest
from between import Between
from serving import SMALL, Person

from aims.client import AsyncAIMS, DownloadFailed, Generation, NotEnoughCredits, NotFinished, Unreachable


async def test_two_are_made_at_once_heard_of_and_saved(alice: Person, tmp_path: Path):
    heard: list[Generation] = []

    async def hear(generation: Generation) -> None:
        heard.append(generation)

    async with AsyncAIMS(alice.text, alice.served.base) as aims:
        made = await asyncio.gather(
            *(aims.images.generate(each, on_progress=hear, **SMALL) for each in ("A barn", "A cow"))
        )
        saved = [await aims.save(one, tmp_path / f"{one.id}.png") for one in made]
        events = [event async for event in aims.generations.events(made[0].id)]

    assert {one.id for one in heard} == {one.id for one in made}
    assert all(file.read_bytes().startswith(b"\x89PNG") for (file,) in saved)
    assert [(one.id, one.outputs) for one in events] == [(made[0].id, made[0].outputs)]


async def test_an_answer_that_is_lost_is_paid_once(alice: Person, between: Between):
    between.rule("/images/generate", lose=True)
    between.rule("/events", cut=b"\n\nid: ")

    async with AsyncAIMS(alice.text, between.url) as aims:
        made = await aims.images.generate("A barn [sandbox: delay=1s]", **SMALL)

        assert [one.id async for one in aims.generations.each()] == [made.id]
    assert alice.balance == (975, 0)


async def test_who_waits_no_longer_gets_the_generation(alice: Person):
    async with AsyncAIMS(alice.text, alice.served.base) as aims:
        with pytest.raises(NotFinished) as caught:
            await aims.images.generate("A barn [sandbox: delay=10m]", timeout=0.1, **SMALL)
        assert (await aims.generations.cancel(caught.value.generation.id)).kind == "image"


async def test_a_call_that_is_given_up_leaves_nothing_open(alice: Person):
    async with AsyncAIMS(alice.text, alice.served.base) as aims:
        began = asyncio.Event()
        call = asyncio.ensure_future(
            aims.images.generate("A barn [sandbox: delay=10m]", on_progress=lambda _: began.set(), **SMALL)
        )
        await began.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        (left,) = (await aims.generations.list()).items
        await aims.generations.cancel(left.id)
        async for event in aims.generations.events(left.id):
            assert event.id == left.id
            break


async def test_refusals_and_failures_are_the_same(alice: Person, tmp_path: Path):
    poor = alice.served.person(10)
    async with AsyncAIMS(poor.text, poor.served.base) as aims:
        with pytest.raises(NotEnoughCredits, match="needs 25 credits and the workspace has 10"):
            await aims.images.generate("A barn", **SMALL)
    async with AsyncAIMS(alice.text, "http://127.0.0.1:9", retries=0) as aims:
        with pytest.raises(Unreachable):
            await aims.account()
    async with AsyncAIMS(alice.text, alice.served.base) as aims:
        made = await aims.images.generate("A barn", **SMALL)
        await aims.media.delete(made.outputs[0].id)
        with pytest.raises(DownloadFailed):
            await aims.save(made, tmp_path / "barn.png")
    assert not await asyncio.to_thread(lambda: [*tmp_path.iterdir()])
