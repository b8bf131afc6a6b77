"""What it means for any provider when a request has no answer, and how often one is asked after its work."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Origins, parse
from aims.providers.contract import Ambiguous, BadAnswer, Down, Running
from aims.providers.wording import LOST

UNREACHABLE = "The provider could not be reached."
TOO_LARGE = "The provider's answer is larger than any it gives."


@contextmanager
def buying(unreachable: str = UNREACHABLE, lost: str = LOST) -> Generator[None]:
    """Around a request that may be paid for.

    Raises Down when nothing was sent, Ambiguous when it was and no answer came.
    """
    try:
        yield
    except (Blocked, Unreachable) as error:
        raise (Ambiguous(lost) if error.sent else Down(unreachable)) from None


@contextmanager
def looking(unreachable: str = UNREACHABLE, too_large: str = TOO_LARGE) -> Generator[None]:
    """Around a question that costs nothing and can be asked again.

    Raises Down, and BadAnswer for an answer that is too large.
    """
    try:
        yield
    except (Blocked, Unreachable) as error:
        raise (BadAnswer(too_large) if error.code == "answer_too_large" else Down(unreachable)) from None


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a provider is asked after its work, in seconds: each time a little less often."""

    first: float
    longest: float
    growth: float

    def later(self, running: Running, progress: float | None = None) -> Running:
        """The same work, asked after next time."""
        wait = min(float(running.data.get("wait", self.first)) * self.growth, self.longest)
        kept = {**running.data, "wait": f"{wait:.2f}"}
        return Running(running.reference, kept, wait=wait, progress=progress)


def trusted(origins: Origins, url: object) -> str | None:
    """An address that an answer named, if it leads to one of these; a stranger would see the key."""
    try:
        return url if isinstance(url, str) and origins.has(parse(url)) else None
    except Blocked:
        return None
