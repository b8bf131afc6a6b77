"""The API's own document, for programs and as a page for people."""

import asyncio
from functools import cache

import msgspec
from litestar import Response

from aims.web.desk import AnyRequest, desk
from aims.web.kept import Kept, answer
from aims.web.linked import linked
from aims.web.pages import SCRIPTED, rendered


@linked("/openapi.json")
async def openapi(request: AnyRequest) -> Response[bytes]:
    """The document, as JSON."""
    base_url = desk(request).studio.settings.base_url
    return answer(request, await asyncio.to_thread(_document, base_url))


@linked("/reference")
async def reference(request: AnyRequest) -> Response[bytes]:
    """The document, as a page."""
    base_url = desk(request).studio.settings.base_url
    policy = {"Content-Security-Policy": SCRIPTED}
    return answer(request, await asyncio.to_thread(_page, base_url), more=policy)


# Both are put together when somebody asks, beside the event loop, and then kept: no start of the server waits for them.


@cache
def _document(base_url: str) -> Kept:
    from aims.web.openapi import document

    return Kept.of(msgspec.json.encode(document(base_url)), "application/json")


@cache
def _page(base_url: str) -> Kept:
    from aims.web.openapi.reading import contents

    return Kept.of(rendered("public/reference.html", contents(base_url)), "text/html")
