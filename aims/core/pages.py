"""Pages of a list: how long they are, and the cursor that says where the next one begins.

A cursor is the place of the last row that was seen, in the list's own order, and a mark of the list it belongs to. It
is checked, not secret: whoever forges one begins somewhere else in a list that he may read anyway, because every
statement asks for the workspace itself.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from aims.core.errors import Invalid

USUAL = 20
MOST = 100
LONGEST_CURSOR = 1000
_MARK_BYTES = 9
_LARGEST = 2**63 - 1

T = TypeVar("T")
type_of_value = int | str


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items of a list, and where the next ones begin; None at the end."""

    items: list[T]
    next_cursor: str | None = None


def limit(text: str | None) -> int:
    """How many items are asked for: 1 to 100, 20 if nothing is said.

    Raises Invalid.
    """
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise Invalid.field("limit", f"`limit` is a whole number from 1 to {MOST}.")
    return int(text)


def cursor(values: Sequence[type_of_value], *bound: str | int | None) -> str:
    """The text of a cursor. `values`: the last row's place in the order; `bound`: the workspace and every filter."""
    body = msgspec.json.encode([_mark(bound), *values])
    return urlsafe_b64encode(body).rstrip(b"=").decode()


def read(text: str, shape: type[T], *bound: str | int | None) -> T:
    """The values of a cursor. `shape` is their type, such as `tuple[int, str]`; `bound` is what it was made with.

    Raises Invalid for a text that is no cursor, and for the cursor of another list.
    """
    # A shorter text is no hindrance to anybody's next page, and spares decoding somebody's megabyte.
    if not 0 < len(text) <= LONGEST_CURSOR or not text.isascii():
        raise _wrong()
    try:
        body = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mark, *values = msgspec.json.decode(body, type=list[type_of_value])
        found = msgspec.convert(values, shape)
    except (ValueError, msgspec.DecodeError, msgspec.ValidationError):
        raise _wrong() from None
    if mark != _mark(bound) or not all(map(_storable, values)):
        raise _wrong()
    return found


def cut(rows: list[T], most: int) -> tuple[list[T], bool]:
    """A page of at most that many rows out of one row more, and whether there are others after it."""
    return rows[:most], len(rows) > most


def _mark(bound: Sequence[str | int | None]) -> str:
    digest = hashlib.blake2b(msgspec.json.encode(bound), digest_size=_MARK_BYTES).digest()
    return urlsafe_b64encode(digest).decode()


def _storable(value: type_of_value) -> bool:
    """Whether a database takes it: PostgreSQL has 64 bits for a number, and no NUL in a text."""
    return "\0" not in value if isinstance(value, str) else -_LARGEST <= value <= _LARGEST


def _wrong() -> Invalid:
    return Invalid.field(
        "cursor",
        "This cursor does not belong to this list. Take `next_cursor` from the page before, keep the filters as they "
        "were, or begin without a cursor.",
        code="invalid_cursor",
    )
