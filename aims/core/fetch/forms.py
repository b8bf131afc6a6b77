"""Bodies of the kind `multipart/form-data`: fields and files beside each other (RFC 7578)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One field; one file where it has a `filename`. The names are ours: no quotes, no line ends, ASCII."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None


def form(parts: Iterable[Part]) -> tuple[str, bytes]:
    """A body and its content type."""
    boundary = secrets.token_hex(16)
    pieces = []
    for part in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{part.name}"'
        head += f'; filename="{part.filename}"' if part.filename is not None else ""
        head += f"\r\nContent-Type: {part.content_type}" if part.content_type is not None else ""
        pieces += [head.encode(), b"\r\n\r\n", part.data, b"\r\n"]
    return f"multipart/form-data; boundary={boundary}", b"".join([*pieces, f"--{boundary}--\r\n".encode()])
