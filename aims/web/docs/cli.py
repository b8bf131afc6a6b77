"""`/docs/cli`: the `aims` command, as it tells itself."""

import re
from dataclasses import dataclass, replace

from aims.web.commands import Command, Option
from aims.web.desk import Desk

from .pages import DocsPage, Place
from .samples import Sample, Samples

ANYBODYS = re.compile(r"https://studio\.example\.com|http://127\.0\.0\.1:8787")
"""The studio in the examples of helps."""
_WORDS = re.compile(r"(?<![\w`-])(--[a-z][a-z-]+|AIMS_[A-Z_]+)(?![\w`])")


@dataclass(frozen=True, slots=True)
class Told:
    """A command as it is shown. id: its anchor; examples: its own, to copy."""

    id: str
    name: str
    says: str
    usage: str
    options: list[Option]
    examples: Sample


@dataclass(frozen=True, slots=True)
class CliPage(DocsPage):
    """The command line. Without one to tell, `groups` is empty."""

    everywhere: list[Option]
    groups: list[tuple[str, str, list[Told]]]
    samples: dict[str, Sample]


def page(at: Desk) -> CliPage:
    """All that stands on it."""
    line = at.commands() if at.commands else None
    make = Samples(at.studio, line)
    commands = line.commands if line else ()
    groups = [
        ("use", "Use a studio", [_told(make, each) for each in commands if not each.runs_the_studio]),
        ("run", "Run a studio", [_told(make, each) for each in commands if each.runs_the_studio]),
    ]
    groups = [each for each in groups if each[2]]
    return CliPage(
        title="CLI",
        base_url=at.studio.settings.base_url,
        tab="cli",
        places=(
            Place("start", "Start"),
            Place("output", "Output and exit codes"),
            Place("configuration", "Key and address"),
            *((Place("flags", "Flags of all commands"),) if line else ()),
            *(
                Place(name, title, tuple(Place(each.id, each.name) for each in told))
                for name, title, told in groups
            ),
        ),
        everywhere=_all_marked(line.everywhere) if line else [],
        groups=groups,
        samples={
            name: make.told(name) for name in ("log-in", "command-first", "command-chain", "command-plan")
        },
    )


def _told(make: Samples, command: Command) -> Told:
    anchor = command.name.replace(" ", "-")
    lines = ANYBODYS.sub(make.base_url, "\n".join(command.examples))
    examples = make.text(f"{anchor}-examples", "Examples", lines, "cli")
    return Told(
        anchor, command.name, _marked(command.says), command.usage, _all_marked(command.options), examples
    )


def _all_marked(options: tuple[Option, ...]) -> list[Option]:
    return [replace(each, says=_marked(each.says)) for each in options]


def _marked(says: str) -> str:
    """The text of a help, with backticks around flags and variables, which a terminal has no need of."""
    return _WORDS.sub(r"`\1`", says)
