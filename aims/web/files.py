"""The one function that serves stored files: fixed type, no sniffing, no scripts, ranges, a tag to ask again with."""

import mimetypes
from email.utils import formatdate

from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.params import FromPath
from litestar.response import Stream

from aims.core.errors import NotFound
from aims.media import Asset, at
from aims.web import ranges
from aims.web.desk import AnyRequest, desk

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
PIECE = 256 * 1024


@route("/workspaces/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.HEAD], status_code=200)
async def file(request: AnyRequest, rest: FromPath[str]) -> Response[bytes] | Stream:
    """A stored picture or film, at its unguessable address."""
    studio = desk(request).studio
    key = f"workspaces/{rest.lstrip('/')}"
    asset = await studio.db.read(at, key)
    path = studio.storage.path(asset.storage_key)
    if not path.is_file():
        raise NotFound("There is no such file.")
    tag = f'"{asset.sha256[:32]}"'
    headers = headers_for(asset, tag, path.stat().st_mtime)
    if ranges.unchanged(request.headers.get("if-none-match"), tag):
        return Response(b"", status_code=304, headers=headers)
    part = ranges.choose(request.headers.get("range"), request.headers.get("if-range"), tag, asset.bytes)
    if part is None:
        headers["Content-Range"] = f"bytes */{asset.bytes}"
        return Response(b"", status_code=416, headers=headers)
    headers["Content-Length"] = str(part.length)
    if part.partial:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{asset.bytes}"
    status = 206 if part.partial else 200
    if request.method == "HEAD":
        return Response(b"", status_code=status, headers=headers, media_type=asset.content_type)
    body = ranges.pieces(path, part, PIECE)
    return Stream(body, status_code=status, headers=headers, media_type=asset.content_type)


def headers_for(asset: Asset, tag: str, changed: float) -> dict[str, str]:
    """What every answer about a file carries. `changed`: seconds since 1970."""
    extension = mimetypes.guess_extension(asset.content_type) or ""
    return {
        "Content-Type": asset.content_type,
        "Content-Disposition": f'inline; filename="{asset.id}{extension}"',
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "same-site",
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": tag,
        "Last-Modified": formatdate(changed, usegmt=True),
        "Accept-Ranges": "bytes",
    }
