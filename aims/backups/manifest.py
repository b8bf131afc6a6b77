"""What a backup says about itself: `manifest.json`, written last, so that a backup without one is none."""

import re
from typing import Literal

import msgspec

from aims.core.errors import Broken

NAME = "manifest.json"
FORMAT = 1
SQLITE_FILE = "database.sqlite"
TABLE_FOLDER = "database"
SECRET, SETTINGS = "secret", "aims.toml"

# What an operator has called a file of theirs may be anything but hidden; the other names are ours.
_NAMES = re.compile(
    r"database\.sqlite|database/[a-z_]+\.copy|secret|aims\.toml|media(/[A-Za-z0-9_][A-Za-z0-9._-]*)+"
    r"|catalog(/[^/.\x00-\x1f\x7f\ud800-\udfff][^/\x00-\x1f\x7f\ud800-\udfff]*)+"
)


class File(msgspec.Struct, frozen=True):
    """A file of the backup. `bytes`: its length; `sha256`: lower-case hex."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The backup's own words. Times are RFC 3339.

    revision: of the schema. secret_check: tells a right secret from a wrong one, and nothing else. deleted: assets that
    were deleted for good between the moment and the reading of their files. tables: columns, and sequences: the last
    number given out, of a Postgres.
    """

    format: int
    version: str
    revision: str
    database: Literal["sqlite", "postgres"]
    taken_at: str
    counts: dict[str, int]
    files: dict[str, File]
    secret_check: str | None = None
    with_secret: bool = False
    deleted: list[str] = []
    missing: list[str] = []
    damaged: list[str] = []
    tables: dict[str, list[str]] = {}
    sequences: dict[str, int] = {}


def read(data: bytes) -> Manifest:
    """The manifest of these bytes.

    Raises Broken, saying what is wrong with it.
    """
    try:
        found = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(f"The backup's {NAME} cannot be read: {error}.", code="backup_broken") from None
    if found.format != FORMAT:
        raise Broken(
            f"The backup is of form {found.format}; this version of the studio reads form {FORMAT}.",
            code="backup_newer",
        )
    for name in found.files:
        if not fits(name):
            raise Broken(f"The backup names a file that no backup has: {name!r}.", code="backup_broken")
    return found


def fits(name: str) -> bool:
    """Whether a file of a backup may have this name: it leads nowhere else, and is text without control characters."""
    return _NAMES.fullmatch(name) is not None


def write(manifest: Manifest) -> bytes:
    """The manifest as it is kept: JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
