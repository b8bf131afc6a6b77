"""What became of an operation: a film, or why there is none."""

import base64
import binascii
import re
from typing import Any

import msgspec

from aims.core.fetch import Fetched
from aims.providers.contract import Done, Failed, Made, Outcome, ProviderError, Refused, Withheld
from aims.providers.google import errors
from aims.providers.google.errors import Status
from aims.providers.wording import REFUSED, read

NO_FILM = "The provider could not make it."
UNREADABLE = "The provider's film could not be read."
# Its filter has no code of its own; these are the words of its sentences (read 2026-11-28).
_GUIDELINES = re.compile(r"usage guidelines|responsible ai|safety (?:filter|setting|polic)", re.IGNORECASE)
# google.rpc.Code: wrong from the start, whoever asks.
WRONG = frozenset({3, 9, 11})


class Operation(msgspec.Struct):
    """How the work is. `done` is missing until it is over."""

    name: str
    done: Any = None
    error: Any = None
    response: Any = None


def refusal(got: Fetched) -> ProviderError | None:
    """That a submit was refused for what it shows or says, which is known before anything is made."""
    said = errors.told(got)
    return Refused(REFUSED) if got.status == 400 and said is not None and is_about_content(said) else None


def is_about_content(said: Status) -> bool:
    """Whether an error is the filter's."""
    return isinstance(said.message, str) and _GUIDELINES.search(said.message) is not None


def outcome(operation: Operation) -> Done | Failed:
    """What came of work that is over.

    "You will not be charged if your video is blocked from generating" (ai.google.dev/gemini-api/docs/video, read
    2026-11-28); only requests that succeed are charged.
    """
    if operation.error is not None:
        return _failed(operation.error)
    held = operation.response if isinstance(operation.response, dict) else {}
    films = held.get("videos")
    if isinstance(films, list) and films:
        return Done((_film(films[0]),))
    if held.get("raiMediaFilteredCount") or held.get("raiMediaFilteredReasons"):
        return Failed("content_refused", REFUSED)
    return Failed("provider_bad_response", "The provider's answer has no result in it.", billed=True)


def _failed(error: Any) -> Failed:
    try:
        said = msgspec.convert(error, Status)
    except msgspec.ValidationError:
        return Failed("provider_error", NO_FILM)
    if is_about_content(said):
        return Failed("content_refused", REFUSED)
    if said.code in WRONG:
        found = errors.about_the_request(400, said)
        return Failed(found.code, found.reason)
    return Failed("provider_error", NO_FILM)


def _film(held: Any) -> Outcome:
    text = held.get("bytesBase64Encoded") if isinstance(held, dict) else None
    try:
        return (
            Made(data=base64.b64decode(text, validate=True))
            if isinstance(text, str)
            else Withheld(UNREADABLE)
        )
    except (binascii.Error, ValueError):
        return Withheld(UNREADABLE)


def operation_of(got: Fetched) -> Operation | None:
    """The operation that an answer is about."""
    found = read(got, Operation)
    return found if found and found.name else None
