"""When a delivery is tried again, and when it is given up.

The times are those that Standard Webhooks 1.0.0 gives as its example: ten attempts in 75 hours and 35 minutes.
"""

from dataclasses import dataclass

from aims.core.clock import DAY, MINUTE, SECOND

HOUR = 60 * MINUTE
WAITS = (
    0,
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
"""How long each attempt waits after the one before it, in microseconds."""

JITTER = 0.1
"""A wait is longer or shorter by up to this part of itself: what failed together does not come back together."""

LONGEST_REST = HOUR
"""How long a receiver can ask to be left in peace."""

USUAL_REST = 30 * SECOND
"""How long one that is overloaded and does not say until when is left in peace."""

PATIENCE = 5 * DAY
"""How long nothing may arrive before an endpoint is disabled."""

GONE = 410
OVERLOADED = frozenset({429, 502, 504})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. duration_ms: of the whole attempt.

    status: what the receiver answered, with the beginning of its body as `response`; None when there was no answer,
    and `error` says why. retry_after: how long it asked to wait, in microseconds.
    """

    duration_ms: int
    status: int | None = None
    response: str | None = None
    error: str | None = None
    retry_after: int | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it: 2xx and nothing else. A redirect is a failure, and is not followed."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == GONE

    @property
    def rest(self) -> int:
        """How long the endpoint is left in peace, in microseconds; 0 when it did not ask for that."""
        if self.arrived or self.status is None:
            return 0
        if self.retry_after is not None:
            return min(self.retry_after, LONGEST_REST)
        return USUAL_REST if self.status in OVERLOADED else 0


def wait(tries: int, rest: int, chance: float) -> int | None:
    """How long to wait after that many failed attempts, in microseconds; None when there is no other attempt.

    rest: what the receiver asked for. chance: 0 to 1, drawn anew for each wait.
    """
    if tries >= len(WAITS):
        return None
    return max(round(WAITS[tries] * (1 + JITTER * (2 * chance - 1))), rest)
