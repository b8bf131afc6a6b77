"""Issue, list, revoke and recognise API keys.

A key is `aims_` + 12 characters that find its row + 32 characters of secret + 6 of checksum. The checksum lets a
scanner, and this server, know a mistyped key without asking the database.
"""

import hmac
import re
import secrets
import string
import time
import zlib
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, select, update

from aims.accounts import ANY, ROLES, SCOPES, Actor, hold_role
from aims.accounts.tables import members, users
from aims.core.clock import DAY, now
from aims.core.db import Database, Tx
from aims.core.errors import Invalid, NotFound, Unauthenticated
from aims.core.secrets import Secrets
from aims.keys.tables import api_keys

ALPHABET = string.digits + string.ascii_letters
ID_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 12, 32, 6
SHAPE = re.compile(
    rf"aims_([0-9A-Za-z]{{{ID_LENGTH}}})([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECK_LENGTH}}})"
)
CACHE_SECONDS = 2.0
CACHE_ENTRIES = 10_000
RATE_LIMIT = 60
MAX_RATE_LIMIT = 1_000_000

_INSERT = insert(api_keys).values(arrival_at=0, used=0, created_at=now())
_place = and_(
    members.c.workspace_id == api_keys.c.workspace_id,
    members.c.user_id == api_keys.c.user_id,
)
_FIND = (
    select(api_keys, members.c.role, now().label("now"))
    .select_from(api_keys.outerjoin(members, _place))
    .where(api_keys.c.id == bindparam("key"))
)
_ALL = (
    select(api_keys, users.c.name.label("user_name"))
    .select_from(api_keys.outerjoin(users, users.c.id == api_keys.c.user_id))
    .order_by(api_keys.c.created_at)
)
_LIST = _ALL.where(api_keys.c.workspace_id == bindparam("workspace"))
_OF_USER = _ALL.where(api_keys.c.user_id == bindparam("user"))
_WORKSPACE = select(api_keys.c.workspace_id).where(api_keys.c.id == bindparam("key"))
_REVOKE = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"), api_keys.c.workspace_id == bindparam("workspace"))
    .values(revoked_at=func.coalesce(api_keys.c.revoked_at, now()))
)
_EXPIRE_IN = (
    update(api_keys).where(api_keys.c.id == bindparam("key")).values(expires_at=now() + bindparam("span"))
)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. `text` exists only here: it cannot be read again."""

    id: str
    text: str
    workspace_id: str
    name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as lists show it. Instants in microseconds, credits whole, `rate_limit` a minute.

    user_id, user_name: whose it is; None for a key that is nobody's.
    """

    id: str
    workspace_id: str
    name: str
    scopes: tuple[str, ...]
    rate_limit: int
    burst: int
    expires_at: int | None
    cap: int | None
    used: int
    created_at: int
    revoked_at: int | None
    user_id: str | None
    user_name: str | None


def unknown_key() -> Unauthenticated:
    """One sentence for every key that is not valid, so that nobody learns which part was wrong."""
    return Unauthenticated("This API key is not valid. Check it, or create another one.")


def checksum(text: str) -> str:
    """Six characters that almost every mistyped key fails."""
    number, out = zlib.crc32(text.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        out += ALPHABET[digit]
    return out


class Ring:
    """Makes and recognises keys with this instance's pepper."""

    def __init__(self, keys: Secrets) -> None:
        self._pepper = keys.key("api-keys")
        # What names a key in memory: not the key itself, and nothing that another process or the database could use.
        self._mark = secrets.token_bytes(32)
        self._seen: dict[bytes, tuple[float, Actor]] = {}

    def make(self) -> tuple[str, str, str]:
        """A new key: its id, its whole text, and the hash that is stored."""
        key_id = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
        secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        text = f"aims_{key_id}{secret}{checksum(key_id + secret)}"
        return key_id, text, self.hash(text)

    def hash(self, text: str) -> str:
        """What is stored for a key: HMAC-SHA-256 with the pepper, in hexadecimal."""
        return hmac.digest(self._pepper, text.encode(), "sha256").hex()

    def parse(self, text: str) -> str:
        """The id within a key's text.

        Raises Unauthenticated for a text that cannot be a key.
        """
        match = SHAPE.fullmatch(text)
        if match is None or not hmac.compare_digest(match[3], checksum(match[1] + match[2])):
            raise unknown_key()
        return match[1]

    async def recognise(self, db: Database, text: str) -> Actor:
        """The actor behind a key. What was seen is trusted for two seconds; spending asks the row itself.

        Raises Unauthenticated.
        """
        # The stored hash takes OpenSSL, which lets other threads run meanwhile: twenty times the cost of this one.
        mark = blake2b(text.encode(), key=self._mark, digest_size=16).digest()
        found = self._seen.get(mark)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        actor = await db.read(find, self.parse(text), self.hash(text))
        if len(self._seen) >= CACHE_ENTRIES:
            self._seen.clear()
        self._seen[mark] = (time.monotonic() + CACHE_SECONDS, actor)
        return actor


def find(tx: Tx, key_id: str, digest: str) -> Actor:
    """The actor behind a stored key. A key that is somebody's opens no more than their role in the workspace.

    Raises Unauthenticated if it is unknown, revoked or expired.
    """
    row = tx.one(_FIND, key=key_id)
    if row is None or not hmac.compare_digest(row.hash, digest):
        raise unknown_key()
    if row.revoked_at is not None or (row.user_id is not None and row.role is None):
        raise Unauthenticated("This API key was revoked. Create another one.", code="revoked_api_key")
    if row.expires_at is not None and row.expires_at <= row.now:
        raise Unauthenticated("This API key has expired. Create another one.", code="expired_api_key")
    scopes = frozenset(row.scopes.split()) & _most(row.role)
    return Actor(row.workspace_id, f"key:{row.id}", scopes, row.id, row.rate_limit, row.role)


def issue(
    tx: Tx,
    made: tuple[str, str, str],
    workspace_id: str,
    name: str,
    by: str,
    *,
    scopes: tuple[str, ...] | None = None,
    rate_limit: int = RATE_LIMIT,
    burst: int | None = None,
    days: float | None = None,
    cap: int | None = None,
    user_id: str | None = None,
) -> IssuedKey:
    """Store a key that `Ring.make` made.

    user_id: whose it is: a member of the workspace, whose role limits the scopes; nobody's if not given.
    scopes: what it may do; if not given, the usual ones as far as that role goes.
    rate_limit: requests a minute; burst: how many of them may come at once (a minute's worth if not given).
    days: life from now on; cap: credits over its life.

    Raises Invalid, naming the field.
    """
    given = _allowed(scopes, hold_role(tx, workspace_id, user_id) if user_id is not None else None)
    if not 1 <= rate_limit <= MAX_RATE_LIMIT:
        raise Invalid.field("rate_limit", f"A rate limit is 1 to {MAX_RATE_LIMIT} requests a minute.")
    if burst is not None and not 1 <= burst <= rate_limit:
        raise Invalid.field("burst", "A burst is at least 1 and at most the rate limit.")
    if cap is not None and not 0 <= cap <= 10**15:
        raise Invalid.field("cap", "A cap is a whole number of credits, 0 or more.")
    if days is not None and not 0 < days <= 36_500:
        raise Invalid.field("expires", "An expiry lies 1 second to 100 years ahead.")
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise Invalid.field("name", "A key's name has 1 to 100 characters.")
    key_id, text, digest = made
    tx.run(
        _INSERT,
        id=key_id,
        workspace_id=workspace_id,
        name=name,
        hash=digest,
        scopes=" ".join(given),
        rate_limit=rate_limit,
        burst=burst or rate_limit,
        expires_at=None,
        cap=cap,
        created_by=by,
        user_id=user_id,
        revoked_at=None,
    )
    if days is not None:
        tx.run(_EXPIRE_IN, key=key_id, span=round(days * DAY))
    return IssuedKey(key_id, text, workspace_id, name, given)


def _allowed(scopes: tuple[str, ...] | None, role: str | None) -> tuple[str, ...]:
    """The scopes of a new key of somebody with this role, each once; None for a key that is nobody's."""
    most = _most(role)
    if scopes is None:
        return tuple(scope for scope in SCOPES if scope in most)
    if not scopes or not ANY.issuperset(scopes):
        raise Invalid.field("scopes", f"A key's scopes are among {', '.join(sorted(ANY))}.")
    if not most.issuperset(scopes):
        raise Invalid.field("scopes", f"The scopes of a {role}'s key are among {', '.join(sorted(most))}.")
    return tuple(dict.fromkeys(scopes))


def _most(role: str | None) -> frozenset[str]:
    """What a key may do at most. Raises KeyError for a role that this version does not know: it opens nothing."""
    return ANY if role is None else ROLES[role]


def list_keys(tx: Tx, workspace_id: str) -> list[KeyRecord]:
    """The workspace's keys, oldest first, without anything that could be used as a key."""
    return [_record(row) for row in tx.all(_LIST, workspace=workspace_id)]


def keys_of(tx: Tx, user_id: str) -> list[KeyRecord]:
    """The keys that are a person's, in every workspace, oldest first."""
    return [_record(row) for row in tx.all(_OF_USER, user=user_id)]


def _record(row: Any) -> KeyRecord:
    return KeyRecord(
        row.id,
        row.workspace_id,
        row.name,
        tuple(row.scopes.split()),
        row.rate_limit,
        row.burst,
        row.expires_at,
        row.cap,
        row.used,
        row.created_at,
        row.revoked_at,
        row.user_id,
        row.user_name,
    )


def workspace_of(tx: Tx, key_id: str) -> str:
    """The workspace of a key, revoked or not: an id is one key's in the whole instance.

    Raises NotFound.
    """
    found = tx.value(_WORKSPACE, key=key_id)
    if found is None:
        raise NotFound("There is no such key. `aims keys list` shows those of a workspace.")
    return found


def revoke(tx: Tx, workspace_id: str, key_id: str) -> None:
    """End a key: refused at once where credits are spent, within two seconds elsewhere. Twice is once.

    Raises NotFound.
    """
    if not tx.run(_REVOKE, key=key_id, workspace=workspace_id):
        raise NotFound("There is no such key in this workspace.")


__all__ = [
    "IssuedKey",
    "KeyRecord",
    "Ring",
    "find",
    "issue",
    "keys_of",
    "list_keys",
    "revoke",
    "workspace_of",
]
