"""Pictures as Server-Sent Events: one `completed` event for each, and comments while they are made.

Providers do not show pictures halfway through the calls that are made to them, so `partial_images` gets none; OpenAI's
clients expect fewer than they asked for.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from aims.core.errors import StudioError, Unavailable
from aims.core.signals import Listener
from aims.generation import Accepted, is_finished
from aims.web.api.events import BEAT, BEAT_SECONDS
from aims.web.desk import Desk
from aims.web.openai import making, pictures
from aims.web.openai.errors import told
from aims.web.streams import Stream


class PictureStream:
    """The answer: an ASGI application that sends until the pictures, the key, the reader or the process end."""

    __slots__ = ("_accepted", "_desk", "_event", "_stream")

    def __init__(self, here: Desk, stream: Stream, accepted: Accepted, event: str) -> None:
        self._desk = here
        self._stream = stream
        self._accepted = accepted
        self._event = event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        # No proxy may hold an event back.
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store", **making.limits_of(self._accepted)}
        answer = ASGIStreamingResponse(
            iterator=self._events(), status_code=200, headers=headers, media_type="text/event-stream"
        )
        try:
            await answer(scope, receive, send)
        finally:
            self._desk.streams.close(self._stream)

    async def _events(self) -> AsyncIterator[bytes]:
        studio, generation_id = self._desk.studio, self._accepted.id
        yield BEAT
        try:
            async with studio.signals.listen(generation_id) as listener:
                self._stream.wake = listener.wake
                while not await studio.db.read(is_finished, generation_id):
                    self._require_open()
                    if not await _changed(listener):
                        yield BEAT
            async for event in self._completed():
                yield event
        except StudioError as error:
            yield framed("error", told(error))

    async def _completed(self) -> AsyncIterator[bytes]:
        found = await pictures.find(self._desk, self._stream.actor.workspace_id, self._accepted.id)
        pictures.require_delivered(found)
        type_ = f"{self._event}.completed"
        said = pictures.said_of(found.view)
        for number, output in enumerate(pictures.delivered(found)):
            # What all of them cost is told once, so that a client that adds it up is right.
            usage = pictures.usage_of(found.view) | ({"credits": 0} if number else {})
            yield framed(
                type_,
                {
                    "type": type_,
                    "b64_json": await pictures.data_of(self._desk, found, output),
                    "created_at": pictures.seconds(found.view.created_at),
                    **said,
                    "size": f"{output.width}x{output.height}",
                    "usage": usage,
                },
            )

    def _require_open(self) -> None:
        if self._stream.over or self._desk.stopping.is_set():
            raise Unavailable(
                f"The stream ends here; the work goes on. GET /api/v1/generations/{self._accepted.id} has it.",
                code="stream_ended",
            )


async def _changed(listener: Listener) -> bool:
    return await listener.wait(BEAT_SECONDS)


def framed(event: str, data: dict[str, Any]) -> bytes:
    """One event."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), msgspec.json.encode(data))
