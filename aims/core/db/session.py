"""One connection, and the words that both drivers share: begin, savepoint, commit, and what an error means."""

import sqlite3
import time
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect

from aims.core.db.tx import Cursor, Statements, Tx
from aims.core.errors import StudioError, Unavailable

SQLITE_FULL_OR_IO = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
BUSY_TIMEOUT_MS = 20_000
FROZEN_MS = 10_000

SQLITE = Statements(sqlite_dialect.dialect(paramstyle="qmark"))
POSTGRES = Statements(psycopg_dialect.dialect())

MARK = b"SELECT pg_current_xact_id_if_assigned()::text, pg_postmaster_start_time()::text"
OUTCOME = b"SELECT pg_xact_status(%s::xid8), pg_postmaster_start_time()::text"
OUTCOME_SECONDS = 10.0
TRY_AGAIN_SECONDS = 0.05

IntegrityError = (sqlite3.IntegrityError, psycopg.IntegrityError)
DriverError = (sqlite3.Error, psycopg.Error)


class OutcomeUnknown(Unavailable):
    """The connection broke at the commit, and nobody could say whether it happened."""

    default_code = "outcome_unknown"

    def __init__(self) -> None:
        super().__init__(
            "The database was lost while this was being written, and it is not known whether it was. Look before you "
            "repeat it, or repeat it with the same Idempotency-Key.",
            retry_after=10,
        )


class Session(Protocol):
    """A connection that a writer or a reader thread owns."""

    tx: Tx

    def begin(self) -> None: ...
    def command(self, sql: str) -> None: ...
    def commit(self) -> bool: ...
    def in_transaction(self) -> bool: ...
    def usable(self) -> bool: ...
    def close(self) -> None: ...


class SqliteSession:
    """A SQLite connection: write-ahead log, every commit synced to the disk, transactions spelled out."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"
        self._connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        self._cursor = self._connection.cursor()
        if not readonly:
            log_ahead(self._connection)
        for pragma in (
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            # Else `INSERT OR REPLACE` deletes a row of the ledger without asking the trigger that refuses it.
            "recursive_triggers=ON",
            "temp_store=MEMORY",
            "cache_size=-16384",
            "journal_size_limit=67108864",
            f"query_only={'ON' if readonly else 'OFF'}",
        ):
            self._cursor.execute(f"PRAGMA {pragma}").fetchall()
        self.tx = Tx(self._cursor, SQLITE)

    def begin(self) -> None:
        self._cursor.execute(self._begin)

    def command(self, sql: str) -> None:
        self._cursor.execute(sql)

    def commit(self) -> bool:
        """True when the transaction is on the disk. SQLite never leaves that open: a failure raises."""
        self._cursor.execute("COMMIT")
        return True

    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def usable(self) -> bool:
        return True

    def close(self) -> None:
        self._connection.close()


def log_ahead(connection: sqlite3.Connection) -> None:
    """Give a SQLite file its write-ahead log, which it then keeps.

    Two programs that do this to a new file at once block each other, and SQLite does not wait for that by itself.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(TRY_AGAIN_SECONDS)


class PostgresSession:
    """A Postgres connection in which transactions are spelled out, so that both databases run one protocol."""

    def __init__(self, url: str, *, readonly: bool = False) -> None:
        self._url = url
        self._begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if readonly else "BEGIN"
        self._readonly = readonly
        self._connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=5,
            keepalives=1,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            # A server that freezes inside a transaction must not hold its workspace's lock for longer than this.
            options=f"-c idle_in_transaction_session_timeout={FROZEN_MS}",
        )
        self._cursor: psycopg.Cursor[Any] = self._connection.cursor()
        self.tx = Tx(_PostgresCursor(self._cursor), POSTGRES)

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The driver's own, for what the words of both databases do not say."""
        return self._connection

    def begin(self) -> None:
        self._cursor.execute(self._begin.encode())

    def command(self, sql: str) -> None:
        self._cursor.execute(sql.encode())

    def commit(self) -> bool:
        """True when committed. A connection that breaks at COMMIT leaves that open: then the server is asked.

        Raises OutcomeUnknown if it cannot say, and psycopg.Error when the transaction is known not to have happened.
        """
        if self._readonly:
            self._cursor.execute(b"COMMIT")
            return True
        row = self._cursor.execute(MARK).fetchone()
        try:
            self._cursor.execute(b"COMMIT")
        except psycopg.OperationalError as error:
            if row is None or row[0] is None:
                raise
            done = committed(self._url, row[0], row[1])
            if done is None:
                raise OutcomeUnknown from error
            if not done:
                raise
        return True

    def in_transaction(self) -> bool:
        return not self._connection.closed and self._connection.info.transaction_status in (
            psycopg.pq.TransactionStatus.INTRANS,
            psycopg.pq.TransactionStatus.INERROR,
        )

    def usable(self) -> bool:
        return not self._connection.closed and not self._connection.broken

    def close(self) -> None:
        self._connection.close()


class _PostgresCursor:
    """psycopg's cursor, with the one difference evened out: a statement without rows has nothing to fetch."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def description(self) -> Any:
        return self._cursor.description

    def execute(self, sql: str, parameters: Any = None, /) -> object:
        return self._cursor.execute(sql.encode(), parameters)

    def executemany(self, sql: str, parameters: Any, /) -> object:
        return self._cursor.executemany(sql.encode(), parameters)

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()


def committed(url: str, transaction_id: str, server_start: str) -> bool | None:
    """Whether Postgres committed that transaction, asked over a new connection; None if it cannot be known.

    A commit may still be under way when its connection is lost, so this waits for it. After a crash the number of a
    transaction that never reached the disk is given out again: then only "aborted" can be believed.
    """
    deadline = time.monotonic() + OUTCOME_SECONDS
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
                row = connection.execute(OUTCOME, (transaction_id,)).fetchone()
        except psycopg.Error:
            row = None
        if row and row[0] == "aborted":
            return False
        if row and row[0] == "committed":
            return True if row[1] == server_start else None
        time.sleep(TRY_AGAIN_SECONDS)
    return None


def is_driver_error(error: BaseException) -> bool:
    """Whether the database, not our code, raised this (a broken rule of the schema is told apart)."""
    return isinstance(error, DriverError) and not isinstance(error, IntegrityError)


def busy() -> Unavailable:
    """The sentence for a lock that could not be had."""
    return Unavailable(
        "The database is busy. Nothing was charged; try again.", code="database_busy", retry_after=1
    )


def worth_repeating(error: BaseException) -> bool:
    """Whether the database undid the transaction only because of another one, so that it may work at once."""
    return isinstance(error, psycopg.Error) and error.sqlstate in ("40001", "40P01")


def translate(error: BaseException) -> BaseException:
    """The sentence for a database that cannot do its work now; other errors come back as they are."""
    if isinstance(error, StudioError):
        return error
    if isinstance(error, sqlite3.OperationalError):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in SQLITE_FULL_OR_IO:
            return Unavailable(
                "The studio's disk is full or cannot be written, so no work is accepted. Nothing was charged; "
                "make room on the data volume and try again.",
                code="storage_full",
                retry_after=10,
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return busy()
    if isinstance(error, psycopg.OperationalError) and error.sqlstate in ("40001", "40P01", "55P03"):
        return busy()
    if isinstance(error, psycopg.errors.DiskFull):
        return Unavailable(
            "The database's disk is full, so no work is accepted. Nothing was charged; try again later.",
            code="storage_full",
            retry_after=10,
        )
    frozen = isinstance(error, psycopg.errors.IdleInTransactionSessionTimeout)
    if frozen or isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable(
            "The database cannot be reached. Nothing was charged; try again.",
            code="database_unavailable",
            retry_after=2,
        )
    return error


__all__ = [
    "Cursor",
    "IntegrityError",
    "OutcomeUnknown",
    "PostgresSession",
    "Session",
    "SqliteSession",
    "is_driver_error",
    "translate",
]
