"""The server as it is, and beside it, on the same event loop, somebody who writes down how late his alarm goes off."""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from aims.core import log, settings
from aims.web.server import serve

EVERY = 0.02


async def probe(path: Path) -> None:
    """Write a line for each alarm: when it was to go off, and how many milliseconds later it did."""
    with path.open("w", buffering=1 << 16) as file:
        while True:
            due = time.perf_counter() + EVERY
            await asyncio.sleep(EVERY)
            late = max(0.0, time.perf_counter() - due) * 1000
            file.write(json.dumps([round(time.time(), 3), round(late, 3)]) + "\n")


async def main(path: Path, port: int) -> None:
    """Serve until SIGTERM."""
    chosen = settings.load(port=port)
    log.configure(chosen.log_level, chosen.log_format)
    measuring = asyncio.create_task(probe(path))
    try:
        await serve(chosen, lambda *_: None)
    finally:
        measuring.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), int(sys.argv[2])))
