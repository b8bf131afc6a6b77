"""What the server commands share: open this instance's database, run one verb, print text or JSON."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aims.cli.flags import as_json, examples, table

if TYPE_CHECKING:
    from aims.core.db import Database
    from aims.core.settings import Settings
    from aims.generation import Studio

T = TypeVar("T")

of_workspace = click.option("--workspace", help="Id or name; not needed when there is only one.")


def with_database(verb: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Open the database of this instance, run the verb, close it again.

    Raises NotFound, naming the path, when there is no database: only `init` and `serve` make one.
    """
    from aims.bootstrap import open_database
    from aims.core.settings import load

    gc.enable()
    settings = load()

    async def work() -> T:
        db = open_database(settings, create=False)
        try:
            return await verb(db, settings)
        finally:
            await db.close()

    return asyncio.run(work())


def with_studio(verb: Callable[[Studio], Awaitable[T]]) -> T:
    """Open this instance as a server would, without serving it, run the verb, close it again.

    Raises NotFound, naming the path, when there is no database.
    """
    from aims.bootstrap import close_studio, open_studio
    from aims.core.settings import load

    gc.enable()
    settings = load()

    async def work() -> T:
        studio = await open_studio(settings)
        try:
            return await verb(studio)
        finally:
            await close_studio(studio)

    return asyncio.run(work())


def show(value: Any, text: str, json_: bool) -> None:
    """Print the result: JSON for programs, text for people."""
    import msgspec

    click.echo(msgspec.json.encode(value).decode() if json_ else text)


__all__ = ["as_json", "examples", "of_workspace", "show", "table", "with_database", "with_studio"]
