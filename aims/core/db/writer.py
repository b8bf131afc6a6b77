"""Group commit: queued transaction functions share one transaction, and are answered after it is on the disk.

Each function runs in a savepoint of its own. Only our own errors and broken rules of the schema roll back to that
savepoint; after any other database error the whole group is rolled back and each function runs again alone, because a
full disk inside a savepoint can end the transaction and leave the functions behind it in autocommit. So a function may
run twice, and must touch nothing but its `tx`.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aims.core.db.session import (
    IntegrityError,
    OutcomeUnknown,
    Session,
    is_driver_error,
    translate,
    worth_repeating,
)
from aims.core.errors import StudioError, Unavailable

GROUP = 64
TRIES = 3


@dataclass(slots=True, eq=False)
class Work:
    """One queued function, who waits for it, and what became of it."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def run(self, session: Session) -> None:
        self.error = None
        self.result = self.function(session.tx, *self.arguments)


@dataclass(slots=True)
class Lane:
    """Work that must not wait for itself: one lane is never run by two threads at once."""

    queue: deque[Work] = field(default_factory=deque)


class GroupLost(Exception):
    """The transaction ended under the group: nothing of it may be believed."""


class Writer:
    """Threads that run transaction functions, in groups that belong to one lane.

    On SQLite there is one thread and one lane. On Postgres a lane is a workspace: the functions of one hot account
    share a commit, those of others run beside them.
    """

    def __init__(self, connect: Callable[[], Session], *, threads: int) -> None:
        self._connect = connect
        self._single_lane = threads == 1
        self._lanes: dict[str, Lane] = {}
        self._ready: deque[str] = deque()
        self._condition = threading.Condition()
        self._closing = False
        self._serial = 0
        self._threads = [
            threading.Thread(target=self._serve, name=f"aims-writer-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, lane: str | None, work: Work) -> None:
        """Queue a function. It is run even if nobody waits for it any more."""
        with self._condition:
            if self._closing:
                raise stopping()
            if self._single_lane:
                lane = ""
            elif lane is None:
                self._serial += 1
                lane = f"#{self._serial}"
            waiting = self._lanes.get(lane)
            if waiting is None:
                self._lanes[lane] = Lane(deque([work]))
                self._ready.append(lane)
                self._condition.notify()
            else:
                waiting.queue.append(work)

    def close(self) -> None:
        """Run what is queued, then end the threads."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        session: Session | None = None
        while True:
            taken = self._take()
            if taken is None:
                break
            lane, group = taken
            session = self._run_connected(session, group)
            answer(group)
            self._give_back(lane)
        if session is not None:
            session.close()

    def _take(self) -> tuple[str, list[Work]] | None:
        with self._condition:
            while not self._ready:
                if self._closing:
                    return None
                self._condition.wait()
            lane = self._ready.popleft()
            queue = self._lanes[lane].queue
            return lane, [queue.popleft() for _ in range(min(GROUP, len(queue)))]

    def _give_back(self, lane: str) -> None:
        with self._condition:
            if self._lanes[lane].queue:
                self._ready.append(lane)
                self._condition.notify()
            else:
                del self._lanes[lane]

    def _run_connected(self, session: Session | None, group: list[Work]) -> Session | None:
        """Run the group on a working connection; one that broke is replaced before the next group."""
        try:
            if session is None or not session.usable():
                session = self._connect()
        except Exception as error:  # noqa: BLE001 - every waiter must be told, whatever the driver raised
            for work in group:
                work.error = translate(error)
            return None
        run_group(session, group)
        if not session.usable():
            session.close()
            return None
        return session


def stopping() -> Unavailable:
    """What callers are told once the database is being closed."""
    return Unavailable(
        "The studio is shutting down. Nothing was charged; try again in a moment.", code="stopping"
    )


def run_group(session: Session, group: list[Work]) -> None:
    """Run the functions in one transaction; if that cannot be, each in its own."""
    if len(group) == 1:
        run_alone(session, group[0])
        return
    try:
        session.begin()
        for work in group:
            run_in_savepoint(session, work)
        session.commit()
    except OutcomeUnknown as error:
        for work in group:
            work.error = error
    except Exception:  # noqa: BLE001 - whatever ended the group, none of it happened, and each is tried alone
        roll_back(session)
        for work in group:
            run_alone(session, work)


def run_in_savepoint(session: Session, work: Work) -> None:
    """Run one function of a group. Its own errors undo only itself; the database's undo the group.

    Raises GroupLost, or the driver's error, when the whole group must be given up.
    """
    session.command("SAVEPOINT one")
    try:
        work.run(session)
    except Exception as error:
        if is_driver_error(error) or not session.in_transaction():
            raise
        work.error = error
        session.command("ROLLBACK TO SAVEPOINT one")
    session.command("RELEASE SAVEPOINT one")
    if not session.in_transaction():
        raise GroupLost


def run_alone(session: Session, work: Work) -> None:
    """Run one function in a transaction of its own, again when another transaction was in its way."""
    for _ in range(TRIES):
        if not try_alone(session, work):
            return


def try_alone(session: Session, work: Work) -> bool:
    """Run one function once. True when it is worth running again."""
    if not session.usable():
        work.error = Unavailable(
            "The database cannot be reached. Nothing was charged; try again.", code="database_unavailable"
        )
        return False
    try:
        session.begin()
        work.run(session)
        if not session.in_transaction():
            raise GroupLost
        session.commit()
    except Exception as error:  # noqa: BLE001 - the waiter gets it
        work.error = translate(error)
        roll_back(session)
        return worth_repeating(error)
    return False


def roll_back(session: Session) -> None:
    """End a transaction that may already have ended."""
    try:
        if session.in_transaction():
            session.command("ROLLBACK")
    except Exception:  # noqa: BLE001 - a connection that cannot roll back is closed, which rolls back
        session.close()


def answer(group: list[Work]) -> None:
    """Wake everybody who waits, once per event loop."""
    loops = {work.loop for work in group}
    for loop in loops:
        mine = [work for work in group if work.loop is loop]
        # A loop that was closed while the work was done has nobody left to tell; the writer must outlive it.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, mine)


def settle(group: list[Work]) -> None:
    """Hand each waiter its result, on its own event loop."""
    for work in group:
        if work.future.done():
            continue
        if work.error is not None:
            work.future.set_exception(work.error)
        else:
            work.future.set_result(work.result)


__all__ = ["GROUP", "IntegrityError", "StudioError", "Work", "Writer", "run_group", "stopping"]
