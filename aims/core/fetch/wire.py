"""One request and its answer, at one address that was chosen before. The only file that knows the HTTP library.

Loading that takes a quarter of a second, so it is done for the first request, in a thread.
"""

import asyncio
import select
import socket
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from weakref import WeakSet

import aiohttp
from yarl import URL

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch.exchange import Answer, Ask, Flight

CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 2.0
CONNECTIONS = 100
LONGEST_LINE = 8190
MOST_HEADERS = 100
STEP = 256 * 1024
AGENT = "ai-media-studio"
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# A caller's own would be a second way to say where the request goes, or how long it is.
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


_flight: ContextVar[Flight] = ContextVar("flight")


class _Connector(aiohttp.TCPConnector):
    """Says of each flight that it has a connection, and gives it none that the other side has closed.

    The library's own way to be told costs more with each request, and it knows that a connection was closed only once
    the event loop has come round to see it.
    """

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._used: WeakSet[Any] = WeakSet()

    async def connect(self, *arguments: Any, **named: Any) -> Any:
        while True:
            connection = await super().connect(*arguments, **named)
            if connection.protocol not in self._used or _is_quiet(connection.transport):
                break
            connection.close()
        self._used.add(connection.protocol)
        _flight.get().connected = True
        return connection


def _is_quiet(transport: asyncio.Transport | None) -> bool:
    """Whether nothing has arrived that nobody has asked for: the end of the connection, as a rule."""
    seen = transport.get_extra_info("socket") if transport is not None else None
    if seen is None or seen.fileno() < 0:
        return False
    waiting = select.poll()
    waiting.register(seen.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not waiting.poll(0)


class Wire:
    """Connections to the outside.

    kept: for so many seconds one waits to serve another request to the same address, port and name; 0 for not at all.
    abreast: how many there are to one address at once; 0 for as many as there are in all.
    """

    def __init__(self, trust: ssl.SSLContext, abreast: int, *, kept: float) -> None:
        connector = _Connector(
            ssl=trust,
            force_close=not kept,
            keepalive_timeout=kept or None,
            limit=CONNECTIONS,
            limit_per_host=abreast,
            use_dns_cache=False,
            socket_factory=_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            # Neither a proxy nor .netrc: whoever writes the environment does not choose where requests go.
            trust_env=False,
            auto_decompress=False,
            requote_redirect_url=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            max_headers=MOST_HEADERS,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()

    async def send(self, ask: Ask, flight: Flight) -> Answer:
        """Send one request to the flight's place, under the target's own name, and read the answer.

        Raises Unreachable.
        """
        async with self._answering(ask, flight) as response:
            # What is no ASCII comes as lone surrogates, which no reader of addresses lets through.
            location = response.headers.get("Location") if response.status in REDIRECTS else None
            following = ask.follow and location is not None
            body = b"" if following else await _read(response, ask.cap, cut=ask.cut)
            headers: dict[str, str] = {}
            for name, value in response.headers.items():
                name = name.lower()
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
            return Answer(response.status, headers, body, location if following else None)

    async def listen(self, ask: Ask, flight: Flight, silence: float) -> AsyncGenerator[str]:
        """The texts that come over a WebSocket at the flight's place, until the other side ends it.

        silence: seconds after which it is asked whether it is still there, and half as many to say so.

        Raises Unreachable.
        """
        token = _flight.set(flight)
        try:
            async with asyncio.timeout(silence):
                spoken = await self._session.ws_connect(
                    _url(ask, flight),
                    headers=_headers(ask),
                    server_hostname=ask.target.host if ask.target.scheme == "https" else None,
                    heartbeat=silence,
                    max_msg_size=ask.cap,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),  # ty: ignore[unknown-argument]
                )
        except (aiohttp.ClientError, OSError, zlib.error) as error:
            raise _unreachable(error, flight) from None
        finally:
            _flight.reset(token)
        async with spoken:
            async for said in _messages(spoken, flight):
                yield said

    @asynccontextmanager
    async def _answering(self, ask: Ask, flight: Flight) -> AsyncGenerator[aiohttp.ClientResponse]:
        token = _flight.set(flight)
        try:
            async with self._session.request(
                ask.method,
                _url(ask, flight),
                headers=_headers(ask),
                data=ask.body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=CONNECT_SECONDS, sock_read=ask.silence
                ),
                server_hostname=ask.target.host if ask.target.scheme == "https" else None,
            ) as response:
                yield response
        except (aiohttp.ClientError, OSError, zlib.error) as error:
            raise _unreachable(error, flight) from None
        finally:
            _flight.reset(token)


def _url(ask: Ask, flight: Flight) -> URL:
    address, port = flight.place
    host = f"[{address}]" if ":" in address else address
    return URL(f"{ask.target.scheme}://{host}:{port}{ask.target.path}", encoded=True)


async def _messages(spoken: aiohttp.ClientWebSocketResponse, flight: Flight) -> AsyncIterator[str]:
    try:
        async for message in spoken:
            if message.type is aiohttp.WSMsgType.TEXT:
                yield message.data
            elif message.type is aiohttp.WSMsgType.ERROR:
                raise _unreachable(spoken.exception() or OSError(), flight)
    except (aiohttp.ClientError, OSError, zlib.error) as error:
        raise _unreachable(error, flight) from None


def _headers(ask: Ask) -> dict[str, str]:
    given = {name: value for name, value in ask.headers.items() if name.lower() not in _OURS}
    agent = {} if any(name.lower() == "user-agent" for name in given) else {"User-Agent": AGENT}
    return {**given, **agent, "Host": ask.target.authority, "Accept-Encoding": "gzip"}


def _socket(found: Any) -> socket.socket:
    """The last gate: whatever the library understands an address to be, it dials the place that was checked."""
    family, kind, protocol, _, place = found
    if tuple(place[:2]) != _flight.get().place:
        raise Blocked
    return socket.socket(family, kind, protocol)


def _unreachable(error: BaseException, flight: Flight) -> Unreachable:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Unreachable("The server's certificate is not valid.", sent=False)
    if not flight.connected:
        return Unreachable("There is no connection to the server.", sent=False)
    return Unreachable("The server's answer did not come, or is not one.", code="no_answer", sent=True)


class _Unpack(Protocol):
    """As much of a decompressor as is used here."""

    @property
    def eof(self) -> bool: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


async def _read(response: aiohttp.ClientResponse, cap: int, *, cut: bool) -> bytes:
    """The body, unpacked in small steps, so that a small body which unpacks to a large one never is in memory.

    Raises Unreachable.
    """
    if not cut and (response.content_length or 0) > cap:
        raise _too_large(cap)
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    body, arrived = bytearray(), False
    async for piece in response.content.iter_any():
        rest, arrived = piece, True
        while rest:
            if unpack is None:
                body, rest = body + rest, b""
            else:
                body += unpack.decompress(rest, min(STEP, cap + 1 - len(body)))
                rest = b"" if unpack.eof else unpack.unconsumed_tail
                await asyncio.sleep(0)
            if len(body) > cap:
                if cut:
                    return bytes(body[:cap])
                raise _too_large(cap)
    if unpack is not None and arrived and not unpack.eof:
        raise zlib.error("the body ends early")
    return bytes(body)


def _unpacker(encoding: str) -> _Unpack | None:
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        case _:
            raise zlib.error("packed in a way that was not asked for")


def _too_large(cap: int) -> Unreachable:
    size = f"{cap >> 20} MiB" if cap >= 1 << 20 else f"{cap} bytes"
    return Unreachable(f"The answer is larger than {size}.", code="answer_too_large", sent=True)
