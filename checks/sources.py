"""The files that are checked: what git tracks, and what it would track if it were added now."""

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file that parses."""

    path: str
    text: str
    tree: ast.Module


def files(root: Path) -> list[str]:
    """Paths of all files, relative to `root`, with slashes, sorted. Ignored files and links are left out."""
    listed = _from_git(root) if (root / ".git").exists() else None
    found = _walked(root) if listed is None else listed
    return sorted(path for path in found if _is_plain(root / path))


def read_text(root: Path, path: str) -> str | None:
    """The file's text, or None when it is binary or has just been removed."""
    try:
        content = (root / path).read_bytes()
        return None if b"\0" in content else content.decode()
    except (UnicodeDecodeError, OSError):
        return None


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every text file."""
    for path in files(root):
        text = read_text(root, path)
        if text is not None:
            yield path, text


def python(root: Path, *folders: str) -> Iterator[Source]:
    """Every Python file under `folders` (all, when none is named). What does not parse is left to ruff."""
    for path in files(root):
        if path.endswith(".py") and (not folders or path.split("/", 1)[0] in folders):
            source = _parsed(root / path, path)
            if source is not None:
                yield source


def _parsed(file: Path, path: str) -> Source | None:
    try:
        stat = file.stat()
        return _parse(file, path, stat.st_mtime_ns, stat.st_size)
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None


# The time and size are part of the key, so that a file that changed is read again.
@lru_cache(maxsize=4096)
def _parse(file: Path, path: str, _changed: int, _size: int) -> Source:
    text = file.read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text))


def _from_git(root: Path) -> list[str] | None:
    # Git refuses a checkout that belongs to another user unless it is named safe; CI often runs as root.
    command = ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return list({name for name in listed.stdout.decode().split("\0") if name})


def _walked(root: Path) -> list[str]:
    """Without git (an unpacked archive): everything but hidden folders and what Python leaves behind."""
    found: list[str] = []
    for folder, names, file_names in os.walk(root):
        names[:] = [name for name in names if name == ".ci" or not name.startswith((".", "__pycache__"))]
        found += [(Path(folder) / name).relative_to(root).as_posix() for name in file_names]
    return found


def _is_plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
