"""A small real file system, to be filled."""

import contextlib
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import machine

MIB = 1 << 20


@contextmanager
def small_volume(path: Path, *, mib: int) -> Generator[Path]:
    """A file system of that size at `path`; it is surely unmounted afterwards, whoever still looks at it."""
    path.mkdir()
    made = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(path)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not made:
        machine.missing("a small file system can only be mounted by root")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path: Path, *, leave: int = 0) -> Path:
    """Take all the space of the volume but `leave` bytes, and return the file to remove."""
    ballast = path / "ballast"
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while (left := free(path) - leave) > 0:
            file.write(b"x" * min(left, MIB))
    return ballast


def free(path: Path) -> int:
    """Bytes that are left."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
