"""Run the studio: open it, take over what is unfinished, answer until asked to stop, then finish what runs."""

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from aims.bootstrap import FirstStart, first_start
from aims.core.errors import Unavailable
from aims.core.log import logger
from aims.core.settings import Settings
from aims.running import at_work, lock_home, name_codecs, settle_memory
from aims.web.app import make_app
from aims.web.commands import Describe
from aims.web.desk import Desk

Greet = Callable[[Settings, FirstStart | None], None]

CONNECTIONS_GRACE = 5


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
    lock = lock_home(settings)
    listener = bind(settings.host, settings.port)
    try:
        async with at_work(settings, alone=lock is not None, jobs=settings.jobs) as running:
            studio = running.studio
            first = await first_start(studio)
            desk = Desk(studio, commands)
            server = Server(configuration(desk), desk)
            # Until here a signal ends the process at once, which loses nothing. uvicorn takes them over while it
            # serves, and raises them again when it has stopped: there is work to finish then.
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, server.handle_exit)
            settle_memory()
            greet(settings, first)
            # Kept in a name: the loop alone would not keep it from being collected.
            naming = asyncio.create_task(name_codecs(studio.children))
            await server.serve(sockets=[listener])
            naming.cancel()
            logger.info("stopping", in_flight=running.in_flight)
    finally:
        listener.close()
        if lock is not None:
            lock.release()


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
