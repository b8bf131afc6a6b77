"""What a generate request is answered with: the documented result, or 202 and the generation."""

import base64
from typing import Any

import msgspec
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import ASGIApp

from aims.core.db import Tx
from aims.core.errors import NotFound
from aims.generation import Accepted, Finding, GenerationView, read
from aims.generation.history import OutputView
from aims.web.api.preferences import Preference
from aims.web.api.shapes import shape_of
from aims.web.api.waiting import SPACE_SECONDS, found_within, spaced
from aims.web.desk import Desk
from aims.web.errors import limit_fields
from aims.web.reply import Reply

type_of_json = dict[str, Any]


async def answer(desk: Desk, workspace_id: str, accepted: Accepted, preference: Preference) -> ASGIApp:
    """Wait as the caller prefers, then answer. The work does not depend on anybody waiting."""
    headers = {"Location": f"/api/v1/generations/{accepted.id}"}
    if (state := accepted.admission) is not None:
        headers |= limit_fields("default", state.limit, state.remaining, state.reset)
    if accepted.replayed:
        headers["Idempotent-Replayed"] = "true"
    patience = SPACE_SECONDS if preference.seconds is None else preference.seconds
    found = await _over_within(desk, workspace_id, accepted, patience) if patience else None
    if found is None:
        if preference.seconds is None and not desk.stopping.is_set():
            return _long_wait(desk, workspace_id, accepted.id, headers)
        # What was written a moment ago is how it stands, unless somebody has waited since.
        view = accepted.view if not patience else None
        return await _still_running(desk, workspace_id, accepted.id, view, headers)
    return Reply(await _shaped(desk, found), 200, headers)


async def _over_within(desk: Desk, workspace_id: str, accepted: Accepted, seconds: float) -> Finding | None:
    base_url = desk.studio.settings.base_url

    def look(tx: Tx) -> Finding | None:
        found = read(tx, workspace_id, accepted.id, base_url, expecting=False)
        return found if found.finished else None

    return await found_within(desk, accepted.id, seconds, look, new=accepted.view is not None)


async def _still_running(
    desk: Desk, workspace_id: str, generation_id: str, view: GenerationView | None, headers: dict[str, str]
) -> Reply:
    view = view or (await _find(desk, workspace_id, generation_id)).view
    return Reply(msgspec.json.encode(view), 202, headers)


def _long_wait(desk: Desk, workspace_id: str, generation_id: str, headers: dict[str, str]) -> ASGIApp:
    async def body() -> bytes:
        return await result(desk, workspace_id, generation_id)

    # No proxy may hold the spaces back: that would undo what they are for.
    headers = {**headers, "X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return ASGIStreamingResponse(
        iterator=spaced(desk, generation_id, body),
        status_code=200,
        headers=headers,
        media_type="application/json",
    )


async def _find(desk: Desk, workspace_id: str, generation_id: str) -> Finding:
    studio = desk.studio
    return await studio.db.read(read, workspace_id, generation_id, studio.settings.base_url)


async def result(desk: Desk, workspace_id: str, generation_id: str) -> bytes:
    """The documented body of a finished generation."""
    return await _shaped(desk, await _find(desk, workspace_id, generation_id))


async def _shaped(desk: Desk, found: Finding) -> bytes:
    shaped = (
        image_result(found, await _data_uris(desk, found))
        if found.view.kind == "image"
        else video_result(found)
    )
    if found.view.style_applied:
        shaped["style_applied"] = found.view.style_applied
    ignored = msgspec.json.decode(found.view.ignored_parameters)
    if ignored:
        shaped["ignored_parameters"] = ignored
    if found.view.sandbox:
        shaped["sandbox"] = True
    return msgspec.json.encode(shaped)


def image_result(found: Finding, data_uris: dict[str, str]) -> type_of_json:
    """The body for pictures: each has its own outcome, and success means that there is at least one."""
    images = []
    for output in found.view.outputs:
        image: type_of_json = {
            "id": output.id,
            "url": data_uris.get(output.id, output.url),
            "status": output.status,
        }
        if output.share_url:
            image["share_url"] = output.share_url
        if output.error:
            image["error"] = output.error
        images.append({**image, "credits_refunded": output.credits_refunded})
    return {"success": succeeded(found.view), "images": images, **money(found)}


def video_result(found: Finding) -> type_of_json:
    """The body for a film: how long it is and which shape it has, as it came out."""
    output = found.view.outputs[0]
    seconds = output.duration or found.duration
    video: type_of_json = {
        "id": output.id,
        "url": output.url,
        "status": output.status,
        "model": found.view.model,
        "duration": int(seconds) if seconds is not None and seconds == int(seconds) else seconds,
        "aspect_ratio": _shape(found, output),
        "audio": found.audio,
    }
    if output.share_url:
        video["share_url"] = output.share_url
    if output.error:
        video["error"] = output.error
    return {
        "success": succeeded(found.view),
        "video": {**video, "credits_refunded": output.credits_refunded},
        **money(found),
    }


def _shape(found: Finding, output: OutputView) -> str | None:
    """The shape that was asked for; where that was left open, the one that the film has."""
    open_ended = found.aspect_ratio in (None, "auto")
    if open_ended and output.width and output.height:
        return shape_of(output.width, output.height)
    return found.aspect_ratio


def succeeded(view: GenerationView) -> bool:
    """Whether anything was delivered."""
    return any(output.status == "completed" for output in view.outputs)


def money(found: Finding) -> type_of_json:
    """What was charged in the end, and what is left."""
    return {"credits_used": found.view.credits.charged, "credits_remaining": found.credits_remaining}


async def _data_uris(desk: Desk, found: Finding) -> dict[str, str]:
    """With `sync_mode`, each picture in the answer itself, as well as stored."""
    if not found.sync_mode:
        return {}
    uris = {}
    for output in found.view.outputs:
        if output.url is not None:
            try:
                data = desk.studio.storage.read(found.files[output.id])
            except NotFound:
                continue
            uris[output.id] = f"data:{output.content_type};base64,{base64.b64encode(data).decode()}"
    return uris
