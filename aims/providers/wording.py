"""How any provider's answer is read and told: sentences of ours, and its own texts as far as they may be shown."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from aims.core.fetch import Fetched

LONGEST_BUSY = 60.0
LONGEST_TEXT = 200

REFUSED = "The provider's safety check refused this prompt or what it was to work from."
NOT_TAKEN = "The provider does not take this studio's key. Its operator has to correct it."
UNPAID = "This studio's account at the provider cannot pay for it. Its operator has to act."
LOST = "The provider was asked and its answer did not come. It is not asked twice; nothing was charged."
GARBLED = "The provider's answer could not be understood. It is not asked twice; nothing was charged."

_ADDRESS = re.compile(r"\S*(?://|www\.|@|\.(?:ai|com|dev|io|net|org|run)\b)\S*", re.IGNORECASE)
_SECRET = re.compile(r"[A-Za-z0-9_+/=:-]{24,}")
_UNSHOWN = re.compile(r"[^ -~\u00a0-\ud7ff]+")


Answer = TypeVar("Answer")


def read(got: Fetched, kind: type[Answer]) -> Answer | None:
    """The answer's body as that kind; None when it is nothing like it."""
    try:
        return msgspec.json.decode(got.body, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def clean(text: object) -> str:
    """A text of the provider's that may be shown: short, without addresses, accounts and what looks like a key."""
    if not isinstance(text, str):
        return ""
    shown = _SECRET.sub("…", _ADDRESS.sub("…", _UNSHOWN.sub(" ", text[:2000])))
    return " ".join(shown.split())[:LONGEST_TEXT].rstrip(" .")


def retry_after(text: str | None) -> float:
    """How long to wait, in seconds: from a Retry-After of any kind, 1 when it says nothing of use."""
    if not text:
        return 1.0
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return 1.0
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(seconds, LONGEST_BUSY) if math.isfinite(seconds) and seconds >= 0 else 1.0
