"""What is sent again by itself, and when.

A request of this client may be sent twice: reading changes nothing, what is put in the trash twice is there once,
and whatever costs credits carries an Idempotency-Key of its own, under which the studio makes and charges it once.
The few that may not be sent twice say so (`once`).
"""

from __future__ import annotations

import math
import random

import msgspec

from aims.client.errors import BY_STATUS, AIMSError, APIError, Detail, ServerError, Unreachable
from aims.client.steps import Again, Answer, Call, Flow, Send

AGAIN = frozenset({429, 502, 503, 504})
# What stays as it is until somebody does something about it.
SETTLED = frozenset({"provider_not_connected", "model_paused"})
# The first sending is still under way, and its outcome can be joined in a moment.
UNDER_WAY = "idempotency_key_in_use"
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
LONGEST_WISH = 30.0
"""A studio that wants to be left alone for longer than this, in seconds, is believed: the error is raised at once."""


def ask(call: Call) -> Flow[Answer]:
    """Send a call, again where that may help, and give the answer.

    Raises APIError when it was refused, Unreachable when nothing came.
    """
    tried = 0
    while True:
        answer: Answer | None = None
        try:
            answer = yield Send(call)
        except Unreachable as error:
            failure: AIMSError = error
        else:
            if answer.status < 400:
                return answer
            failure = refusal(answer)
        if call.once and _may_be_done(failure):
            raise failure
        pause = _pause(failure, tried)
        if pause is None or not (yield Again(tried, pause)):
            raise failure
        tried += 1


def _may_be_done(failure: AIMSError) -> bool:
    if isinstance(failure, APIError):
        return failure.status in (502, 504)
    return isinstance(failure, Unreachable) and failure.sent


def _pause(failure: AIMSError, tried: int) -> float | None:
    """Seconds until it is sent again; None for what another try does not mend."""
    growing = min(FIRST_PAUSE * 2**tried, LONGEST_PAUSE)
    # Many clients that were turned away together must not come back together.
    usual = growing * random.uniform(0.75, 1.25)
    if not isinstance(failure, APIError):
        return usual
    if failure.code == UNDER_WAY:
        return usual
    if failure.status not in AGAIN or failure.code in SETTLED:
        return None
    wish = failure.retry_after
    if wish is None:
        return usual
    return wish if wish <= LONGEST_WISH else None


def refusal(answer: Answer) -> APIError:
    """The error behind an answer with a status of 400 or more: the studio's own words, where it said any."""
    try:
        said = msgspec.json.decode(answer.body, type=_Said)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        said = _Said()
    found = BY_STATUS.get(answer.status, ServerError if answer.status >= 500 else APIError)
    return found(
        said.error or f"The server answered {answer.status} and did not say why.",
        status=answer.status,
        code=said.code,
        details=tuple(Detail(each.field, each.message) for each in said.details),
        request_id=said.request_id or answer.headers.get("x-request-id"),
        retry_after=_seconds(answer.headers.get("retry-after")),
    )


def _seconds(text: str | None) -> float | None:
    """Retry-After in seconds. It may be a date as well, which our studio never sends."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


class _SaidDetail(msgspec.Struct):
    field: str = ""
    message: str = ""


class _Said(msgspec.Struct):
    error: str = ""
    code: str = ""
    request_id: str = ""
    details: list[_SaidDetail] = []
