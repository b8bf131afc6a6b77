"""The one function that serves stored files: fixed type, no sniffing, no scripts, ranges, a tag to ask again with."""

import asyncio
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from litestar import Response
from litestar.response import Stream

from aims.core.errors import NotFound
from aims.media import Asset
from aims.web import ranges
from aims.web.desk import AnyRequest, header

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
# A browser that is led to a film shows it in a page of its own making, which is under this policy too and asks for the
# film again, as the site that the page is of. Scripts stay off.
FILM_POLICY = (
    "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin; "
    "frame-ancestors 'none'"
)
FOR_EVER = "private, max-age=31536000, immutable"
NEVER = "no-store"
WEBP = "image/webp"
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it is sent. tag: changes when its bytes do. cache: the Cache-Control of the answer."""

    path: Path
    name: str
    content_type: str
    tag: str
    cache: str = FOR_EVER
    index: bool = True


def of_asset(asset: Asset, path: Path, *, cache: str = FOR_EVER, index: bool = True) -> Served:
    """An asset's own file, or its thumbnail when `path` is one."""
    thumbnail = path.name.endswith(".webp") and path.name.count(".") == 2
    tag = asset.sha256[:32] + (f"-{path.name.split('.')[1]}" if thumbnail else "")
    name = f"{asset.id}.{'webp' if thumbnail else asset.extension}"
    return Served(path, name, WEBP if thumbnail else asset.content_type, f'"{tag}"', cache, index)


async def send(request: AnyRequest, file: Served) -> Response[bytes] | Stream:
    """The file, or the part of it that was asked for, or word that the caller has it already.

    Raises NotFound when the bytes are gone.
    """
    try:
        state = await asyncio.to_thread(file.path.stat)
    except OSError:
        raise NotFound("There is no such file.") from None
    headers = headers_of(file, state.st_mtime)
    if ranges.unchanged(header(request, b"if-none-match"), file.tag):
        return Response(b"", status_code=304, headers=headers)
    size = state.st_size
    part = ranges.choose(header(request, b"range"), header(request, b"if-range"), file.tag, size)
    if part is None:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(b"", status_code=416, headers=headers)
    headers["Content-Length"] = str(part.length)
    if part.partial:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{size}"
    status = 206 if part.partial else 200
    if request.method == "HEAD":
        return Response(b"", status_code=status, headers=headers, media_type=file.content_type)
    body = ranges.pieces(file.path, part, PIECE)
    return Stream(body, status_code=status, headers=headers, media_type=file.content_type)


def headers_of(file: Served, changed: float) -> dict[str, str]:
    """What every answer about a file carries. `changed`: seconds since 1970."""
    hidden = {} if file.index else {"X-Robots-Tag": "noindex"}
    return {
        "Content-Type": file.content_type,
        "Content-Disposition": f'inline; filename="{file.name}"',
        "Content-Security-Policy": FILM_POLICY if file.content_type.startswith("video/") else POLICY,
        "Cross-Origin-Resource-Policy": "same-site",
        "Cache-Control": file.cache,
        "ETag": file.tag,
        "Last-Modified": formatdate(changed, usegmt=True),
        "Accept-Ranges": "bytes",
        **hidden,
    }
