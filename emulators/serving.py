"""What every emulator answers through: one thread for each connection, so that one that hangs keeps nobody waiting.

A provider's own handler has the routes. Here is how an answer is sent, and how one is spoilt.
"""

import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from emulators.script import MISBEHAVIOURS, Progress, Script
from emulators.work import Work

HUGE = 100 << 20
STEP = 64 << 10
VAST = 5 << 30
DRIP_SECONDS = 0.2
GONE_SECONDS = 600.0
# Bodies that are not what any provider gives. `wrong`, with its own fields but other types, is each provider's own.
GARBAGE = {
    "html": ("text/html", b"<html><body>It works!</body></html>"),
    "truncated": ("application/json", b'{"id": "764cabcf-b745", "request_id": "764cabcf", "status": "COMPL'),
    "deep": ("application/json", b'{"id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "nan": ("application/json", b'{"id": NaN, "request_id": NaN, "status": NaN, "images": NaN, "data": NaN}'),
    "list": ("application/json", b'["id", "request_id", "status"]'),
    "null": ("application/json", b"null"),
}


class Gone(Exception):
    """The answer was given in some other way, and the connection is of no more use."""


class Emulator(ThreadingHTTPServer):
    """An emulator on a loopback port. silent: a port beside it; whoever is led there was led inside.

    key_file: where the key that it takes lies, if that is a whole file.
    """

    daemon_threads = True
    request_queue_size = 256
    key_file: Path | None = None

    def __init__(self, port: int, key: str, work: Work[Any], handler: type["Handler"]) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = key
        self.work = work
        self.progress = Progress()
        self.silent = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    def secure(self, certificate: Path) -> None:
        """Speak TLS, as `https://localhost`, with a PEM file of a key and its certificates."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The greeting is each connection's own thread's: one that says nothing keeps nobody else waiting.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell."""

    def media(self, script: Script) -> str:
        """Where outputs lie, as the script says it."""
        inside = f"http://127.0.0.1:{self.silent.getsockname()[1]}"
        return {"here": self.url, "elsewhere": "http://stranger.invalid", "inside": inside}[
            script.text("where", "here")
        ]

    def _listen(self) -> None:
        while True:
            connection, _ = self.silent.accept()
            self.work.note("inside", "", "reached", with_key=False)
            connection.close()


class Handler(BaseHTTPRequestHandler):
    """One connection. A provider's own kind has the routes (`route`), and these two.

    garbage: what a misbehaviour of that name answers. plain: the body of an error that its gateway gives.
    """

    protocol_version = "HTTP/1.1"
    server: Emulator
    garbage = GARBAGE
    plain: dict[int, Any] = {}  # noqa: RUF012 - each kind has its own, and nobody changes it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing is printed: the ledger has it."""

    def has_key(self) -> bool:
        """Whether the call was made with the key that is taken here."""
        return self.headers.get("Authorization") == f"Bearer {self.server.key}"

    def route(self) -> None:
        """Answer a call: `self.command` and `self.path` say which."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """The ledger, or what the provider has there."""
        if self.path == "/ledger":
            self.say(200, self.server.work.ledger())
            return
        self._safely()

    def do_POST(self) -> None:
        """What the provider has there."""
        self._safely()

    def do_PUT(self) -> None:
        """The weather, as JSON: the step that everybody is given on a route, whatever scripts say. Else as above."""
        if self.path == "/weather":
            self.server.progress.weather = json.loads(self.data())
            self.say(200, self.server.progress.weather)
            return
        self._safely()

    def do_DELETE(self) -> None:
        """What the provider has there."""
        self._safely()

    def data(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def fails(self, step: str, script: Script) -> bool:
        """Answer with an error of the gateway, if the step is an HTTP status."""
        if not step.isdecimal():
            return False
        after = script.text("retry-after")
        self.say(int(step), self.plain.get(int(step)), {"Retry-After": after} if after else {})
        return True

    def misbehave(self, step: str, call: int) -> None:
        """Do something that no provider should. Raises Gone when the connection is done for."""
        if step not in MISBEHAVIOURS:
            return
        if step == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif step == "hang":
            select.select([self.connection], [], [], GONE_SECONDS)
        elif step == "drip":
            self.head(200, "application/json", 1_000_000)
            while not select.select([self.connection], [], [], DRIP_SECONDS)[0]:
                self.wfile.write(b" ")
        elif step in ("huge", "endless"):
            self._pour(call, HUGE if step == "huge" else None)
        else:
            content_type, body = self.garbage[step]
            self.head(200, content_type, len(body))
            self.wfile.write(body)
        raise Gone

    def hand_out(self, step: str, call: int, content_type: str, data: bytes) -> None:
        """An output's bytes, spoilt as the step says."""
        if step not in ("wrong", "list", "null"):
            self.misbehave(step, call)
        match step:
            case "page":
                content_type, data = "text/html", b"<html>Access has expired</html>"
            case "empty":
                data = b""
            case "corrupt":
                data = data[:40] + bytes(len(data) - 40)
            case "short":
                self.head(200, content_type, len(data) + 1000)
                self.wfile.write(data)
                raise Gone
            case "vast":
                self.head(200, content_type, VAST)
                raise Gone
        self.head(200, content_type, len(data))
        self.wfile.write(data)

    def say(self, code: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """A whole answer; None is the page of a proxy that knows nothing of the provider."""
        data = json.dumps(body).encode() if body is not None else f"<html>{code} nginx</html>".encode()
        self.head(code, "application/json" if body is not None else "text/html", len(data), headers)
        self.wfile.write(data)

    def head(
        self, code: int, content_type: str, length: int | None, headers: dict[str, str] | None = None
    ) -> None:
        """The head of an answer. length: None for a body in chunks."""
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def _safely(self) -> None:
        """Answer. A client that went away, and a connection that was broken, end it."""
        try:
            self.route()
        except (Gone, OSError):
            self.close_connection = True

    def _pour(self, call: int, total: int | None) -> None:
        """Chunks of a JSON text that is far too long. How much was taken is written down."""
        self.head(200, "application/json", None)
        sent = 0
        try:
            for piece in _chunks(total):
                self.wfile.write(piece)
                sent += STEP
        finally:
            self.server.work.sent(call, sent)


def _chunks(total: int | None) -> Iterator[bytes]:
    yield b'1\r\n"\r\n'
    piece = b"%x\r\n%b\r\n" % (STEP, b"a" * STEP)
    sent = 0
    while total is None or sent < total:
        yield piece
        sent += STEP
    yield b'1\r\n"\r\n0\r\n\r\n'
