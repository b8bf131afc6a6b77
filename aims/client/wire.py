"""How a call becomes an HTTP request and a response an answer: what both carriers share."""

from __future__ import annotations

import ipaddress
import os
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from aims.client.errors import APIError, Unreachable
from aims.client.steps import Answer, Call

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""How long an answer, or the next piece of it, may take. Streams beat every 15 s."""
RETRIES = 4
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


def settings(api_key: str | None, base_url: str, **others: Any) -> dict[str, Any]:
    """What a client of the HTTP library is made with."""
    headers = {
        "User-Agent": f"ai-media-studio/{version('ai-media-studio')} python",
        "Accept": "application/json",
    }
    if api_key is not None:
        headers["Authorization"] = f"Bearer {api_key}"
    timeout = httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    # A proxy that the environment names leads to the outside, not to a studio on this machine.
    return {"headers": headers, "timeout": timeout, "trust_env": not is_here(base_url)} | others


def is_here(base_url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def request_of(base_url: str, call: Call) -> dict[str, Any]:
    """A call as the HTTP library takes it."""
    given: dict[str, Any] = {
        "method": call.method,
        "url": f"{base_url}{call.path}",
        "headers": dict(call.headers),
    }
    if call.query:
        given["params"] = dict(call.query)
    if call.file is not None:
        given["files"] = {"file": call.file}
    elif call.body is not None:
        given["json"] = call.body
    return given


def answer_of(response: httpx2.Response, body: bytes) -> Answer:
    """A response as the verbs read it."""
    return Answer(response.status_code, {n.lower(): v for n, v in response.headers.items()}, body)


def unreachable(error: Exception, base_url: str) -> Unreachable:
    """Why there is no answer."""
    sent = not isinstance(error, _NEVER_SENT)
    where = f"{urlsplit(base_url).scheme}://{urlsplit(base_url).netloc}"
    reason = _ERRNO.sub("", str(error)) or type(error).__name__
    if sent:
        return Unreachable(f"The connection to {where} ended without an answer ({reason}).", sent=True)
    hint = " `aims serve` starts a studio there." if is_here(base_url) else ""
    return Unreachable(f"There is no studio at {where} ({reason}).{hint}", sent=False)


def not_there(status: int, url: str) -> APIError:
    """A download that was refused."""
    return APIError(f"The server answered {status} for {url}.", status=status)


class Download:
    """A file that appears under its name once all of it is there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._part = file.with_name(f".{file.name}.{os.getpid()}.part")

    def __enter__(self) -> Download:
        self._out = self._part.open("wb")
        return self

    def write(self, piece: bytes) -> None:
        """Add to it."""
        self._out.write(piece)

    def __exit__(self, kind: object, *_: object) -> None:
        self._out.close()
        if kind is None:
            self._part.replace(self._file)
        else:
            self._part.unlink(missing_ok=True)
