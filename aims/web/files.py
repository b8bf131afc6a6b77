"""Stored files at their own, unguessable addresses."""

from litestar import Response
from litestar.params import FromPath
from litestar.response import Stream

from aims.media import at
from aims.web.desk import AnyRequest, desk
from aims.web.linked import linked
from aims.web.sending import of_asset, send


@linked("/workspaces/{rest:path}")
async def file(request: AnyRequest, rest: FromPath[str]) -> Response[bytes] | Stream:
    """A stored picture or film, or one of its thumbnails. The address is the permission."""
    studio = desk(request).studio
    asset, key = await studio.db.read(at, f"workspaces/{rest.lstrip('/')}")
    return await send(request, of_asset(asset, studio.storage.path(key)))
