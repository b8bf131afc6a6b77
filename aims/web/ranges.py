"""Parts of a file, as RFC 9110 section 14 asks for them. More than one range at once is answered with the whole."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_HEADER = 200
_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file; `partial` when it is not answered as the whole."""

    start: int
    length: int
    partial: bool


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has this version already."""
    if if_none_match is None:
        return False
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in if_none_match.split(","))


def choose(header: str | None, if_range: str | None, tag: str, size: int) -> Part | None:
    """The part to send: the whole file unless one range of this version is asked for. None: it lies beyond the end."""
    whole = Part(0, size, partial=False)
    if header is None or len(header) > LONGEST_HEADER or (if_range is not None and if_range.strip() != tag):
        return whole
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return whole
    if not match[1]:
        length = min(int(match[2]), size)
        return Part(size - length, length, partial=True) if length else None
    start = int(match[1])
    end = min(int(match[2]), size - 1) if match[2] else size - 1
    if start >= size:
        return None
    return Part(start, end - start + 1, partial=True) if end >= start else whole


def _read(path: Path, start: int, length: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        return file.read(length)


async def pieces(path: Path, part: Part, most: int) -> AsyncIterator[bytes]:
    """The bytes of a part, in pieces of at most `most`, read off the event loop.

    Each piece opens the file anew: a caller may go away at any moment, and then nothing is left open.
    """
    at, end = part.start, part.start + part.length
    while at < end:
        piece = await asyncio.to_thread(_read, path, at, min(most, end - at))
        if not piece:
            return
        at += len(piece)
        yield piece
