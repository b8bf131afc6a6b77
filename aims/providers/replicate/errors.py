"""What Replicate says went wrong, in the contract's words.

Source: its Python clients 1.0.7 and 2.0.0b4, its pages on the life of a prediction and on deadlines
(replicate.com/docs/topics/predictions/lifecycle and replicate.com/changelog/2025-10-16-prediction-deadlines, read
2026-11-28).
"""

import re

from aims.core.fetch import Fetched
from aims.core.log import logger
from aims.providers.contract import Ambiguous, BadInput, Busy, Down, Failed, NoAccess, ProviderError
from aims.providers.replicate.answers import Prediction, Problem
from aims.providers.wording import LONGEST_BUSY, NOT_TAKEN, REFUSED, UNPAID, clean, read, retry_after

# A model says in its own words that its filter refused; these are what is known of them.
_CONTENT = re.compile(
    r"\bnsfw\b|\(E005\)|flagged as sensitive|sensitive content|safety (?:filter|checker)", re.IGNORECASE
)


def of_submit(got: Fetched) -> ProviderError:
    """An error answer to the wish for a prediction. Only what says that there is none may be sent again."""
    if got.status in (401, 402, 403):
        return _no_access(got)
    if got.status == 429:
        return _busy(got)
    if got.status >= 500 or got.status < 400 or got.status in (408, 409, 499):
        return Ambiguous(
            f"The provider answered {got.status}, and may have taken the request all the same. It is not asked twice; "
            "nothing was charged."
        )
    return _about_the_request(got)


def of_upload(got: Fetched) -> ProviderError:
    """An error answer to a file that a prediction is to work from. Nothing is bought with it."""
    if got.status in (401, 402, 403):
        return _no_access(got)
    if got.status == 429:
        return _busy(got)
    if got.status in (400, 413, 415, 422):
        return BadInput("The provider does not take this picture or film to work from.")
    return Down(f"The provider answered {got.status}.")


def of_poll(got: Fetched) -> ProviderError:
    """An error answer to a question about a prediction: asked again, whatever it is."""
    if got.status == 429:
        return _busy(got)
    if got.status in (401, 402, 403):
        logger.warning("provider refuses the key", provider="replicate", status=got.status)
        return Busy(NOT_TAKEN, retry_after=LONGEST_BUSY)
    if got.status == 404:
        return Down("The provider does not know of the request any more.")
    return Down(f"The provider answered {got.status}.")


def of_end(prediction: Prediction) -> Failed:
    """A prediction that ended without a result.

    It counts as billed where a machine has worked on it: that time is what is paid for, and of public models it is said
    that a stopped one is charged for. One that was `aborted` never began.
    """
    billed = prediction.has_run
    if prediction.status == "aborted":
        return Failed("provider_timeout", "The provider had no machine for it in time.")
    if prediction.status == "canceled":
        return Failed("provider_cancelled", "The request was stopped at the provider.", billed)
    if isinstance(prediction.error, str) and _CONTENT.search(prediction.error):
        return Failed("content_refused", REFUSED, billed)
    return Failed("provider_error", "The provider could not make it.", billed)


def _about_the_request(got: Fetched) -> BadInput:
    if got.status == 404:
        return BadInput("The provider does not have this model, or only under the id of one of its versions.")
    told = read(got, Problem) or Problem()
    fields = told.invalid_fields if isinstance(told.invalid_fields, list) else []
    named = [
        f"`{clean(each.get('field')).removeprefix('input.')[:40]}`: {clean(each.get('description'))}"
        for each in fields
        if isinstance(each, dict) and clean(each.get("description"))
    ]
    text = "; ".join(named[:3]) or clean(told.detail)
    return BadInput(f"The provider does not accept this request{f': {text}' if text else ''}.")


def _busy(got: Fetched) -> Busy:
    told = read(got, Problem)
    said = got.headers.get("retry-after") or (str(told.retry_after) if told and told.retry_after else None)
    return Busy("The provider is busy and asked to wait.", retry_after=retry_after(said))


def _no_access(got: Fetched) -> NoAccess:
    logger.warning("provider refuses the key", provider="replicate", status=got.status)
    return NoAccess(UNPAID if got.status == 402 else NOT_TAKEN)
