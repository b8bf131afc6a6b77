"""The pinned sets: hashes for everything, no addresses, no version with a known hole, nothing forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks import project
from checks.finding import Finding

LOCKS = {
    "requirements.lock": ("build",),
    "requirements-dev.lock": ("build", "dev"),
    # What tests put in the place of a newer version: alone, without what it needs.
    "requirements-older.lock": None,
}

# Below these an advisory applies. mcp was mended on two lines of versions; the older one counts from 1.30.0.
FLOORS = {
    "aiohttp": "3.14.4",
    "h11": "0.16.0",
    "mcp": "2.2.0",
    "pillow": "13.0.0",
    "pillow-heif": "1.8.1",
    "python-multipart": "0.0.27",
    "starlette": "1.3.0",
}
_OLDER_LINES = {"mcp": ("1.30.0", "2")}
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One requirement of a lock file, with all its continuation lines."""

    line: int
    text: str
    name: str
    version: str


def check(root: Path) -> list[Finding]:
    """The lock files hold what they should, and only in the form they should."""
    findings: list[Finding] = []
    for lock, extras in LOCKS.items():
        if not (root / lock).is_file():
            findings.append(Finding(lock, 1, "the lock file is missing; `./dev lock` writes it."))
            continue
        pinned = list(_pinned((root / lock).read_text(encoding="utf-8")))
        for item in pinned:
            findings += [Finding(lock, item.line, sentence) for sentence in _said_of(item)]
        if extras is None:
            continue
        names = {item.name for item in pinned}
        for dependency in project.dependencies(root, *extras):
            if dependency.name not in names:
                sentence = f"{dependency.name} is not in {lock}; run `./dev lock`."
                findings.append(Finding("pyproject.toml", dependency.line, sentence))
    return findings


def _pinned(text: str) -> Iterator[Pinned]:
    start, parts = 1, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            start = start if parts else number
            parts.append(line.removesuffix("\\").strip())
        if parts and not line.endswith("\\"):
            joined = " ".join(parts)
            found = _PINNED.match(joined)
            name, version = (project.plain(found["name"]), found["version"]) if found else ("", "")
            yield Pinned(start, joined, name, version)
            parts = []


def _said_of(item: Pinned) -> Iterator[str]:
    if not item.name:
        yield f"`{item.text[:60]}` is not NAME==VERSION."
    if "://" in item.text or " @ " in item.text:
        yield "an address stands in the lock file; where packages come from is the installer's matter."
    if not _HASH.search(item.text):
        yield f"{item.name or 'this'} has no sha256 hash; run `./dev lock`."
    if item.name in FLOORS and _is_below(item.name, item.version):
        yield f"{item.name} {item.version} has known holes; {FLOORS[item.name]} or newer is needed."


def _is_below(name: str, version: str) -> bool:
    floor = FLOORS[name]
    if name in _OLDER_LINES and _numbers(version) < _numbers(_OLDER_LINES[name][1]):
        floor = _OLDER_LINES[name][0]
    if _numbers(version) != _numbers(floor):
        return _numbers(version) < _numbers(floor)
    return bool(re.search(r"(?:a|b|rc|dev)\d", version))


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in release.group().split(".")] if release else [0]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
