"""What the server commands share: open this instance's database, run one verb, print text or JSON."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
import msgspec

from aims.bootstrap import open_database
from aims.core.db import Database
from aims.core.settings import Settings, load

T = TypeVar("T")


def examples(*lines: str) -> str:
    """The end of a command's help: lines that can be pasted."""
    return "\b\nExamples:\n" + "".join(f"  {line}\n" for line in lines)


as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")
of_workspace = click.option("--workspace", help="Id or name; not needed when there is only one.")


def with_database(verb: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Open the database of this instance, run the verb, close it again.

    Raises NotFound, naming the path, when there is no database: only `init` and `serve` make one.
    """
    gc.enable()
    settings = load()

    async def work() -> T:
        db = open_database(settings, create=False)
        try:
            return await verb(db, settings)
        finally:
            await db.close()

    return asyncio.run(work())


def show(value: Any, text: str, json_: bool) -> None:
    """Print the result: JSON for programs, text for people."""
    click.echo(msgspec.json.encode(value).decode() if json_ else text)


def table(heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Rows in columns, for a terminal."""
    lines = [heads, *(tuple("-" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
