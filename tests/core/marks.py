"""A small table for the database tests, a way to make one group of writes surely, and a look from another process."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, func, insert, select, text

from aims.core.db import Database, Tx
from aims.core.errors import Conflict

marks = Table(
    "marks",
    MetaData(),
    Column("seq", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("weight", Text),
)

MAKE = {
    "sqlite": text("CREATE TABLE marks (seq INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, weight TEXT)"),
    "postgresql": text(
        "CREATE TABLE marks (seq INTEGER GENERATED ALWAYS AS IDENTITY, name TEXT NOT NULL UNIQUE, weight TEXT)"
    ),
}
ADD = insert(marks)
NAMES = select(marks.c.name).order_by(marks.c.seq)
COUNT = select(func.count().label("total")).select_from(marks)
FIND = select(marks.c.name).where(marks.c.name == bindparam("wanted"))
BACKEND = text("SELECT pg_backend_pid() AS pid")
NO_SUCH_TABLE = text("INSERT INTO nowhere (name) VALUES (1)")
WAIT = 30

LOOK = """
import json, sqlite3, sys
print(json.dumps([row[0] for row in sqlite3.connect(sys.argv[1]).execute("SELECT name FROM marks ORDER BY seq")]))
"""


def make(tx: Tx) -> None:
    tx.run(MAKE[tx.dialect])


def add(tx: Tx, name: str, weight: int = 0) -> str:
    tx.run(ADD, name=name, weight="x" * weight)
    return name


def add_then_refuse(tx: Tx, name: str) -> None:
    add(tx, name)
    raise Conflict("No.")


def add_twice(tx: Tx, name: str) -> None:
    add(tx, name)
    add(tx, name)


def add_then_break(tx: Tx, name: str) -> None:
    add(tx, name)
    tx.run(NO_SUCH_TABLE)


def names(tx: Tx) -> list[str]:
    return [row.name for row in tx.all(NAMES)]


def count(tx: Tx) -> int:
    return tx.value(COUNT)


Queue = Callable[..., "asyncio.Task[Any]"]


@asynccontextmanager
async def queued_together(db: Database, lane: str = "marks") -> AsyncGenerator[Queue]:
    """Hold the writer inside a function while the block queues others: they wait together and become one group."""
    entered, release = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        entered.set()
        assert release.wait(WAIT)

    first = asyncio.create_task(db.write(hold, lane=lane))
    assert await asyncio.to_thread(entered.wait, WAIT)

    def queue(function: Callable[..., Any], *arguments: Any) -> "asyncio.Task[Any]":
        return asyncio.create_task(db.write(function, *arguments, lane=lane))

    try:
        yield queue
        await asyncio.sleep(0)  # each task takes its first step, which is to queue
    finally:
        release.set()
    await first


async def outcomes(tasks: "list[asyncio.Task[Any]]") -> list[Any]:
    """What each waiter was told: a result or an error."""
    return await asyncio.gather(*tasks, return_exceptions=True)


def on_disk(location: Path | str) -> list[str]:
    """The names as somebody else sees them: another process for a file, another connection for a server."""
    if isinstance(location, str):
        with psycopg.connect(location) as connection:
            return [row[0] for row in connection.execute("SELECT name FROM marks ORDER BY seq")]
    looked = subprocess.run([sys.executable, "-c", LOOK, location], check=True, capture_output=True)
    return json.loads(looked.stdout)


async def told(db: Database, *work: tuple[Any, ...]) -> list[Any]:
    """Run the functions as one group; the answers, in order."""
    async with queued_together(db) as queue:
        tasks = [queue(*each) for each in work]
    return await outcomes(tasks)


def truthful(answers: list[Any], location: Path | str) -> bool:
    """Exactly those who were told a name have their row, as another process sees it."""
    return sorted(one for one in answers if isinstance(one, str)) == sorted(on_disk(location))
