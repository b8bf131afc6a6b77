"""Return what was made for an agent to look at: whole where that is little, else its thumbnail."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aims.client import AIMSError, Generation, Output
from aims.client.steps import Flow, Store

MOST_BYTES = 1 << 20
"""All pictures of one answer together. A thumbnail is counted at its usual size."""
_THUMBNAIL_BYTES = 32 * 1024
_WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, or one frame of a film."""

    data: bytes
    content_type: str


def pictures_of(generation: Generation) -> Flow[tuple[Picture, ...]]:
    """The pictures that were made, in their order. One that cannot be fetched is left out."""
    found: list[Picture] = []
    left = MOST_BYTES
    with TemporaryDirectory(prefix="aims-mcp-") as folder:
        for output in generation.completed:
            url, content_type = _chosen(output, left)
            if url is None:
                continue
            file = Path(folder) / output.id
            try:
                yield Store(url, file)
            except (AIMSError, OSError):
                continue
            data = file.read_bytes()
            if len(data) <= left:
                found.append(Picture(data, content_type))
                left -= len(data)
    return tuple(found)


def _chosen(output: Output, left: int) -> tuple[str | None, str]:
    """What is returned of an output: its own file if it is a picture and there is room for it, else its thumbnail."""
    size, content_type = output.bytes, output.content_type or ""
    if size is not None and size <= left - _THUMBNAIL_BYTES and content_type.startswith("image/"):
        return output.url, content_type
    return output.thumbnail_url, _WEBP
