"""What Replicate answers, as far as it is looked at."""

from typing import Any

import msgspec


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
    def has_run(self) -> bool:
        """Whether a machine worked on it, which is what is paid for."""
        seconds = self.metrics.get("predict_time") if isinstance(self.metrics, dict) else None
        return bool(self.started_at) or (isinstance(seconds, int | float) and seconds > 0)

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
