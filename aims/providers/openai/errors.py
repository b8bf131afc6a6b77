"""What OpenAI says went wrong, in the contract's words.

Source: the list of errors in its API reference and the models of its Python client 3.54.0, read 2026-11-22.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from aims.core.fetch import Fetched
from aims.core.log import logger
from aims.providers import checking
from aims.providers.contract import Ambiguous, BadInput, Busy, Failed, NoAccess, ProviderError, Standing
from aims.providers.wording import LONGEST_BUSY, NOT_TAKEN, REFUSED, UNPAID, clean, read, retry_after

CONTENT = frozenset({"moderation_blocked", "content_policy_violation"})
# It comes with 429 like a rate limit, and no waiting helps.
UNPAID_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|h|m|s))+")
_STEP = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class ErrorBody(msgspec.Struct):
    """What is wrong: in which field (`param`), of which kind, in words. Any of them may be null."""

    message: Any = None
    type: Any = None
    param: Any = None
    code: Any = None
    moderation_stage: Any = None
    moderation_details: Any = None

    @property
    def is_unpaid(self) -> bool:
        """Whether the account has nothing left."""
        return bool(self._words & UNPAID_CODES)

    @property
    def is_about_content(self) -> bool:
        """Whether its filter refused the prompt, a picture that came in, or what was made."""
        return bool(self._words & CONTENT)

    @property
    def _words(self) -> frozenset[str]:
        return frozenset(each for each in (self.code, self.type) if isinstance(each, str))


class ErrorAnswer(msgspec.Struct):
    """An error, as every route answers it."""

    error: ErrorBody


def of_submit(got: Fetched) -> ProviderError | Failed:
    """An error answer. Only what says that nothing was made may be sent again."""
    answer = read(got, ErrorAnswer)
    told = answer.error if answer is not None else ErrorBody()
    if got.status in (401, 402, 403) or told.is_unpaid:
        return _no_access(got, told)
    if got.status == 429:
        return Busy("The provider is busy and asked to wait.", retry_after=wait(got.headers))
    if told.is_about_content:
        return Failed(
            "content_refused", REFUSED, billed=_was_made(told), reference=got.headers.get("x-request-id")
        )
    if got.status >= 500 or got.status < 400 or got.status in (408, 409, 499):
        return Ambiguous(
            f"The provider answered {got.status}, and may have made it all the same. It is not asked twice; nothing "
            "was charged."
        )
    if got.status == 404 or told.code == "model_not_found":
        return BadInput("The provider does not have this model, or not for this studio's account.")
    return _about_the_request(told)


def standing(got: Fetched) -> Standing:
    """What an answer to a question that costs nothing says of the key."""
    answer = read(got, ErrorAnswer)
    told = answer.error if answer is not None else ErrorBody()
    if got.status == 403 and "scope" in clean(told.message).lower():
        # A key that may do some things and not this one. Whether it may make pictures, nobody says for nothing.
        return "valid"
    return "out_of_balance" if told.is_unpaid else checking.by_status(got)


def wait(headers: Mapping[str, str]) -> float:
    """How long to wait, in seconds: from the headers that its own client looks at, then from those of its limits."""
    millis = headers.get("retry-after-ms")
    if millis:
        try:
            seconds = float(millis) / 1000
        except ValueError:
            seconds = math.nan
        if math.isfinite(seconds) and seconds >= 0:
            return min(seconds, LONGEST_BUSY)
    if headers.get("retry-after"):
        return retry_after(headers["retry-after"])
    resets = {
        kind: _duration(headers.get(f"x-ratelimit-reset-{kind}", "")) for kind in ("requests", "tokens")
    }
    told = {kind: seconds for kind, seconds in resets.items() if seconds is not None}
    spent = [
        seconds
        for kind, seconds in told.items()
        if headers.get(f"x-ratelimit-remaining-{kind}", "").strip() == "0"
    ]
    return min(max(spent or told.values(), default=1.0), LONGEST_BUSY)


def _duration(text: str) -> float | None:
    """Seconds of a duration such as `6m0s` or `120ms`."""
    text = text.strip()
    if len(text) > 40 or not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _STEP.findall(text))


def _was_made(told: ErrorBody) -> bool:
    """Whether a refusal may be billed: it is, unless it says that the prompt or the pictures were what was refused.

    A refused picture was made first, and tokens are billed; nothing in the documents says otherwise.
    """
    details = told.moderation_details
    stage = told.moderation_stage or (details.get("moderation_stage") if isinstance(details, dict) else None)
    return stage != "input"


def _about_the_request(told: ErrorBody) -> BadInput:
    text, field = clean(told.message), clean(told.param)[:40]
    if not text:
        return BadInput("The provider does not accept this request.")
    return BadInput(f"The provider does not accept this request: {f'`{field}`: ' if field else ''}{text}.")


def _no_access(got: Fetched, told: ErrorBody) -> NoAccess:
    logger.warning("provider refuses the key", provider="openai", status=got.status, reason=clean(told.code))
    return NoAccess(UNPAID if got.status == 402 or told.is_unpaid else NOT_TAKEN)
