"""What fal says went wrong, in the contract's words. Its own texts are shown only where they are about the request."""

import re
from decimal import Decimal
from typing import Any

from aims.core.fetch import Fetched
from aims.core.log import logger
from aims.providers.contract import (
    Ambiguous,
    BadInput,
    Busy,
    Down,
    Failed,
    NoAccess,
    ProviderError,
    Refused,
    Standing,
)
from aims.providers.fal.answers import ErrorAnswer, StatusAnswer, is_json, read
from aims.providers.wording import LONGEST_BUSY, NOT_TAKEN, REFUSED, UNPAID, clean, retry_after

# Said by fal's own gateway: no runner ever had the request.
NOT_BEGUN = frozenset(
    {
        "request_timeout",
        "startup_timeout",
        "runner_scheduling_failure",
        "runner_connection_timeout",
        "runner_connection_refused",
        "runner_connection_error",
        "concurrent_requests_limit",
    }
)
_UNITS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")
CANCELLED = frozenset({"client_cancelled", "client_disconnected"})
CONTENT = frozenset({"content_policy_violation"})
# Not about the request, although they come as a list like those that are.
NOT_MADE = frozenset(
    {
        "no_media_generated",
        "internal_server_error",
        "generation_timeout",
        "downstream_service_error",
        "downstream_service_unavailable",
    }
)


def of_submit(got: Fetched) -> ProviderError:
    """An error answer to a submit. Only what says that nothing ran may be sent again."""
    code, fields = _told(got)
    if got.status in (401, 402, 403):
        return _no_access(got, code)
    if got.status == 429:
        return _busy(got)
    if code in NOT_BEGUN:
        return Down("The provider has no machine for this at the moment.")
    if got.status >= 500 or got.status < 400 or got.status in (408, 409, 499):
        return Ambiguous(
            f"The provider answered {got.status}, and may have taken the request all the same. It is not asked twice; "
            "nothing was charged."
        )
    return _about_the_request(got, code, fields, billed=False)


def of_poll(got: Fetched) -> ProviderError:
    """An error answer to a question about a request that was taken: asked again, whatever it is."""
    if got.status == 429:
        return _busy(got)
    if got.status in (401, 402, 403):
        logger.warning("provider refuses the key", provider="fal", status=got.status)
        return Busy(NOT_TAKEN, retry_after=LONGEST_BUSY)
    if got.status == 404:
        return Down("The provider does not know of the request any more.")
    return Down(f"The provider answered {got.status}.")


def of_status(status: StatusAnswer) -> Failed | None:
    """The failure that a finished request's status speaks of; None when it speaks of none."""
    if not status.error and not status.error_type:
        return None
    code = status.error_type if isinstance(status.error_type, str) else ""
    if code in CANCELLED:
        return Failed("provider_cancelled", "The request was stopped at the provider.")
    if code in CONTENT:
        return Failed("content_refused", REFUSED, billed=True)
    return Failed("provider_error", "The provider could not make it.")


def of_result(got: Fetched, said: Failed | None) -> Failed | ProviderError:
    """An error answer in place of a result. said: the failure that the status spoke of."""
    code, fields = _told(got)
    if got.status == 422 or (got.status in (400, 413, 415) and fields):
        error = _about_the_request(got, code, fields, billed=is_billed(got, otherwise=True))
        return Failed(error.code, error.reason, billed=is_billed(got, otherwise=True))
    if said is not None:
        return said
    # Without a failure in the status this is the way there, or a result that is not to be had just now.
    return of_poll(got)


def is_early(got: Fetched) -> bool:
    """Whether a result was asked for before there is one."""
    detail = getattr(read(got, ErrorAnswer), "detail", None)
    return isinstance(detail, str) and "in progress" in detail.lower()


def is_billed(got: Fetched, *, otherwise: bool) -> bool:
    """Whether fal says that it billed something; `otherwise` when it does not say."""
    units = billable_units(got)
    return otherwise if units is None else units > 0


def billable_units(got: Fetched) -> Decimal | None:
    """How many units fal says that it bills; None when it does not say, or nothing of use."""
    text = got.headers.get("x-fal-billable-units", "").strip()
    return Decimal(text) if _UNITS.fullmatch(text) else None


def _told(got: Fetched) -> tuple[str, list[tuple[str, str]]]:
    """The error's type, and which field is wrong in which way, as pairs."""
    answer = read(got, ErrorAnswer)
    code = answer.error_type if answer and isinstance(answer.error_type, str) else ""
    code = code or got.headers.get("x-fal-error-type", "")
    if answer is None or not isinstance(answer.detail, list):
        return code, []
    entries = [each for each in answer.detail if isinstance(each, dict)]
    types = [kind for each in entries if isinstance(kind := each.get("type"), str)]
    code = next((kind for kind in types if kind in CONTENT), code or next(iter(types), ""))
    return code, [(_field(each.get("loc")), clean(each.get("msg"))) for each in entries]


def _about_the_request(
    got: Fetched, code: str, fields: list[tuple[str, str]], *, billed: bool
) -> ProviderError:
    if code in CONTENT:
        return Refused(REFUSED, billed=billed)
    if code in NOT_MADE:
        return ProviderError("The provider could not make it. Trying again, or another prompt, may help.")
    if got.status == 404:
        return BadInput("The provider does not have this model any more.")
    problems = [f"`{field}`: {text}" if field else text for field, text in fields if text]
    if not problems:
        return BadInput("The provider does not accept this request.")
    return BadInput(f"The provider does not accept this request: {'; '.join(problems[:3])}.")


def _busy(got: Fetched) -> Busy:
    return Busy(
        "The provider is busy and asked to wait.", retry_after=retry_after(got.headers.get("retry-after"))
    )


def standing(got: Fetched) -> Standing:
    """What an answer says of the key that was sent along."""
    if got.status in (401, 402, 403):
        return "out_of_balance" if _is_locked(got) else "invalid"
    return "valid" if got.status < 500 and is_json(got) else "unreachable"


def _is_locked(got: Fetched) -> bool:
    detail: Any = getattr(read(got, ErrorAnswer), "detail", None)
    return got.status == 402 or (isinstance(detail, str) and "balance" in detail.lower())


def _no_access(got: Fetched, code: str) -> NoAccess:
    locked = _is_locked(got)
    logger.warning("provider refuses the key", provider="fal", status=got.status, reason=clean(code))
    return NoAccess(UNPAID if locked else NOT_TAKEN)


def _field(loc: object) -> str:
    names = (
        [each for each in loc if isinstance(each, str) and each != "body"] if isinstance(loc, list) else []
    )
    return clean(names[-1])[:40] if names else ""
