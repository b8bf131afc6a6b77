"""The requests that were taken, how far each is, and the ledger: what was billed, once each, in a file of its own."""

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from emulators.script import Script

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, body TEXT NOT NULL,
    headers TEXT NOT NULL, ended TEXT);
CREATE TABLE IF NOT EXISTS billed (request_id TEXT PRIMARY KEY REFERENCES requests, units INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS calls (route TEXT NOT NULL, whose TEXT NOT NULL, step TEXT NOT NULL, at REAL NOT NULL,
    with_key INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0);
"""
SECRETS = frozenset({"authorization", "x-goog-api-key", "x-key", "cookie"})


@dataclass(slots=True)
class Job:
    """One request that was taken. begins, ends: monotonic seconds. removed: stopped before it was over.

    A provider's own kind of it says what it costs, and how it ends.
    """

    id: str
    endpoint: str
    body: dict[str, Any]
    script: Script
    begins: float
    ends: float
    removed: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def new(cls, endpoint: str, body: dict[str, Any], script: Script, key: str | None = None) -> Self:
        """A request that comes now. Its script says how long it waits and how long it takes."""
        begins = time.monotonic() + script.seconds("queue")
        return cls(key or str(uuid.uuid4()), endpoint, body, script, begins, begins + script.seconds("work"))

    @property
    def phase(self) -> str:
        """queued, running or over."""
        moment = time.monotonic()
        if self.over.is_set() or self.removed or moment >= self.ends:
            return "over"
        return "running" if moment >= self.begins else "queued"

    @property
    def failure(self) -> str | None:
        """What it ends with instead of a result: the script's `end`."""
        end = self.script.text("end", "ok")
        return "cancelled" if self.removed else None if end == "ok" else end

    @property
    def units(self) -> int:
        """What is billed for it in the end; 0 for nothing."""
        return 0 if self.failure else 1


J = TypeVar("J", bound=Job)


class Work(Generic[J]):
    """Every request, and the ledger. when_over: told of each request that has ended, by whoever has ended it."""

    def __init__(self, ledger: Path) -> None:
        self.lock = threading.RLock()
        self._db = sqlite3.connect(ledger, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)
        self._jobs: dict[str, J] = {}
        self.when_over: Callable[[J], None] = lambda _: None

    def take(self, job: J, headers: dict[str, str]) -> J:
        """Take a request. From now on it runs to its end, whether anybody asks after it or not."""
        with self.lock:
            self._jobs[job.id] = job
            shown = {name: value for name, value in headers.items() if name not in SECRETS}
            row = (job.id, job.endpoint, json.dumps(job.body), json.dumps(shown))
            self._db.execute("INSERT INTO requests (id, endpoint, body, headers) VALUES (?, ?, ?, ?)", row)
        wait = job.ends - time.monotonic()
        if wait <= 0:
            self.end(job)
        elif wait < threading.TIMEOUT_MAX / 2 and wait < 10**6:
            timer = threading.Timer(wait, self.end, (job,))
            timer.daemon = True
            timer.start()
        return job

    def find(self, key: str) -> J | None:
        """The request of that id."""
        return self._jobs.get(key)

    def all(self) -> list[J]:
        """Every request, in the order they came."""
        with self.lock:
            return list(self._jobs.values())

    def end(self, job: J) -> None:
        """A request is over, and billed as far as it costs anything. The first end is the one that counts."""
        with self.lock:
            if job.over.is_set():
                return
            job.over.set()
            self._db.execute("UPDATE requests SET ended = ? WHERE id = ?", (job.failure or "ok", job.id))
            self.bill(job)
        self.when_over(job)

    def bill(self, job: J) -> None:
        """Bill a request that is over, as far as it costs anything and was not billed yet."""
        with self.lock:
            if job.units:
                self._db.execute("INSERT OR IGNORE INTO billed VALUES (?, ?)", (job.id, job.units))

    def note(self, route: str, whose: str, step: str, *, with_key: bool) -> int:
        """Write a call down, and return its number for `sent`. whose: the request's id; its prompt, for a submit."""
        with self.lock:
            row = (route, whose, step, time.time(), int(with_key))
            added = self._db.execute(
                "INSERT INTO calls (route, whose, step, at, with_key) VALUES (?, ?, ?, ?, ?)", row
            )
            return added.lastrowid or 0

    def sent(self, call: int, total: int) -> None:
        """Write down how many bytes of an answer were taken off our hands."""
        with self.lock:
            self._db.execute("UPDATE calls SET sent = ? WHERE rowid = ?", (total, call))

    def ledger(self) -> list[dict[str, Any]]:
        """Every request with what was billed for it, in the order they came."""
        query = (
            "SELECT id, endpoint, ended, units FROM requests LEFT JOIN billed ON request_id = id "
            "ORDER BY requests.rowid"
        )
        with self.lock:
            rows = self._db.execute(query).fetchall()
        return [dict(zip(("id", "endpoint", "ended", "billed"), row, strict=True)) for row in rows]
