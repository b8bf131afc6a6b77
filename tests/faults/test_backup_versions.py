"""A backup of an earlier version becomes a studio of this one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import machine
import pytest
from server import Instance

from aims import migrations
from aims.backups import Manifest, manifest, parcels
from aims.core.db import Database

EARLIER = "0003"
OWNER = "0193e6a0-0000-7000-8000-000000000001"
COLUMNS = ["id", "name", "email", "created_at"]
ROW = f"{OWNER}\tOwner\t\\N\t1764370800000000\n"
_INSERT = "INSERT INTO users (id, name, created_at) VALUES (?, 'Owner', 1764370800000000)"


def earlier_file(path: Path) -> None:
    """A SQLite file as the earlier version had it, with its owner in it."""
    import sqlite3

    db = Database(path)
    migrations.migrate(db, EARLIER)
    asyncio.run(db.close())
    with sqlite3.connect(path) as connection:
        connection.execute(_INSERT, (OWNER,))
    connection.close()


def earlier_backup(backend: str, target: Path) -> None:
    """A backup that the earlier version could have written."""
    parcel = parcels.begin(target)
    if backend == "sqlite":
        file = parcel.scratch() / "studio.db"
        earlier_file(file)
        name = manifest.SQLITE_FILE
        files = {name: parcel.add(name, file)}
    else:
        name = f"{manifest.TABLE_FOLDER}/users.copy"
        files = {name: parcel.add_bytes(name, ROW.encode())}
    kept = Manifest(
        format=manifest.FORMAT,
        version="0.0.9",
        revision=EARLIER,
        database="sqlite" if backend == "sqlite" else "postgres",
        taken_at="2026-01-31T12:00:00.000Z",
        counts={"workspaces": 0, "generations": 0, "unfinished": 0, "assets": 0},
        files=files,
        tables={} if backend == "sqlite" else {"users": COLUMNS},
        sequences={} if backend == "sqlite" else {"assets_seq": 41},
    )
    parcel.add_bytes(manifest.NAME, manifest.write(kept))
    parcel.finish()


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    new_instance: Callable[..., Instance], tmp_path: Path, backend: str
) -> None:
    await asyncio.to_thread(earlier_backup, backend, tmp_path / "old.tar")
    copy = new_instance(backend)
    if copy.database_url is not None:
        machine.empty(copy.database_url)

    said = (await copy.command("restore", str(tmp_path / "old.tar"), "--json")).json

    assert said["ledger_ok"]
    assert said["age_seconds"] > 86_400
    assert copy.rows("SELECT version_num FROM alembic_version") == [(migrations.newest(),)]
    assert copy.rows("SELECT id, name, email FROM users") == [(OWNER, "Owner", None)]
    if copy.database_url is not None:
        assert copy.rows("SELECT nextval('assets_seq')") == [(42,)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../../etc/passwd", "no backup has"),
        ("media/a/../../x", "no backup has"),
        ("/etc/passwd", "no backup has"),
    ],
)
async def test_a_backup_that_names_a_file_outside_is_refused(
    new_instance: Callable[..., Instance], tmp_path: Path, name: str, said: str
) -> None:
    earlier = tmp_path / "old"
    await asyncio.to_thread(earlier_backup, "sqlite", earlier)
    path = earlier / manifest.NAME
    text = await asyncio.to_thread(path.read_text)
    await asyncio.to_thread(path.write_text, text.replace(manifest.SQLITE_FILE, name))
    copy = new_instance("sqlite")

    ended = await copy.command("restore", str(earlier))

    assert ended.code == 1
    assert said in ended.err
    assert not await asyncio.to_thread(copy.home.exists)
