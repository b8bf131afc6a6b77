"""What `write` and `read` promise to whoever awaits them (design, section 5)."""

import asyncio
import threading

import marks
import pytest
from sqlalchemy import select, text

from aims.core.db import Database, IntegrityError, Tx, among, insert
from aims.core.db.writer import GROUP
from aims.core.errors import Conflict, Unavailable

pytestmark = pytest.mark.ledger_only


@pytest.fixture(autouse=True)
async def _table(db: Database) -> None:
    await db.write(marks.make)


async def test_a_result_comes_only_after_its_commit(db: Database) -> None:
    assert await db.write(marks.add, "one") == "one"
    assert marks.on_disk(db.location) == ["one"]


async def test_nobody_is_answered_while_the_group_is_not_committed(db: Database) -> None:
    reached, release = threading.Event(), threading.Event()

    def linger(tx: Tx) -> None:
        reached.set()
        assert release.wait(marks.WAIT)

    async with marks.queued_together(db) as queue:
        first, second, last = queue(marks.add, "first"), queue(marks.add, "second"), queue(linger)
    assert await asyncio.to_thread(reached.wait, marks.WAIT)
    # Both functions have run; the third of their group has not returned.
    try:
        assert marks.on_disk(db.location) == []
        assert not first.done()
        assert not second.done()
    finally:
        release.set()
    assert await marks.outcomes([first, second, last]) == ["first", "second", None]
    assert marks.on_disk(db.location) == ["first", "second"]


async def test_writes_of_one_lane_happen_in_the_order_they_were_asked_for(db: Database) -> None:
    wanted = [f"mark {number:03}" for number in range(3 * GROUP)]
    tasks = [asyncio.create_task(db.write(marks.add, name, lane="alice")) for name in wanted]
    await asyncio.gather(*tasks)
    assert await db.read(marks.names) == wanted


async def test_what_a_function_raises_reaches_its_caller_and_never_happened(db: Database) -> None:
    with pytest.raises(Conflict, match="No"):
        await db.write(marks.add_then_refuse, "refused")
    with pytest.raises(IntegrityError):
        await db.write(marks.add_twice, "twice")
    assert marks.on_disk(db.location) == []


async def test_giving_up_the_wait_does_not_undo_the_write(db: Database) -> None:
    async with marks.queued_together(db) as queue:
        impatient, patient = queue(marks.add, "impatient"), queue(marks.add, "patient")
        await asyncio.sleep(0)
        impatient.cancel()
    assert await patient == "patient"
    assert impatient.cancelled()
    assert marks.on_disk(db.location) == ["impatient", "patient"]


async def test_closing_runs_everything_that_was_queued(db: Database) -> None:
    wanted = [f"mark {number:03}" for number in range(2 * GROUP)]
    async with marks.queued_together(db) as queue:
        tasks = [queue(marks.add, name) for name in wanted]
        await asyncio.sleep(0)
        closing = asyncio.create_task(db.close())
        await asyncio.sleep(0)
    await closing
    assert await marks.outcomes(tasks) == wanted
    assert marks.on_disk(db.location) == wanted


async def test_after_closing_callers_are_told_to_try_again(db: Database) -> None:
    await db.close()
    with pytest.raises(Unavailable, match="shutting down") as refused:
        await db.write(marks.add, "late")
    assert refused.value.code == "stopping"
    with pytest.raises(Unavailable, match="shutting down"):
        await db.read(marks.names)
    assert marks.on_disk(db.location) == []


async def test_a_read_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match=r"readonly database|read-only transaction"):
        await db.read(marks.add, "smuggled")
    assert marks.on_disk(db.location) == []
    assert await db.read(marks.names) == []


async def test_a_read_sees_one_moment_however_long_it_takes(db: Database) -> None:
    await db.write(marks.add, "before")
    looked, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        first = marks.names(tx)
        looked.set()
        assert written.wait(marks.WAIT)
        return first, marks.names(tx)

    reading = asyncio.create_task(db.read(look_twice))
    assert await asyncio.to_thread(looked.wait, marks.WAIT)
    await db.write(marks.add, "meanwhile")
    written.set()
    assert await reading == (["before"], ["before"])
    assert await db.read(marks.names) == ["before", "meanwhile"]


async def test_a_read_that_fails_leaves_the_next_one_a_clean_connection(db: Database) -> None:
    for _ in range(8):
        with pytest.raises(Exception, match="nowhere"):
            await db.read(lambda tx: tx.all(text("SELECT name FROM nowhere")))
    await db.write(marks.add, "one")
    assert await asyncio.gather(*(db.read(marks.count) for _ in range(8))) == [1] * 8


async def test_two_event_loops_may_share_a_database(db: Database) -> None:
    async def elsewhere() -> str:
        return await db.write(marks.add, "elsewhere", lane="marks")

    async with marks.queued_together(db) as queue:
        here = queue(marks.add, "here")
        there = asyncio.get_running_loop().run_in_executor(None, asyncio.run, elsewhere())
    assert await asyncio.gather(here, there) == ["here", "elsewhere"]
    assert sorted(marks.on_disk(db.location)) == ["elsewhere", "here"]


async def test_a_loop_that_ended_while_it_waited_takes_nobody_with_it(db: Database) -> None:
    async def ask_and_leave() -> None:
        task = asyncio.create_task(db.write(marks.add, "left alone", lane="marks"))
        await asyncio.sleep(0)
        task.cancel()

    async with marks.queued_together(db):
        await asyncio.to_thread(asyncio.run, ask_and_leave())
    assert await db.write(marks.add, "next", lane="marks") == "next"
    assert marks.on_disk(db.location) == ["left alone", "next"]


def use_every_word(tx: Tx) -> None:
    tx.run_many(marks.ADD, [])
    tx.run_many(marks.ADD, [{"name": "a", "weight": "1"}, {"name": "b", "weight": "2"}])
    add = insert(marks.marks).on_conflict_do_nothing(index_elements=["name"])
    assert tx.run(add, name="a", weight="3") == 0
    assert tx.run(add, name="c", weight="3") == 1
    assert tx.one(marks.FIND, wanted="nobody") is None
    assert tx.value(marks.FIND, wanted="nobody") is None
    assert tx.value(marks.FIND, wanted="b") == "b"
    some = select(marks.marks.c.name).where(among(marks.marks.c.name, ["c", "a"])).order_by(marks.marks.c.seq)
    assert [row.name for row in tx.all(some)] == ["a", "c"]


async def test_a_transaction_speaks_the_same_words_on_both_databases(db: Database) -> None:
    await db.write(use_every_word)
    assert await db.read(marks.names) == ["a", "b", "c"]
