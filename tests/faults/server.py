"""The real program as real processes: start it, kill it, start it again, run its commands, see what it left."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import machine

T = TypeVar("T")
PATIENCE = 40.0
GLANCE = 0.02
FAILED_TO_BIND = "Cannot listen on"
PORT_TRIES = 5
SHUTDOWN_SECONDS = 30.0
KEPT = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH")

# The kernel ends the program if this test run dies, however it dies; then it becomes `python -m aims`.
BECOME = (
    "import ctypes, os, sys\n"
    "sys.platform == 'linux' and ctypes.CDLL(None).prctl(1, 9)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'aims', *sys.argv[1:]])\n"
)
GREETING = "AI Media Studio is at"
WORKS = "AI Media Studio worker: ready"
_KEY = re.compile(r"API key +(aims_\w+)")
_WORKSPACE = re.compile(r"workspace +([0-9a-f-]{36})")


async def until(
    look: Callable[[], T | Awaitable[T]], what: str, seconds: float = PATIENCE, glance: float = GLANCE
) -> T:
    """Look again and again until there is something, and return it. Fails the test when it never comes."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        found = await found if isawaitable(found) else found
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s, and still not: {what}"
        await asyncio.sleep(glance)


def living_children(pid: int) -> set[int]:
    """The processes whose parent that is, without those that have ended. Where there is no /proc: none."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid and state not in "ZX":
            found.add(int(path.parent.name))
    return found


def lives(pid: int) -> bool:
    """Whether a process still does anything; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass(slots=True)
class Server:
    """One process that runs `aims serve` or `aims worker`."""

    process: "subprocess.Popen[bytes]"
    port: int
    out: Path
    err: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answers(self) -> None:
        """Wait until it is healthy. Fails the test, with its last words, when it ended instead."""
        async with httpx2.AsyncClient(trust_env=False) as client:

            async def healthy() -> bool:
                code = self.process.poll()
                assert code is None, f"the server ended with {code}:\n{self.err.read_text()[-3000:]}"
                if GREETING not in self.out.read_text():
                    return False  # whoever answers at this port is somebody else, who was quicker
                try:
                    return (await client.get(f"{self.url}/health")).status_code == 200
                except httpx2.TransportError:
                    return False

            await until(healthy, "the server answers")

    def children(self) -> set[int]:
        """Its child processes that are alive."""
        return living_children(self.process.pid)

    def signal(self, which: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process.poll() is None:
            os.kill(self.process.pid, which)

    async def ended(self, seconds: float = PATIENCE) -> int:
        """Wait until it has ended, and return how: the exit code, or less the signal's number."""
        await until(lambda: self.process.poll() is not None, "the server ended", seconds)
        return self.process.wait()

    async def kill(self) -> None:
        """Kill -9: no time for last words. Its children must not outlive it."""
        children = self.children()
        self.signal(signal.SIGKILL)
        await self.ended()
        await until(lambda: not any(map(lives, children)), "the children of a killed server are gone")

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended(SHUTDOWN_SECONDS)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, f"exit {self.code}: {self.err}"
        return json.loads(self.out)


@dataclass(slots=True)
class Instance:
    """A data folder, a database, and the servers that were started on them. The settings are `AIMS_*` variables."""

    folder: Path
    database_url: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    python_path: Path | None = None
    _outside: Any = None
    _made: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def location(self) -> Path | str:
        """Where the database is."""
        return self.database_url or self.home / "studio.db"

    @property
    def media(self) -> Path:
        return self.home / "media"

    def environment(self, **more: str) -> dict[str, str]:
        """What the program is started with: nothing of what the developer has set."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        url = {"AIMS_DATABASE_URL": self.database_url} if self.database_url else {}
        path = {"PYTHONPATH": str(self.python_path)} if self.python_path else {}
        return {
            **kept,
            **path,
            "HOME": str(self.folder),
            "AIMS_HOME": str(self.home),
            "AIMS_FAILPOINT_LOG": str(self.folder / "hits"),
            "AIMS_SANDBOX_JOURNAL": str(self.folder / "journal"),
            "AIMS_DRAWING_PROCESSES": "1",
            "AIMS_LEASE_SECONDS": "2",
            "AIMS_MIN_FREE_MIB": "0",
            **url,
            **self.settings,
            **more,
        }

    def launch(self, *options: str, port: int | None = None, **more: str) -> Server:
        """Start a server and do not wait for it."""
        port = port or machine.spare_port()
        return self._start(["serve", "--port", str(port), *options], port, more)

    def _start(self, words: list[str], port: int, more: dict[str, str]) -> Server:
        number = len(self.servers) + 1
        out, err = self.folder / f"server-{number}.out", self.folder / f"server-{number}.err"
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", BECOME, *words],
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
                env=self.environment(**more),
                cwd=self.folder,
                start_new_session=True,
            )
        self.servers.append(Server(process, port, out, err))
        return self.servers[-1]

    async def work(self, **more: str) -> Server:
        """Start a worker, and wait until it works. It answers at no port."""
        worker = self._start(["worker"], 0, more)

        def ready() -> bool:
            code = worker.process.poll()
            assert code is None, f"the worker ended with {code}:\n{worker.err.read_text()[-3000:]}"
            return WORKS in worker.out.read_text()

        await until(ready, "the worker works")
        return worker

    async def serve(self, *options: str, **more: str) -> Server:
        """Start a server, and wait until it answers. A port that somebody else took meanwhile is exchanged."""
        for _ in range(PORT_TRIES):
            server = self.launch(*options, **more)
            try:
                await server.answers()
            except AssertionError:
                if FAILED_TO_BIND not in server.err.read_text():
                    raise
            else:
                return server
        raise AssertionError("no port is free")

    async def command(self, *arguments: str, **more: str) -> Ended:
        """Run an `aims` command to its end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", BECOME, *arguments,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(**more), cwd=self.folder,
        )  # fmt: skip
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Ended(process.returncode or 0, out.decode(), err.decode())

    def said(self) -> str:
        """What all servers so far have printed for their operator."""
        return "".join(server.out.read_text() for server in self.servers)

    async def init(self) -> None:
        """Make the database and the first workspace with the operator's command instead of the first start."""
        self._made = (await self.command("init", "--json")).json

    def use(self, key: str) -> None:
        """From now on `first_key` is this one."""
        self._made["api_key"] = key

    @property
    def first_key(self) -> str:
        """The key that was made first, as it was printed."""
        return self._made.get("api_key") or _found(_KEY, self.said())

    @property
    def workspace_id(self) -> str:
        """The workspace that was made first, as it was printed."""
        return self._made.get("workspace_id") or _found(_WORKSPACE, self.said())

    async def new_key(self, *options: str, rate_limit: int = 10_000) -> str:
        """A key with a limit that gets out of the way, of the first workspace unless told otherwise."""
        of_first = ("--workspace", self.workspace_id, "--rate-limit", str(rate_limit), "--json")
        return (await self.command("keys", "create", *of_first, *options)).json["api_key"]

    def hits(self) -> list[str]:
        """Every failpoint that was passed, in order."""
        return _lines(self.folder / "hits")

    def submits(self) -> list[str]:
        """The nonce of every call that reached the provider, in order."""
        return [line.split()[0] for line in _lines(self.folder / "journal")]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds in the database, read from outside."""
        if self._outside is None:
            self._outside = self._look_in()
        return self._outside.execute(sql).fetchall()

    def _look_in(self) -> Any:
        if self.database_url is None:
            return sqlite3.connect(f"file:{self.location}?mode=ro", uri=True, isolation_level=None)
        import psycopg

        return psycopg.connect(self.database_url, autocommit=True)

    def look_away(self) -> None:
        """Close what `rows` reads with."""
        if self._outside is not None:
            self._outside.close()
            self._outside = None

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.rows(f"SELECT count(*) FROM {table}")[0][0]

    def complaints(self) -> list[str]:
        """The lines that servers logged as errors. A crash is no reason for one."""
        lines = [line for server in self.servers for line in _lines(server.err)]
        return [line for line in lines if '"level":"error"' in line or "Traceback" in line]

    async def close(self) -> None:
        """Kill what is left: all of it first, whatever waiting for it may say."""
        self.look_away()
        for server in self.servers:
            server.signal(signal.SIGKILL)
        for server in self.servers:
            await server.kill()


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match, f"no server printed what {pattern.pattern!r} looks for"
    return match[1]
