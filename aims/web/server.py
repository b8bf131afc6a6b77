"""Run the studio: open it, take over what is unfinished, answer until asked to stop, then finish what runs."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from aims.bootstrap import FirstStart, ServeLock, close_studio, first_start, make_sender, open_studio
from aims.core.bulletin import Bulletin
from aims.core.children import ChildFailed, Children
from aims.core.errors import Unavailable
from aims.core.log import logger
from aims.core.settings import Settings
from aims.generation import Supervisor, Watch
from aims.media import codecs
from aims.web.app import make_app
from aims.web.commands import Describe
from aims.web.desk import Desk

Greet = Callable[[Settings, FirstStart | None], None]

CONNECTIONS_GRACE = 5
SENDING_GRACE = 5
SWITCH_SECONDS = 0.0005
SWEEP_SECONDS = 3600.0
"""Other servers may be writing: what is older than this, nobody writes any more."""


class Server(uvicorn.Server):
    """uvicorn, which tells waiting requests before it waits for them."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._desk.stopping.set()
        self._desk.studio.signals.wake_all()
        super().handle_exit(sig, frame)


async def serve(settings: Settings, greet: Greet, commands: Describe | None = None) -> None:
    """Serve until SIGTERM or SIGINT. `greet` is told once the address is bound and everything is open.

    commands: tells the command line, for the pages about it.

    Raises Conflict when another server has the data folder, Unavailable when the address is taken.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    alone = settings.database_url is None
    lock = ServeLock(settings.home) if alone else None
    listener = bind(settings.host, settings.port)
    supervisor = Supervisor(alone=alone)
    studio = await open_studio(settings, create=True, begin=supervisor.begin)
    watch, sender = Watch(studio), make_sender(studio)
    bulletin = (
        Bulletin(settings.database_url, studio.signals, asyncio.get_running_loop())
        if settings.database_url
        else None
    )
    try:
        studio.storage.sweep(older_than=0 if alone else SWEEP_SECONDS)
        first = await first_start(studio)
        await supervisor.start(studio)
        watch.start()
        await sender.start(alone=alone)
        desk = Desk(studio, commands)
        server = Server(configuration(desk), desk)
        # Until here a signal ends the process at once, which loses nothing. uvicorn takes them over while it serves,
        # and raises them again when it has stopped: there is work to finish then.
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, server.handle_exit)
        settle_memory()
        greet(settings, first)
        # Kept in a name: the loop alone would not keep it from being collected.
        naming = asyncio.create_task(name_codecs(studio.children))
        await server.serve(sockets=[listener])
        naming.cancel()
        logger.info("stopping", in_flight=supervisor.in_flight)
    finally:
        await watch.stop()
        await supervisor.stop(settings.shutdown_seconds)
        await sender.stop(min(SENDING_GRACE, settings.shutdown_seconds))
        if bulletin is not None:
            await asyncio.to_thread(bulletin.close)
        await close_studio(studio)
        listener.close()
        if lock is not None:
            lock.release()


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


def configuration(desk: Desk) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        make_app(desk),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        # Links come from AIMS_PUBLIC_URL, never from a header that anybody can send.
        proxy_headers=False,
        date_header=True,
        timeout_graceful_shutdown=CONNECTIONS_GRACE,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=64 * 1024,
    )


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


def bind(host: str, port: int) -> socket.socket:
    """Listen on the address.

    Raises Unavailable, naming it, when it is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port with --port.",
            code="address_in_use",
        ) from None
    listener.listen(2048)
    listener.setblocking(False)
    return listener


def run(settings: Settings, greet: Greet, commands: Describe | None = None) -> None:
    """Run `serve` on the fastest event loop there is."""
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(serve(settings, greet, commands))
