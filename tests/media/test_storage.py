"""Files on the disk: what is the same is written once, and is as many files as it has names."""

from pathlib import Path

import pytest

from aims.core.errors import NotFound
from aims.media.storage import Disk

A, B, C = "workspaces/w/2026/11/a.256.webp", "workspaces/w/2026/11/a.512.webp", "workspaces/w/2026/12/a.png"


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "media")


def incoming(disk: Disk) -> list[Path]:
    return [*(disk.root / ".incoming").iterdir()]


def test_files_of_the_same_bytes_are_files_of_their_own(disk: Disk):
    disk.write_all({A: b"small", B: b"small", C: b"large"})

    disk.remove(A)
    disk.write(C, b"small")
    disk.write(C, b"again")

    assert (disk.read(B), disk.read(C)) == (b"small", b"again")
    with pytest.raises(NotFound):
        disk.read(A)
    assert incoming(disk) == []


def test_a_disk_that_knows_no_second_names_has_the_bytes_twice(disk: Disk, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: str) -> None:
        raise PermissionError

    monkeypatch.setattr("aims.media.storage.os.link", refuse)

    disk.write_all({A: b"small", B: b"small"})

    assert (disk.read(A), disk.read(B)) == (b"small", b"small")
    assert incoming(disk) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "../secret",
        "/etc/passwd",
        "workspaces/../../secret",
        "workspaces//a",
        "a/.incoming/b",
        ".incoming/b",
        "",
        "a\0",
    ],
)
def test_a_key_that_leads_elsewhere_is_of_no_file(disk: Disk, wrong: str):
    with pytest.raises(NotFound):
        disk.path(wrong)
    with pytest.raises(NotFound):
        disk.write(wrong, b"x")
    assert incoming(disk) == []
