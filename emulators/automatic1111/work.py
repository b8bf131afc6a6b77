"""The web UI's drawings: one after the other, and nobody but the one who asked gets to see what came of it."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from emulators import work
from emulators.script import EVER

STEPS_TOLD = 20
# What a script can have it end with: status, kind and text of the error.
FAILURES = {
    "oom": (
        500,
        "OutOfMemoryError",
        "CUDA out of memory. Tried to allocate 9.00 GiB (GPU 0; 8.00 GiB total capacity)",
    ),
    "error": (500, "RuntimeError", "mat1 and mat2 shapes cannot be multiplied"),
}


@dataclass(slots=True)
class Drawing(work.Job):
    """One request. state: waiting, drawing or over. at: how far it is, from 0 to 1."""

    state: str = "waiting"
    at: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def phase(self) -> str:
        return {"waiting": "queued", "drawing": "running", "over": "over"}[self.state]

    @property
    def failure(self) -> str | None:
        if self.stop.is_set():
            return "interrupted"
        end = self.script.text("end", "ok")
        return end if end in FAILURES else None

    @property
    def units(self) -> int:
        """Nothing is paid for: one unit for each drawing that the GPU has finished."""
        return 0 if self.failure else 1

    @property
    def task(self) -> str:
        """The id that its client gave it."""
        return str(self.body.get("force_task_id") or self.id)


class Desk(work.Work[Drawing]):
    """The one who draws."""

    def __init__(self, ledger: Any) -> None:
        super().__init__(ledger)
        self._turn = threading.Lock()
        self.now: Drawing | None = None

    def start(self, drawing: Drawing, headers: dict[str, str]) -> None:
        """Take a request. It is drawn to its end, whether anybody still waits for it or not."""
        drawing.ends = time.monotonic() + EVER
        self.take(drawing, headers)
        threading.Thread(target=self._draw, args=(drawing,), daemon=True).start()

    def interrupt(self) -> None:
        """Stop whatever is drawn."""
        if self.now is not None:
            self.now.stop.set()

    def _draw(self, drawing: Drawing) -> None:
        drawing.stop.wait(min(drawing.script.seconds("queue"), threading.TIMEOUT_MAX))
        with self._turn:
            self.now, drawing.state = drawing, "drawing"
            each = min(drawing.script.seconds("work") / STEPS_TOLD, threading.TIMEOUT_MAX)
            for step in range(STEPS_TOLD):
                if drawing.stop.wait(each):
                    break
                drawing.at = (step + 1) / STEPS_TOLD
            self.now, drawing.state = None, "over"
            self.end(drawing)
