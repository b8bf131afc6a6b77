"""fal's requests: how far each is, what it costs, and what a cancel comes to."""

from dataclasses import dataclass
from typing import Any

from emulators import work
from emulators.fal.rules import MODELS
from emulators.work import Job


@dataclass(slots=True)
class Request(Job):
    """One request in the queue. webhook: where word is sent when it is over, if anywhere."""

    webhook: str = ""

    @property
    def base(self) -> str:
        """What its addresses begin with: owner and app, not the whole endpoint."""
        return str(MODELS[self.endpoint]["request_base"])

    @property
    def state(self) -> str:
        """IN_QUEUE, IN_PROGRESS or COMPLETED."""
        return {"queued": "IN_QUEUE", "running": "IN_PROGRESS", "over": "COMPLETED"}[self.phase]

    @property
    def failure(self) -> str | None:
        """The type of error that it ends with."""
        end = self.script.text("end", "ok")
        return "client_cancelled" if self.removed else None if end == "ok" else end

    @property
    def is_film(self) -> bool:
        return MODELS[self.endpoint]["output"] == "video"

    @property
    def units(self) -> int:
        """What it costs: pictures, or seconds of film."""
        if self.failure is not None:
            return 0
        return self.seconds if self.is_film else int(self.body.get("num_images", 1))

    @property
    def seconds(self) -> int:
        """How long its film is."""
        text = str(self.body.get("duration", 5)).removesuffix("s")
        return int(text) if text.isdecimal() else 5


class Work(work.Work[Request]):
    """The queue."""

    def cancel(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Take a request out of the queue, if it is still there; what runs is finished, and billed."""
        with self.lock:
            if request.state == "COMPLETED":
                return 400, {"status": "ALREADY_COMPLETED"}
            if request.state == "IN_PROGRESS":
                return 202, {"status": "CANCELLATION_REQUESTED"}
            request.removed = True
            self.end(request)
            return 200, {"status": "OK"}
