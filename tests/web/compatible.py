"""OpenAI's own client, pointed at a studio, and a line that loses answers."""

import io
import socket
import threading
from contextlib import suppress
from typing import Any

import openai
import pytest
from PIL import Image
from serving import Person

SMALL = {"model": "nano-banana-2", "extra_body": {"resolution": "0.5K"}}
FILM = {"model": "veo3.1/lite", "seconds": "4"}

OLD_NEWS = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")
"""The client warns of every film that OpenAI makes none any more."""


# One for all tests, and never thrown away: whoever collects a client with open connections may find those first.
_HTTP = openai.DefaultHttpxClient(trust_env=False)


def client_of(person: Person, *, base: str | None = None, **options: Any) -> openai.OpenAI:
    """The client, with this person's key."""
    base = base or person.served.base
    return openai.OpenAI(base_url=f"{base}/v1", api_key=person.text, http_client=_HTTP, **options)


def picture(colour: str = "teal", kind: str = "PNG") -> bytes:
    """A small picture to work from."""
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, kind)
    return data.getvalue()


class Line:
    """A line to a studio on loopback that breaks for the first requests which go over it.

    lost: how many answers do not arrive. early: the line breaks when the request is through, before there is an answer.
    first_tries: only answers to those are lost, however many other requests come in between.
    """

    def __init__(self, port: int, lost: int, *, early: bool = False, first_tries: bool = False) -> None:
        self._port = port
        self._lost = lost
        self._early = early
        self._first_tries = first_tries
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for each in self._open:
            each.close()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(caller)
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        # Either side may have gone at any moment.
        with suppress(OSError), caller, socket.create_connection(("127.0.0.1", self._port)) as studio:
            while request := whole(caller):
                breaks = self._breaks(request)
                studio.sendall(request)
                if breaks and self._early:
                    # The studio has it all: what it answers, and when, nobody hears.
                    caller.shutdown(socket.SHUT_RDWR)
                    caller.close()
                answer = whole(studio)
                if breaks or not answer:
                    return
                caller.sendall(answer)

    def _breaks(self, request: bytes) -> bool:
        again = b"x-stainless-retry-count: 0\r\n" not in request.lower()
        with self._lock:
            self.requests += 1
            breaks = self._lost > 0 and not (again and self._first_tries)
            self._lost -= breaks
        return breaks


def whole(connection: socket.socket) -> bytes:
    """One message with its body, by its Content-Length; nothing when the other side has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = _received(connection)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length:
        piece = _received(connection)
        if not piece:
            return b""
        body += piece
    return head + b"\r\n\r\n" + body


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1 << 16)
    except OSError:
        return b""
