"""Words for the webhooks' tests: a workspace with endpoints, a sender that stands in a world of its own, and time."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from outside import Outside, Script, Seen, Site, answer
from sqlalchemy import bindparam, func, select, update

from aims import webhooks
from aims.core.clock import now
from aims.core.db import Database, Tx
from aims.core.fetch import Fetcher
from aims.core.secrets import Secrets
from aims.core.signals import Signals
from aims.webhooks import queue
from aims.webhooks.queue import Claim
from aims.webhooks.schedule import Outcome
from aims.webhooks.tables import attempts, deliveries, endpoints, events

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
SIGNER = webhooks.Signer(Secrets(b"a secret of more than thirty-two characters"))
KNOWN = ("thing.made", "thing.broken")
PATIENCE = 60.0

_EARLIER = update(deliveries).values(
    due_at=deliveries.c.due_at - bindparam("span"), created_at=deliveries.c.created_at - bindparam("span")
)
_EARLIER_ENDPOINTS = update(endpoints).values(
    failing_since=endpoints.c.failing_since - bindparam("span"),
    rest_until=endpoints.c.rest_until - bindparam("span"),
    previous_until=endpoints.c.previous_until - bindparam("span"),
    disabled_at=endpoints.c.disabled_at - bindparam("span"),
    deleted_at=endpoints.c.deleted_at - bindparam("span"),
)
_EARLIER_EVENTS = update(events).values(created_at=events.c.created_at - bindparam("span"))
_OVER = _EARLIER.where(deliveries.c.due_at == 0).values(
    due_at=0, created_at=deliveries.c.created_at - bindparam("span")
)
_ROWS = select(deliveries, (deliveries.c.due_at - now()).label("left")).order_by(deliveries.c.id)
_ENDPOINT = select(endpoints, (endpoints.c.rest_until - now()).label("rest_left")).where(
    endpoints.c.id == bindparam("endpoint")
)
_ATTEMPTS = select(attempts).order_by(attempts.c.started_at, attempts.c.delivery_id, attempts.c.number)
_EVENTS = select(events).order_by(events.c.id)
COUNTS = {
    table.name: select(func.count()).select_from(table) for table in (endpoints, events, deliveries, attempts)
}


def let_pass(tx: Tx, micros: int) -> None:
    """As if so many microseconds had gone by for everything of this area."""
    tx.run(_OVER, span=micros)
    tx.run(_EARLIER.where(deliveries.c.due_at != 0), span=micros)
    tx.run(_EARLIER_ENDPOINTS, span=micros)
    tx.run(_EARLIER_EVENTS, span=micros)


def counts(tx: Tx) -> dict[str, int]:
    """How many rows each table of the area has."""
    return {name.removeprefix("webhook_"): tx.value(count) for name, count in COUNTS.items()}


async def until(look: Callable[[], Awaitable[Any] | Any], what: str) -> Any:
    """Look again and again until there is something, and return it. Fails the test when it never comes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s, and still not: {what}"
        await asyncio.sleep(0.01)


@dataclass(slots=True)
class Post:
    """Alice's workspace, the world outside, and senders."""

    db: Database
    workspace_id: str
    outside: Outside
    stack: AsyncExitStack
    signals: Signals = field(default_factory=Signals)
    _names: Any = field(default_factory=itertools.count)

    async def endpoint(self, url: str = "http://shop.example/hooks", **body: object) -> webhooks.EndpointView:
        """A new endpoint, as its maker sees it: with its secret."""
        wanted = {"url": url} | body
        return await self.db.write(webhooks.create, SIGNER, self.workspace_id, wanted, KNOWN)

    async def happen(self, kind: str = "thing.made", **data: object) -> None:
        """An event of the workspace."""
        await self.db.write(webhooks.emit, self.workspace_id, kind, {"id": "1"} | data)
        self.signals.wake(webhooks.DUE)

    async def happen_often(self, times: int, workspace_id: str | None = None) -> None:
        """Many events, in one transaction."""

        def emit_all(tx: Tx) -> None:
            for number in range(times):
                webhooks.emit(tx, workspace_id or self.workspace_id, "thing.made", {"id": str(number)})

        await self.db.write(emit_all)
        self.signals.wake(webhooks.DUE)

    async def sender(
        self, *, db: Database | None = None, alone: bool = False, **terms: Any
    ) -> webhooks.Sender:
        """A sender at work, stopped when the test is over."""
        fetcher = Fetcher(self.outside.network, abreast=webhooks.ABREAST)
        given: Any = {"me": f"sender-{next(self._names)}", "lease_seconds": 600, "days": 30} | terms
        sender = webhooks.Sender(db or self.db, self.signals, fetcher, SIGNER, webhooks.Terms(**given))
        await sender.start(alone=alone)
        self.stack.push_async_callback(sender.stop, 0)
        return sender

    async def wait(self, micros: int) -> None:
        """Let time pass, and have the senders look."""
        await self.db.write(let_pass, micros)
        self.signals.wake(webhooks.DUE)

    async def claim(self, most: int = 100, *, me: str = "by hand", span: int = HOUR) -> list[Claim]:
        """Take what is due, as a sender would."""
        lanes = await self.db.read(queue.due, "")
        return await self.db.write(queue.claim, me, span, {lane.endpoint_id: most for lane in lanes})

    async def end(
        self, claim: Claim, outcome: Outcome, *, me: str = "by hand", chance: float = 0.5
    ) -> str | None:
        """Write down what came of an attempt."""
        return await self.db.write(queue.record, me, claim, outcome, chance)

    async def rows(self) -> list[Any]:
        """Every delivery. `left`: microseconds until it is due."""
        return await self.db.read(lambda tx: tx.all(_ROWS))

    async def row(self) -> Any:
        """The only delivery."""
        (row,) = await self.rows()
        return row

    async def attempts(self) -> list[Any]:
        """Every attempt, as it came."""
        return await self.db.read(lambda tx: tx.all(_ATTEMPTS))

    async def events(self) -> list[Any]:
        """Every event."""
        return await self.db.read(lambda tx: tx.all(_EVENTS))

    async def endpoint_row(self, endpoint_id: str) -> Any:
        """An endpoint as the database has it. `rest_left`: microseconds for which it is left in peace."""
        return await self.db.read(lambda tx: tx.one(_ENDPOINT, endpoint=endpoint_id))

    async def view(self, endpoint_id: str) -> webhooks.EndpointView:
        """An endpoint as its workspace sees it."""
        return await self.db.read(webhooks.find, self.workspace_id, endpoint_id)

    async def tried(self, times: int) -> list[Any]:
        """Wait until there were so many attempts in all, and nothing is being sent."""

        async def done() -> list[Any]:
            found = await self.attempts()
            assert len(found) <= times, "more attempts than were expected"
            rows = await self.rows()
            return found if len(found) == times and all(row.sender is None for row in rows) else []

        return await until(done, f"{times} attempts")

    def receiver(self, script: Script | None = None, name: str = "shop.example") -> Site:
        """Somebody's server, which says 200 unless it is told otherwise."""
        return self.outside.site(name, script or (lambda _: answer(b"ok")), port=80)


def ids_of(requests: list[Seen]) -> list[str]:
    """The webhook-ids that arrived, in order."""
    return [each.headers["webhook-id"] for each in requests]


def body_of(seen: Seen) -> dict[str, Any]:
    """The payload that arrived."""
    return json.loads(seen.body)


def failed(status: int = 500, **more: Any) -> Outcome:
    """A receiver that did not take it."""
    return Outcome(duration_ms=1, status=status, response="", **more)


ARRIVED = Outcome(duration_ms=1, status=204, response="")
_dice = random.Random(7)
CHANCES = [0.0, 0.5, 1.0, *(_dice.random() for _ in range(20))]
