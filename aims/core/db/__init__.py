"""The database: `await db.write(fn, ...)` and `await db.read(fn, ...)`, the same on SQLite and Postgres.

A transaction is one synchronous function `fn(tx, ...)`: it cannot wait for the network inside, by construction.
What `write` returns is on the disk; what it raises never happened.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, Unpack

from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql import insert

from aims.core.db.session import (
    DriverError,
    IntegrityError,
    PostgresSession,
    Session,
    SqliteSession,
    translate,
)
from aims.core.db.tx import Tx, among, members
from aims.core.db.writer import Work, Writer, stopping

Ts = TypeVarTuple("Ts")
R = TypeVar("R")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
POSTGRES_WRITERS = 8
READERS = 4


class Database:
    """One database, with its writer and its readers. `location` is a SQLite file or a `postgresql://` URL."""

    def __init__(self, location: Path | str) -> None:
        self.location = location
        self.is_sqlite = isinstance(location, Path)
        self._local = threading.local()
        self._sessions: list[Session] = []
        self._writer = Writer(self.connect, threads=1 if self.is_sqlite else POSTGRES_WRITERS)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="aims-reader")

    def connect(self, *, readonly: bool = False) -> Session:
        """A connection of its own, for a thread that keeps it."""
        if isinstance(self.location, Path):
            return SqliteSession(self.location, readonly=readonly)
        return PostgresSession(self.location, readonly=readonly)

    async def write(
        self, function: Callable[[Tx, Unpack[Ts]], R], *arguments: *Ts, lane: str | None = None
    ) -> R:
        """Run `function(tx, *arguments)` in a transaction and return its result once it is durable.

        lane: the workspace whose account is touched; functions of one lane run in order and share commits.
        Cancelling the wait does not undo the write.

        Raises what the function raised, or Unavailable when the database cannot do its work now.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._writer.submit(lane, Work(function, arguments, loop, future))
        return await future

    async def read(self, function: Callable[[Tx, Unpack[Ts]], R], *arguments: *Ts) -> R:
        """Run `function(tx, *arguments)` on one consistent snapshot. It cannot write.

        Raises what the function raised, or Unavailable when the database cannot be reached.
        """
        try:
            reading = self._readers.submit(self._read, function, arguments)
        except RuntimeError:
            raise stopping() from None
        return await asyncio.wrap_future(reading)

    def _read(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        kept: Session | None = getattr(self._local, "session", None)
        try:
            if kept is not None and kept.usable():
                try:
                    return _look(kept, function, arguments)
                except DriverError:
                    # It may have broken hours ago, when the database was started anew, and says so only now.
                    if kept.usable():
                        raise
            session = self._local.session = self.connect(readonly=True)
            self._sessions.append(session)
            return _look(session, function, arguments)
        except Exception as error:
            translated = translate(error)
            if translated is error:
                raise
            raise translated from error

    async def close(self) -> None:
        """Run every queued write, then end the threads and close the connections."""
        await asyncio.to_thread(self._writer.close)
        self._readers.shutdown(wait=True)
        for session in self._sessions:
            session.close()


def _look(session: Session, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    session.begin()
    try:
        return function(session.tx, *arguments)
    finally:
        if session.in_transaction():
            session.command("ROLLBACK")


__all__ = ["Database", "IntegrityError", "Tx", "among", "insert", "members", "metadata"]
