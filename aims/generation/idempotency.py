"""The same Idempotency-Key and request join the same generation; another request under the key is refused.

A key belongs to the workspace, not to the API key, so that a retry works after the API key was replaced. Only accepted
requests are remembered: one that was refused may be corrected and sent again under the same key.
"""

import hashlib
import re
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from aims.core.clock import DAY, now
from aims.core.db import Tx
from aims.core.errors import Invalid, Mismatch
from aims.generation.tables import idempotency_keys

LONGEST = 255
_SHAPE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")

_INSERT = insert(idempotency_keys).values(created_at=now())
_FIND = select(idempotency_keys.c.fingerprint, idempotency_keys.c.generation_id).where(
    idempotency_keys.c.workspace_id == bindparam("workspace"), idempotency_keys.c.key == bindparam("name")
)
_PRUNE = delete(idempotency_keys).where(idempotency_keys.c.created_at < now() - bindparam("age"))


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's key, and the fingerprint of the request that it stands for."""

    key: str
    fingerprint: str


def read(header: str | None, method: str, path: str, body: object) -> Idempotency | None:
    """The key of a request, quoted or bare, with the fingerprint of its canonical body, method and path.

    Raises Invalid for a key that is empty, longer than 255 characters, or has characters outside printable ASCII.
    """
    key = key_of(header)
    if key is None:
        return None
    canonical = msgspec.json.encode([method, path, body], order="deterministic")
    return Idempotency(key, hashlib.sha256(canonical).hexdigest())


def key_of(header: str | None) -> str | None:
    """The key in an Idempotency-Key header, quoted or bare.

    Raises Invalid for a key that is empty, longer than 255 characters, or has characters outside printable ASCII.
    """
    if header is None:
        return None
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if len(key) > LONGEST or not _SHAPE.fullmatch(key):
        raise Invalid.field(
            "Idempotency-Key", f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters."
        )
    return key


def find(tx: Tx, workspace_id: str, wanted: Idempotency) -> str | None:
    """The generation that this key stands for already.

    Raises Mismatch when it stands for another request.
    """
    row = tx.one(_FIND, workspace=workspace_id, name=wanted.key)
    if row is None:
        return None
    if row.fingerprint != wanted.fingerprint:
        raise Mismatch("This Idempotency-Key was used with another request. Use a new key for a new request.")
    return row.generation_id


def remember(tx: Tx, workspace_id: str, wanted: Idempotency, generation_id: str) -> None:
    """Let the key stand for this generation."""
    tx.run(
        _INSERT,
        workspace_id=workspace_id,
        key=wanted.key,
        fingerprint=wanted.fingerprint,
        generation_id=generation_id,
    )


def prune(tx: Tx, days: int) -> int:
    """Forget keys older than that; a forgotten key makes a new request."""
    return tx.run(_PRUNE, age=days * DAY)
