"""Save what was made: into one file, or into a folder as `01-<name>`, `02-<name>`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aims.client.errors import AIMSError, DownloadFailed, Lost
from aims.client.steps import Flow, Store

_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 120


def is_folder(where: str | Path, results: int) -> bool:
    """Whether several files go there: it is a folder, ends with a slash, has no extension, or results are several."""
    text = os.fspath(where)
    return (
        results > 1 or text.endswith(("/", os.sep)) or Path(text).is_dir() or not Path(text).suffix.strip(".")
    )


def prepare(where: str | Path, results: int) -> None:
    """Make the folder that the files will lie in. Better to hear that it cannot be before anything is paid for.

    Raises OSError.
    """
    folder = Path(where) if is_folder(where, results) else Path(where).parent
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(13, "Permission denied", str(folder))


def files_for(urls: list[str], where: str | Path, results: int) -> list[Path]:
    """Where each of the addresses is saved. results: how many were asked for."""
    if not is_folder(where, results):
        return [Path(where)]
    return [Path(where) / f"{number:02}-{name_of(url)}" for number, url in enumerate(urls, start=1)]


def name_of(url: str) -> str:
    """The file name at the end of an address, with nothing in it that a file system could take for something else."""
    name = _STRANGE.sub("-", unquote(urlsplit(url).path).rpartition("/")[2]).lstrip(".-")
    return name[-LONGEST_NAME:] or "result"


def download(urls: list[str], where: str | Path, results: int) -> Flow[list[Path]]:
    """Download addresses, and give the files. results: how many were asked for.

    Raises DownloadFailed, after all were tried, when some are missing.
    """
    files = files_for(urls, where, results)
    saved: list[Path] = []
    failed: list[Lost] = []
    for url, file in zip(urls, files, strict=True):
        try:
            prepare(file, 1)
            yield Store(url, file)
            saved.append(file)
        except (AIMSError, OSError) as error:
            failed.append(Lost(url, _why(error)))
    if failed:
        raise DownloadFailed(tuple(saved), tuple(failed))
    return saved


def _why(error: AIMSError | OSError) -> str:
    if isinstance(error, AIMSError):
        return error.sentence
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)
