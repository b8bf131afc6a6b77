"""The two forms of a backup: a folder, or one tar file. Neither has its name before it is whole."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from aims.backups.manifest import NAME, File
from aims.core.errors import Broken, Conflict, NotFound

PIECE = 1 << 20
ONLY_OURS = 0o600


class Parcel(Protocol):
    """A backup that is being written."""

    def add(self, name: str, source: Path, *, link: bool = False) -> File: ...
    def add_bytes(self, name: str, data: bytes) -> File: ...
    def scratch(self) -> Path: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


class FolderParcel:
    """A folder. Pictures are hard links where that is possible: nobody changes a file that a row names."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._root = target.with_name(f".{target.name}.partial")
        _remove(self._root)
        self._root.mkdir(mode=0o700, parents=True)

    def add(self, name: str, source: Path, *, link: bool = False) -> File:
        """Put a file in, and read it whole. link: it never changes, so a second name for it will do.

        Raises FileNotFoundError when it is gone.
        """
        path = self._place(name)
        if link:
            # Not between volumes, and not everywhere.
            with suppress(OSError):
                os.link(source, path)
            if path.exists():
                return fingerprint(path)
        with source.open("rb") as opened:
            return _copy(opened, path)

    def add_bytes(self, name: str, data: bytes) -> File:
        """Put a file of these bytes in."""
        path = self._place(name)
        with path.open("xb") as file:
            os.fchmod(file.fileno(), ONLY_OURS)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return fingerprint(path)

    def scratch(self) -> Path:
        """A new folder on the same volume, gone in the end."""
        path = self._root / ".scratch"
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def finish(self) -> None:
        """Give it its name."""
        _remove(self._root / ".scratch")
        _sync(self._root)
        if self._target.exists():
            self._target.rmdir()  # it was empty when we began
        self._root.rename(self._target)
        _sync(self._target.parent)

    def abandon(self) -> None:
        """Leave nothing behind."""
        _remove(self._root)

    def _place(self, name: str) -> Path:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


class TarParcel:
    """One tar file, readable by its owner only."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._partial = target.with_name(f".{target.name}.partial")
        self._scratch = target.with_name(f".{target.name}.scratch")
        _remove(self._scratch)
        self._partial.unlink(missing_ok=True)
        self._file = os.fdopen(os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, ONLY_OURS), "w+b")
        self._tar = tarfile.TarFile(
            self._target, "w", fileobj=self._file, format=tarfile.PAX_FORMAT, dereference=True
        )

    def add(self, name: str, source: Path, *, link: bool = False) -> File:
        """Put a file in.

        Raises FileNotFoundError when it is gone.
        """
        with source.open("rb") as opened:
            member = self._tar.gettarinfo(arcname=name, fileobj=opened)
            member.mode, member.uid, member.gid, member.uname, member.gname = ONLY_OURS, 0, 0, "", ""
            reading = _Hashing(opened)
            self._tar.addfile(member, reading)
            return File(member.size, reading.sha256)

    def add_bytes(self, name: str, data: bytes) -> File:
        """Put a file of these bytes in."""
        path = self.scratch() / "bytes"
        path.write_bytes(data)
        try:
            return self.add(name, path)
        finally:
            path.unlink()

    def scratch(self) -> Path:
        """A folder on the same volume, gone in the end."""
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        return self._scratch

    def finish(self) -> None:
        """Give it its name."""
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        _remove(self._scratch)
        self._partial.rename(self._target)
        _sync(self._target.parent)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        _remove(self._scratch)
        self._partial.unlink(missing_ok=True)


class _Hashing:
    """A file that is read through, and its sum."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._sum.update(piece)
        return piece

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()


def begin(target: Path) -> Parcel:
    """Begin a backup at a path that is free: a tar file when its name ends in `.tar`, else a folder.

    Raises Conflict when something is there.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(
            f"{target} exists. Choose another name: no backup is written over.", code="backup_exists"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    return TarParcel(target) if target.suffix == ".tar" else FolderParcel(target)


class Backup:
    """A backup that is read. `open_backup` makes one."""

    def __init__(self, folder: Path | None, tar: tarfile.TarFile | None) -> None:
        self._folder, self._tar = folder, tar

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """A file of the backup, to be read.

        Raises Broken when it has none of that name.
        """
        opened: BinaryIO | None = None
        with suppress(KeyError, FileNotFoundError):
            if self._tar is not None:
                opened = self._tar.extractfile(name)  # ty: ignore[invalid-assignment] - it reads like a file
            elif self._folder is not None:
                opened = (self._folder / name).open("rb")
        if opened is None:
            raise Broken(f"The backup has no {name}: it is not whole.", code="backup_broken")
        with opened:
            yield opened

    def copy(self, name: str, expected: File, path: Path) -> None:
        """Copy a file out.

        Raises Broken when it is not the file that was put in.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.open(name) as opened:
            found = _copy(opened, path)
        if found != expected:
            raise Broken(f"The backup's {name} is damaged: nothing was restored.", code="backup_broken")

    def manifest(self) -> bytes:
        """What it says about itself."""
        with self.open(NAME) as opened:
            return opened.read()


@contextmanager
def open_backup(path: Path) -> Generator[Backup]:
    """Open a backup, folder or tar file.

    Raises NotFound, or Broken for a file that is none.
    """
    if path.is_dir():
        yield Backup(path, None)
        return
    if not path.exists():
        raise NotFound(f"There is no backup at {path}.")
    try:
        tar = tarfile.TarFile(path)
    except tarfile.TarError:
        raise Broken(f"{path} is no backup.", code="backup_broken") from None
    with tar:
        try:
            yield Backup(None, tar)
        except tarfile.TarError:
            raise Broken(f"{path} is not whole.", code="backup_broken") from None


def fingerprint(path: Path) -> File:
    """Read a file whole."""
    with path.open("rb") as file:
        return File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _copy(opened: BinaryIO, path: Path) -> File:
    reading, size = _Hashing(opened), 0
    with path.open("xb") as file:
        os.fchmod(file.fileno(), ONLY_OURS)
        while piece := reading.read(PIECE):
            size += file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return File(size, reading.sha256)


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
