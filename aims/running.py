"""Run what a studio does by itself, with a face or without one: drive generations, watch, send webhooks, tidy up.

`aims serve` runs it beneath the web face, `aims worker` runs it alone. Both end in the same order: what runs is given
its time, and the rest is left to whoever is there next.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aims.bootstrap import ServeLock, close_studio, make_sender, open_studio
from aims.core.bulletin import Bulletin
from aims.core.children import ChildFailed, Children
from aims.core.errors import Conflict, Unavailable
from aims.core.log import logger
from aims.core.scheduling import keep_turns
from aims.core.settings import Settings
from aims.generation import Studio, Supervisor, Watch
from aims.media import codecs

SENDING_GRACE = 5
SWITCH_SECONDS = 0.0005
SWEEP_SECONDS = 3600.0
"""Other servers may be writing: what is older than this, nobody writes any more."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A studio that is open and at work. supervisor: None in a process that leaves the generations to workers."""

    studio: Studio
    supervisor: Supervisor | None

    @property
    def in_flight(self) -> int:
        """How many generations this process drives now."""
        return self.supervisor.in_flight if self.supervisor else 0


def lock_home(settings: Settings) -> ServeLock | None:
    """Keep every other server off a SQLite file; None on Postgres, which any number of them share.

    Raises Conflict when another server has it, or when this one would leave the generations to workers.
    """
    if settings.database_url is not None:
        return None
    if not settings.jobs:
        raise Conflict(
            "Without jobs (AIMS_JOBS) nothing would be made: a SQLite file has one server. Workers on other machines "
            "need Postgres (AIMS_DATABASE_URL).",
            code="needs_postgres",
        )
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return ServeLock(settings.home)


@asynccontextmanager
async def at_work(settings: Settings, *, alone: bool, jobs: bool) -> AsyncGenerator[AtWork]:
    """Open the studio, take over what is unfinished, and work until the block ends; then finish what runs.

    alone: no other process works on this database, as `lock_home` proves. jobs: whether generations are driven here.

    Raises what `open_studio` raises.
    """
    supervisor = Supervisor(alone=alone) if jobs else None
    studio = await open_studio(settings, create=True, begin=supervisor.begin if supervisor else None)
    async with AsyncExitStack() as ending:
        ending.push_async_callback(close_studio, studio)
        if settings.database_url:
            bulletin = Bulletin(settings.database_url, studio.signals, asyncio.get_running_loop())
            ending.push_async_callback(asyncio.to_thread, bulletin.close)
        studio.storage.sweep(older_than=0 if alone else SWEEP_SECONDS)
        watch = Watch(studio)
        if supervisor is not None:
            sender = make_sender(studio)
            ending.push_async_callback(sender.stop, min(SENDING_GRACE, settings.shutdown_seconds))
            ending.push_async_callback(supervisor.stop, settings.shutdown_seconds)
            await supervisor.start(studio)
            await sender.start(alone=alone)
        ending.push_async_callback(watch.stop)
        watch.start()
        turns = asyncio.create_task(keep_turns())
        ending.callback(turns.cancel)
        yield AtWork(studio, supervisor)


async def work(settings: Settings, greet: Callable[[Settings], None]) -> None:
    """Drive generations until SIGTERM or SIGINT, without answering anybody. `greet` is told once it has begun.

    Raises Conflict on SQLite, and what `open_studio` raises.
    """
    if settings.database_url is None:
        raise Conflict(
            "`aims worker` needs Postgres (AIMS_DATABASE_URL). A SQLite file has one process, and `aims serve` is it: "
            "it drives the generations too.",
            code="needs_postgres",
        )
    stopping = asyncio.Event()
    async with at_work(settings, alone=False, jobs=True) as running:
        # Until here a signal ends the process at once, which loses nothing.
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stopping.set)
        settle_memory()
        greet(settings)
        # Kept in a name: the loop alone would not keep it from being collected.
        naming = asyncio.create_task(name_codecs(running.studio.children))
        await stopping.wait()
        naming.cancel()
        logger.info("stopping", in_flight=running.in_flight)


async def name_codecs(children: Children) -> None:
    """Write down which libraries read pictures and films here, loudly if one has a known hole."""
    try:
        found = await codecs.versions(children)
    except (ChildFailed, Unavailable) as error:
        logger.error("media libraries unknown", reason=str(error))
        return
    logger.info("media libraries", **found)
    for sentence in codecs.outdated(found):
        logger.error("media library too old", reason=sentence)


def settle_memory() -> None:
    """What is loaded by now stays: the collector need not look at it again, nor run at every few hundred objects.

    And the writer's thread gets its turn ten times sooner than Python would give it while requests keep coming, so that
    a group is on its way to the disk while the next requests are read: the slowest of a hundred waits a fifth less.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


def run(service: Coroutine[Any, Any, None]) -> None:
    """Run it to its end on the fastest event loop there is."""
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(service)
