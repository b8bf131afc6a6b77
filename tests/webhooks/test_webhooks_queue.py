"""Who sends what: one process at a time, another after it dies, and no endpoint before its turn."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from posting import ARRIVED, DAY, HOUR, KNOWN, SECOND, SIGNER, Post, counts, failed
from sqlalchemy import text

from aims import webhooks
from aims.core.db import Database, IntegrityError, Tx
from aims.webhooks import pruning, queue
from aims.webhooks.queue import Lane


async def test_two_servers_never_take_the_same_delivery(post: Post, another: Callable[[], Database]) -> None:
    endpoint = await post.endpoint()
    await post.happen_often(200)
    databases = [another() for _ in range(3)]

    async def take(me: str, db: Database) -> list[str]:
        mine: list[str] = []
        while claims := await db.write(queue.claim, me, HOUR, {endpoint.id: 7}):
            mine += [claim.id for claim in claims]
        return mine

    taken = await asyncio.gather(*(take(f"server-{number}", db) for number, db in enumerate(databases)))
    together = [delivery for mine in taken for delivery in mine]
    assert len(together) == len(set(together)) == 200


async def test_what_a_dead_server_was_sending_is_sent_by_another_with_the_same_id(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    (dead,) = await post.claim(me="dead")
    assert await post.claim(me="next") == []
    await post.wait(HOUR)
    (again,) = await post.claim(me="next")
    assert (again.id, again.event_id, again.payload) == (dead.id, dead.event_id, dead.payload)
    assert await post.end(again, ARRIVED, me="next") is None
    # The other was not dead, only slow: what it says comes too late, and changes nothing.
    assert await post.end(dead, failed(410), me="dead") is None
    row = await post.row()
    assert (row.state, row.attempts) == ("delivered", 1)
    assert (await post.attempts())[0].status == 204


async def test_a_server_that_lost_a_delivery_and_has_it_again_cannot_confuse_the_two(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    (first,) = await post.claim(me="slow")
    await post.wait(HOUR)
    (second,) = await post.claim(me="slow")
    await post.end(first, ARRIVED, me="slow")
    assert (await post.row()).state == "waiting"
    await post.end(second, ARRIVED, me="slow")
    assert (await post.row()).state == "delivered"


async def test_a_living_server_keeps_what_it_sends(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    (claim,) = await post.claim(me="slow")
    await post.wait(HOUR // 2)
    assert await post.db.write(queue.renew, "slow", HOUR, [claim.id]) == 1
    await post.wait(HOUR // 2 + HOUR // 4)
    assert await post.claim(me="next") == []
    assert await post.db.write(queue.renew, "another", HOUR, [claim.id]) == 0


async def test_what_a_stopping_server_gives_back_can_be_sent_at_once(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    await post.happen()
    assert len(await post.claim(1, me="stopping")) == 1
    assert len(await post.claim(1, me="staying")) == 1
    assert await post.db.write(queue.release, "stopping") == 1
    assert len(await post.claim(me="next")) == 1


async def test_whoever_is_alone_takes_back_what_the_dead_were_sending(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    await post.claim(me="dead", span=HOUR)
    assert await post.db.write(queue.release_all) == 1
    assert len(await post.claim(me="next")) == 1


async def test_the_oldest_goes_first(post: Post) -> None:
    await post.endpoint()
    for number in range(5):
        await post.happen(number=number)
        await post.wait(SECOND)
    claims = [(await post.claim(1))[0] for _ in range(5)]
    assert [claim.id for claim in claims] == [row.id for row in await post.rows()]


async def test_endpoints_are_found_one_by_one_however_much_one_of_them_has(
    post: Post, new_workspace: Any
) -> None:
    charlie = await new_workspace()
    endpoints = [await post.endpoint(f"http://shop.example/{number}") for number in range(3)]
    await post.happen_often(300)
    made = await post.db.write(webhooks.create, SIGNER, charlie.id, {"url": "http://charlie.example/"}, KNOWN)
    await post.happen_often(1, charlie.id)
    expected = [Lane(endpoint.id, post.workspace_id, False) for endpoint in endpoints]
    expected += [Lane(made.id, charlie.id, False)]
    assert await post.db.read(queue.due, "") == sorted(expected, key=lambda lane: lane.endpoint_id)
    middle = sorted(lane.endpoint_id for lane in expected)[1]
    assert [lane.endpoint_id for lane in await post.db.read(queue.due, middle)] == sorted(
        lane.endpoint_id for lane in expected
    )[2:]


def explained(tx: Tx, statement: Any, parameters: dict[str, Any]) -> list[str]:
    """How SQLite finds the rows of a statement."""
    prepared = tx._statements.prepare(statement, tuple(parameters))
    tx._cursor.execute(f"EXPLAIN QUERY PLAN {prepared.sql}", prepared.bind(parameters))
    return [row[3] for row in tx._cursor.fetchall()]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_look_reads_the_index_of_what_waits_and_no_table_of_deliveries(post: Post) -> None:
    """SQLite says how it finds rows; a scan would cost every server a second at a million rows."""
    look = await post.db.write(explained, queue._DUE, {"after": ""})
    plans = look + await post.db.write(explained, queue._CLAIM, _CLAIM_PARAMETERS)
    on_deliveries = [line for line in plans if "webhook_deliveries" in line]
    assert len([line for line in on_deliveries if "ix_webhook_deliveries_due" in line]) >= 4, plans
    assert not [line for line in on_deliveries if line.startswith("SCAN")], plans


_CLAIM_PARAMETERS = {"endpoint": "", "room": 1, "me": "", "span": 1}


async def everything_pruned(post: Post, days: int = 30) -> None:
    while await post.db.write(pruning.prune, days):
        pass


async def test_the_log_is_kept_for_its_days_and_then_goes_with_everything(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    (claim,) = await post.claim()
    await post.end(claim, ARRIVED)
    await post.wait(20 * DAY)
    await post.happen()
    await everything_pruned(post)
    assert await post.db.read(counts) == {"endpoints": 1, "events": 2, "deliveries": 2, "attempts": 1}
    await post.wait(11 * DAY)
    await everything_pruned(post)
    assert await post.db.read(counts) == {"endpoints": 1, "events": 1, "deliveries": 1, "attempts": 0}


async def test_what_is_being_sent_is_not_taken_away(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    await post.wait(31 * DAY)
    (claim,) = await post.claim()
    await everything_pruned(post)
    await post.end(claim, ARRIVED)
    assert (await post.row()).state == "delivered"


async def test_a_deleted_endpoint_takes_its_deliveries_along_and_is_gone_a_day_later(post: Post) -> None:
    gone, stays = await post.endpoint(), await post.endpoint()
    await post.happen_often(600)
    await post.db.write(webhooks.delete, post.workspace_id, gone.id)
    assert {claim.lane.endpoint_id for claim in await post.claim(1)} == {stays.id}
    await everything_pruned(post)
    assert await post.db.read(counts) == {"endpoints": 2, "events": 600, "deliveries": 600, "attempts": 0}
    await post.wait(DAY + SECOND)
    await everything_pruned(post)
    assert (await post.db.read(counts))["endpoints"] == 1


async def test_a_check_of_the_schema_refuses_what_is_over_and_still_due(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    wrong = text("UPDATE webhook_deliveries SET state = 'delivered'")
    with pytest.raises(IntegrityError):
        await post.db.write(lambda tx: tx.run(wrong))
