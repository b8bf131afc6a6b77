"""Predictions: how far each is, what it costs, and what stops it."""

import re
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

from emulators import work
from emulators.forms import File
from emulators.replicate.rules import MODELS

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DEADLINE = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def new_id() -> str:
    """An id such as Replicate's are."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(26))


def seconds(text: str) -> int | None:
    """How long a deadline such as `1h30m45s` is; None for none."""
    found = _DEADLINE.fullmatch(text.strip())
    if not text.strip() or found is None:
        return None
    hours, minutes, rest = (int(each or 0) for each in found.groups())
    return hours * 3600 + minutes * 60 + rest


@dataclass(slots=True)
class Prediction(work.Job):
    """One prediction. made_at: seconds since 1970. stopped: monotonic seconds, when it was stopped. late: by its
    deadline.
    """

    made_at: float = 0.0
    stopped: float | None = None
    late: bool = False

    @property
    def input(self) -> dict[str, Any]:
        held: dict[str, Any] = self.body["input"]
        return held

    @property
    def has_run(self) -> bool:
        """Whether a machine worked on it."""
        moment = time.monotonic() if self.stopped is None else self.stopped
        return moment >= self.begins and self.script.text("end", "ok") != "early"

    @property
    def status(self) -> str:
        """starting, processing, succeeded, failed, canceled or aborted."""
        if self.removed:
            return "aborted" if self.late and not self.has_run else "canceled"
        if self.phase != "over":
            return "processing" if self.phase == "running" else "starting"
        return "failed" if self.failure else "succeeded"

    @property
    def units(self) -> int:
        """What it costs: as many pictures as it makes, or the seconds of its film; a machine's time when it fails."""
        if self.failure is not None:
            return 1 if self.has_run else 0
        if MODELS[self.endpoint]["output"] == "film":
            return int(self.input.get("seconds", 2))
        return int(self.input.get("num_outputs", 1))


class Work(work.Work[Prediction]):
    """All predictions, and the files that were uploaded for them."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.files: dict[str, File] = {}

    def stop(self, prediction: Prediction, *, late: bool = False) -> None:
        """Stop it, if it is not over."""
        with self.lock:
            if prediction.phase == "over":
                return
            prediction.late, prediction.stopped, prediction.removed = late, time.monotonic(), True
            self.end(prediction)

    def stop_after(self, prediction: Prediction, delay: float) -> None:
        """Stop it at its deadline."""
        timer = threading.Timer(delay, self.stop, (prediction,), {"late": True})
        timer.daemon = True
        timer.start()
