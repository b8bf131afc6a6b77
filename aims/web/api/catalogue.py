"""What can be made, in which styles, and what it would cost: for any valid key."""

from typing import Any

import msgspec
from litestar import Response, get, post

from aims import catalog, credits
from aims.catalog.spec import Kind
from aims.core.errors import Invalid
from aims.generation import Studio, checked, default_model, is_available, referenced
from aims.web.api.bodies import json_object
from aims.web.desk import AnyRequest, desk, reader


def _json(value: object) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _described(studio: Studio, workspace_id: str, kind: Kind) -> list[dict[str, Any]]:
    return [
        {**catalog.describe(model), "available": is_available(studio, workspace_id, model)}
        for model in studio.counter.of(workspace_id).shelf.models(kind)
    ]


async def _overview(request: AnyRequest, kind: Kind) -> Response[bytes]:
    studio, actor = desk(request).studio, await reader(request)
    now = await studio.db.read(credits.balance, actor.workspace_id)
    return _json(
        {
            "status": "ok",
            "workspace_id": actor.workspace_id,
            "credits_available": now.available,
            "scopes": sorted(actor.scopes),
            "default_model": default_model(studio, actor.workspace_id, kind),
            "available_models": _described(studio, actor.workspace_id, kind),
        }
    )


@get("/images/generate")
async def image_models(request: AnyRequest) -> Response[bytes]:
    """The image models of the key's workspace, its credits and its scopes."""
    return await _overview(request, "image")


@get("/videos/generate")
async def video_models(request: AnyRequest) -> Response[bytes]:
    """The video models of the key's workspace, its credits and its scopes."""
    return await _overview(request, "video")


@get("/models")
async def models(request: AnyRequest) -> Response[bytes]:
    """All models; `?type=image` or `?type=video` for one kind."""
    studio, actor = desk(request).studio, await reader(request)
    wanted = request.query_params.get("type")
    if wanted not in (None, "image", "video"):
        raise Invalid.field("type", "`type` is `image` or `video`.")
    body: dict[str, Any] = {"status": "ok", "workspace_id": actor.workspace_id}
    if wanted != "video":
        body["image_models"] = _described(studio, actor.workspace_id, "image")
    if wanted != "image":
        body["video_models"] = _described(studio, actor.workspace_id, "video")
    return _json(body)


@get("/styles")
async def styles(request: AnyRequest) -> Response[bytes]:
    """The style presets, each with a preview picture."""
    studio, actor = desk(request).studio, await reader(request)
    base = studio.settings.base_url
    found = [
        {
            "slug": style.slug,
            "name": style.name,
            "description": style.description,
            "category": style.category,
            "preview_url": f"{base}/previews/styles/{style.slug}.webp",
        }
        for style in studio.counter.of(actor.workspace_id).shelf.styles()
    ]
    return _json({"status": "ok", "styles": found})


async def _estimate(request: AnyRequest, kind: Kind) -> Response[bytes]:
    studio, actor = desk(request).studio, await reader(request)
    draft = checked(studio, actor.workspace_id, kind, await json_object(request))
    away = studio.outside.among(draft.references)
    here = [each for each in draft.references if each not in away]
    await studio.db.read(referenced, actor.workspace_id, studio.settings.base_url, here)
    quote = catalog.quote(draft.model, draft)
    now = await studio.db.read(credits.balance, actor.workspace_id)
    return _json(
        {
            "model": draft.model.id,
            "quote": quote,
            "credits_available": now.available,
            "affordable": now.available >= quote.credits,
            "ignored_parameters": draft.ignored_parameters,
        }
    )


@post("/images/estimate", status_code=200)
async def estimate_image(request: AnyRequest) -> Response[bytes]:
    """What a request for pictures would cost. Nothing is spent."""
    return await _estimate(request, "image")


@post("/videos/estimate", status_code=200)
async def estimate_video(request: AnyRequest) -> Response[bytes]:
    """What a request for a film would cost. Nothing is spent."""
    return await _estimate(request, "video")
