"""Look at a file before it is sent: whether it is a picture that the studio takes, from its bytes alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from aims.client.errors import BadFile

LARGEST = 20 * 1024 * 1024
HEAD = 512
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"GIF87a", "image/gif", "gif"),
    (b"GIF89a", "image/gif", "gif"),
)
_BRANDS = (
    (frozenset({b"avif", b"avis"}), "image/avif", "avif"),
    (
        frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}),
        "image/heic",
        "heic",
    ),
)


def read(source: str | Path | bytes | BinaryIO) -> tuple[str, bytes, str]:
    """A picture as it is sent: a name, its bytes and its type.

    source: a path, the bytes themselves, or a file that is open for reading.

    Raises BadFile when it is no regular file, is empty, has more than 20 MiB, or is no PNG, JPEG, WebP, GIF, AVIF,
    HEIC or BMP.
    """
    data = _bytes_of(source)
    if len(data) > LARGEST:
        raise BadFile("The picture has more than 20 MiB. Make it smaller and try again.")
    if not data:
        raise BadFile("The file is empty. Send a picture.")
    content_type, extension = recognise(data[:HEAD])
    return f"picture.{extension}", data, content_type


def _bytes_of(source: str | Path | bytes | BinaryIO) -> bytes:
    # One byte more than is allowed shows that there are too many, without reading the rest.
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source[: LARGEST + 1])
    if not isinstance(source, str | os.PathLike):
        return source.read(LARGEST + 1)
    path = Path(source)
    try:
        if not path.is_file():
            raise BadFile(f"{path} is not a file." if path.exists() else f"There is no file {path}.")
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def recognise(head: bytes) -> tuple[str, str]:
    """Type and extension of a picture that begins like this.

    Raises BadFile for everything else.
    """
    for start, content_type, extension in _STARTS:
        if head.startswith(start):
            return content_type, extension
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp", "webp"
    if head[:2] == b"BM" and len(head) > 26:
        return "image/bmp", "bmp"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, int.from_bytes(head[:4], "big"), 4))}
        for names, content_type, extension in _BRANDS:
            if brands & names:
                return content_type, extension
    raise BadFile("This is no picture that the studio takes: PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP.")
