"""The instance's master secret, and one key per purpose derived from it.

The first start writes a random secret to `AIMS_HOME/secret` (mode 600); none is built in. The database keeps a check
value, so that a wrong secret stops the start instead of making every key look invalid.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import Column, Table, Text, bindparam, select

from aims.core.db import Tx, insert, metadata
from aims.core.errors import Broken

MINIMUM_BYTES = 32

instance = Table(
    "instance", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)

_READ = select(instance.c.value).where(instance.c.name == "secret_check")
_WRITE = insert(instance).on_conflict_do_nothing(index_elements=["name"])
_NAMES = select(instance.c.name).where(instance.c.name.startswith(bindparam("beginning"), autoescape=False))


class WrongSecret(Broken):
    """The secret is not the one that this database was made with."""


class Secrets:
    """Keys for separate purposes from one master secret; a key of one purpose is useless for another."""

    def __init__(self, master: bytes) -> None:
        if len(master) < MINIMUM_BYTES:
            raise WrongSecret(
                f"The secret is shorter than {MINIMUM_BYTES} characters. Use a long random one."
            )
        self._master = master

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose. Source: HKDF-Expand with SHA-256, one block (RFC 5869, section 2.3)."""
        extracted = hmac.digest(b"ai-media-studio", self._master, "sha256")
        return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")

    def check_value(self) -> str:
        """What the database keeps: reveals nothing about the keys, changes when the secret changes."""
        return hashlib.sha256(self.key("check")).hexdigest()


def load(home: Path, given: str | None, *, make: bool = True) -> Secrets:
    """The secret from the settings, else from `home/secret`, which is made on the first start.

    make: whether it may be made. Not for a database that belongs to a secret already: a new one could only be wrong.

    Raises WrongSecret when it is missing and may not be made.
    """
    if given is not None:
        return Secrets(given.encode())
    path = home / "secret"
    try:
        return Secrets(path.read_text().strip().encode())
    except FileNotFoundError:
        if not make:
            raise WrongSecret(
                f"The secret at {path} is missing, and this database was made with one: "
                "without it every key is invalid. Restore AIMS_HOME/secret (or AIMS_SECRET) from the backup."
            ) from None
        return Secrets(_make(path).encode())


def is_marked(tx: Tx) -> bool:
    """Whether the database belongs to a secret already."""
    return tx.value(_READ) is not None


def check_of(tx: Tx) -> str | None:
    """The check value of the secret that the database belongs to."""
    return tx.value(_READ)


def _make(path: Path) -> str:
    """Write a new secret so that two first starts at once agree on one, and a crash leaves a whole file or none."""
    temporary = path.with_name(f".secret-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_urlsafe(48).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()


def claim(tx: Tx, name: str, value: str) -> bool:
    """Write a fact of the instance unless it is there already. True for whoever wrote it."""
    return bool(tx.run(_WRITE, name=name, value=value))


def claimed(tx: Tx, beginning: str) -> list[str]:
    """The names of the facts of the instance that begin like this, without that beginning."""
    return [row.name.removeprefix(beginning) for row in tx.all(_NAMES, beginning=beginning)]


def verify(tx: Tx, keys: Secrets) -> None:
    """Compare with the database's check value, or write it on the first start.

    Raises WrongSecret.
    """
    tx.run(_WRITE, name="secret_check", value=keys.check_value())
    if not hmac.compare_digest(tx.value(_READ), keys.check_value()):
        raise WrongSecret(
            "The secret does not belong to this database: its keys would all be invalid. "
            "Restore AIMS_HOME/secret (or AIMS_SECRET) from the backup it was made with."
        )
