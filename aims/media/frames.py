"""How many frames a picture has and how long it moves, counted from its blocks without decoding one.

Counting stops just above the limit, so a file of a million tiny frames costs no more than one of two
hundred.
"""

from collections.abc import Iterator
from typing import NamedTuple

from aims.media.limits import MOST_FRAMES
from aims.media.recognise import GIF, PNG, WEBP, Kind


class Motion(NamedTuple):
    """Frames, at least 1, and seconds; a still picture has 1 and 0.0."""

    frames: int
    seconds: float


def count(kind: Kind, data: bytes) -> Motion:
    """Count the frames of a GIF, PNG or WebP. Of other kinds the decoder knows the number; here it is 1.

    A file that breaks off counts as far as it goes; decoding will refuse it.
    """
    finders = {GIF: _gif_seconds, PNG: _png_seconds, WEBP: _webp_seconds}
    frames, seconds = 0, 0.0
    if kind in finders:
        for each in finders[kind](data):
            frames += 1
            seconds += each
            if frames > MOST_FRAMES:
                break
    return Motion(max(1, frames), seconds if frames > 1 else 0.0)


def _gif_seconds(data: bytes) -> Iterator[float]:
    delay = 0.0
    at = 13 + _palette(data[10:11])
    while at < len(data):
        if data[at] == 0x21:
            if data[at + 1 : at + 3] == b"\xf9\x04":
                delay = int.from_bytes(data[at + 4 : at + 6], "little") / 100
            at = _after_blocks(data, at + 2)
        elif data[at] == 0x2C:
            yield delay
            delay = 0.0
            at = _after_blocks(data, at + 11 + _palette(data[at + 9 : at + 10]))
        else:
            return


def _palette(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    end = len(data)
    while at < end and (length := data[at]):
        at += length + 1
    return at + 1


def _png_seconds(data: bytes) -> Iterator[float]:
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"fcTL":
            parts = data[at + 28 : at + 32]
            # A divisor of 0 stands for hundredths.
            yield int.from_bytes(parts[:2], "big") / (int.from_bytes(parts[2:], "big") or 100)
        at += length + 12


def _webp_seconds(data: bytes) -> Iterator[float]:
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"ANMF":
            yield int.from_bytes(data[at + 20 : at + 23], "little") / 1000
        at += 8 + length + (length & 1)
