"""The command line, told to whoever writes pages about it: every command with its flags, read from what is run."""

from collections.abc import Iterator

import click

from aims.web.commands import Command, CommandLine, Option


def command_line() -> CommandLine:
    """All commands, in the order of `aims --help`."""
    from aims.cli import _RUNS_THE_STUDIO, COMMANDS, aims

    context = click.Context(aims, info_name="aims")
    everywhere = tuple(_option(each, context) for each in _shown(aims))
    fields = {each.field for each in everywhere}
    found: list[Command] = []
    running = False
    for name in COMMANDS:
        running = running or name == _RUNS_THE_STUDIO
        command = aims.get_command(context, name)
        assert command is not None
        found += _below(command, name, context, fields, running)
    return CommandLine(everywhere, tuple(found))


def _below(
    command: click.Command, name: str, parent: click.Context, everywhere: set[str], running: bool
) -> Iterator[Command]:
    """The command; for a group, the commands in it."""
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from _below(found, inner, context, everywhere, running)
        return
    options = [_option(each, context) for each in _shown(command)]
    yield Command(
        name=context.command_path,
        says=" ".join((command.help or "").split("\f")[0].split()),
        usage=" ".join([context.command_path, *command.collect_usage_pieces(context)]),
        options=tuple(each for each in options if each.argument or each.field not in everywhere),
        examples=tuple(_examples(command.epilog or "")),
        runs_the_studio=running,
    )


def _shown(command: click.Command) -> Iterator[click.Parameter]:
    for each in command.params:
        if not (isinstance(each, click.Option) and each.hidden):
            yield each


def _option(told: click.Parameter, context: click.Context) -> Option:
    field = told.name or ""
    if isinstance(told, click.Option):
        switch = told.is_flag or told.count
        return Option(
            field=field,
            flags=tuple(told.opts),
            metavar="" if switch else told.make_metavar(context),
            says=told.help or "",
            required=told.required,
            repeatable=told.multiple,
            off=next(iter(told.secondary_opts), ""),
        )
    return Option(field, (told.make_metavar(context),), "", "", told.required, told.nargs == -1, True)


def _examples(epilog: str) -> Iterator[str]:
    _, _, lines = epilog.partition("Examples:\n")
    for line in lines.splitlines():
        if line.strip():
            yield line.strip()
