"""Facts and pieces of bytes in one piece of bytes: what a decoding child sends home.

Not pickle: the parent must not trust a process that has just read a stranger's file.
"""

import json
import struct
from typing import Any

_LENGTH = struct.Struct("!I")


def pack(facts: dict[str, Any], *pieces: bytes) -> bytes:
    """Join facts (anything that JSON knows) and pieces."""
    head = json.dumps({"facts": facts, "lengths": [len(piece) for piece in pieces]}).encode()
    return b"".join((_LENGTH.pack(len(head)), head, *pieces))


def unpack(parcel: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Take apart what `pack` joined.

    Raises ValueError when it is anything else.
    """
    try:
        (length,) = _LENGTH.unpack_from(parcel)
        at = _LENGTH.size + length
        head = json.loads(parcel[_LENGTH.size : at])
        pieces = []
        for piece in head["lengths"]:
            pieces.append(parcel[at : at + int(piece)])
            at += int(piece)
        facts = head["facts"]
    except (struct.error, KeyError, TypeError) as error:
        raise ValueError("not a parcel") from error
    if at != len(parcel) or not isinstance(facts, dict):
        raise ValueError("not a parcel")
    return facts, pieces
