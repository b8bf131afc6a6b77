"""What every request passes first: a host that is ours, an id, the headers that every answer carries, one log line."""

import re
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from aims.core.ids import new_id
from aims.core.log import logger, request_id
from aims.web.errors import ErrorBody

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?")
# What speaks to agents is told in the words of HTTP that it was led here under another's name.
MISDIRECTED = frozenset({"/mcp"})
_SECRET = re.compile(r"/(?:workspaces|shared/+media|webhooks/+providers)/+[^/]{0,8}", re.IGNORECASE)
_GIVEN_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")

ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]
API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'")


def loggable(path: str) -> str:
    """A path as the log may have it: addresses that are permissions by themselves are cut before their secret.

    However such an address is mistyped around it: with a second slash, in capitals, below something else.
    """
    secret = _SECRET.search(path)
    return f"{path[: secret.end()][-200:]}..." if secret else path[:200]


class Gate:
    """Wraps the application. `base_url` is what links are built from: only its host, and loopback, are answered."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._hosts = LOOPBACK | {
            urlsplit(base_url).netloc.lower(),
            (urlsplit(base_url).hostname or "").lower(),
        }
        self._secure = base_url.startswith("https://")
        self._headers = [
            *ALWAYS,
            *([(b"strict-transport-security", b"max-age=31536000")] if self._secure else []),
        ]

    def knows(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether the request names exactly one host, and it is ours."""
        hosts = [value for name, value in headers if name == b"host"]
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None:
            return False
        name = match[1].decode().lower()
        return name in self._hosts or hosts[0].decode().lower() in self._hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        current = given.decode() if _GIVEN_ID.fullmatch(given) else new_id()
        token = request_id.set(current)
        started, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*self._added(message, current), *message["headers"]]}
            await send(message)

        try:
            if self.knows(scope["headers"]):
                await self._app(scope, receive, answer)
            else:
                await self._refuse(answer, 421 if scope["path"] in MISDIRECTED else 400)
        finally:
            level = logger.debug if scope["path"] in ("/health", "/ready") else logger.info
            level(
                "request",
                method=scope["method"],
                path=loggable(scope["path"]),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 2),
            )
            request_id.reset(token)

    def _added(self, message: Any, current: str) -> list[tuple[bytes, bytes]]:
        has_policy = any(name.lower() == b"content-security-policy" for name, _ in message["headers"])
        added = [(b"x-request-id", current.encode()), *self._headers]
        return added if has_policy else [*added, API_POLICY]

    @staticmethod
    async def _refuse(send: Send, status: int) -> None:
        body = msgspec.json.encode(
            ErrorBody(
                "This studio does not answer to that host name. Set AIMS_PUBLIC_URL to the address that people use.",
                "unknown_host",
                request_id.get() or "",
            )
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
