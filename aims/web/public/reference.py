"""The API's own document, for programs and as a page for people."""

import asyncio
import hashlib
from functools import cache

import msgspec
from litestar import Response, get

from aims.web import ranges
from aims.web.desk import AnyRequest, desk, header
from aims.web.pages import POLICY, rendered

FIVE_MINUTES = "public, max-age=300"


@get("/openapi.json")
async def openapi(request: AnyRequest) -> Response[bytes]:
    """The document, as JSON."""
    base_url = desk(request).studio.settings.base_url
    return _kept(request, *await asyncio.to_thread(_document, base_url), "application/json", {})


@get("/reference")
async def reference(request: AnyRequest) -> Response[bytes]:
    """The document, as a page."""
    base_url = desk(request).studio.settings.base_url
    policy = {"Content-Security-Policy": POLICY}
    return _kept(request, *await asyncio.to_thread(_page, base_url), "text/html", policy)


# Both are put together when somebody asks, beside the event loop, and then kept: no start of the server waits for them.


@cache
def _document(base_url: str) -> tuple[bytes, str]:
    from aims.web.openapi import document

    return _tagged(msgspec.json.encode(document(base_url)))


@cache
def _page(base_url: str) -> tuple[bytes, str]:
    from aims.web.openapi.reading import contents

    return _tagged(rendered("public/reference.html", contents(base_url)))


def _tagged(body: bytes) -> tuple[bytes, str]:
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _kept(
    request: AnyRequest, body: bytes, tag: str, media_type: str, more: dict[str, str]
) -> Response[bytes]:
    """The body, or word that the caller has it already."""
    headers = {"ETag": tag, "Cache-Control": FIVE_MINUTES, **more}
    if ranges.unchanged(header(request, b"if-none-match"), tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
