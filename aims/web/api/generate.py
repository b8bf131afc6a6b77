"""`POST /images/generate` and `POST /videos/generate`."""

from litestar import post
from litestar.types import ASGIApp

from aims.catalog.spec import Kind
from aims.generation import checked, idempotency, submit
from aims.web.api import preferences
from aims.web.api.answers import answer
from aims.web.api.bodies import json_object
from aims.web.desk import AnyRequest, desk, header, who


async def _generate(request: AnyRequest, kind: Kind) -> ASGIApp:
    at, actor = desk(request), await who(request)
    studio = at.studio
    actor.require(f"{kind}:generate")
    preference = preferences.read(header(request, b"prefer"))
    body = await json_object(request)
    key = idempotency.read(header(request, b"idempotency-key"), "POST", request.scope["path"], body)
    draft = checked(studio, actor.workspace_id, kind, body)
    accepted = await submit(studio, actor, draft, key=key)
    return await answer(at, actor.workspace_id, accepted, preference)


@post("/images/generate", status_code=200)
async def generate_image(request: AnyRequest) -> ASGIApp:
    """Make or edit pictures. Scope `image:generate`."""
    return await _generate(request, "image")


@post("/videos/generate", status_code=200)
async def generate_video(request: AnyRequest) -> ASGIApp:
    """Make a film. Scope `video:generate`."""
    return await _generate(request, "video")
