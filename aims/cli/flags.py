"""Flags that mean the same for every command, before it and after it, and how help and tables look.

Imported by every command, so that it imports nothing but click.
"""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
FORMS = ("text", "json", "url")


class Later:
    """A module that is imported when something of it is first used, so that help does not wait for it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def examples(*lines: str) -> str:
    """The end of a command's help: lines that can be pasted."""
    return "\b\nExamples:\n" + "".join(f"  {line}\n" for line in lines)


def table(heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Rows in columns, for a terminal."""
    lines = [heads, *(tuple("-" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def form_of(ctx: click.Context) -> str:
    """How the result is printed: the flag after the command, before it, then AIMS_OUTPUT, then as text."""
    for given in (ctx.params, ctx.find_root().params):
        if form := given.get("print_"):
            return form
        if given.get("json_"):
            return "json"
    said = os.environ.get("AIMS_OUTPUT", "").strip().lower()
    return said if said in FORMS else "text"


def print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Print the version and end, when that was asked for."""
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"aims {version('ai-media-studio')}")
        ctx.exit()


def _json_everywhere(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    return value or form_of(ctx) == "json"


as_json = click.option("--json", "json_", is_flag=True, callback=_json_everywhere, help="Print JSON.")
"""For the commands that run the studio."""

_EVERYWHERE = (
    click.option("--key", metavar="KEY", help="API key.  [default: AIMS_API_KEY, else of `aims login`]"),
    click.option(
        "--base-url", metavar="URL", help="The studio.  [default: AIMS_BASE_URL, else this machine's]"
    ),
    click.option("--json", "json_", is_flag=True, help="Print JSON: the same as --print json."),
    click.option("--print", "print_", type=click.Choice(FORMS), help="What to print.  [default: text]"),
    click.option("--quiet", is_flag=True, help="No progress and no hints; errors are still said."),
    click.option(
        "-v",
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=print_version,
        help="Print the version.",
    ),
)


def everywhere(command: F) -> F:
    """Give a command the flags that work before and after it: `key`, `base_url`, `json_`, `print_` and `quiet`."""
    for option in reversed(_EVERYWHERE):
        command = option(command)
    return command
