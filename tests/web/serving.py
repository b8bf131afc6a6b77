"""A whole studio behind a real socket, in a thread of its own, and the people who talk to it.

One studio serves many tests: each person has a workspace of their own, so nothing is shared but the machine.
"""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import uvloop
from litestar import Litestar
from sqlalchemy import Select, Table, bindparam, func, select

from aims import bootstrap, credits, generation, keys
from aims.accounts import SCOPES, Actor
from aims.cli.described import command_line
from aims.core import ids, settings
from aims.core.db import Tx
from aims.core.fetch import Network
from aims.credits.tables import entries, holds
from aims.generation import Supervisor, Watch
from aims.generation.tables import generations, idempotency_keys
from aims.web.desk import Desk
from aims.web.direct import Direct
from aims.web.server import Server, bind, configuration

PATIENCE = 60.0
SMALL = {"model": "fal-ai/nano-banana-2", "resolution": "0.5K"}
"""The cheapest picture to draw: 512 by 512, 25 credits, four in one call to the provider."""

SQLITE = pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
"""For tests that show nothing more on a second database."""


class Served:
    """A studio that answers on a spare port of this machine, on SQLite (`location` is None) or Postgres (its URL).

    network: the outside world that it meets.
    """

    def __init__(
        self, home: Path, location: str | None, *, network: Network | None = None, **others: object
    ) -> None:
        self._network = network
        self._listener = bind("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        given = {"drawing_processes": 1, "min_free_mib": 0} | others
        self.settings = settings.load(home=home, database_url=location, port=self.port, **given)
        self.base = f"http://127.0.0.1:{self.port}"
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failed: BaseException | None = None
        self.client = httpx2.Client(base_url=self.base, timeout=PATIENCE, trust_env=False)

    def start(self) -> "Served":
        """Serve; afterwards the port answers."""
        self._thread.start()
        assert self._open.wait(PATIENCE)
        if self._failed is not None:
            raise self._failed
        return self

    def stop(self) -> None:
        """End it as SIGTERM would, without waiting for work that is not finished."""
        self.client.close()
        self._loop.call_soon_threadsafe(setattr, self._server, "should_exit", True)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again where it is seen
            self._failed = error
        finally:
            self._open.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        supervisor = Supervisor(alone=self.settings.database_url is None)
        self.studio = await bootstrap.open_studio(
            self.settings, create=True, begin=supervisor.begin, network=self._network
        )
        watch = Watch(self.studio)
        try:
            self.first = await bootstrap.first_start(self.studio)
            await supervisor.start(self.studio)
            watch.start()
            self.desk = Desk(self.studio, command_line)
            self._server = Server(configuration(self.desk), self.desk)
            self._open.set()
            await self._server.serve(sockets=[self._listener])
        finally:
            await watch.stop()
            await supervisor.stop(0)
            await bootstrap.close_studio(self.studio)
            self._listener.close()

    @property
    def app(self) -> Litestar:
        """The application behind the gate."""
        return self.direct.app

    @property
    def direct(self) -> Direct:
        """The way to the routes that are asked most."""
        return self._server.config.app._app

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the studio's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def soon(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Start a coroutine on the studio's own loop; `.result()` waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def read(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Read from the database."""
        return self.do(self.studio.db.read(function, *arguments))

    def write(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Write to the database."""
        return self.do(self.studio.db.write(function, *arguments))

    def breaches(self) -> list[Any]:
        """What is wrong with the books."""
        return self.read(generation.verify)

    @contextmanager
    def raw(self) -> Any:
        """A bare connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            yield connection

    def say(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send bytes as they are and read the one answer."""
        with self.raw() as connection:
            connection.sendall(request)
            return heard(connection)

    def person(self, balance: int = 1000, **options: Any) -> "Person":
        """Somebody with a workspace of their own and a key."""
        workspace_id = ids.new_id()
        self.write(bootstrap.create_workspace, workspace_id, "Somebody's studio", balance)
        return Person(self, workspace_id, self.key(workspace_id, **options))

    def key(self, workspace_id: str, **options: Any) -> keys.IssuedKey:
        """Another key of a workspace, with a rate limit that no test meets by accident."""
        options = {"rate_limit": 100_000, "scopes": SCOPES} | options
        made = self.studio.ring.make()

        def issue(tx: Tx) -> keys.IssuedKey:
            return keys.issue(tx, made, workspace_id, "A key", "operator", **options)

        return self.write(issue)


def heard(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one answer from a bare connection, as long as its Content-Length says, else until the end."""
    data = b""
    while b"\r\n\r\n" not in data and (piece := connection.recv(65536)):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers.get("content-length", -1))
    while (length < 0 or len(body) < length) and (piece := connection.recv(65536)):
        body += piece
    return int(lines[0].split()[1]) if lines[0] else 0, headers, body


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a workspace and a key."""

    served: Served
    workspace_id: str
    key: keys.IssuedKey

    @property
    def text(self) -> str:
        """The key as it is sent."""
        return self.key.text

    @property
    def bearer(self) -> dict[str, str]:
        """The header that says who this is."""
        return {"Authorization": f"Bearer {self.key.text}"}

    @property
    def actor(self) -> Actor:
        """The same person, for our own verbs."""
        return self.served.do(self.served.studio.ring.recognise(self.served.studio.db, self.key.text))

    def send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """A request with this person's key, below /api/v1."""
        headers = {**self.bearer, **options.pop("headers", {})}
        return self.served.client.request(method, f"/api/v1{path}", headers=headers, **options)

    def generate(self, prompt: str = "Abstract", *, kind: str = "images", **body: Any) -> httpx2.Response:
        """Ask for small pictures. `headers` are sent, everything else is the body."""
        headers = {"Prefer": body.pop("prefer")} if "prefer" in body else {}
        headers |= body.pop("headers", {})
        return self.send(
            "POST", f"/{kind}/generate", headers=headers, json={"prompt": prompt, **SMALL, **body}
        )

    def begin(self, prompt: str = "Abstract", **body: Any) -> dict[str, Any]:
        """Ask for small pictures and do not wait: the generation."""
        answer = self.generate(prompt, prefer="respond-async", **body)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def raw_body(self, body: bytes, path: str = "/images/generate", **headers: str) -> httpx2.Response:
        """Send bytes as the body of a request."""
        given = {"Content-Type": "application/json"} | {n.replace("_", "-"): v for n, v in headers.items()}
        return self.send("POST", path, headers=given, content=body)

    def show(self, generation_id: str) -> dict[str, Any]:
        """The generation as it is now."""
        answer = self.send("GET", f"/generations/{generation_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def finished(self, generation_id: str) -> dict[str, Any]:
        """The generation, once it is over."""
        return self.until(generation_id, lambda view: view["finished_at"] is not None)

    def until(self, generation_id: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The generation, once it is as wanted: looked at after each of its changes."""

        async def wait() -> dict[str, Any]:
            studio = self.served.studio
            async with asyncio.timeout(PATIENCE), studio.signals.listen(generation_id) as listener:
                while True:
                    found = await studio.db.read(
                        generation.read, self.workspace_id, generation_id, studio.settings.base_url
                    )
                    view = json.loads(msgspec.json.encode(found.view))
                    if wanted(view):
                        return view
                    await listener.wait(0.1)

        return self.served.do(wait())

    @property
    def balance(self) -> tuple[int, int]:
        """Credits that can be spent, and credits that are held."""
        found = self.served.read(credits.balance, self.workspace_id)
        return found.available, found.held

    @property
    def traces(self) -> tuple[object, ...]:
        """All that a request could have left behind: credits, the key's count, and rows."""
        counts = [_count(table) for table in (generations, holds, entries, idempotency_keys)]

        def count(tx: Tx) -> list[int]:
            return [tx.value(each, workspace=self.workspace_id) for each in counts]

        return (self.balance, self.used(), *self.served.read(count))

    def used(self) -> int:
        """What counts against the key's cap."""
        return self.served.read(keys.recount)[self.key.id][1]


@cache
def _count(table: Table) -> Select[Any]:
    return select(func.count()).select_from(table).where(table.c.workspace_id == bindparam("workspace"))


def has_error(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error answer, once it is certain that it has the one shape and says what was expected."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) in ({"error", "code", "request_id"}, {"error", "code", "request_id", "details"})
    assert all(isinstance(body[name], str) and body[name] for name in ("error", "code", "request_id"))
    assert all(set(each) == {"field", "message"} for each in body.get("details", []))
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["code"] == code, body
    return body
