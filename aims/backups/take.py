"""Take a backup of a studio that may be running."""

import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from aims import catalog, media, migrations
from aims.backups import manifest, parcels, snapshot
from aims.backups.manifest import File, Manifest
from aims.backups.parcels import Parcel
from aims.core import failpoints
from aims.core.db.session import DriverError
from aims.core.errors import Broken, NotFound
from aims.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken. seconds: how long it took."""

    path: Path
    manifest: Manifest
    seconds: float


def take(settings: Settings, target: Path, *, with_secret: bool) -> Taken:
    """Write a backup: a tar file when the name ends in `.tar`, else a folder. It has its name once it is whole.

    with_secret: put the master secret and `aims.toml` in, which may hold providers' keys.

    Raises NotFound without a database, Conflict when the target exists, Broken for a database of another version.
    """
    begun = time.monotonic()
    location = settings.database
    if isinstance(location, Path) and not location.exists():
        raise NotFound(f"There is no studio at {location}.", code="no_database")
    parcel = parcels.begin(target)
    try:
        kept = _fill(parcel, settings, with_secret)
        parcel.add_bytes(manifest.NAME, manifest.write(kept))
        parcel.finish()
    except DriverError as error:
        parcel.abandon()
        raise Broken(f"The database cannot be read: {error}.", code="database_unusable") from error
    except BaseException:
        parcel.abandon()
        raise
    return Taken(target, kept, time.monotonic() - begun)


def _fill(parcel: Parcel, settings: Settings, with_secret: bool) -> Manifest:
    location = settings.database
    if isinstance(location, Path):
        moment = snapshot.take_sqlite(location, parcel)
    else:
        moment = snapshot.take_postgres(location, parcel)
    if moment.revision != migrations.newest():
        raise Broken(
            f"The database is at revision {moment.revision}, and this version of the studio is at "
            f"{migrations.newest()}. Use the version that serves it.",
            code="other_version",
        )
    failpoints.hit("backup.moment")
    files = moment.files
    lost, damaged = _add_media(parcel, settings.home / "media", moment, files)
    _add_catalog(parcel, settings.home / "catalog", files)
    if with_secret:
        _add_secret(parcel, settings, files)
    there = snapshot.still_there(location, [asset for asset, _ in lost])
    return Manifest(
        format=manifest.FORMAT,
        version=version("ai-media-studio"),
        revision=moment.revision,
        database="sqlite" if isinstance(location, Path) else "postgres",
        taken_at=moment.taken_at,
        counts=moment.counts,
        files=files,
        secret_check=moment.secret_check,
        with_secret=with_secret,
        deleted=sorted({asset for asset, _ in lost} - there),
        missing=[key for asset, key in lost if asset in there],
        damaged=damaged,
        tables=moment.tables,
        sequences=moment.sequences,
    )


def _add_media(
    parcel: Parcel, root: Path, moment: snapshot.Snapshot, files: dict[str, File]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Add what the rows name. Returns what was not there (asset, storage key), and what is not what its row says."""
    lost: list[tuple[str, str]] = []
    damaged: list[str] = []
    for asset_id, storage_key, sha256 in moment.media:
        for key in media.all_keys(storage_key):
            try:
                added = parcel.add(f"media/{key}", root / key, link=True)
            except FileNotFoundError:
                lost.append((asset_id, key))
                continue
            files[f"media/{key}"] = added
            if key == storage_key and added.sha256 != sha256:
                damaged.append(key)
    return lost, damaged


def _add_catalog(parcel: Parcel, root: Path, files: dict[str, File]) -> None:
    """The operator's files of models and styles, and the workflows beside them, without what is hidden.

    Raises Broken for a name that would not be read again.
    """
    for path in catalog.visible(root, ".toml", ".json"):
        if not path.is_file():
            continue
        name = f"catalog/{path.relative_to(root).as_posix()}"
        if not manifest.fits(name):
            raise Broken(
                f"A backup cannot carry a file with the name {name!a}. Rename it, and back up again.",
                code="file_name",
            )
        files[name] = parcel.add(name, path)


def _add_secret(parcel: Parcel, settings: Settings, files: dict[str, File]) -> None:
    path = settings.home / manifest.SECRET
    if settings.secret is not None:
        files[manifest.SECRET] = parcel.add_bytes(manifest.SECRET, settings.secret.encode())
    elif path.exists():
        files[manifest.SECRET] = parcel.add(manifest.SECRET, path)
    if (settings.home / manifest.SETTINGS).exists():
        files[manifest.SETTINGS] = parcel.add(manifest.SETTINGS, settings.home / manifest.SETTINGS)
