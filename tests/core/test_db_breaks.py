"""Connections that break: writes are answered truthfully, and the next ones work by themselves."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import machine
import marks
import psycopg
import pytest

from aims.core.db import READERS, Database, Tx
from aims.core.db.writer import GROUP
from aims.core.errors import Unavailable

pytestmark = pytest.mark.ledger_only

END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
END_ONE = "SELECT pg_terminate_backend(%s, 5000)"


@pytest.fixture
async def server(new_location: Callable[[str], Any]) -> AsyncIterator[Database]:
    """A Postgres database with the table."""
    database = Database(new_location("postgres"))
    await database.write(marks.make)
    yield database
    await database.close()


def command(db: Database, sql: str, *values: object) -> None:
    with psycopg.connect(str(db.location), autocommit=True) as connection:
        connection.execute(sql.encode(), values)


async def use_every_connection(db: Database) -> int:
    """Make each writer thread connect, by holding one lane in each until all are held."""
    together = threading.Barrier(8)
    await asyncio.gather(*(db.write(lambda tx: together.wait(marks.WAIT)) for _ in range(8)))
    return 8


async def test_after_every_connection_was_ended_the_studio_connects_again(server: Database) -> None:
    connections = await use_every_connection(server)
    command(server, END_OTHERS)
    answers: list[Any] = []
    while not answers or isinstance(answers[-1], BaseException):
        answers += await marks.outcomes(
            [asyncio.create_task(server.write(marks.add, f"mark {len(answers)}"))]
        )
        assert len(answers) <= connections + 1
    assert all(answer.code == "database_unavailable" for answer in answers[:-1])
    assert marks.on_disk(server.location) == [answers[-1]]


async def test_a_read_connects_again_before_anybody_is_told(server: Database) -> None:
    """It may be done once more. A connection that ended while nobody used it is nobody's trouble."""
    together = threading.Barrier(READERS)
    await asyncio.gather(*(server.read(lambda _: together.wait(marks.WAIT)) for _ in range(READERS)))
    command(server, END_OTHERS)
    assert await asyncio.gather(*(server.read(marks.count) for _ in range(20))) == [0] * 20


async def test_a_connection_that_ends_within_a_group_is_told_to_all_of_it(server: Database) -> None:
    def end_myself(tx: Tx) -> str:
        marks.add(tx, "ended")
        command(server, END_ONE, tx.value(marks.BACKEND))
        return "ended"

    async with marks.queued_together(server) as queue:
        tasks = [queue(marks.add, "first"), queue(end_myself), queue(marks.add, "last")]
    answers = await marks.outcomes(tasks)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert marks.on_disk(server.location) == []
    assert await server.write(marks.add, "next", lane="marks") == "next"


async def test_a_server_that_cannot_be_reached_is_a_sentence() -> None:
    db = Database(f"postgresql://aims@127.0.0.1:{machine.spare_port()}/nothing")
    answers = await marks.outcomes(
        [
            asyncio.create_task(work)
            for work in (db.write(marks.add, "one"), db.write(marks.add, "two"), db.read(marks.count))
        ]
    )
    assert [answer.code for answer in answers] == ["database_unavailable"] * 3
    await db.close()


async def test_a_restart_of_the_server_loses_nothing_that_was_answered() -> None:
    own = machine.Postgres(machine.folder() / f"restarted-{machine.spare_port()}")
    await asyncio.to_thread(own.create)
    await asyncio.to_thread(own.start)
    db = Database(own.url())
    await db.write(marks.make)
    answered: list[str] = []

    async def keep_writing(worker: int) -> None:
        number = 0
        while len(answered) < 3 * GROUP or not restarted.is_set():
            number += 1
            answers = await marks.outcomes(
                [asyncio.create_task(db.write(marks.add, f"mark {worker}-{number}"))]
            )
            answered.extend(answer for answer in answers if isinstance(answer, str))
            assert all(isinstance(answer, str | Unavailable) for answer in answers)
            if answered:
                begun.set()

    begun, restarted = asyncio.Event(), asyncio.Event()
    workers = [asyncio.create_task(keep_writing(worker)) for worker in range(4)]
    await begun.wait()
    await asyncio.to_thread(own.stop, signal.SIGQUIT)
    await asyncio.to_thread(own.start)
    before = len(answered)
    restarted.set()
    await asyncio.gather(*workers)
    assert len(answered) > before or before >= 3 * GROUP
    assert set(answered) <= set(marks.on_disk(own.url()))
    await db.close()
    await asyncio.to_thread(own.stop)
