"""`/v1/videos`: a film is asked for, looked at until it is done, and fetched."""

from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ASGIApp

from aims import media
from aims.catalog.framing import film_pixels
from aims.core import pages
from aims.core.errors import Conflict, Invalid, NotFound
from aims.generation import Finding, GenerationView, cancel, listing
from aims.media import thumbnail_key
from aims.web.api import asked
from aims.web.api.waiting import finished_within
from aims.web.desk import AnyRequest, Desk, desk, reader
from aims.web.openai import forms, making, options, pictures
from aims.web.reply import Reply
from aims.web.sending import NEVER, of_asset, send

FILMS = listing.Wanted(kind="video")
STATUS = {"queued": "queued", "running": "in_progress", "completed": "completed"}
POLL_MILLISECONDS = "2000"
STOPPING_SECONDS = 15.0
POSTER_SIDE = 1024

type_of_json = dict[str, Any]


@post("/videos", status_code=200, request_max_body_size=forms.LARGEST_FORM + 1)
async def create(request: AnyRequest) -> ASGIApp:
    """Begin a film. Scope `video:generate`."""
    here, actor = await making.allowed(request, "video")
    accepted = await making.accept(request, actor, "video", options.film(await forms.read(request)))
    found = await pictures.find(here, actor.workspace_id, accepted.id)
    headers = {**making.limits_of(accepted), "openai-poll-after-ms": POLL_MILLISECONDS}
    return Reply(msgspec.json.encode(shown(found.view)), 200, headers)


@get("/videos")
async def browse(request: AnyRequest) -> Response[bytes]:
    """The films of the key's workspace that are not deleted, newest first. Any valid key."""
    here, actor, given = desk(request), await reader(request), request.query_params
    if asked.choice(given, "order", "asc", "desc") == "asc":
        raise Invalid.field("order", "`order` is `desc` here: newest first.")
    most, after = pages.limit(given.get("limit")), given.get("after")
    found, more = await _page(here, actor.workspace_id, after, most)
    return _json(
        {
            "object": "list",
            "data": [shown(each) for each in found],
            "first_id": found[0].id if found else None,
            "last_id": found[-1].id if found else None,
            "has_more": more,
        }
    )


async def _page(
    here: Desk, workspace_id: str, after: str | None, most: int
) -> tuple[list[GenerationView], bool]:
    """So many films that are not deleted, and whether there are others. A client stops at a page that is empty."""
    db, base_url = here.studio.db, here.studio.settings.base_url
    cursor = None
    if after is not None:
        cursor = await db.read(listing.following, workspace_id, FILMS, after)
    kept: list[GenerationView] = []
    while True:
        page = await db.read(listing.browse, workspace_id, FILMS, cursor, pages.MOST, base_url)
        kept += [each for each in page.items if not is_deleted(each)]
        cursor = page.next_cursor
        if len(kept) > most or cursor is None:
            return kept[:most], len(kept) > most


@get("/videos/{video_id:str}")
async def show(request: AnyRequest, video_id: FromPath[str]) -> Response[bytes]:
    """Where a film stands. Any valid key."""
    here, actor = desk(request), await reader(request)
    found = await _film(here, actor.workspace_id, video_id)
    return _json(shown(found.view), {"openai-poll-after-ms": POLL_MILLISECONDS})


@get("/videos/{video_id:str}/content")
async def content(request: AnyRequest, video_id: FromPath[str]) -> Response[bytes] | Stream:
    """The film itself, or its poster with `variant=thumbnail`. Any valid key."""
    here, actor = desk(request), await reader(request)
    variant = asked.choice(request.query_params, "variant", "video", "thumbnail", "spritesheet")
    if variant == "spritesheet":
        raise Invalid.field(
            "variant", "There are no sprite sheets here. `variant` is `video` or `thumbnail`."
        )
    found = await _film(here, actor.workspace_id, video_id)
    if found.view.status != "completed":
        waits = "It failed." if found.finished else "Ask for the video until its status is `completed`."
        raise Conflict(f"This video has no content. {waits}", code="video_not_ready")
    asset, key = await here.studio.db.read(media.at, found.files[found.view.outputs[0].id])
    key = thumbnail_key(key, POSTER_SIDE) if variant == "thumbnail" else key
    return await send(request, of_asset(asset, here.studio.storage.path(key), cache=NEVER))


@delete("/videos/{video_id:str}", status_code=200)
async def remove(request: AnyRequest, video_id: FromPath[str]) -> Response[bytes]:
    """Stop a film that is being made, or put a finished one into the trash. Scope `media:write`."""
    here, actor = desk(request), await reader(request)
    actor.require("media:write")
    found = await _film(here, actor.workspace_id, video_id)
    if not found.finished:
        await cancel(here.studio, actor, video_id)
        if not await finished_within(here, video_id, STOPPING_SECONDS):
            raise Conflict("This video is being stopped. Try again in a moment.", code="video_stopping")
        found = await pictures.find(here, actor.workspace_id, video_id)
    for output in pictures.delivered(found):
        await here.studio.db.write(media.throw_away, actor.workspace_id, output.id, lane=actor.workspace_id)
    return _json({"id": video_id, "object": "video.deleted", "deleted": True})


async def _film(here: Desk, workspace_id: str, video_id: str) -> Finding:
    """A film of the workspace.

    Raises NotFound, in the same words for a picture, for a deleted film and for one that never was.
    """
    missing = NotFound("There is no such video in this workspace.")
    try:
        found = await pictures.find(here, workspace_id, video_id)
    except NotFound:
        raise missing from None
    if found.view.kind != "video" or is_deleted(found.view):
        raise missing
    return found


def is_deleted(view: GenerationView) -> bool:
    """Whether a finished film is in the trash, or gone for good."""
    return view.status == "completed" and all(each.url is None for each in view.outputs)


def shown(view: GenerationView) -> type_of_json:
    """A film as OpenAI's clients know it. Instants are whole seconds; `seconds` is a text."""
    made = view.outputs[0]
    length = made.duration or view.parameters.get("duration")
    status = STATUS.get(view.status, "failed")
    return {
        "id": view.id,
        "object": "video",
        "created_at": pictures.seconds(view.created_at),
        "status": status,
        "model": view.model,
        "progress": int((view.progress or 0) * 100),
        "seconds": f"{length:g}" if isinstance(length, int | float) else "",
        "size": _size(view),
        "prompt": view.prompt,
        "completed_at": pictures.seconds(view.finished_at) if status == "completed" else None,
        "expires_at": None,
        "remixed_from_video_id": None,
        "error": _error(view) if status == "failed" else None,
        **({"sandbox": True} if view.sandbox else {}),
    }


def _size(view: GenerationView) -> str:
    """The pixels that a film has; those to expect, while it is made; nothing where the model decides."""
    made = view.outputs[0]
    width, height = made.width, made.height
    if width is None:
        told = [view.parameters.get(name) for name in ("resolution", "aspect_ratio")]
        width, height = film_pixels(*(str(each) if each else None for each in told))
    return f"{width}x{height}" if width and height else ""


def _error(view: GenerationView) -> type_of_json:
    code = "cancelled" if view.status == "cancelled" else "video_generation_failed"
    return {"code": code, "message": view.error or "The video was not made."}


def _json(value: object, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value),
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
