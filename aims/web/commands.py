"""What the `aims` command takes, as the command line tells it to whoever serves the pages."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One flag or argument. field: the name that the value has afterwards; for a flag of a request, the API's own.

    flags: how it is written, the long form last; an argument has its placeholder there. metavar: what follows it; empty
    for a switch. off: the form that switches it off, if there is one.
    """

    field: str
    flags: tuple[str, ...]
    metavar: str
    says: str
    required: bool = False
    repeatable: bool = False
    argument: bool = False
    off: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. name: as it is typed, such as `aims keys create`. everywhere: the flags that all commands take."""

    name: str
    says: str
    usage: str
    options: tuple[Option, ...]
    examples: tuple[str, ...]
    runs_the_studio: bool = False


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The whole command line."""

    everywhere: tuple[Option, ...]
    commands: tuple[Command, ...]

    def command(self, name: str) -> Command | None:
        """The command of that name, without `aims`."""
        return next((each for each in self.commands if each.name == f"aims {name}"), None)


Describe = Callable[[], CommandLine]
"""Asked when the first reader comes, and not before: it loads every command."""
