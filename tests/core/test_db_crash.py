"""A process that is killed loses nothing that it acknowledged, and the settings that promise that are really on."""

import asyncio
import signal
import sys
from pathlib import Path

import marks
import pytest
from sqlalchemy import text

from aims.core.db import Database

pytestmark = pytest.mark.ledger_only

ACKNOWLEDGED = 300


async def test_what_a_killed_process_acknowledged_is_there(db: Database) -> None:
    await db.write(marks.make)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("acknowledging_child.py")),
        str(db.location),
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    told = [(await child.stdout.readline()).decode().strip() for _ in range(ACKNOWLEDGED)]
    child.send_signal(signal.SIGKILL)
    told += (await child.stdout.read()).decode().split("\n")[:-1]
    await child.wait()
    there = set(marks.on_disk(db.location))
    assert len(told) >= ACKNOWLEDGED
    assert set(told) <= there
    # Nobody was told of at most the one group in each writer's hands; nothing else may be there.
    assert len(there) <= len(told) + 8
    assert await db.write(marks.add, "the next process") == "the next process"


async def test_every_commit_of_a_file_is_synced_and_logged_ahead(tmp_path: Path) -> None:
    db = Database(tmp_path / "studio.db")
    assert await db.write(lambda tx: tx.value(text("PRAGMA synchronous"))) == 2
    assert await db.write(lambda tx: tx.value(text("PRAGMA journal_mode"))) == "wal"
    assert await db.write(lambda tx: tx.value(text("PRAGMA foreign_keys"))) == 1
    assert await db.write(lambda tx: tx.one(text("PRAGMA busy_timeout")).timeout) == 20_000
    assert await db.read(lambda tx: tx.value(text("PRAGMA query_only"))) == 1
    await db.close()
    # The last connection folds the log into the file.
    assert not (tmp_path / "studio.db-wal").exists()
