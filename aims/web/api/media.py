"""Share a picture or film with anybody, and take that back."""

import msgspec
from litestar import Response, delete, post
from litestar.params import FromPath

from aims import media
from aims.generation import share_url
from aims.web.desk import AnyRequest, desk, reader


@post("/media/{asset_id:str}/share", status_code=200)
async def share(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """Give an asset a public address; one that has an address keeps it. Scope `media:write`."""
    studio, actor = desk(request).studio, await reader(request)
    actor.require("media:write")
    share_id = await studio.db.write(media.share, actor.workspace_id, asset_id, lane=actor.workspace_id)
    body = {"id": asset_id, "share_url": share_url(studio.settings.base_url, share_id)}
    return Response(msgspec.json.encode(body), media_type="application/json")


@delete("/media/{asset_id:str}/share", status_code=200)
async def unshare(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """Take the public address away, at once: the page, the file and the thumbnail are gone. Scope `media:write`."""
    studio, actor = desk(request).studio, await reader(request)
    actor.require("media:write")
    await studio.db.write(media.unshare, actor.workspace_id, asset_id, lane=actor.workspace_id)
    return Response(msgspec.json.encode({"id": asset_id, "share_url": None}), media_type="application/json")
