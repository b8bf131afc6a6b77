"""The way of the address `/mcp` to the API: the same application, asked within the process with the caller's key.

There is no second path to the work: what an agent asks for passes the same handlers as every other request. What has
been asked goes on to its end when the agent leaves in the middle.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx2

from aims.client.awaiting import Awaiting

Message = MutableMapping[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]


class Inside(httpx2.AsyncBaseTransport):
    """Carries requests to an ASGI application. stopping: is set when the process was asked to end."""

    def __init__(self, application: Application, stopping: asyncio.Event) -> None:
        self._application = application
        self._stopping = stopping
        self._running: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask, and give the answer as soon as it begins. Raises ReadError when there is none."""
        if self._stopping.is_set():
            raise httpx2.ReadError("the studio is shutting down", request=request)
        exchange = _Exchange(await request.aread())
        task = asyncio.create_task(exchange.run(self._application, self._scope(request)))
        # Kept until it is done, whoever waits for it: the loop alone would not keep it.
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            first = await exchange.begun()
        except asyncio.CancelledError:
            exchange.left.set()
            raise
        if first is None:
            raise httpx2.ReadError("the request was not answered", request=request)
        return httpx2.Response(first["status"], headers=first["headers"], stream=_Body(exchange))

    def _scope(self, request: httpx2.Request) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "root_path": "",
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": None,
            "state": {},
            "extensions": {},
        }


class _Exchange:
    """One request that is being answered."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._said: asyncio.Queue[Message | None] = asyncio.Queue()
        self.left = asyncio.Event()

    async def run(self, application: Application, scope: dict[str, Any]) -> None:
        try:
            await application(scope, self._receive, self._send)
        finally:
            self._said.put_nowait(None)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self._said.put_nowait(message)

    async def begun(self) -> Message | None:
        """Its status and headers; None when it ended without."""
        return await self._said.get()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Its body, as it comes."""
        while (message := await self._said.get()) is not None:
            if body := message.get("body", b""):
                yield body
            if not message.get("more_body"):
                return


class _Body(httpx2.AsyncByteStream):
    """The body of an answer. Closing it tells the application that nobody listens any more."""

    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._exchange.pieces():
            yield piece

    async def aclose(self) -> None:
        self._exchange.left.set()


def carrier(key: str, base_url: str, transport: Inside) -> Awaiting:
    """Who carries verbs out inside, with this key. base_url: what links of the studio begin with."""
    # No proxy that the environment names, and no second sending: there is no line that could be cut.
    return Awaiting(key, f"{base_url}/api/v1", retries=0, transport=transport, trust_env=False)
