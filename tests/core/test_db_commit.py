"""A connection that breaks at COMMIT: whoever was told "done" has the row, whoever was told "not done" has none."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import marks
import psycopg
import pytest
from wire import Wire

from aims.core.db import Database, Tx, session
from aims.core.errors import Unavailable

pytestmark = pytest.mark.ledger_only

SLOW_COMMIT = b"""
CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON marks DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION wait_for_test()
"""
WANTED = ["first", "second", "third"]


@pytest.fixture
async def url(new_location: Callable[[str], Any]) -> str:
    """A Postgres database with the table."""
    location = new_location("postgres")
    database = Database(location)
    await database.write(marks.make)
    await database.close()
    return location


@pytest.fixture
async def write_over(url: str) -> AsyncIterator[Callable[..., Any]]:
    """Writes three rows in one group, over a wire that does something at their COMMIT. Returns the three answers."""
    opened: list[tuple[Wire, Database]] = []

    async def write(at_commit: Callable[[Wire, Callable[[], None]], None]) -> list[Any]:
        wire = Wire(url, at_commit)
        db = Database(wire.url)
        opened.append((wire, db))

        def arm(tx: Tx, name: str) -> str:
            wire.armed.set()
            return marks.add(tx, name)

        async with marks.queued_together(db) as queue:
            tasks = [queue(marks.add, "first"), queue(marks.add, "second"), queue(arm, "third")]
        return await marks.outcomes(tasks)

    yield write
    for wire, db in opened:
        wire.close()
        await db.close()


def until_there(url: str) -> None:
    """Wait until the three rows are committed."""
    while marks.on_disk(url) != WANTED:
        pass


async def test_a_commit_whose_answer_was_lost_is_found_out(url: str, write_over: Callable[..., Any]) -> None:
    def lose_the_answer(wire: Wire, send: Callable[[], None]) -> None:
        send()
        until_there(url)

    assert await write_over(lose_the_answer) == WANTED
    assert marks.on_disk(url) == WANTED


async def test_a_commit_that_never_arrived_is_told_as_not_done(
    url: str, write_over: Callable[..., Any]
) -> None:
    answers = await write_over(lambda wire, send: None)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert all("Nothing was charged" in str(answer) for answer in answers)
    assert marks.on_disk(url) == []


async def test_a_commit_that_is_still_under_way_is_waited_for(
    url: str, write_over: Callable[..., Any]
) -> None:
    with psycopg.connect(url, autocommit=True) as test:
        test.execute(SLOW_COMMIT)
        test.execute(b"SELECT pg_advisory_lock(77)")
        loop = asyncio.get_running_loop()
        left: asyncio.Future[Wire] = loop.create_future()

        def leave_while_it_commits(wire: Wire, send: Callable[[], None]) -> None:
            send()
            waiting = b"SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while not test.execute(waiting).fetchone():
                pass
            loop.call_soon_threadsafe(left.set_result, wire)

        writing = asyncio.create_task(write_over(leave_while_it_commits))
        assert await asyncio.to_thread((await left).asked.wait, marks.WAIT)
        test.execute(b"SELECT pg_advisory_unlock(77)")
        assert await writing == WANTED
    assert marks.on_disk(url) == WANTED


async def test_when_nobody_can_say_whether_it_was_written_nobody_says_so(
    url: str, write_over: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "OUTCOME_SECONDS", 0.2)

    def lose_the_server(wire: Wire, send: Callable[[], None]) -> None:
        send()
        until_there(url)
        wire.refuse()

    answers = await write_over(lose_the_server)
    assert {answer.code for answer in answers} == {"outcome_unknown"}
    assert not any("Nothing was charged" in str(answer) for answer in answers)


async def test_a_transaction_number_of_a_server_that_has_restarted_proves_nothing(url: str) -> None:
    with psycopg.connect(url) as connection:
        number, began = connection.execute(session.MARK).fetchone() or ("", "")
        connection.execute(b"INSERT INTO marks (name) VALUES ('one')")
        number, began = connection.execute(session.MARK).fetchone() or ("", "")
    assert session.committed(url, number, began) is True
    # After a crash a number may have been given out again: only "aborted" can be believed.
    assert session.committed(url, number, "another start") is None
    with psycopg.connect(url) as connection:
        connection.execute(b"INSERT INTO marks (name) VALUES ('two')")
        number, began = connection.execute(session.MARK).fetchone() or ("", "")
        connection.rollback()
    assert session.committed(url, number, began) is False
    assert session.committed(url, number, "another start") is False
