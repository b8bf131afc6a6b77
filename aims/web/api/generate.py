"""`POST /images/generate` and `POST /videos/generate`."""

from functools import partial

from litestar import post
from litestar.types import ASGIApp

from aims import catalog
from aims.catalog.spec import Kind
from aims.generation import default_model, idempotency, is_available, submit
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
    draft = catalog.check(
        studio.counter.of(actor.workspace_id).shelf,
        kind,
        body,
        default_model=default_model(studio, actor.workspace_id, kind, body),
        is_usable=partial(is_available, studio, actor.workspace_id),
    )
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
