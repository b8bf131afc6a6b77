"""A checkout stays small: no large file, and binary files only where pictures and fonts belong."""

from pathlib import Path

from checks import sources
from checks.finding import Finding

LARGEST = 400_000
ALL_TOGETHER = 10_000_000
PICTURES = ("docs/",)
# Fonts and pictures that the studio serves; they are files of the product, and small ones.
SERVED = ("aims/web/static/",)


def check(root: Path) -> list[Finding]:
    """No file above 400 kB; no binary file outside docs/ and the studio's static files; 10 MB in all."""
    findings: list[Finding] = []
    total = 0
    for path in sources.files(root):
        content = _read(root / path)
        total += len(content)
        if len(content) > LARGEST and not path.startswith(PICTURES):
            findings.append(
                Finding(path, 1, f"{len(content) // 1000} kB, and {LARGEST // 1000} is the most.")
            )
        if b"\0" in content[:8192] and not path.startswith(PICTURES + SERVED):
            findings.append(
                Finding(path, 1, "a binary file; make it in the test or the script that needs it.")
            )
    if total > ALL_TOGETHER:
        sentence = (
            f"all files together have {total / 1e6:.1f} MB, and {ALL_TOGETHER // 1_000_000} is the most."
        )
        findings.append(Finding("README.md", 1, sentence))
    return findings


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
