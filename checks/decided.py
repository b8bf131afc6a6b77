"""A dependency is a decision: each has a row that says what it is for and why it was chosen."""

import re
from pathlib import Path

from checks import project
from checks.finding import Finding

PAGE = "decisions/0002-dependencies.md"
_NAME = re.compile(r"`([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]`]*\])?`")


def check(root: Path) -> list[Finding]:
    """Direct dependencies and the rows of the dependency page are the same set."""
    if not (root / PAGE).is_file():
        return [Finding(PAGE, 1, "the page is missing.")]
    rows = _rows((root / PAGE).read_text(encoding="utf-8"))
    wanted = project.dependencies(root, "*")
    known = {dependency.name for dependency in wanted}
    findings = [
        Finding(
            "pyproject.toml", dependency.line, f"{dependency.name} has no row in {PAGE}: what for, and why?"
        )
        for dependency in wanted
        if dependency.name not in rows
    ]
    for name, line in rows.items():
        if name not in known:
            findings.append(
                Finding(PAGE, line, f"{name} is not in pyproject.toml; take it out of the table.")
            )
    return findings


def _rows(text: str) -> dict[str, int]:
    """Names in backticks in the second column, each with its line."""
    rows: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split("|")
        if line.startswith("|") and len(cells) >= 4:
            rows |= {project.plain(name): number for name in _NAME.findall(cells[2])}
    return rows
