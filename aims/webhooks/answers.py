"""What a receiver answered, as much of it as is kept."""

import time
from email.utils import parsedate_to_datetime

from aims.core.clock import DAY, SECOND

LONGEST = 4096
"""Bytes of a body that are read, and bytes of text that are kept of it."""


def excerpt(body: bytes) -> str:
    """The beginning of a body as text that any database and any page can hold: at most 4 KiB of UTF-8."""
    text = body[:LONGEST].decode("utf-8", "replace")
    shown = "".join(char if char.isprintable() or char in "\r\n\t" else "\ufffd" for char in text)
    # Each byte that was replaced has become three.
    return shown.encode()[:LONGEST].decode("utf-8", "ignore")


def retry_after(value: str | None) -> int | None:
    """How long a Retry-After asks to wait, in microseconds; None when it says nothing that can be understood."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        # However long the number is: it is cut to a day here, and to less where it is used.
        return min(int(text[:9]), DAY // SECOND) * SECOND
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return round(min(max(moment - time.time(), 0), DAY // SECOND)) * SECOND
