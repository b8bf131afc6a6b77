"""`Prefer`: whether the caller waits for the result (RFC 7240)."""

import re
from dataclasses import dataclass

from aims.core.errors import Invalid

LONGEST = 600.0
_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preference:
    """seconds: how long to wait before answering 202; None waits for the result however long it takes."""

    seconds: float | None


def read(header: str | None) -> Preference:
    """The preference of a request. `respond-async` wins over `wait`; other preferences are ignored, as they must be.

    Raises Invalid for a `wait` that is no number of seconds.
    """
    parts = [part.split(";")[0].strip() for part in (header or "").split(",")]
    if any(part.lower() == "respond-async" for part in parts):
        return Preference(0.0)
    for part in parts:
        if part.lower().split("=")[0].strip() == "wait":
            match = _WAIT.fullmatch(part)
            if match is None:
                raise Invalid.field("Prefer", "`Prefer: wait=N` takes a whole number of seconds.")
            return Preference(min(float(match[1]), LONGEST))
    return Preference(None)
