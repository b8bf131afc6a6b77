"""Server-Sent Events, read from bytes as they come.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (read 2026-11-24). Lines are cut at CR and LF
alone: a prompt may contain other characters that Python takes for the end of a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. id: what to say when the stream is opened again."""

    id: str
    name: str
    data: bytes


class Reader:
    """Takes bytes in pieces of any size and gives the events that are complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._id = ""
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[Event]:
        """The events that end in this piece."""
        text = self._rest + piece
        # A CR at the end may be half of a CRLF.
        cut = len(text) - text.endswith(b"\r")
        *lines, rest = _END.split(text[:cut])
        self._rest = rest + text[cut:]
        return [event for line in lines if (event := self._line(line))]

    def _line(self, line: bytes) -> Event | None:
        if not line:
            event = Event(self._id, self._name or "message", b"\n".join(self._data)) if self._data else None
            self._name, self._data = "", []
            return event
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"id":
            self._id = value.decode("utf-8", "replace")
        return None
