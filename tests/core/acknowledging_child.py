"""Writes in a loop, from several tasks, and prints each name once it was told that it is written. Run as a program."""

import asyncio
import sys
from pathlib import Path

import marks

from aims.core.db import Database


async def write(db: Database, worker: int) -> None:
    number = 0
    while True:
        number += 1
        print(await db.write(marks.add, f"{worker}-{number}", lane=f"lane {worker % 3}"), flush=True)


async def main(location: str) -> None:
    db = Database(location if "://" in location else Path(location))
    await asyncio.gather(*(write(db, worker) for worker in range(8)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
