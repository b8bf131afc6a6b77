"""I15: an event is there if and only if its change was committed, for those who subscribed and nobody else."""

import asyncio
import json
from typing import Any

import pytest
from posting import KNOWN, SIGNER, Post, counts

from aims import webhooks
from aims.core.db import Tx
from aims.core.errors import Conflict, NotFound

NOTHING = {"endpoints": 0, "events": 0, "deliveries": 0, "attempts": 0}


async def test_an_event_goes_to_whoever_subscribed_to_its_kind(post: Post, new_workspace: Any) -> None:
    charlie = await new_workspace()
    both, made = await post.endpoint(), await post.endpoint(events=["thing.made"])
    broken, off = await post.endpoint(events=["thing.broken"]), await post.endpoint()
    deleted = await post.endpoint()
    await post.db.write(webhooks.change, post.workspace_id, off.id, {"enabled": False}, KNOWN)
    await post.db.write(webhooks.delete, post.workspace_id, deleted.id)
    await post.db.write(webhooks.create, SIGNER, charlie.id, {"url": "http://charlie.example/"}, KNOWN)
    await post.happen("thing.made")
    (event,) = await post.events()
    assert {row.endpoint_id for row in await post.rows()} == {both.id, made.id}
    assert {row.event_id for row in await post.rows()} == {event.id}
    await post.happen("thing.broken")
    assert {row.endpoint_id for row in await post.rows() if row.event_id != event.id} == {both.id, broken.id}


async def test_without_a_subscriber_nothing_is_written(post: Post) -> None:
    await post.happen()
    assert await post.db.read(counts) == NOTHING
    await post.endpoint(events=["thing.broken"])
    await post.happen("thing.made")
    assert await post.db.read(counts) == NOTHING | {"endpoints": 1}


async def test_a_change_that_is_rolled_back_never_happened_for_anybody(post: Post) -> None:
    await post.endpoint()

    def change(tx: Tx, fails: bool) -> None:
        webhooks.emit(tx, post.workspace_id, "thing.made", {"id": "1"})
        if fails:
            raise Conflict("Somebody else was first.")

    # In one group: what rolls back takes nothing of its neighbours along.
    writes = [post.db.write(change, number % 3 == 0) for number in range(30)]

    ended = await asyncio.gather(*writes, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in ended) == 10
    assert await post.db.read(counts) == {"endpoints": 1, "events": 20, "deliveries": 20, "attempts": 0}


async def test_an_event_has_a_type_a_time_and_data_and_an_id_without_dots(post: Post) -> None:

    await post.endpoint()
    await post.happen(size=3)
    (event,) = await post.events()
    payload = json.loads(event.payload)
    assert set(payload) == {"type", "timestamp", "data"}
    assert (payload["type"], payload["data"]) == ("thing.made", {"id": "1", "size": 3})
    assert payload["timestamp"].endswith("Z")
    assert event.id.startswith("msg_")
    assert event.id.removeprefix("msg_").isalnum()


async def test_a_test_goes_to_one_endpoint_whatever_it_subscribed_to(post: Post) -> None:
    asked, _ = await post.endpoint(events=["thing.broken"]), await post.endpoint()
    delivery_id = await post.db.write(webhooks.ping, post.workspace_id, asked.id)
    (event,) = await post.events()
    assert event.type == webhooks.TEST
    row = await post.row()
    assert (row.id, row.endpoint_id) == (delivery_id, asked.id)


async def test_an_endpoint_that_is_off_cannot_be_tested(post: Post) -> None:
    endpoint = await post.endpoint()
    await post.db.write(webhooks.change, post.workspace_id, endpoint.id, {"enabled": False}, KNOWN)
    with pytest.raises(Conflict, match="switched off"):
        await post.db.write(webhooks.ping, post.workspace_id, endpoint.id)
    with pytest.raises(NotFound):
        await post.db.write(webhooks.ping, "another workspace", endpoint.id)
