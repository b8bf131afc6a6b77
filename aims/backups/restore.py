"""Make a studio of a backup, in a data folder and a database where nothing is.

Everything is copied beside its place, checked against its sum, brought to this version's schema and to a state in which
it may be started, and only then put in its place.
"""

import asyncio
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import psycopg
from sqlalchemy import bindparam, select

from aims import generation, migrations
from aims.backups import manifest, parcels, snapshot
from aims.backups.manifest import Manifest
from aims.backups.parcels import Backup
from aims.bootstrap import ServeLock
from aims.core import failpoints, secrets
from aims.core.db import Database, Tx
from aims.core.db.session import DriverError, PostgresSession, SqliteSession, translate
from aims.core.errors import Broken, Conflict, Unavailable
from aims.core.settings import MIB, Settings
from aims.credits import Breach
from aims.generation.erase import erase_lost
from aims.generation.restored import give_up_unsent
from aims.media.tables import assets

R = TypeVar("R")
STAGE = ".restoring"
LOCK = "serve.lock"
_WHOSE = select(assets.c.workspace_id).where(assets.c.id == bindparam("asset"))
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
_WORKSPACES = "SELECT count(*) FROM workspaces"
_REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore made.

    age: seconds from the backup's moment until now, which are lost. seconds: how long it took. given_up: generations
    with a call that was not sent again. secret: whether there is one to start with.
    """

    manifest: Manifest
    age: float
    seconds: float
    given_up: int
    secret: bool
    breaches: list[Breach]


def restore(settings: Settings, source: Path, *, begin_unsent: bool) -> Restored:
    """Restore a backup. Afterwards the studio can be started, and goes on with its work as after a crash.

    begin_unsent: the original did nothing after the backup's moment, so what was not sent then may be sent now.

    Raises Conflict where something is already, Broken for a backup that is damaged or of a newer version, WrongSecret.
    """
    begun = time.monotonic()
    with parcels.open_backup(source) as backup:
        kept = manifest.read(backup.manifest())
        _refuse_unless_fit(kept, settings)
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = ServeLock(settings.home)
        try:
            _refuse_unless_empty(settings, kept)
            stage = settings.home / STAGE
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir(mode=0o700)
            try:
                secret = _stage(backup, kept, settings, stage)
                given_up, breaches = _fill(kept, settings, stage, begin_unsent=begin_unsent)
                failpoints.hit("restore.inside")
                _put(stage, settings.home)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
        finally:
            lock.release()
    age = (datetime.now(UTC) - datetime.fromisoformat(kept.taken_at)).total_seconds()
    return Restored(kept, age, time.monotonic() - begun, given_up, secret, breaches)


def _refuse_unless_fit(kept: Manifest, settings: Settings) -> None:
    here = "sqlite" if settings.database_url is None else "postgres"
    if kept.database != here:
        wanted = "Set AIMS_DATABASE_URL" if kept.database == "postgres" else "Unset AIMS_DATABASE_URL"
        raise Conflict(f"The backup is of a {kept.database} database. {wanted}.", code="other_database")
    if kept.revision > migrations.newest():
        raise Broken(
            f"The backup is of version {kept.version} (revision {kept.revision}); this one knows "
            f"{migrations.newest()}. Install that version, or a newer one.",
            code="backup_newer",
        )


def _refuse_unless_empty(settings: Settings, kept: Manifest) -> None:
    home = settings.home
    there = [home / "studio.db"] if settings.database_url is None else []
    there += [path for name in ("media", "catalog") for path in (home / name).rglob("*") if path.is_file()]
    for path in there:
        if path.exists():
            raise Conflict(
                f"There is a studio already: {path} exists. A backup is restored only where nothing is; set AIMS_HOME "
                "to another folder.",
                code="not_empty",
            )
    if settings.database_url is not None:
        _refuse_unless_empty_postgres(settings.database_url, kept)


def _refuse_unless_empty_postgres(url: str, kept: Manifest) -> None:
    """Nothing, or the tables of the backup's revision without a row: that is what a restore that was stopped leaves."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            empty = _is_empty(connection, kept.revision)
    except psycopg.Error as error:
        raise translate(error) from error
    if not empty:
        raise Conflict(
            "The database is not empty. A backup is restored only where nothing is: make a new database, and name it "
            "in AIMS_DATABASE_URL.",
            code="not_empty",
        )


def _is_empty(connection: psycopg.Connection, revision: str) -> bool:
    tables = {name for (name,) in connection.execute(_TABLES)}
    if not tables:
        return True
    if not {"workspaces", "alembic_version"} <= tables:
        return False
    rows = connection.execute(_WORKSPACES).fetchone()
    return rows == (0,) and connection.execute(_REVISION).fetchone() == (revision,)


def _stage(backup: Backup, kept: Manifest, settings: Settings, stage: Path) -> bool:
    """Copy and check every file. Returns whether there is a secret."""
    needed = sum(file.bytes for file in kept.files.values())
    if shutil.disk_usage(stage).free < needed:
        raise Unavailable(f"{stage.parent} needs {needed // MIB + 1} MiB of free space.", code="storage_full")
    own_secret = settings.secret is not None or (settings.home / manifest.SECRET).exists()
    for name, file in kept.files.items():
        backup.copy(name, file, stage / name)
    for name in (manifest.SECRET, manifest.SETTINGS):
        if (settings.home / name).exists():
            # What the operator has put there already stays.
            (stage / name).unlink(missing_ok=True)
    there = own_secret or (stage / manifest.SECRET).exists()
    if there and kept.secret_check is not None:
        where = settings.home if own_secret else stage
        found = secrets.load(where, settings.secret, make=False)
        if found.check_value() != kept.secret_check:
            raise secrets.WrongSecret(
                "The secret here (AIMS_SECRET or AIMS_HOME/secret) is not the one of the backup. Nothing was restored."
            )
    return there


def _fill(kept: Manifest, settings: Settings, stage: Path, *, begin_unsent: bool) -> tuple[int, list[Breach]]:
    """Make the database, in the schema of this version, and fit to be started."""
    if settings.database_url is None:
        location: Path | str = stage / manifest.SQLITE_FILE
    else:
        location = settings.database_url
        _migrated(location, kept.revision)
        try:
            snapshot.load_postgres(location, kept, stage / manifest.TABLE_FOLDER)
        except DriverError as error:
            raise Broken(f"The backup's tables cannot be loaded: {error}.", code="backup_broken") from error
    _migrated(location, "head")

    def settle_down(tx: Tx) -> int:
        for asset in kept.deleted:
            workspace_id = tx.value(_WHOSE, asset=asset)
            if workspace_id is not None:
                erase_lost(tx, workspace_id, asset)
        return 0 if begin_unsent else give_up_unsent(tx)

    return _written(location, settle_down), _written(location, generation.verify_at_rest)


def _migrated(location: Path | str, to: str) -> None:
    db = Database(location)
    try:
        migrations.migrate(db, to)
    finally:
        asyncio.run(db.close())


def _written(location: Path | str, function: Callable[[Tx], R]) -> R:
    """Run one transaction."""
    session = SqliteSession(location) if isinstance(location, Path) else PostgresSession(location)
    try:
        session.begin()
        value = function(session.tx)
        session.commit()
    except DriverError as error:
        raise translate(error) from error
    finally:
        session.close()
    return value


def _put(stage: Path, home: Path) -> None:
    """Give everything its place, the database last: without it there is no studio."""
    shutil.rmtree(stage / manifest.TABLE_FOLDER, ignore_errors=True)
    for name in ("media", "catalog", manifest.SECRET, manifest.SETTINGS):
        if (stage / name).exists():
            with suppress(FileNotFoundError):
                shutil.rmtree(home / name)  # no file is in it
            (stage / name).rename(home / name)
    if (stage / manifest.SQLITE_FILE).exists():
        (stage / manifest.SQLITE_FILE).rename(home / "studio.db")
