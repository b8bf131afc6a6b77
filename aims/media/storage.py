"""Where the bytes lie: files on the disk, synced together with their folders before a row names them."""

import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from aims.core import failpoints, ids
from aims.core.errors import NotFound, Unavailable

CHECK_SECONDS = 1.0
MIB = 1 << 20
# Ours to make: parts of letters, digits, `-`, `_` and `.`, none of which begins with a point.
_KEY = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")


def key(workspace_id: str, asset_id: str, token: str, extension: str, created_micros: int) -> str:
    """The storage key of an asset, which is also the path of its address."""
    moment = datetime.fromtimestamp(created_micros / 1_000_000, UTC)
    return f"workspaces/{workspace_id}/{moment:%Y}/{moment:%m}/{asset_id}-{token}.{extension}"


def upload_key(workspace_id: str, asset_id: str, token: str, extension: str, created_micros: int) -> str:
    """The storage key of what a person sent."""
    moment = datetime.fromtimestamp(created_micros / 1_000_000, UTC)
    return f"workspaces/{workspace_id}/uploads/{moment:%Y}/{moment:%m}/{asset_id}-{token}.{extension}"


class Disk:
    """A folder of files. `min_free` is in bytes: below it, no paid work is accepted."""

    def __init__(self, root: Path, *, min_free: int = 0) -> None:
        self.root = root
        self._resolved = root.resolve()
        self._temporary = root / ".incoming"
        self._min_free = min_free
        self._checked = 0.0
        self._free = 0
        self._temporary.mkdir(parents=True, exist_ok=True)

    def path(self, storage_key: str) -> Path:
        """Where the file of a key lies.

        Raises NotFound for a key that would lead outside the folder.
        """
        return Path(self._place(storage_key))

    def _place(self, storage_key: str) -> str:
        """The same as text. It is asked for at each step of each file, and a `Path` takes ten times as long."""
        if not _KEY.fullmatch(storage_key):
            raise NotFound("There is no such file.")
        return f"{self._resolved}/{storage_key}"

    def write(self, storage_key: str, data: bytes) -> None:
        """Put a file in its place; afterwards it survives a power cut. Writing the same key again replaces it whole.

        Raises Unavailable when the disk is full or cannot be written; then nothing is left behind.
        """
        self.write_all({storage_key: data})

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Put several files in their places, as `write` does, with one sync of each folder. The last is put last."""
        places = [self._place(storage_key) for storage_key in files]
        folders = dict.fromkeys(os.path.dirname(place) for place in places)
        temporary: list[str] = []
        try:
            for folder in folders:
                _make_folders(folder)
            written: list[tuple[bytes, str]] = []
            for data in files.values():
                temporary.append(f"{self._temporary}/{ids.new_id()}")
                same = next((path for other, path in written if other == data), None)
                if same is not None and _linked(same, temporary[-1]):
                    continue
                _write_synced(temporary[-1], data)
                written.append((data, temporary[-1]))
            failpoints.hit("storage.written")
            for path, place in zip(temporary, places, strict=True):
                os.replace(path, place)
            for folder in folders:
                _sync_folder(folder)
        except OSError as error:
            for path in temporary:
                with suppress(FileNotFoundError):
                    os.unlink(path)
            raise Unavailable(
                f"The studio's disk cannot be written ({error.strerror}). The work waits until it can.",
                code="storage_full",
            ) from error
        failpoints.hit("storage.renamed")

    def read(self, storage_key: str) -> bytes:
        """The bytes of a file.

        Raises NotFound.
        """
        try:
            return self.path(storage_key).read_bytes()
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    def remove(self, storage_key: str) -> None:
        """Delete a file; one that is not there is no error."""
        self.path(storage_key).unlink(missing_ok=True)

    def remove_all(self, storage_keys: Iterable[str]) -> None:
        """Delete files so that a power cut does not bring them back; those that are not there are no error.

        Raises OSError when one cannot be deleted.
        """
        folders: dict[Path, None] = {}
        for storage_key in storage_keys:
            path = self.path(storage_key)
            with suppress(FileNotFoundError):
                path.unlink()
                folders[path.parent] = None
        for folder in folders:
            _sync_folder(folder)

    def sweep(self, *, older_than: float = 0.0) -> int:
        """Delete files that a crash left half-written, and return how many.

        older_than: seconds; 0 only while no other process writes.
        """
        youngest, swept = time.time() - older_than, 0
        for path in self._temporary.iterdir():
            # Another server may sweep at the same time.
            with suppress(FileNotFoundError):
                if not older_than or path.stat().st_mtime < youngest:
                    path.unlink()
                    swept += 1
        return swept

    def free(self) -> int:
        """Free bytes on the volume, looked up at most once a second."""
        moment = time.monotonic()
        if moment - self._checked > CHECK_SECONDS or not self._checked:
            self._free, self._checked = shutil.disk_usage(self.root).free, moment
        return self._free

    def require_space(self) -> None:
        """Refuse paid work while the volume has less free space than the watermark, so that running work can finish.

        Raises Unavailable.
        """
        if self.free() < self._min_free:
            raise Unavailable(
                f"The studio's disk has less than {self._min_free // MIB} MiB left, so no new work is accepted. "
                "Nothing was charged; make room on the data volume and try again.",
                code="storage_full",
                retry_after=30,
            )


def _write_synced(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _linked(path: str, other: str) -> bool:
    """Give a file that is written a second name: the thumbnails of a picture smaller than they are the same file.

    False where the disk knows no such names.
    """
    try:
        os.link(path, other)
    except OSError:
        return False
    return True


def _make_folders(folder: str) -> None:
    """Make a folder and sync each parent that got a new entry, else a power cut could lose the folder."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for path in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(path)
        _sync_folder(os.path.dirname(path))


def _sync_folder(folder: str | Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
