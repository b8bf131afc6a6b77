"""Values in the question part of an address: each is given once, and what is wrong with it is said in a sentence."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from aims.core.errors import Invalid

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NAME = 200


def choice(given: Mapping[str, str], name: str, *choices: str) -> str | None:
    """One of a few words, or None when nothing is said.

    Raises Invalid.
    """
    value = given.get(name)
    if value is not None and value not in choices:
        raise Invalid.field(name, f"`{name}` is {' or '.join(f'`{each}`' for each in choices)}.")
    return value


def flag(given: Mapping[str, str], name: str) -> bool | None:
    """Yes or no, or None when nothing is said.

    Raises Invalid.
    """
    value = choice(given, name, "true", "false")
    return None if value is None else value == "true"


def words(given: Mapping[str, str], name: str) -> str | None:
    """A name of at most 200 characters, or None when nothing is said.

    Raises Invalid.
    """
    value = given.get(name)
    if value is not None and (len(value) > LONGEST_NAME or "\0" in value):
        raise Invalid.field(name, f"`{name}` is at most {LONGEST_NAME} characters.")
    return value


def instant(given: Mapping[str, str], name: str) -> int | None:
    """An instant in microseconds since 1970 UTC, or None when nothing is said.

    Raises Invalid for anything but RFC 3339 with its offset from UTC.
    """
    value = given.get(name)
    if value is None:
        return None
    try:
        # In an address, a plus that was not encoded arrives as a space.
        found = datetime.fromisoformat(_written(value)) - _BEGINNING
    except (ValueError, OverflowError):
        raise Invalid.field(
            name, f"`{name}` is an instant with its offset from UTC, such as 2026-11-24T09:30:00Z."
        ) from None
    return found // timedelta(microseconds=1)


def _written(text: str) -> str:
    text = f"{text[:-6]}+{text[-5:]}" if text[-6:-5] == " " else text
    return text.upper() if _INSTANT.fullmatch(text) else ""
