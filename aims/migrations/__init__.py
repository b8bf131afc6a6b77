"""Bring a database to the schema of this version, once, under a lock.

Each revision is a file `versions/NNNN_what_it_does.py`; they run in the order of their numbers.
"""

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import Column, MetaData, Table, Text, inspect, select

from aims.core.db import Database, Tx
from aims.core.db.session import DriverError, log_ahead, translate
from aims.core.errors import Broken

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent
NO_SUCH_TABLE = (sqlite3.OperationalError, psycopg.errors.UndefinedTable)
ADVISORY_LOCK = 0x41494D53  # "AIMS"

_version = Table("alembic_version", MetaData(), Column("version_num", Text))
_READ = select(_version.c.version_num)


class SchemaAhead(Broken):
    """The database was made by a newer version of the studio."""


def newest() -> str:
    """The number of the last revision that this version of the studio has."""
    return max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def current(tx: Tx) -> str | None:
    """The revision that the database is at."""
    return tx.value(_READ)


def migrate(db: Database, to: str = "head") -> None:
    """Run the revisions that the database has not had. Several processes may start at once: one migrates, all wait.

    to: the last revision to run, for an empty database that an old backup is put into.

    Raises SchemaAhead for a database of a newer version.
    """
    if _up_to_date(db):
        return
    # Imported here: an up-to-date start needs neither Alembic nor an engine, and saves a third of a second.
    from sqlalchemy import text

    location, engine = db.location, _engine(db.location)
    try:
        with _file_lock(location), engine.connect() as connection:
            if not isinstance(location, Path):
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
                connection.commit()
            if "alembic_version" in inspect(connection).get_table_names():
                have = connection.execute(_READ).scalar()
                connection.commit()
                _refuse_newer(have)
            _upgrade(connection, to)
    finally:
        engine.dispose()


def _engine(location: Path | str) -> "Engine":
    from sqlalchemy import URL, create_engine, event, make_url

    if not isinstance(location, Path):
        return create_engine(make_url(location).set(drivername="postgresql+psycopg"))
    engine = create_engine(URL.create("sqlite", database=str(location)))
    # The driver would commit before each change of the schema; a crash in between must leave nothing.
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(raw: sqlite3.Connection, _: object) -> None:
    raw.isolation_level = None
    log_ahead(raw)


def _upgrade(connection: "Connection", to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    connection.commit()


def _up_to_date(db: Database) -> bool:
    if isinstance(db.location, Path) and not db.location.exists():
        return False
    try:
        session = db.connect(readonly=True)
    except DriverError as error:
        raise translate(error) from error
    try:
        have = current(session.tx)
    except NO_SUCH_TABLE:
        return False
    finally:
        session.close()
    _refuse_newer(have)
    return have == newest()


def _refuse_newer(have: str | None) -> None:
    if have is not None and have > newest():
        raise SchemaAhead(
            f"This database is at revision {have}; this version of the studio knows {newest()}. "
            "Install the newer version again, or restore a backup."
        )


@contextmanager
def _file_lock(location: Path | str) -> Generator[None]:
    """On SQLite the lock is a file beside the database; Postgres has its own."""
    if not isinstance(location, Path):
        yield
        return
    with (location.parent / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
