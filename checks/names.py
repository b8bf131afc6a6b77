"""Files and folders are named for what happens in them, never for a layer or a drawer."""

from pathlib import Path

from checks import sources
from checks.finding import Finding

REFUSED = frozenset(
    [
        "service",
        "services",
        "util",
        "utils",
        "helper",
        "helpers",
        "common",
        "misc",
        "manager",
        "managers",
        "base",
    ]
)


def check(root: Path) -> list[Finding]:
    """No file or folder of the product has one of the refused names."""
    findings: list[Finding] = []
    for path in sources.files(root):
        if not path.startswith("aims/"):
            continue
        for part in path.split("/")[1:]:
            name = part.split(".", 1)[0].strip("_").lower()
            if name in REFUSED:
                findings.append(
                    Finding(path, 1, f"`{name}` does not say what happens here; name it for that.")
                )
    return findings
