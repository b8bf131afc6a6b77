"""What Google says went wrong, in the contract's words. All its APIs say it in one shape, `google.rpc.Status`.

What is charged: "If your request fails with a 400 or 500 error, you won't be charged for the tokens used"
(ai.google.dev/gemini-api/docs/billing, read 2026-11-28). So an error of its own is none that was bought; one of
whatever stands in between may be.
"""

import math
import re
from typing import Any

import msgspec

from aims.core.fetch import Fetched
from aims.core.log import logger
from aims.providers import checking
from aims.providers.contract import Ambiguous, BadInput, Busy, Down, NoAccess, ProviderError, Standing
from aims.providers.wording import LONGEST_BUSY, NOT_TAKEN, UNPAID, clean, read, retry_after

RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
KEY_REASONS = frozenset(
    {"API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED", "ACCESS_TOKEN_EXPIRED"}
)
# Said before any work: of a machine that is down or has too much to do, and of one that failed.
NOT_CHARGED = frozenset({"UNAVAILABLE", "INTERNAL"})

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
_ACCOUNT = re.compile(r"\b(?:projects?[/ ]\S+|\d{9,})", re.IGNORECASE)


class Status(msgspec.Struct):
    """An error: `code` is the HTTP status, or one of gRPC's within an operation."""

    code: Any = None
    message: Any = None
    status: Any = None
    details: Any = None

    @property
    def reasons(self) -> set[str]:
        """The reasons that its details name."""
        return {reason for each in self._parts() if isinstance(reason := each.get("reason"), str)}

    @property
    def wait(self) -> float | None:
        """How long it says to wait, in seconds; None when it does not say."""
        for each in self._parts():
            delay = each.get("retryDelay")
            found = _DURATION.fullmatch(delay) if isinstance(delay, str) else None
            if found and each.get("@type", RETRY_INFO) == RETRY_INFO:
                return min(float(found[1]), LONGEST_BUSY)
        return None

    def _parts(self) -> list[dict[str, Any]]:
        return (
            [each for each in self.details if isinstance(each, dict)]
            if isinstance(self.details, list)
            else []
        )


class _Envelope(msgspec.Struct):
    error: Status


def told(got: Fetched) -> Status | None:
    """The error that Google itself speaks of; None when the answer is somebody else's."""
    whole = read(got, _Envelope)
    if whole is None:
        several = read(got, list[_Envelope])
        whole = several[0] if several else None
    return whole.error if whole is not None and isinstance(whole.error.status, str) else None


def of_submit(got: Fetched, name: str) -> ProviderError:
    """An error answer to a submit. Only what says that nothing was bought may be sent again.

    name: the provider's name, for the log.
    """
    said = told(got)
    refused = is_refused(got, said)
    if refused is not None:
        logger.warning("provider refuses the key", provider=name, status=got.status)
        return refused
    if got.status == 429:
        return busy(got, said)
    if said is not None and said.status in NOT_CHARGED:
        return Down("The provider has no machine for this at the moment.")
    if got.status >= 500 or got.status < 400 or got.status in (408, 409, 499):
        return Ambiguous(
            f"The provider answered {got.status}, and may have taken the request all the same. It is not asked twice; "
            "nothing was charged."
        )
    return about_the_request(got.status, said)


def standing(got: Fetched) -> Standing:
    """What an answer to a question that costs nothing says of the key."""
    said = told(got)
    refused = is_refused(got, said)
    if refused is None:
        return checking.by_status(got)
    return "invalid" if refused.reason == NOT_TAKEN else "out_of_balance"


def is_refused(got: Fetched, said: Status | None) -> NoAccess | None:
    """That the key or the account behind it cannot be used, if that is what an answer says."""
    if got.status in (401, 403):
        return NoAccess(NOT_TAKEN)
    if said is not None and got.status == 400:
        if said.reasons & KEY_REASONS:
            return NoAccess(NOT_TAKEN)
        if said.status == "FAILED_PRECONDITION":
            # No billing on the project, or none where it stands.
            return NoAccess(UNPAID)
    return NoAccess(UNPAID) if got.status == 402 else None


def busy(got: Fetched, said: Status | None) -> Busy:
    """A 429, with the wait that it asks for."""
    wait = said.wait if said is not None else None
    if wait is None or not math.isfinite(wait):
        wait = retry_after(got.headers.get("retry-after"))
    return Busy("The provider is busy and asked to wait.", retry_after=wait)


def about_the_request(status: int, said: Status | None) -> BadInput:
    """What is wrong with the request, in the provider's words as far as they may be shown."""
    if status == 404:
        return BadInput("The provider does not have this model, or not for this studio's key.")
    text = clean(_ACCOUNT.sub("…", said.message)) if said and isinstance(said.message, str) else ""
    return BadInput(f"The provider does not accept this request: {text}." if text else NOT_ACCEPTED)


NOT_ACCEPTED = "The provider does not accept this request."
