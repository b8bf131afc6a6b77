"""Carry signals between servers that share a PostgreSQL, so that a waiter hears of what another server finished.

A bulletin is a hint like every signal: what is lost is made up for by looking again. Names are sent in batches after
the commit they tell of, by a connection of their own: NOTIFY inside a transaction would make commits wait for each
other. Measured: a third of the one-insert transactions with it, all of them without.
"""

import asyncio
import json
import queue
import threading
from collections.abc import Callable

import psycopg

from aims.core.ids import token
from aims.core.log import logger
from aims.core.signals import Signals

CHANNEL = "aims_signals"
LISTEN = b"LISTEN aims_signals"
MOST_NAMES = 100
"""Of one message: PostgreSQL takes 8,000 bytes."""
RECONNECT_SECONDS = 1.0
LOOK_UP_SECONDS = 0.5


class Bulletin:
    """Sends what this process signals, and wakes it for what others signal. Threads of its own, until `close`."""

    def __init__(self, url: str, signals: Signals, loop: asyncio.AbstractEventLoop) -> None:
        self._url = url
        self._signals = signals
        self._loop = loop
        self._me = token()[:12]
        self._names: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self.listening = threading.Event()
        self._threads = [
            threading.Thread(target=self._again_and_again, args=(work,), name=f"aims-{name}", daemon=True)
            for name, work in (("bulletin-out", self._send), ("bulletin-in", self._hear))
        ]
        signals.tell_others = self._names.put
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Send nothing more, hear nothing more."""
        self._signals.tell_others = None
        self._closing.set()
        self._names.put(None)
        for thread in self._threads:
            thread.join()

    def _again_and_again(self, work: Callable[[psycopg.Connection], None]) -> None:
        """Work on a connection, and on a new one when it breaks."""
        while not self._closing.is_set():
            try:
                with psycopg.connect(
                    self._url, autocommit=True, connect_timeout=5, keepalives=1, keepalives_idle=5
                ) as connection:
                    work(connection)
            except psycopg.Error as error:
                self.listening.clear()
                logger.warning("bulletin interrupted", reason=type(error).__name__)
                self._closing.wait(RECONNECT_SECONDS)

    def _send(self, connection: psycopg.Connection) -> None:
        while not self._closing.is_set():
            names = {self._names.get()}
            while len(names) < MOST_NAMES:
                try:
                    names.add(self._names.get_nowait())
                except queue.Empty:
                    break
            told = sorted(name for name in names if name is not None)
            if told:
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, json.dumps([self._me, *told])))

    def _hear(self, connection: psycopg.Connection) -> None:
        connection.execute(LISTEN)
        self._wake(self._look_once)
        while not self._closing.is_set():
            for message in connection.notifies(timeout=LOOK_UP_SECONDS):
                sender, *names = json.loads(message.payload)
                if sender != self._me:
                    for name in names:
                        self._wake(lambda name=name: self._signals.wake(name, others=False))

    def _look_once(self) -> None:
        """Whatever was told while nobody listened is lost: everybody looks."""
        self._signals.wake_all()
        self.listening.set()

    def _wake(self, action: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)
