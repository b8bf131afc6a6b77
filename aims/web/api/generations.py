"""Look at generations, at one or page by page, and ask for one to be stopped."""

from collections.abc import Mapping

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from aims.core import pages
from aims.generation import cancel, listing, read
from aims.web.api import asked
from aims.web.desk import AnyRequest, desk, reader


@get("/generations")
async def browse(request: AnyRequest) -> Response[bytes]:
    """A page of the workspace's generations, newest first. Any valid key."""
    studio, actor, given = desk(request).studio, await reader(request), request.query_params
    page = await studio.db.read(
        listing.browse,
        actor.workspace_id,
        wanted(given),
        given.get("cursor"),
        pages.limit(given.get("limit")),
        studio.settings.base_url,
    )
    return Response(
        msgspec.json.encode(page), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def wanted(given: Mapping[str, str]) -> listing.Wanted:
    """The filters of a list, from its address.

    Raises Invalid, naming the one that is wrong.
    """
    return listing.Wanted(
        kind=asked.choice(given, "kind", "image", "video"),
        status=asked.choice(given, "status", *listing.STATUSES),
        model=asked.words(given, "model"),
        key=asked.words(given, "key"),
        since=asked.instant(given, "created_after"),
        until=asked.instant(given, "created_before"),
    )


@get("/generations/{generation_id:str}")
async def show(request: AnyRequest, generation_id: FromPath[str]) -> Response[bytes]:
    """One generation of the key's workspace. Any valid key."""
    studio, actor = desk(request).studio, await reader(request)
    found = await studio.db.read(read, actor.workspace_id, generation_id, studio.settings.base_url)
    return Response(
        msgspec.json.encode(found.view), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@post("/generations/{generation_id:str}/cancel", status_code=200)
async def stop(request: AnyRequest, generation_id: FromPath[str]) -> Response[bytes]:
    """Ask for a generation to be stopped. The generate scope of its kind."""
    studio, actor = desk(request).studio, await reader(request)
    await cancel(studio, actor, generation_id)
    found = await studio.db.read(read, actor.workspace_id, generation_id, studio.settings.base_url)
    return Response(msgspec.json.encode(found.view), media_type="application/json")
