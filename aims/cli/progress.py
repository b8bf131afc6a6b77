"""One line on a terminal that says how far a generation is, and is gone when it is over."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from aims.cli.remote import clean

if TYPE_CHECKING:
    from aims.client import Generation

TICK_SECONDS = 0.25
CLEAR = "\r\x1b[2K"


class Progress:
    """Hears of a generation's changes. latest: what was heard last, None before it was accepted.

    Draws only where standard error is a terminal.
    """

    def __init__(self, quiet: bool) -> None:
        self.latest: Generation | None = None
        self._heard_at = self._begun = time.monotonic()
        self._drawing = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def __call__(self, generation: Generation) -> None:
        """Hear of a change."""
        self.latest, self._heard_at = generation, time.monotonic()

    def __enter__(self) -> Self:
        if self._drawing:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._drawing:
            self._thread.join()
            sys.stderr.write(CLEAR)
            sys.stderr.flush()

    def _draw(self) -> None:
        while True:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"{CLEAR}{self.line()[:width]}")
            sys.stderr.flush()
            if self._over.wait(TICK_SECONDS):
                return

    def line(self) -> str:
        """What the line says now: stage, seconds so far, seconds expected, share done."""
        now, latest = time.monotonic(), self.latest
        if latest is None:
            return f"asking  {now - self._begun:.0f} s"
        said = (
            f"{clean(latest.stage or latest.status)}  {latest.elapsed_seconds + now - self._heard_at:.0f} s"
        )
        if latest.expected_seconds:
            said += f" of about {latest.expected_seconds:.0f} s"
        done = sum(output.status == "completed" for output in latest.outputs)
        if len(latest.outputs) > 1:
            said += f", {done} of {len(latest.outputs)}"
        return said if latest.progress is None else f"{said}, {latest.progress:.0%}"
