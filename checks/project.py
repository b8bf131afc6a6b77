"""Reading pyproject.toml."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Dependency:
    """A direct dependency, and the line of pyproject.toml that asks for it."""

    name: str
    line: int


def dependencies(root: Path, *extras: str) -> list[Dependency]:
    """What the package needs, and what each of `extras` adds. No extra named `*`: that means all of them."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text).get("project", {})
    optional: dict[str, list[str]] = table.get("optional-dependencies", {})
    wanted = list(table.get("dependencies", []))
    for extra, requirements in optional.items():
        if extra in extras or "*" in extras:
            wanted += requirements
    own = plain(table.get("name", ""))
    found = [Dependency(name_of(requirement), _line_of(text, requirement)) for requirement in wanted]
    return [dependency for dependency in found if dependency.name != own]


def name_of(requirement: str) -> str:
    """`psycopg` for `psycopg[binary]>=3.3`."""
    return plain(re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0])


def plain(name: str) -> str:
    """A package's name as indexes compare it: small letters, one hyphen between words."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _line_of(text: str, requirement: str) -> int:
    return text[: max(text.find(f'"{requirement}"'), 0)].count("\n") + 1
