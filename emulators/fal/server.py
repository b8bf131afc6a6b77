"""The routes: one thread for each connection, so that one that hangs keeps nobody else waiting."""

import json
import re
import select
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from emulators.fal import files, rules, speech
from emulators.fal.script import MISBEHAVIOURS, Progress, Script
from emulators.fal.work import Request, Work

HUGE = 100 << 20
STEP = 64 << 10
VAST = 5 << 30
DRIP_SECONDS = 0.2
GONE_SECONDS = 600.0
_REQUEST = re.compile(r"/(?P<base>.+)/requests/(?P<id>[^/]+?)(?P<what>/status|/cancel)?")
_FILE = re.compile(r"/files/b/(?P<id>[^/]+)/(?P<number>\d+)\.(?P<kind>\w+)")
_GARBAGE = {
    "html": ("text/html", b"<html><body>It works!</body></html>"),
    "truncated": ("application/json", b'{"request_id": "764cabcf-b745", "status": "COMPL'),
    "deep": ("application/json", b'{"request_id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "nan": ("application/json", b'{"request_id": NaN, "status": NaN, "images": NaN}'),
    "wrong": ("application/json", b'{"request_id": 5, "status": 7, "images": {"url": 1}, "video": [3]}'),
    "list": ("application/json", b'["request_id", "status"]'),
    "null": ("application/json", b"null"),
}


class Gone(Exception):
    """The answer was given in some other way, and the connection is of no more use."""


class Emulator(ThreadingHTTPServer):
    """The emulator on a loopback port. silent: a port beside it; whoever is led there was led inside."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, key: str, ledger: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = key
        self.work = Work(ledger)
        self.progress = Progress()
        self.silent = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell."""

    def _listen(self) -> None:
        while True:
            connection, _ = self.silent.accept()
            self.work.note("inside", "", "reached", with_key=False)
            connection.close()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Emulator

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing is printed: the ledger has it."""

    def do_POST(self) -> None:
        """Submit."""
        self._safely(self._submit)

    def do_PUT(self) -> None:
        """Cancel."""
        self._safely(self._ask)

    def do_GET(self) -> None:
        """Status, result, a file, or the ledger."""
        if self.path == "/ledger":
            self._say(200, self.server.work.ledger())
            return
        self._safely(self._file if self.path.startswith("/files/") else self._ask)

    def _safely(self, answer: Any) -> None:
        try:
            answer()
        except (Gone, OSError):
            self.close_connection = True

    def _submit(self) -> None:
        work, endpoint = self.server.work, self.path.partition("?")[0].removeprefix("/")
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(data)
        except ValueError:
            body = None
        script = Script.of(body.get("prompt", "") if isinstance(body, dict) else "")
        whose = str(body.get("prompt")) if isinstance(body, dict) else ""
        step = self.server.progress.next(script, "submit", whose)
        call = work.note("submit", whose, step, with_key=self._has_key())
        if not self._is_known() or self._fails(step, script):
            return
        if endpoint not in rules.MODELS or rules.MODELS[endpoint]["status"] != "active":
            self._say(404, {"detail": f"Application '{endpoint}' not found"})
            return
        problems = rules.check(endpoint, body)
        if problems:
            self._say(422, {"detail": problems}, {"X-Fal-Retryable": "false"})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = work.take(endpoint, body, headers, script)
        if step == "proxy":
            self._say(502, None)
            return
        self._misbehave(step, call)
        answer = speech.taken(request, self.server.url, elsewhere=step == "elsewhere")
        self._say(200, answer, {"x-fal-request-id": request.id})

    def _ask(self) -> None:
        found = _REQUEST.fullmatch(self.path.partition("?")[0])
        request = self.server.work.find(found["id"]) if found else None
        if request is None or found is None or found["base"] != request.base:
            self.server.work.note("stray", "", self.path[:100], with_key=self._has_key())
            self._say(404 if request is None else 405, {"status": "NOT_FOUND"})
            return
        route = (found["what"] or "/result")[1:]
        if (self.command == "PUT") != (route == "cancel"):
            self._say(405, {"detail": "Method Not Allowed"})
            return
        step = self.server.progress.next(request.script, route, request.id)
        call = self.server.work.note(route, request.id, step, with_key=self._has_key())
        if not self._is_known() or self._fails(step, request.script):
            return
        if not (route == "result" and step == "wrong"):
            self._misbehave(step, call)
        {"status": self._status, "result": self._result, "cancel": self._cancel}[route](request, step)

    def _status(self, request: Request, step: str) -> None:
        code, body = speech.status(request, self.server.url)
        if step == "back":
            code, body = 202, {**body, "status": "IN_PROGRESS"}
        elif step == "done":
            code, body = 200, {**body, "status": "COMPLETED"}
        elif step == "unknown":
            body = {**body, "status": "PONDERING"}
        elif step == "stranger":
            body = {**body, "request_id": "00000000-0000-0000-0000-000000000000"}
        self._say(code, body)

    def _cancel(self, request: Request, step: str) -> None:
        self._say(*self.server.work.cancel(request))

    def _result(self, request: Request, step: str) -> None:
        if step == "early" or request.state != "COMPLETED":
            self._say(400, {"detail": "Request is still in progress"})
            return
        headers = {"x-fal-request-id": request.id, "X-Fal-Billable-Units": str(request.units)}
        if request.failure:
            code, body, more = speech.failed(request.failure)
            self._say(code, body, headers | more)
            return
        where = request.script.text("where", "here")
        hosts = {
            "here": self.server.url,
            "elsewhere": "http://stranger.invalid",
            "inside": f"http://127.0.0.1:{self.server.silent.getsockname()[1]}",
        }
        body = speech.result(request, f"{hosts[where]}/files/b/{request.id}")
        if step == "missing":
            body = {"description": "nothing"}
        elif step == "wrong":
            body = {"images": [{"url": 5}, 7, None, "x"], "video": {"url": ["y"]}}
            body.pop("images" if request.is_film else "video")
        elif step == "fewer":
            body["images"] = body["images"][:-1]
        elif step == "unsafe":
            body["has_nsfw_concepts"] = [True] * len(body["images"])
        self._say(200, body, headers)

    def _file(self) -> None:
        found = _FILE.fullmatch(self.path)
        request = self.server.work.find(found["id"]) if found else None
        if found is None or request is None:
            self._say(404, {"detail": "Not found"})
            return
        step = self.server.progress.next(request.script, "output", request.id + found["number"])
        call = self.server.work.note("output", request.id, step, with_key="Authorization" in self.headers)
        if self._fails(step, request.script):
            return
        if step not in ("wrong", "list", "null"):
            self._misbehave(step, call)
        film = request.is_film != (step == "other")
        kind = "png" if found["kind"] == "mp4" else found["kind"]
        data = files.film(request.seconds) if film else files.picture(int(found["number"]), kind)
        content_type = "video/mp4" if film else f"image/{kind}"
        match step:
            case "page":
                content_type, data = "text/html", b"<html>Access has expired</html>"
            case "empty":
                data = b""
            case "corrupt":
                data = data[:40] + bytes(len(data) - 40)
            case "short":
                self._head(200, content_type, len(data) + 1000)
                self.wfile.write(data)
                raise Gone
            case "vast":
                self._head(200, content_type, VAST)
                raise Gone
        self._head(200, content_type, len(data))
        self.wfile.write(data)

    def _is_known(self) -> bool:
        given = self.headers.get("Authorization", "")
        if self._has_key():
            return True
        well_formed = given.startswith("Key ") and ":" in given
        self._say(401, speech.PLAIN[401] if well_formed else speech.MALFORMED)
        return False

    def _has_key(self) -> bool:
        return self.headers.get("Authorization") == f"Key {self.server.key}"

    def _fails(self, step: str, script: Script) -> bool:
        """Answer with an error, if the step is one."""
        if step.isdecimal():
            code = int(step)
            after = script.text("retry-after")
            self._say(code, speech.PLAIN.get(code), {"Retry-After": after} if after else {})
        elif step == "policy" or "_" in step:
            self._say(*speech.failed(step))
        else:
            return False
        return True

    def _misbehave(self, step: str, call: int) -> None:
        """Do something that no provider should. Raises Gone when the connection is done for."""
        if step not in MISBEHAVIOURS:
            return
        if step == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif step == "hang":
            select.select([self.connection], [], [], GONE_SECONDS)
        elif step == "drip":
            self._head(200, "application/json", 1_000_000)
            while not select.select([self.connection], [], [], DRIP_SECONDS)[0]:
                self.wfile.write(b" ")
        elif step in ("huge", "endless"):
            self._pour(call, HUGE if step == "huge" else None)
        else:
            content_type, body = _GARBAGE[step]
            self._head(200, content_type, len(body))
            self.wfile.write(body)
        raise Gone

    def _pour(self, call: int, total: int | None) -> None:
        """Chunks of a JSON text that is far too long. How much was taken is written down."""
        self._head(200, "application/json", None)
        sent = 0
        try:
            for piece in _chunks(total):
                self.wfile.write(piece)
                sent += STEP
        finally:
            self.server.work.sent(call, sent)

    def _say(self, code: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """A whole answer; None is the page of a proxy that knows nothing of fal."""
        data = json.dumps(body).encode() if body is not None else f"<html>{code} nginx</html>".encode()
        self._head(code, "application/json" if body is not None else "text/html", len(data), headers)
        self.wfile.write(data)

    def _head(
        self, code: int, content_type: str, length: int | None, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


def _chunks(total: int | None) -> Iterator[bytes]:
    yield b'1\r\n"\r\n'
    piece = b"%x\r\n%b\r\n" % (STEP, b"a" * STEP)
    sent = 0
    while total is None or sent < total:
        yield piece
        sent += STEP
    yield b'1\r\n"\r\n0\r\n\r\n'
