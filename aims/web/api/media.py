"""The library: list and search what a workspace keeps, share it, put it in the trash and take it out again."""

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath

from aims import generation, media
from aims.accounts import Actor
from aims.core import pages
from aims.generation import Studio
from aims.web.api import asked
from aims.web.desk import AnyRequest, desk, reader


@get("/media")
async def browse(request: AnyRequest) -> Response[bytes]:
    """A page of the library, newest first. Scope `media:read`."""
    studio, actor = await _allowed(request, "media:read")
    limit, cursor = request.query_params.get("limit"), request.query_params.get("cursor")
    most = media.library.USUAL if limit is None else pages.limit(limit)
    base = studio.settings.base_url
    return _json(await studio.db.read(media.browse, actor.workspace_id, wanted(request), cursor, most, base))


@get("/media/{asset_id:str}")
async def show(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """One picture or film, also one in the trash. Scope `media:read`."""
    studio, actor = await _allowed(request, "media:read")
    return await _shown(studio, actor, asset_id)


@delete("/media/{asset_id:str}", status_code=200)
async def remove(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """Put it in the trash; with `permanent=true`, delete for good what is there already. Scope `media:write`."""
    studio, actor = await _allowed(request, "media:write")
    if asked.flag(request.query_params, "permanent"):
        await generation.erase(studio, actor, asset_id)
        return Response(b"", status_code=204)
    await studio.db.write(media.throw_away, actor.workspace_id, asset_id, lane=actor.workspace_id)
    return await _shown(studio, actor, asset_id)


@post("/media/{asset_id:str}/restore", status_code=200)
async def restore(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """Take it out of the trash; its share does not come back with it. Scope `media:write`."""
    studio, actor = await _allowed(request, "media:write")
    await studio.db.write(media.restore, actor.workspace_id, asset_id, lane=actor.workspace_id)
    return await _shown(studio, actor, asset_id)


@post("/media/{asset_id:str}/share", status_code=200)
async def share(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """Give an asset a public address; one that has an address keeps it. Scope `media:write`."""
    studio, actor = await _allowed(request, "media:write")
    share_id = await studio.db.write(media.share, actor.workspace_id, asset_id, lane=actor.workspace_id)
    return _json({"id": asset_id, "share_url": media.share_url(studio.settings.base_url, share_id)})


@delete("/media/{asset_id:str}/share", status_code=200)
async def unshare(request: AnyRequest, asset_id: FromPath[str]) -> Response[bytes]:
    """Take the public address away, at once: the page, the file and the thumbnail are gone. Scope `media:write`."""
    studio, actor = await _allowed(request, "media:write")
    await studio.db.write(media.unshare, actor.workspace_id, asset_id, lane=actor.workspace_id)
    return _json({"id": asset_id, "share_url": None})


def wanted(request: AnyRequest) -> media.Wanted:
    """The filters of a list, from its address.

    Raises Invalid, naming the one that is wrong.
    """
    given = request.query_params
    return media.Wanted(
        kind=asked.choice(given, "kind", "image", "video"),
        source=asked.choice(given, "source", "generation", "upload"),
        model=asked.words(given, "model"),
        shared=asked.flag(given, "shared"),
        trashed=bool(asked.flag(given, "trashed")),
        since=asked.instant(given, "created_after"),
        until=asked.instant(given, "created_before"),
        text=given.get("q"),
    )


async def _allowed(request: AnyRequest, scope: str) -> tuple[Studio, Actor]:
    actor = await reader(request)
    actor.require(scope)
    return desk(request).studio, actor


async def _shown(studio: Studio, actor: Actor, asset_id: str) -> Response[bytes]:
    return _json(await studio.db.read(media.show, actor.workspace_id, asset_id, studio.settings.base_url))


def _json(value: object) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
