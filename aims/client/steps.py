"""What a call asks of whoever carries it out.

Every verb of this client is written once, as a generator: it yields steps and is given what came of them. Two carriers
do the steps: `aims.client.blocking` for plain code, `aims.client.awaiting` for asynchronous code. A verb itself does
not know which of them it runs on, and touches no network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from aims.client.errors import BadAnswer

T = TypeVar("T")


def address(*parts: str) -> str:
    """A path from its parts; whatever is in an id, it stays one part."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. path: below the base URL. file: name, bytes and type of the one part `file` of a form.

    once: not to be sent again when it may have been done.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    file: tuple[str, bytes, str] | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the studio said. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def read(self, shape: type[T]) -> T:
        """The body as this shape.

        Raises BadAnswer for a body that is something else.
        """
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise BadAnswer(
                "The answer is not one of AI Media Studio: look at the base URL, which ends with /api/v1 "
                f"({error})."
            ) from None


@dataclass(frozen=True, slots=True)
class Send:
    """Send it; gives the Answer, whatever its status. Raises Unreachable."""

    call: Call


@dataclass(frozen=True, slots=True)
class Listen:
    """Send it and leave the answer open; gives the Answer, without a body if its status is 200. Raises Unreachable."""

    call: Call


@dataclass(frozen=True, slots=True)
class Hear:
    """The next bytes of the open answer, empty at its end. Raises Unreachable when it was cut, or says nothing."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Again:
    """Whether to try once more: True after the seconds, False at once when that was tried often enough.

    tried: how often it was tried again already.
    """

    tried: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Tell(Generic[T]):
    """Hand a value on while the work goes on: to a function, else to whoever goes through the call, if anybody does."""

    value: T
    to: Callable[[T], object] | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """Download an address into a file. Gives nothing. Raises Unreachable, APIError, OSError."""

    url: str
    file: Path


Step = Send | Listen | Hear | Pause | Again | Store | Tell[Any]
Flow = Generator[Step, Any, T]
"""A verb that is under way, and gives a T."""
Telling = Generator[Step | Tell[T], Any, None]
"""A verb that is under way, and tells of one T after another."""
