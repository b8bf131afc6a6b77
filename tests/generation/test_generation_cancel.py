"""PRV-13: stopped at any stage, a generation has one outcome, and one charge or none."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update

from aims import catalog, credits, generation
from aims.core import ids
from aims.core.clock import now
from aims.credits.tables import entries
from aims.generation import cancel, drive, submit
from aims.generation.tables import attempts

PATIENCE = 60
SMALL = {"model": "fal-ai/nano-banana-2", "resolution": "0.5K"}
CALLS = select(attempts.c.state).where(attempts.c.generation_id == bindparam("which"))
OPEN = insert(attempts).values(
    state="running", provider="sandbox", first_index=0, quantity=1, tries=1, created_at=now()
)
CLOSE = update(attempts).where(attempts.c.id == bindparam("which")).values(state="failed")
VERBS = select(entries.c.verb).where(entries.c.hold_reference == bindparam("which")).order_by(entries.c.seq)


@pytest.fixture
def studio_settings() -> dict[str, Any]:
    return {"workspace_concurrency": 2, "sandbox_repeatable": False}


class Alice:
    """What somebody does with a studio, and what is seen of it."""

    def __init__(self, running: Any) -> None:
        self.running, self.studio = running, running.studio

    async def ask(self, directive: str = "", **body: Any) -> str:
        prompt = f"Abstract [sandbox: {directive}]" if directive else "Abstract"
        draft = catalog.check(
            self.studio.shelf, "image", {**SMALL, "prompt": prompt, **body}, default_model=""
        )
        return (await submit(self.studio, self.running.actor, draft)).id

    async def see(self, generation_id: str) -> generation.GenerationView:
        found = await self.studio.db.read(
            generation.read, self.running.workspace_id, generation_id, "http://x"
        )
        return found.view

    async def until(self, generation_id: str, *stages: str) -> generation.GenerationView:
        async with asyncio.timeout(PATIENCE), self.studio.signals.listen(generation_id) as listener:
            while (view := await self.see(generation_id)).stage not in stages:
                await listener.wait(0.1)
        return view

    async def stop(self, generation_id: str) -> None:
        """Five wishes at once, as of somebody impatient."""
        await asyncio.gather(*(cancel(self.studio, self.running.actor, generation_id) for _ in range(5)))

    async def over(self, generation_id: str) -> generation.GenerationView:
        return await self.until(generation_id, "completed", "failed", "cancelled")

    async def calls(self, generation_id: str) -> list[str]:
        """The states of its calls to the provider."""
        rows = await self.studio.db.read(lambda tx: tx.all(CALLS, which=generation_id))
        return sorted(row.state for row in rows)

    async def verbs(self, generation_id: str) -> list[str]:
        """What happened to its hold."""
        rows = await self.studio.db.read(lambda tx: tx.all(VERBS, which=generation_id))
        return [row.verb for row in rows]

    async def elsewhere(self, generation_id: str) -> Callable[[], Awaitable[None]]:
        """Another call of this workspace, as of another server: written down here, and not known to this process."""
        call = ids.new_id()
        row = {"id": call, "generation_id": generation_id, "workspace_id": self.running.workspace_id}
        await self.studio.db.write(lambda tx: tx.run(OPEN, number=9, nonce=ids.token(), **row))

        async def end() -> None:
            await self.studio.db.write(lambda tx: tx.run(CLOSE, which=call))

        return end

    async def balance(self) -> tuple[int, int]:
        found = await self.studio.db.read(credits.balance, self.running.workspace_id)
        return found.available, found.held

    async def is_given_back(self, generation_id: str, *calls: str) -> None:
        """It ends as cancelled, once, and nothing is paid."""
        view = await self.over(generation_id)
        assert (view.status, view.error, view.credits.charged) == ("cancelled", "Cancelled on request.", 0)
        assert {output.status for output in view.outputs} == {"failed"}
        assert sum(output.credits_refunded for output in view.outputs) == view.credits.refunded
        assert await self.calls(generation_id) == sorted(calls)
        assert await self.verbs(generation_id) == ["hold", "release"]


@pytest.fixture
async def alice(running: Any) -> AsyncIterator[Alice]:
    """Alice, who has at most two calls with the provider."""
    yield Alice(running)
    assert running.studio.places("sandbox").waiting == 0


@asynccontextmanager
async def held_at(
    monkeypatch: pytest.MonkeyPatch, thing: Any, name: str
) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Whoever comes to this step stays there until the block ends. What is given waits until somebody is there."""
    step, there, go = getattr(thing, name), asyncio.Event(), asyncio.Event()

    async def wait_and_go_on(*arguments: Any) -> Any:
        there.set()
        await go.wait()
        return await step(*arguments)

    async def somebody_is_there() -> None:
        async with asyncio.timeout(PATIENCE):
            await there.wait()

    monkeypatch.setattr(thing, name, wait_and_go_on)
    try:
        yield somebody_is_there
    finally:
        go.set()
        monkeypatch.setattr(thing, name, step)


async def test_while_it_waits_for_a_place(alice: Alice) -> None:
    places = alice.studio.places("sandbox")
    number = alice.studio.providers.get("sandbox").concurrency
    for _ in range(number):
        await places.take()
    waiting = await alice.ask()

    await alice.stop(waiting)

    assert (await alice.see(waiting)).status == "cancelled"
    await alice.is_given_back(waiting)
    for _ in range(number):
        places.give()
    assert await alice.balance() == (1000, 0)


async def test_while_it_waits_because_its_workspace_has_what_it_may_have(alice: Alice) -> None:
    running = [await alice.ask("delay=10m") for _ in range(2)]
    for each in running:
        await alice.until(each, "running")
    waiting = [await alice.ask() for _ in range(3)]

    await alice.stop(waiting[1])
    await alice.is_given_back(waiting[1])
    assert [(await alice.see(each)).stage for each in (waiting[0], waiting[2])] == ["accepted"] * 2

    for each in running:
        await alice.stop(each)
        await alice.is_given_back(each, "cancelled")
    for each in (waiting[0], waiting[2]):
        assert (await alice.over(each)).status == "completed"
    assert await alice.balance() == (950, 0)


async def test_while_its_other_call_waits_for_its_turn(alice: Alice) -> None:
    blocker = await alice.ask("delay=10m")
    await alice.until(blocker, "running")
    asked = await alice.ask("delay=10m", n=8)
    await alice.until(asked, "running")

    await alice.stop(asked)

    await alice.is_given_back(asked, "cancelled")
    await alice.stop(blocker)
    await alice.is_given_back(blocker, "cancelled")
    assert await alice.balance() == (1000, 0)


async def test_while_its_other_call_waits_for_calls_of_another_server(alice: Alice) -> None:
    """What another server has leaves room for one call of two; the one that waits hears of the wish all the same."""
    ended = await alice.ask("error=refused")
    await alice.over(ended)
    elsewhere = await alice.elsewhere(ended)
    asked = await alice.ask("delay=10m", n=8)
    await alice.until(asked, "running")

    await alice.stop(asked)
    await alice.is_given_back(asked, "cancelled")

    await elsewhere()
    assert await alice.balance() == (1000, 0)


async def test_while_it_is_sent(alice: Alice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider takes it: what it is told then is to stop."""
    adapter = alice.studio.providers.get("sandbox")
    async with held_at(monkeypatch, adapter, "submit") as there:
        asked = await alice.ask("delay=10m")
        await there()
        assert (await alice.see(asked)).stage == "submitting"
        await alice.stop(asked)

    await alice.is_given_back(asked, "cancelled")


async def test_while_the_provider_is_busy(alice: Alice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was bought, and nothing is sent once more."""
    monkeypatch.setattr("aims.generation.call.TRIES", 1000)
    asked = await alice.ask("error=busy")
    await alice.until(asked, "submitting")

    await alice.stop(asked)

    await alice.is_given_back(asked, "cancelled")


async def test_while_the_provider_works_on_it(alice: Alice) -> None:
    asked = await alice.ask("delay=10m")
    await alice.until(asked, "running")

    await alice.stop(asked)

    await alice.is_given_back(asked, "cancelled")


async def test_while_it_is_fetched_and_written_it_is_too_late(
    alice: Alice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held_at(monkeypatch, drive, "collect") as there:
        asked = await alice.ask()
        await there()
        assert (await alice.see(asked)).stage == "storing"
        await alice.stop(asked)
        assert (await alice.see(asked)).stage == "storing"

    view = await alice.over(asked)
    assert (view.status, view.credits.charged, view.credits.refunded) == ("completed", 25, 0)
    assert await alice.verbs(asked) == ["hold", "capture"]


async def test_while_one_call_is_written_and_the_other_runs_what_is_made_is_paid(
    alice: Alice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of eight, four are made by the first call when somebody regrets it."""
    blocker = await alice.ask("delay=10m")
    await alice.until(blocker, "running")
    async with held_at(monkeypatch, drive, "collect") as there:
        asked = await alice.ask(n=8)
        await there()
        await alice.stop(asked)

    view = await alice.over(asked)
    assert (view.status, view.credits.charged, view.credits.refunded) == ("completed", 100, 100)
    assert [output.status for output in view.outputs] == ["completed"] * 4 + ["failed"] * 4
    assert await alice.verbs(asked) == ["hold", "capture", "release"]
    await alice.stop(blocker)
    await alice.is_given_back(blocker, "cancelled")


@pytest.mark.parametrize(("directive", "status"), [("", "completed"), ("error=refused", "failed")])
async def test_once_it_is_over_nothing_changes(alice: Alice, directive: str, status: str) -> None:
    asked = await alice.ask(directive)
    before = await alice.over(asked)

    await alice.stop(asked)

    assert before.status == status
    assert await alice.see(asked) == before
    assert len(await alice.verbs(asked)) == 2


async def test_once_it_is_cancelled_nothing_changes(alice: Alice) -> None:
    asked = await alice.ask("delay=10m")
    await alice.until(asked, "running")
    await alice.stop(asked)
    before = await alice.over(asked)

    await alice.stop(asked)

    assert await alice.see(asked) == before
    await alice.is_given_back(asked, "cancelled")
