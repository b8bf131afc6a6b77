"""The requests that were taken, how far each is, and the ledger: what was billed, once each, in a file of its own."""

import json
import sqlite3
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators.fal.rules import MODELS
from emulators.fal.script import Script

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, body TEXT NOT NULL,
    headers TEXT NOT NULL, ended TEXT);
CREATE TABLE IF NOT EXISTS billed (request_id TEXT PRIMARY KEY REFERENCES requests, units INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS calls (route TEXT NOT NULL, whose TEXT NOT NULL, step TEXT NOT NULL, at REAL NOT NULL,
    with_key INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0);
"""


@dataclass(slots=True)
class Request:
    """One request that was taken. begins, ends: monotonic seconds. removed: taken out of the queue before it began."""

    id: str
    endpoint: str
    body: dict[str, Any]
    script: Script
    begins: float
    ends: float
    removed: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def base(self) -> str:
        """What its addresses begin with: owner and app, not the whole endpoint."""
        return str(MODELS[self.endpoint]["request_base"])

    @property
    def state(self) -> str:
        """IN_QUEUE, IN_PROGRESS or COMPLETED."""
        moment = time.monotonic()
        if self.over.is_set() or self.removed or moment >= self.ends:
            return "COMPLETED"
        return "IN_PROGRESS" if moment >= self.begins else "IN_QUEUE"

    @property
    def failure(self) -> str | None:
        """The type of error that it ends with."""
        if self.removed:
            return "client_cancelled"
        end = self.script.text("end", "ok")
        return None if end == "ok" else end

    @property
    def is_film(self) -> bool:
        return MODELS[self.endpoint]["output"] == "video"

    @property
    def units(self) -> int:
        """What it costs: pictures, or seconds of film."""
        if self.failure is not None:
            return 0
        return self.seconds if self.is_film else int(self.body.get("num_images", 1))

    @property
    def seconds(self) -> int:
        """How long its film is."""
        text = str(self.body.get("duration", 5)).removesuffix("s")
        return int(text) if text.isdecimal() else 5


class Work:
    """Every request, and the ledger."""

    def __init__(self, ledger: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(ledger, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)
        self._requests: dict[str, Request] = {}

    def take(self, endpoint: str, body: dict[str, Any], headers: dict[str, str], script: Script) -> Request:
        """Take a request. From now on it runs to its end, whether anybody asks after it or not."""
        begins = time.monotonic() + script.seconds("queue")
        request = Request(str(uuid.uuid4()), endpoint, body, script, begins, begins + script.seconds("work"))
        with self._lock:
            self._requests[request.id] = request
            shown = {name: value for name, value in headers.items() if name != "authorization"}
            row = (request.id, endpoint, json.dumps(body), json.dumps(shown))
            self._db.execute("INSERT INTO requests (id, endpoint, body, headers) VALUES (?, ?, ?, ?)", row)
        wait = request.ends - time.monotonic()
        if wait <= 0:
            self._end(request)
        elif wait < threading.TIMEOUT_MAX / 2 and wait < 10**6:
            timer = threading.Timer(wait, self._end, (request,))
            timer.daemon = True
            timer.start()
        return request

    def find(self, request_id: str) -> Request | None:
        """The request of that id."""
        return self._requests.get(request_id)

    def cancel(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Take a request out of the queue, if it is still there; what runs is finished, and billed."""
        with self._lock:
            if request.state == "COMPLETED":
                return 400, {"status": "ALREADY_COMPLETED"}
            if request.state == "IN_PROGRESS":
                return 202, {"status": "CANCELLATION_REQUESTED"}
            request.removed = True
            self._end(request)
            return 200, {"status": "OK"}

    def note(self, route: str, whose: str, step: str, *, with_key: bool) -> int:
        """Write a call down, and return its number for `sent`. whose: the request's id; its prompt, for a submit."""
        with self._lock:
            row = (route, whose, step, time.time(), int(with_key))
            added = self._db.execute(
                "INSERT INTO calls (route, whose, step, at, with_key) VALUES (?, ?, ?, ?, ?)", row
            )
            return added.lastrowid or 0

    def sent(self, call: int, total: int) -> None:
        """Write down how many bytes of an answer were taken off our hands."""
        with self._lock:
            self._db.execute("UPDATE calls SET sent = ? WHERE rowid = ?", (total, call))

    def ledger(self) -> list[dict[str, Any]]:
        """Every request with what was billed for it, in the order they came."""
        query = (
            "SELECT id, endpoint, ended, units FROM requests LEFT JOIN billed ON request_id = id "
            "ORDER BY requests.rowid"
        )
        with self._lock:
            rows = self._db.execute(query).fetchall()
        return [dict(zip(("id", "endpoint", "ended", "billed"), row, strict=True)) for row in rows]

    def _end(self, request: Request) -> None:
        with self._lock:
            if request.over.is_set():
                return
            request.over.set()
            how = request.failure or "ok"
            self._db.execute("UPDATE requests SET ended = ? WHERE id = ?", (how, request.id))
            if request.units:
                self._db.execute("INSERT INTO billed VALUES (?, ?)", (request.id, request.units))
