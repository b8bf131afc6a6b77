"""One moment of a database, written down: a SQLite file by SQLite's own copy, a Postgres table by table.

Postgres is read with COPY in one transaction rather than with `pg_dump`: it needs no program of the server's version on
this machine, and the files are read by the same moment as the rows.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from psycopg import sql
from sqlalchemy import bindparam, func, select

from aims.backups import manifest
from aims.backups.manifest import File
from aims.backups.parcels import Parcel
from aims.core.clock import now, rfc3339
from aims.core.db import Tx, among, metadata
from aims.core.db.session import PostgresSession, SqliteSession
from aims.core.secrets import check_of
from aims.generation.lifecycle import TERMINAL
from aims.generation.tables import generations, outputs
from aims.media.tables import assets
from aims.migrations import current

VERSION_TABLE = "alembic_version"
_ASSETS = select(assets.c.id, assets.c.storage_key, assets.c.sha256).order_by(assets.c.id)
_STORED = select(outputs.c.id, outputs.c.stored).where(outputs.c.state == "stored").order_by(outputs.c.id)
_IS_THERE = select(assets.c.id).where(assets.c.id == bindparam("asset"))
_NOW = select(now())
_COUNTED = {
    "workspaces": select(func.count()).select_from(metadata.tables["workspaces"]),
    "generations": select(func.count()).select_from(generations),
    "unfinished": select(func.count()).select_from(generations).where(~among(generations.c.state, TERMINAL)),
    "assets": select(func.count()).select_from(assets),
}
_TABLES = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY c.relname, a.attnum
"""
_SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1
"""


class Named(msgspec.Struct, frozen=True):
    """As much of a stored output's facts as a backup needs."""

    storage_key: str
    sha256: str


@dataclass(slots=True)
class Snapshot:
    """A moment: what its rows say, and the files that hold it. media: asset id, storage key, and the file's sum."""

    taken_at: str
    revision: str | None
    secret_check: str | None
    counts: dict[str, int]
    media: list[tuple[str, str, str]]
    files: dict[str, File] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)


def take_sqlite(path: Path, parcel: Parcel) -> Snapshot:
    """Copy a SQLite file at one moment. Writers go on meanwhile."""
    with reading(path) as tx:
        moment = rfc3339(tx.value(_NOW)) or ""
    copy = parcel.scratch() / manifest.SQLITE_FILE
    source = sqlite3.connect(path, isolation_level=None)
    target = sqlite3.connect(copy, isolation_level=None)
    try:
        # In one step: with smaller ones, each commit of the server would begin the copy anew.
        source.backup(target, pages=-1)
        target.execute("PRAGMA journal_mode=DELETE").fetchall()
    finally:
        source.close()
        target.close()
    with reading(copy) as tx:
        found = _read(tx, moment)
    found.files[manifest.SQLITE_FILE] = parcel.add(manifest.SQLITE_FILE, copy)
    return found


def take_postgres(url: str, parcel: Parcel) -> Snapshot:
    """Copy a Postgres at one moment. Writers go on meanwhile."""
    session = PostgresSession(url, readonly=True)
    try:
        # Reading may take longer than a server may hold a transaction open.
        session.command("SET idle_in_transaction_session_timeout = 0")
        session.begin()
        found = _read(session.tx, rfc3339(session.tx.value(_NOW)) or "")
        cursor = session.connection.cursor()
        for table, column in cursor.execute(_TABLES).fetchall():
            if table != VERSION_TABLE:
                found.tables.setdefault(table, []).append(column)
        found.sequences = dict(cursor.execute(_SEQUENCES).fetchall())
        scratch = parcel.scratch() / "table"
        for table, columns in found.tables.items():
            with scratch.open("wb") as file, cursor.copy(_copy_out(table, columns)) as copy:
                for piece in copy:
                    file.write(piece)
            name = f"{manifest.TABLE_FOLDER}/{table}.copy"
            found.files[name] = parcel.add(name, scratch)
        session.command("ROLLBACK")
    finally:
        session.close()
    return found


def _copy_out(table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _listed(columns))


def _listed(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def load_postgres(url: str, kept: manifest.Manifest, folder: Path) -> None:
    """Fill the empty tables of a Postgres at the backup's revision, in one transaction."""
    session = PostgresSession(url)
    try:
        session.begin()
        cursor = session.connection.cursor()
        for table in in_order(kept.tables):
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table), _listed(kept.tables[table])
            )
            with (folder / f"{table}.copy").open("rb") as file, cursor.copy(into) as copy:
                while piece := file.read(1 << 16):
                    copy.write(piece)
        for name, last in kept.sequences.items():
            cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (name, last))
        session.commit()
    finally:
        session.close()


def in_order(tables: dict[str, list[str]]) -> list[str]:
    """The tables, each after those that its rows point at."""
    known = [table.name for table in metadata.sorted_tables if table.name in tables]
    return [*known, *sorted(set(tables) - set(known))]


def still_there(location: Path | str, asset_ids: list[str]) -> set[str]:
    """Which of these assets the running studio has now."""
    with reading(location) as tx:
        return {asset for asset in asset_ids if tx.value(_IS_THERE, asset=asset) is not None}


@contextmanager
def reading(location: Path | str) -> Generator[Tx]:
    """A moment of a database, to be read."""
    readonly = True
    session = (
        SqliteSession(location, readonly=readonly)
        if isinstance(location, Path)
        else PostgresSession(location, readonly=readonly)
    )
    try:
        session.begin()
        yield session.tx
        session.command("ROLLBACK")
    finally:
        session.close()


def _read(tx: Tx, moment: str) -> Snapshot:
    media = [(row.id, row.storage_key, row.sha256) for row in tx.all(_ASSETS)]
    for row in tx.all(_STORED):
        # Made and not yet charged for: its file is there, its asset is not.
        stored = msgspec.json.decode(row.stored, type=Named)
        media.append((row.id, stored.storage_key, stored.sha256))
    counts = {name: tx.value(statement) for name, statement in _COUNTED.items()}
    return Snapshot(moment, current(tx), check_of(tx), counts, media)
