"""What Replicate answers, as far as it is looked at."""

from decimal import Decimal
from typing import Any

import msgspec

LONGEST_SECONDS = 7 * 24 * 3600


class Prediction(msgspec.Struct):
    """One prediction. started_at: null while it waits. metrics: `predict_time` in seconds, once it has run."""

    id: str
    status: str
    output: Any = None
    error: Any = None
    started_at: Any = None
    metrics: Any = None
    urls: Any = None

    @property
    def seconds(self) -> Decimal | None:
        """How long a machine worked on it, to the millisecond, if it says so."""
        told = self.metrics.get("predict_time") if isinstance(self.metrics, dict) else None
        sensible = (
            isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= LONGEST_SECONDS
        )
        return Decimal(round(told * 1000)) / 1000 if sensible else None

    @property
    def has_run(self) -> bool:
        """Whether a machine worked on it, which is what is paid for."""
        return bool(self.started_at) or bool(self.seconds)

    def url(self, name: str) -> object:
        """One of the addresses that it names for itself."""
        return self.urls.get(name) if isinstance(self.urls, dict) else None


class Uploaded(msgspec.Struct):
    """A file that was taken; `urls.get` is what an input calls it by."""

    urls: dict[str, str]


class Problem(msgspec.Struct):
    """An error, of the kind of RFC 7807."""

    title: Any = None
    detail: Any = None
    status: Any = None
    invalid_fields: Any = None
    retry_after: Any = None
