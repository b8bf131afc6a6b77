"""Answers that are made once and sent to many: a tag to ask again with, and a packed form for whoever takes one."""

import gzip
import hashlib
from dataclasses import dataclass, field

from litestar import Response

from aims.web import ranges
from aims.web.desk import AnyRequest, header

FIVE_MINUTES = "public, max-age=300"
LEAST_PACKED = 1024
"""Bytes below which packing saves nothing worth having."""
_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Kept:
    """A body that does not change. Nobody's secret may be in it, as packing tells a little of what it packs.

    packed: the same as gzip; empty where that would not be smaller. tag: in quotes, as an ETag is.
    """

    body: bytes
    media_type: str
    packed: bytes = field(repr=False)
    tag: str

    @classmethod
    def of(cls, body: bytes, media_type: str, *, pack: bool = True) -> "Kept":
        """Make one. `pack`: False for what is packed in itself, such as a font."""
        worth = pack and len(body) >= LEAST_PACKED
        # The time stands in the head of a gzip file unless it is said: the same body is the same bytes.
        packed = gzip.compress(body, _LEVEL, mtime=0) if worth else b""
        mark = hashlib.sha256(body).hexdigest()[:32]
        return cls(body, media_type, packed if len(packed) < len(body) else b"", f'"{mark}"')


def answer(
    request: AnyRequest, kept: Kept, *, cache: str = FIVE_MINUTES, more: dict[str, str] | None = None
) -> Response[bytes]:
    """The body, packed if the caller takes that, or word that the caller has it already."""
    packed = bool(kept.packed) and takes_gzip(header(request, b"accept-encoding"))
    # Two forms of one body need two tags, or a cache would mix them up.
    tag = f'{kept.tag[:-1]}-gz"' if packed else kept.tag
    headers = {"ETag": tag, "Cache-Control": cache, **(more or {})}
    if kept.packed:
        headers["Vary"] = "Accept-Encoding"
    if ranges.unchanged(header(request, b"if-none-match"), tag):
        return Response(b"", status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(kept.packed if packed else kept.body, headers=headers, media_type=kept.media_type)


def takes_gzip(accepted: str | None) -> bool:
    """Whether an Accept-Encoding header (RFC 9110, section 12.5.3) names gzip and does not refuse it."""
    for each in (accepted or "").lower().split(","):
        name, _, weight = each.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.rstrip("0").rstrip(".") not in ("", "0") if weight else True
    return False
