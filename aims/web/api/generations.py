"""Look at a generation, and ask for it to be stopped."""

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from aims.generation import cancel, read
from aims.web.desk import AnyRequest, desk, reader


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
