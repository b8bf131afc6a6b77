"""MCP-04: a call that is dropped stops the waiting, never the work; with its key it is made and charged once."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import HTTP, STDIO, agent, body, dropped, refused
from serving import PATIENCE, SMALL, Person, Served

from aims import keys
from aims.mcp import calling

sys.path.append(str(Path(__file__).parents[1] / "client"))

from between import Between

ASKED = {"prompt": "Abstract [sandbox: delay=1s]", **SMALL}


@pytest.fixture
def between(shared: Served) -> Iterator[Between]:
    """A connection to the studio that breaks on demand."""
    server = Between(shared.base)
    yield server
    server.close()


def generations(person: Person) -> list[dict[str, Any]]:
    """Everything that this person asked for."""
    return person.send("GET", "/generations").json()["items"]


@pytest.mark.parametrize("older", [False, True], ids=["newer", "older"])
async def test_a_dropped_stream_leaves_the_work_going(alice: Person, tmp_path: Path, older: bool):
    """Without an idempotency_key: nobody asks again, and it was made and charged once."""
    generation_id = await asyncio.to_thread(dropped, alice, ASKED, older=older)

    view = await asyncio.to_thread(alice.finished, generation_id)

    assert view["status"] == "completed"
    assert [each["id"] for each in generations(alice)] == [generation_id]
    assert alice.balance == (975, 0)
    async with agent(alice, HTTP, tmp_path) as aims:
        assert body(await aims.call_tool("get_generation", {"generation_id": generation_id})) == view


async def test_the_same_call_again_joins_what_the_dropped_one_began(alice: Person, tmp_path: Path):
    asked = {**ASKED, "idempotency_key": "a-picture"}
    generation_id = await asyncio.to_thread(dropped, alice, asked)

    async with agent(alice, HTTP, tmp_path) as aims:
        again = body(await aims.call_tool("generate_image", asked))
        other = await aims.call_tool("generate_image", {**asked, "prompt": "Another"})

    assert again["generation_id"] == generation_id
    assert (again["credits_used"], again["credits_remaining"]) == (25, 975)
    assert len(generations(alice)) == 1
    refused(other, "AIMS API error (422)")


async def test_two_transports_and_the_api_share_the_keys(alice: Person, tmp_path: Path):
    key = {"idempotency_key": "shared"}
    first = alice.begin(headers={"Idempotency-Key": "shared"}, **ASKED)

    for way in (HTTP, STDIO):
        async with agent(alice, way, tmp_path) as aims:
            assert (
                body(await aims.call_tool("generate_image", {**ASKED, **key}))["generation_id"] == first["id"]
            )

    assert alice.balance == (975, 0)


async def test_a_process_that_dies_in_the_middle_leaves_the_work_going(alice: Person, tmp_path: Path):
    begun = asyncio.Event()

    async def hear(*_: object) -> None:
        begun.set()

    asked = {**ASKED, "idempotency_key": "a-picture"}
    async with agent(alice, STDIO, tmp_path) as aims:
        calling_it = asyncio.create_task(aims.call_tool("generate_image", asked, progress_callback=hear))
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
        calling_it.cancel()
        await asyncio.wait([calling_it])

    (view,) = generations(alice)
    assert (await asyncio.to_thread(alice.finished, view["id"]))["status"] == "completed"
    async with agent(alice, STDIO, tmp_path) as aims:
        assert body(await aims.call_tool("generate_image", asked))["generation_id"] == view["id"]
    assert alice.balance == (975, 0)


async def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(
    alice: Person, between: Between, tmp_path: Path
):
    """Between process and studio: the agent did not give a key, and hears nothing of it."""
    between.rule("/images/generate", lose=True)

    async with agent(alice, STDIO, tmp_path, base=between.url) as aims:
        made = body(await aims.call_tool("generate_image", {"prompt": "Abstract", **SMALL}))

    assert made["success"] is True
    assert len(between.sent("/images/generate")) == 2
    assert len(generations(alice)) == 1
    assert alice.balance == (975, 0)


async def test_no_studio_is_said_and_said_how_to_go_on(alice: Person, between: Between, tmp_path: Path):
    between.rule("/images/generate", lose=True, times=10)

    async with agent(alice, STDIO, tmp_path, base=between.url) as aims:
        error = refused(await aims.call_tool("generate_image", {"prompt": "Abstract", **SMALL}), "connection")

    assert "same idempotency_key" in error["next"]
    assert len(generations(alice)) == 1


async def test_a_key_that_is_revoked_ends_the_waiting_and_not_the_work(alice: Person, tmp_path: Path):
    served, begun = alice.served, asyncio.Event()
    other = Person(served, alice.workspace_id, await asyncio.to_thread(served.key, alice.workspace_id))

    async def hear(*_: object) -> None:
        begun.set()

    async with agent(other, HTTP, tmp_path) as aims:
        asked = {"prompt": "Abstract [sandbox: delay=600s]", **SMALL}
        calling_it = asyncio.create_task(aims.call_tool("generate_image", asked, progress_callback=hear))
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
        await asyncio.to_thread(served.write, keys.revoke, alice.workspace_id, other.key.id)
        error = refused(await calling_it, "AIMS API error (401)")

    view = alice.show(error["generation_id"])
    assert view["status"] in {"queued", "running"}
    assert error["generation_id"] in error["next"]
    alice.send("POST", f"/generations/{view['id']}/cancel")
    assert (await asyncio.to_thread(alice.finished, view["id"]))["status"] == "cancelled"


async def test_no_call_waits_for_ever(alice: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calling, "WAIT_SECONDS", 0.0)

    async with agent(alice, HTTP, tmp_path) as aims:
        asked = {"prompt": "Abstract [sandbox: delay=600s]", **SMALL}
        error = refused(await aims.call_tool("generate_image", asked), "is not finished")

    assert alice.show(error["generation_id"])["finished_at"] is None
    assert "get_generation" in error["next"]
    alice.send("POST", f"/generations/{error['generation_id']}/cancel")
    await asyncio.to_thread(alice.finished, error["generation_id"])
