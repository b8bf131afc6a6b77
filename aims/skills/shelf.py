"""Read the skills: from the package where it was installed, else from the checkout that it runs in."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PACKED, CHECKOUT = HERE / "shelf", HERE.parent.parent / "skills"
FILE = "SKILL.md"
_FRONT = re.compile(r"---\nname: (?P<name>[a-z0-9-]+)\ndescription: (?P<description>[^\n]+)\n---\n")


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill. text: the whole file, with its front matter."""

    name: str
    description: str
    text: str


@cache
def every() -> tuple[Skill, ...]:
    """All skills, by name."""
    folder = PACKED if PACKED.is_dir() else CHECKOUT
    return tuple(_read(file) for file in sorted(folder.glob(f"*/{FILE}")))


def find(name: str) -> Skill | None:
    """The skill of that name."""
    return next((each for each in every() if each.name == name), None)


def _read(file: Path) -> Skill:
    text = file.read_text(encoding="utf-8")
    front = _FRONT.match(text)
    assert front is not None, file
    assert front["name"] == file.parent.name, file
    return Skill(front["name"], front["description"], text)
