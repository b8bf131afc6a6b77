"""Tell of a generation's changes as they happen, as Server-Sent Events: its newest state, until it is over.

Source of the format: https://html.spec.whatwg.org/multipage/server-sent-events.html (read 2026-11-24). A reader that
comes back says what it saw last (`Last-Event-ID`), and hears nothing that it knows; once it knows the end, it is
answered 204, which tells it not to come back.
"""

import asyncio
from contextlib import suppress

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from aims.core.errors import NotFound, Unavailable
from aims.core.signals import Listener
from aims.generation import Finding, read
from aims.web.desk import AnyRequest, Desk, desk, header, reader
from aims.web.streams import Stream

BEAT_SECONDS = 15.0
"""Proxies cut a line on which nothing is said for a minute or so."""
SEND_SECONDS = 30.0
"""A reader that takes nothing for so long is gone."""
RETRY = b"retry: 2000\n\n"
BEAT = b": still here\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    # No proxy may hold an event back.
    (b"x-accel-buffering", b"no"),
]


@get("/generations/{generation_id:str}/events")
async def events(request: AnyRequest, generation_id: FromPath[str]) -> ASGIApp:
    """The changes of one generation of the key's workspace, until it is over. Any valid key."""
    actor = await reader(request)
    here = desk(request)
    base_url = here.studio.settings.base_url
    found = await here.studio.db.read(read, actor.workspace_id, generation_id, base_url)
    seen = last_seen(header(request, b"last-event-id"))
    if found.finished and seen >= found.version:
        return ASGIResponse(status_code=204)
    return EventStream(here, here.streams.open(here.studio, actor), generation_id, seen)


def last_seen(text: str | None) -> int:
    """The version that a reader knows; 0 for one who knows none, or says something else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def event_of(found: Finding) -> bytes:
    """A generation's state as one event."""
    return b"id: %d\nevent: generation.updated\ndata: %s\n\n" % (
        found.version,
        msgspec.json.encode(found.view),
    )


class EventStream:
    """The answer: an ASGI application that sends until the generation, the key, the reader or the process ends."""

    __slots__ = ("_desk", "_generation_id", "_seen", "_stream")

    def __init__(self, here: Desk, stream: Stream, generation_id: str, seen: int) -> None:
        self._desk = here
        self._stream = stream
        self._generation_id = generation_id
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        leaving = asyncio.create_task(_gone(receive, self._stream))
        try:
            async with self._desk.studio.signals.listen(self._generation_id) as listener:
                self._stream.wake = listener.wake
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                await _say(send, RETRY)
                with suppress(NotFound, Unavailable, TimeoutError):
                    await self._tell(listener, send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self._desk.streams.close(self._stream)

    async def _tell(self, listener: Listener, send: Send) -> None:
        studio, workspace_id = self._desk.studio, self._stream.actor.workspace_id
        changed = True
        while not self._stream.over and not self._desk.stopping.is_set():
            if changed:
                base_url = studio.settings.base_url
                found = await studio.db.read(read, workspace_id, self._generation_id, base_url)
                # The key may have ended while that was read.
                if found.version > self._seen and not self._stream.over:
                    await _say(send, event_of(found))
                    self._seen = found.version
                if found.finished:
                    return
            elif not self._stream.over:
                await _say(send, BEAT)
            changed = await listener.wait(BEAT_SECONDS)


async def _say(send: Send, words: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": words, "more_body": True})


async def _gone(receive: Receive, stream: Stream) -> None:
    """Wait until the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()
