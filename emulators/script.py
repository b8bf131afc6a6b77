"""What a prompt tells an emulator to do wrong: `[emulator: submit=429/429/ok, retry-after=2, work=1.5]`.

Each route has steps that are taken one after the other, the last again and again. What every route knows are `ok`, an
HTTP status, and the misbehaviours below; each emulator's own page says which routes it has, and what else they know.
What holds everywhere:

    output   ok, an HTTP status, `page`, `short`, `empty`, `corrupt`, `other` (the other kind), `vast`, a misbehaviour
    where    here, `elsewhere` (outputs on another host), `inside` (on a port of this machine that must stay silent)

`queue` and `work` are seconds (`ever`: without end), `retry-after` a header's text.
"""

import re
import threading
from dataclasses import dataclass, field

MISBEHAVIOURS = frozenset(
    {"reset", "hang", "drip", "endless", "html", "truncated", "huge", "deep", "nan", "wrong", "list", "null"}
)
EVER = 10.0**9
_SCRIPT = re.compile(r"\[emulator: ([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Script:
    """One prompt's instructions."""

    steps: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, prompt: str) -> "Script":
        """The instructions in a prompt; none is a provider that behaves."""
        found = _SCRIPT.search(prompt)
        pairs = [part.partition("=") for part in found[1].split(",")] if found else []
        return cls({name.strip(): value.strip().split("/") for name, _, value in pairs})

    def seconds(self, name: str) -> float:
        """How long a part of the work takes."""
        (text,) = self.steps.get(name, ["0"])
        return EVER if text == "ever" else float(text)

    def text(self, name: str, default: str = "") -> str:
        """A value that is not a list of steps."""
        return "/".join(self.steps.get(name, [default]))


class Progress:
    """How far each script has come, on each route. weather: the step that everybody is given on a route meanwhile."""

    def __init__(self) -> None:
        self.weather: dict[str, str] = {}
        self._taken: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def next(self, script: Script, route: str, whose: str) -> str:
        """The step to take now, by whoever the script belongs to."""
        if route in self.weather:
            return self.weather[route]
        steps = script.steps.get(route, ["ok"])
        with self._lock:
            at = self._taken.get((route, whose), 0)
            self._taken[route, whose] = at + 1
        return steps[min(at, len(steps) - 1)]
