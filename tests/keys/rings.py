"""Words for the keys' tests: a ring, a key in the database, and the clock moved by moving the key instead."""

from typing import Any

from sqlalchemy import bindparam, select, update

from aims import keys
from aims.core.db import Database, Tx
from aims.core.secrets import Secrets
from aims.keys.tables import api_keys

SECRETS = Secrets(b"a secret of more than thirty-two characters")
RING = keys.Ring(SECRETS)
SECOND = 1_000_000

_KEY = select(api_keys).where(api_keys.c.id == bindparam("key"))
_EARLIER = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"))
    .values(
        arrival_at=api_keys.c.arrival_at - bindparam("span"),
        expires_at=api_keys.c.expires_at - bindparam("span"),
    )
)


def fresh() -> keys.Ring:
    """The ring of another server of the same instance, which has seen no key yet."""
    return keys.Ring(SECRETS)


async def issued(db: Database, workspace: str, **wishes: Any) -> keys.IssuedKey:
    """A new key of a workspace."""
    return await db.write(lambda tx: keys.issue(tx, RING.make(), workspace, "A key", "user:alice", **wishes))


def row(tx: Tx, key_id: str) -> Any:
    return tx.one(_KEY, key=key_id)


def let_pass(tx: Tx, key_id: str, micros: int) -> None:
    """As if so many microseconds had gone by for this key."""
    assert tx.run(_EARLIER, key=key_id, span=micros) == 1
