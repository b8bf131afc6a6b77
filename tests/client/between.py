"""A connection that is not to be trusted: a server on loopback between a client and its studio, that breaks on demand.

Each rule is used up by one request: the request is passed on, lost on the way there, or its answer on the way back.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

PATIENCE = 60.0
HOP = frozenset({"connection", "transfer-encoding", "content-length", "host", "date", "server"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came by. headers: names in lower case."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Rule:
    """What becomes of a request whose path ends so: `lose` and `cut` its answer, or answer in the studio's place.

    cut: once these bytes have come by.
    """

    end: str
    lose: bool = False
    cut: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int = 1


class Between:
    """The server. `seen`: every request, in order."""

    def __init__(self, studio: str) -> None:
        self.seen: list[Seen] = []
        self._rules: list[Rule] = []
        self._lock = threading.Condition()
        self.client = httpx2.Client(base_url=studio, timeout=60, trust_env=False)
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

            def do_GET(self) -> None:
                between.pass_on(self)

            do_POST = do_DELETE = do_GET  # noqa: N815 - the names of the standard library

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.client.close()

    def rule(self, end: str, **what: Any) -> None:
        """The next request whose path ends so is dealt with like this."""
        self._rules.append(Rule(end, **what))

    def sent(self, end: str) -> list[Seen]:
        """The requests whose path ended so."""
        return [one for one in self.seen if one.path.endswith(end)]

    def wait_for(self, end: str, times: int) -> None:
        """Wait until so many requests have come whose path ends so."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.sent(end)) >= times, PATIENCE)

    def _rule_for(self, seen: Seen) -> Rule | None:
        with self._lock:
            self.seen.append(seen)
            self._lock.notify_all()
            for rule in self._rules:
                if rule.times and seen.path.endswith(rule.end):
                    rule.times -= 1
                    return rule
        return None

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        """Deal with one request."""
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        rule = self._rule_for(Seen(request.command, request.path, headers)) or Rule("")
        if rule.status:
            _answer(request, rule.status, rule.headers, rule.body)
            return
        kept = {name: value for name, value in headers.items() if name not in HOP}
        with self.client.stream(request.command, request.path, headers=kept, content=body) as answer:
            if rule.lose:
                answer.read()
                request.close_connection = True
                return
            _pass_back(request, answer, rule.cut)


def _answer(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    request.send_response(status)
    for name, value in (headers | {"Content-Length": str(len(body))}).items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def _pass_back(request: BaseHTTPRequestHandler, answer: httpx2.Response, cut: bytes) -> None:
    request.send_response(answer.status_code)
    for name, value in answer.headers.items():
        if name.lower() not in HOP:
            request.send_header(name, value)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    write: Callable[[bytes], object] = request.wfile.write
    try:
        said = b""
        for piece in answer.iter_raw():
            write(b"%x\r\n%s\r\n" % (len(piece), piece))
            said += piece if cut else b""
            if cut and cut in said:
                request.close_connection = True
                return
        write(b"0\r\n\r\n")
    except ConnectionError:
        request.close_connection = True
