"""Every help ends with examples, and every example is one that can be pasted."""

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from typing_in import Said

from aims.cli import aims


def commands(
    command: click.Command = aims, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command there is, with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


ALL = dict(commands())


def examples_of(said: str) -> list[str]:
    """The lines after `Examples:`."""
    _, found, rest = said.partition("\n  Examples:\n")
    assert found, said
    return [line.strip() for line in rest.splitlines() if line.strip()]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_a_help_ends_with_examples_that_parse(run: Callable[..., Said], path: tuple[str, ...]):
    said = run(*path, "--help")

    assert said.code == 0
    assert said.err == ""
    for line in examples_of(said.out):
        assert line.startswith(" ".join(["aims", *path])), line
        first, *words = shlex.split(line)
        assert first == "aims"
        parse(words)


def parse(words: list[str]) -> None:
    """Read a command line as far as running it, and no further."""
    context = click.Context(aims, info_name="aims")
    command: click.Command = aims
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
    for option in command.params:
        if isinstance(option.type, click.Path):
            option.type.exists = False
    command.make_context(command.name, list(words))


def test_every_command_that_prints_can_print_json():
    """`serve` and `worker` say where they are, `mcp` speaks a protocol, and groups print nothing."""
    without = [
        " ".join(path)
        for path, command in ALL.items()
        if not isinstance(command, click.Group) and not any(one.name == "json_" for one in command.params)
    ]

    assert without == ["serve", "worker", "mcp"]


def test_no_help_waits_for_the_studio(home: Path):
    """What makes a start slow is imported when a command runs, and what stands in for it says the same."""
    script = (
        "import sys, aims.cli\n"
        "for name in aims.cli.COMMANDS:\n"
        "    aims.cli.run([name, '--help'])\n"
        "heavy = {'sqlalchemy', 'pydantic', 'structlog', 'litestar', 'psycopg', 'PIL', 'aims.bootstrap'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_commands_offer_is_what_there_is():
    from aims import accounts
    from aims.catalog.spec import Task
    from aims.cli import adding, bills, keys, users
    from aims.generation import receipts

    assert keys.SCOPES.split(",") == list(accounts.SCOPES)
    assert tuple(accounts.ROLES) == users.ROLES
    assert get_args(Task) == adding.TASKS
    assert bills.MOST == receipts.MOST
