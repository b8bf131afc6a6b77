"""Format, lint, types and import contracts, by the tools that do it best."""

import re
import subprocess
import sys
from pathlib import Path

from checks.finding import Finding

_PLACED = re.compile(r"(?P<path>[^\s:][^:]*):(?P<line>\d+):(?:\d+:)? (?P<sentence>.+)")


def formatting(root: Path) -> list[Finding]:
    """Files are formatted as ruff formats them."""
    return _run(root, "ruff", "format", "--check", "--output-format", "concise", ".")


def lint(root: Path) -> list[Finding]:
    """Ruff's rules, as chosen in pyproject.toml."""
    return _run(root, "ruff", "check", "--output-format", "concise", ".")


def types(root: Path) -> list[Finding]:
    """The types add up in the product and in these checks."""
    return _run(root, "ty", "check", "--python", sys.prefix, "--output-format", "concise", "aims", "checks")


def imports(root: Path) -> list[Finding]:
    """The import contracts of pyproject.toml are kept."""
    return _run(root, "lint-imports", "--no-logo")


def _run(root: Path, tool: str, *arguments: str) -> list[Finding]:
    # The tool beside this interpreter: the pinned version speaks, whatever is on the PATH.
    program = Path(sys.executable).parent / tool
    try:
        done = subprocess.run([program, *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        return [Finding("requirements-dev.lock", 1, f"{tool} could not be started: {error}.")]
    if done.returncode == 0:
        return []
    output = (done.stdout + done.stderr).strip()
    placed = [finding for line in output.splitlines() if (finding := _placed(line)) is not None]
    return placed or [Finding("pyproject.toml", 1, f"`{tool}` does not pass:\n{output}")]


def _placed(line: str) -> Finding | None:
    if place := _PLACED.fullmatch(line):
        return Finding(place["path"], int(place["line"]), place["sentence"])
    return None
