"""What fal's queue answers, as far as it is looked at. Anything else in an answer may be as it likes."""

from typing import Any

import msgspec

from aims.core.fetch import Fetched
from aims.providers.wording import read


class SubmitAnswer(msgspec.Struct):
    """A request that was taken."""

    request_id: str
    status_url: Any = None
    response_url: Any = None
    cancel_url: Any = None


class StatusAnswer(msgspec.Struct):
    """How a request is: IN_QUEUE, IN_PROGRESS or COMPLETED; the last with an error when it failed.

    metrics: how long it worked, in seconds.
    """

    status: str
    metrics: Any = None
    error: Any = None
    error_type: Any = None


class CancelAnswer(msgspec.Struct):
    """What came of the wish to stop a request."""

    status: Any = None
    success: Any = None


class ErrorAnswer(msgspec.Struct):
    """An error: `detail` is a sentence, or a list of what is wrong with which field."""

    detail: Any = None
    error_type: Any = None
    status: Any = None


def is_json(got: Fetched) -> bool:
    """Whether the body can be read at all. What cannot may be a page of something that stands in between."""
    return read(got, object) is not None or got.body.strip() == b"null"


__all__ = ["CancelAnswer", "ErrorAnswer", "StatusAnswer", "SubmitAnswer", "is_json", "read"]
