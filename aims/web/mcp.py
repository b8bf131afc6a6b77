"""`/mcp`: the tools for agents, over HTTP. Every message stands alone, says whose it is, and nothing is kept of it.

The protocol's own package is loaded when the first agent comes, beside the event loop: no start of the server waits for
it.
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import post
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from aims.core.errors import Forbidden, Invalid, TooLarge, Unsupported
from aims.web.api.bodies import all_of
from aims.web.desk import AnyRequest, Desk, desk, header, key_of, reader

LARGEST = 28 << 20
"""A picture of 20 MiB as base64, and room for what is around it."""
_DOOR = "mcp"
_CARRIER = "aims.carrier"


@post("/mcp", status_code=200, request_max_body_size=LARGEST)
async def speak(request: AnyRequest) -> ASGIApp:
    """One message of the Model Context Protocol. Any valid key; what a tool needs besides, it says."""
    here = desk(request)
    require_no_foreign_page(
        header(request, b"origin"), header(request, b"host") or "", here.studio.settings.base_url
    )
    await reader(request)
    if not (header(request, b"content-type") or "").lower().startswith("application/json"):
        raise Unsupported("Send JSON, with `Content-Type: application/json`.")
    length = header(request, b"content-length") or ""
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST:
        raise TooLarge(f"The body is larger than the {LARGEST >> 20} MiB that are accepted here.")
    body = require_message(await all_of(request, LARGEST))
    return Exchange(await _door(request), key_of(request), body)


class _Envelope(msgspec.Struct):
    """What tells a request from a notice. An id of another kind would be taken for none, and never be answered."""

    id: str | int | msgspec.UnsetType = msgspec.UNSET


def require_message(body: bytes) -> bytes:
    """The same bytes, once it is certain that they are one message. What is in it, the protocol's package looks at.

    Raises Invalid.
    """
    try:
        msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(
            f"The body is no message of JSON-RPC 2.0: {str(error)[:200]}.", code="invalid_json"
        ) from None
    return body


def require_no_foreign_page(origin: str | None, host: str, base_url: str) -> None:
    """Refuse what a page of another site sends. Agents send no Origin, and pages of the studio its own.

    host: where the request was sent to: the studio's own name, or one of loopback, since others are not answered.

    Raises Forbidden.
    """
    parts = urlsplit(base_url)
    own = {f"{parts.scheme}://{parts.netloc}".lower(), f"{parts.scheme}://{host}".lower()}
    if origin is not None and origin.lower() not in own:
        raise Forbidden("Pages of other sites may not use the tools.", code="foreign_origin")


async def _door(request: AnyRequest) -> "Door":
    state = request.app.state
    if _DOOR not in state:
        state[_DOOR] = Door(request.app, desk(request))
    await state[_DOOR].open()
    return state[_DOOR]


def _carrier_of(context: Any) -> Any:
    """Who asks for the sender of a message: put into its scope before the server gets it."""
    return context.request.scope[_CARRIER]


class Door:
    """What messages are given to. application: what the tools ask, with the caller's own key."""

    def __init__(self, application: ASGIApp, here: Desk) -> None:
        self._application = application
        self._here = here
        self._opening = asyncio.Lock()
        self._keeping: asyncio.Task[None] | None = None
        self._manager: Any = None
        self._inside: Any = None
        self._carrier: Any = None

    async def open(self) -> None:
        """Load what is needed, once."""
        async with self._opening:
            if self._keeping is None:
                await asyncio.to_thread(self._load)
                opened = asyncio.Event()
                self._keeping = asyncio.create_task(self._keep(opened))
                await opened.wait()

    def _load(self) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from aims.mcp import inside
        from aims.mcp.server import make_server

        self._carrier = inside.carrier
        self._inside = inside.Inside(self._application, self._here.stopping)
        server = make_server(_carrier_of)
        # Host and Origin were looked at before: the gate knows the one, and `speak` the other.
        self._manager = StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=LARGEST)

    async def _keep(self, opened: asyncio.Event) -> None:
        """What the messages' tasks belong to. Ends with the loop."""
        async with self._manager.run():
            opened.set()
            await asyncio.Event().wait()

    async def answer(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a message to the server, which asks the API with this key."""
        carrier = self._carrier(key, self._here.studio.settings.base_url, self._inside)
        asked: dict[str, Any] = {**scope, _CARRIER: carrier}
        try:
            await self._manager.handle_request(asked, receive, send)
        finally:
            await carrier.close()


class Exchange:
    """The answer to a message: an ASGI application."""

    __slots__ = ("_body", "_door", "_key")

    def __init__(self, door: Door, key: str, body: bytes) -> None:
        self._door = door
        self._key = key
        self._body: bytes | None = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""

        async def hear() -> Any:
            if self._body is None:
                return await receive()
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "status": int(message["status"])}
            await send(message)

        await self._door.answer(self._key, scope, hear, say)
