"""The version of the package is read from the newest heading of the changelog, so it has to be one."""

import re
from pathlib import Path

from checks.finding import Finding

PAGE = "CHANGELOG.md"
# The build reads up to the first space, so a space and something in brackets have to follow the number.
_VERSION = r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?"
_HEADING = re.compile(rf"## (?P<version>{_VERSION}) \((?:unreleased|\d{{4}}-\d{{2}}-\d{{2}})\)")


def check(root: Path) -> list[Finding]:
    """There is a version heading; each is `## 1.2.3 (unreleased)` or `## 1.2.3 (2026-01-31)`, once."""
    text = (root / PAGE).read_text(encoding="utf-8") if (root / PAGE).is_file() else ""
    headings = [
        (number, line) for number, line in enumerate(text.splitlines(), start=1) if line.startswith("## ")
    ]
    if not headings:
        return [Finding(PAGE, 1, "no version heading; the build reads the version from it.")]
    findings: list[Finding] = []
    seen: set[str] = set()
    for number, line in headings:
        match = _HEADING.fullmatch(line.rstrip())
        if match is None:
            findings.append(
                Finding(PAGE, number, "a version heading is `## 1.2.3 (unreleased)` or with a date.")
            )
        elif match["version"] in seen:
            findings.append(Finding(PAGE, number, f"{match['version']} has a heading already."))
        else:
            seen.add(match["version"])
    return findings
