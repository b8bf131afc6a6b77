"""Two servers on one PostgreSQL: what one signals, a waiter of the other hears, without looking by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from aims.core.bulletin import Bulletin
from aims.core.signals import Signals

NewLocation = Callable[[str], Path | str]


@asynccontextmanager
async def server(url: str) -> AsyncIterator[tuple[Signals, Bulletin]]:
    """The signals of one server, connected to the others."""
    signals = Signals()
    bulletin = Bulletin(url, signals, asyncio.get_running_loop())
    try:
        assert await asyncio.to_thread(bulletin.listening.wait, 30)
        yield signals, bulletin
    finally:
        await asyncio.to_thread(bulletin.close)


async def test_a_waiter_hears_what_another_server_signals(new_location: NewLocation) -> None:
    url = str(new_location("postgres"))
    async with server(url) as (here, _), server(url) as (there, _), there.listen("a generation") as listener:
        here.wake("a generation")
        assert await listener.wait(30)


async def test_more_names_than_one_message_holds_are_all_heard(new_location: NewLocation) -> None:
    url = str(new_location("postgres"))
    names = [f"generation {number:04}" for number in range(450)]
    async with server(url) as (here, _), server(url) as (there, _):
        heard = [asyncio.create_task(hear(there, name)) for name in names]
        await settled()
        for name in names:
            here.wake(name)
        assert all(await asyncio.gather(*heard))


async def test_after_a_lost_connection_everybody_looks_once(new_location: NewLocation) -> None:
    url = str(new_location("postgres"))
    async with server(url) as (signals, bulletin), signals.listen("a generation") as listener:
        bulletin.listening.clear()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await listener.wait(30)
        assert await asyncio.to_thread(bulletin.listening.wait, 30)


async def hear(signals: Signals, name: str) -> bool:
    """Wait for one name."""
    async with signals.listen(name) as listener:
        return await listener.wait(60)


async def settled() -> None:
    """Let what is ready run: tasks begin to listen, and the wake-up of the first connection arrives."""
    for _ in range(20):
        await asyncio.sleep(0)
