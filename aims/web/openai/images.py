"""`POST /v1/images/generations` and `POST /v1/images/edits`."""

from typing import Any

import msgspec
from litestar import post
from litestar.types import ASGIApp

from aims.core.errors import Invalid, Unavailable
from aims.generation import Accepted
from aims.web.api.waiting import finished_within
from aims.web.desk import AnyRequest, Desk
from aims.web.openai import forms, making, options, pictures
from aims.web.openai.options import Asked
from aims.web.openai.streaming import PictureStream
from aims.web.reply import Reply

LONGEST_WAIT = 590.0
"""Seconds; a little less than OpenAI's clients wait, so that they are told to ask again instead of giving up."""
RETRY_SECONDS = 1.0

type_of_json = dict[str, Any]


@post("/images/generations", status_code=200)
async def generate(request: AnyRequest) -> ASGIApp:
    """Make pictures from words. Scope `image:generate`."""
    return await _make(request, "image_generation", needs_picture=False)


@post("/images/edits", status_code=200, request_max_body_size=forms.LARGEST_FORM + 1)
async def edit(request: AnyRequest) -> ASGIApp:
    """Change the pictures that come along, or those at the addresses that do. Scope `image:generate`."""
    return await _make(request, "image_edit", needs_picture=True)


async def _make(request: AnyRequest, event: str, *, needs_picture: bool) -> ASGIApp:
    here, actor = await making.allowed(request, "image")
    asked = options.picture(await forms.read(request))
    if needs_picture and not asked.body.get("image_urls"):
        raise Invalid.field("image", "`image` is required: send at least one picture to work from.")
    if asked.stream:
        stream = here.streams.open(here.studio, actor)
        try:
            accepted = await making.accept(request, actor, "image", asked)
        except BaseException:
            here.streams.close(stream)
            raise
        return PictureStream(here, stream, accepted, event)
    accepted = await making.accept(request, actor, "image", asked)
    body = await finished(here, actor.workspace_id, accepted, asked)
    return Reply(msgspec.json.encode(body), 200, making.limits_of(accepted))


async def finished(here: Desk, workspace_id: str, accepted: Accepted, asked: Asked) -> type_of_json:
    """Wait for the pictures. Nothing is sent before they are there, so that the status can say what became of them.

    Raises NotMade when nothing was delivered, and Unavailable when that takes too long or the process is asked to end:
    the client then asks again by itself, and joins the same generation.
    """
    if not await finished_within(here, accepted.id, LONGEST_WAIT):
        raise Unavailable(
            "The pictures are not finished yet. The same request, sent again as a repeat, goes on waiting for them.",
            code="still_running",
            retry_after=RETRY_SECONDS,
        )
    found = await pictures.find(here, workspace_id, accepted.id)
    pictures.require_delivered(found)
    data = [await pictures.one(here, found, each, asked.reply) for each in pictures.delivered(found)]
    return {
        "created": pictures.seconds(found.view.created_at),
        "data": data,
        **pictures.said_of(found.view),
    }
