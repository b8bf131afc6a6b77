"""What only a file can suffer: a full disk, a transaction that ends early, another program that holds the lock."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import marks
import pytest
from sqlalchemy import text

from aims.core.db import Database, IntegrityError, Tx
from aims.core.errors import Unavailable

OR_ROLLBACK = text("INSERT OR ROLLBACK INTO marks (name) VALUES ('first')")


@pytest.fixture
async def file(new_location: Callable[[str], Any]) -> AsyncIterator[Database]:
    """A SQLite database with the table."""
    database = Database(new_location("sqlite"))
    await database.write(marks.make)
    yield database
    await database.close()


async def test_a_statement_that_ends_the_transaction_cannot_lose_what_others_were_promised(
    file: Database,
) -> None:
    def end_it(tx: Tx) -> None:
        marks.add(tx, "inside")
        tx.run(OR_ROLLBACK)

    answers = await marks.told(file, (marks.add, "first"), (end_it,), (marks.add, "last"))
    assert isinstance(answers[1], IntegrityError)
    assert marks.truthful(answers, file.location)
    assert marks.on_disk(file.location) == ["first", "last"]


async def test_hiding_that_the_transaction_ended_is_found_out(file: Database) -> None:
    def hide_it(tx: Tx) -> str:
        try:
            tx.run(OR_ROLLBACK)
        except IntegrityError:
            return "all is well"
        return "it did not clash"

    await file.write(marks.add, "first")
    answers = await marks.told(file, (marks.add, "second"), (hide_it,), (marks.add, "last"))
    assert answers[0] == "second"
    assert isinstance(answers[1], Exception)
    assert answers[2] == "last"
    assert marks.on_disk(file.location) == ["first", "second", "last"]


ROOM = 110_000
HEAVY = 30_000
# Below the size that the file has, the limit is that size: nothing but free pages can be used from then on.
NO_MORE_PAGES = text("PRAGMA max_page_count=1")
MORE_PAGES = text("PRAGMA max_page_count=1000000")
EMPTY = text("DELETE FROM marks")


async def fill_disk(file: Database, *, room: int) -> None:
    """Let the file grow no more; `room` bytes in it are free."""
    await file.write(marks.add, "room", room)
    await file.write(lambda tx: tx.run(EMPTY))
    await file.write(lambda tx: tx.value(NO_MORE_PAGES))


async def test_a_full_disk_in_the_middle_of_a_group_lies_to_nobody(file: Database) -> None:
    await fill_disk(file, room=ROOM)
    answers = await marks.told(
        file,
        (marks.add, "light 1"),
        (marks.add, "heavy 1", HEAVY),
        (marks.add, "light 2"),
        *((marks.add, f"heavy {number}", HEAVY) for number in range(2, 12)),
        (marks.add, "light 3"),
    )
    full = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert full
    assert {answer.code for answer in full} == {"storage_full"}
    assert all("disk is full" in str(answer) for answer in full)
    assert {"light 1", "light 2", "heavy 1"} <= set(map(str, answers))
    assert marks.truthful(answers, file.location)


async def test_when_there_is_room_again_writes_go_on_by_themselves(file: Database) -> None:
    await fill_disk(file, room=0)
    with pytest.raises(Unavailable):
        await file.write(marks.add, "heavy", 100_000)
    await file.write(lambda tx: tx.value(MORE_PAGES))
    assert await file.write(marks.add, "heavy", 100_000) == "heavy"
    assert marks.on_disk(file.location) == ["heavy"]


async def test_a_busy_file_is_a_sentence_and_then_over(file: Database) -> None:
    await file.write(lambda tx: tx.value(text("PRAGMA busy_timeout=1")))
    other = sqlite3.connect(file.location, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answers = await marks.outcomes(
        [asyncio.create_task(file.write(marks.add, f"mark {number}")) for number in range(3)]
    )
    assert {getattr(answer, "code", None) for answer in answers} == {"database_busy"}
    other.execute("ROLLBACK")
    other.close()
    assert await file.write(marks.add, "next") == "next"
    assert marks.on_disk(file.location) == ["next"]


FILLS = """
import asyncio, json, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import marks
from aims.core.db import Database

async def main() -> None:
    db = Database(Path(sys.argv[1]))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), hard))
    async with marks.queued_together(db) as queue:
        tasks = [queue(marks.add, f"mark {number}", 20_000) for number in range(60)]
    answers = await marks.outcomes(tasks)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    answers.append(await db.write(marks.add, "after"))
    print(json.dumps([answer if isinstance(answer, str) else {"code": answer.code} for answer in answers]))
    await db.close()

asyncio.run(main())
"""


async def test_a_volume_that_really_takes_no_more_bytes_lies_to_nobody(file: Database) -> None:
    # The kernel refuses to let the write-ahead log grow beyond 500 kB, as a full volume would.
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FILLS, str(file.location), str(Path(__file__).parent), "500000",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    answers = json.loads((await child.communicate())[0])
    assert {"code": "storage_full"} in answers
    assert answers[0] == "mark 0"
    assert answers[-1] == "after"
    assert marks.truthful(answers, file.location)
