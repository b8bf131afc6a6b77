"""Connections as rows: made, changed, removed and read, with their keys sealed."""

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, delete, func, literal_column, select, update

from aims.core import ids, secrets
from aims.core.clock import now
from aims.core.db import Tx, insert
from aims.providers.connection import Kept
from aims.providers.sealing import Vault
from aims.providers.tables import INSTANCE, provider_connections

_rows = provider_connections.c
_new = insert(provider_connections).values(
    settings="{}", version=literal_column("1"), changed_at=now(), sealed=None, key_id=None
)
# What is there stays, with its id, and is this transaction's from here on.
_TAKE = _new.on_conflict_do_update(
    index_elements=["workspace_id", "provider"],
    set_={"version": _rows.version + 1, "changed_at": now()},
).returning(_rows.id)
_FILL = (
    update(provider_connections)
    .where(_rows.id == bindparam("row"))
    .values(settings=bindparam("said"), sealed=bindparam("seal"), key_id=bindparam("sealed_by"))
)
_REMOVE = delete(provider_connections).where(
    _rows.workspace_id == bindparam("workspace"), _rows.provider == bindparam("named")
)
_ALL = select(provider_connections).order_by(_rows.provider, _rows.workspace_id)
_STAMP = select(
    func.count(), func.coalesce(func.sum(_rows.version), 0), func.coalesce(func.max(_rows.changed_at), 0)
)


# Facts of the instance, one for each workspace that ever had a real provider ("": the whole instance).
_ONCE = "connected:"


@dataclass(frozen=True, slots=True)
class Row:
    """A connection as it is kept. workspace_id: "" for the whole instance. changed_at: microseconds."""

    id: str
    workspace_id: str
    provider: str
    settings: str
    sealed: str | None = field(repr=False)
    key_id: str | None
    version: int
    changed_at: int

    def open(self, vault: Vault) -> Kept:
        """What it says, with its key.

        Raises Unopened.
        """
        said = msgspec.json.decode(self.settings)
        key = None if self.sealed is None else vault.open(self.sealed, *_bound(self, self.settings))
        return Kept(**said, key=key)


def put(tx: Tx, vault: Vault, workspace_id: str | None, provider: str, said: Kept) -> str:
    """Keep a connection, in the place of the one before; returns its id. `workspace_id` None: the whole instance's.

    An id stays with a workspace's connection to a provider until that is removed.
    """
    remember(tx, workspace_id or INSTANCE, provider)
    row_id = tx.value(_TAKE, id=ids.new_id(), workspace_id=workspace_id or INSTANCE, provider=provider)
    settings = msgspec.json.encode(said.model_dump(exclude={"key"}, exclude_defaults=True)).decode()
    key = said.key.get_secret_value() if said.key else ""
    bound = (workspace_id or INSTANCE, provider, row_id, settings)
    tx.run(
        _FILL,
        row=row_id,
        said=settings,
        seal=vault.seal(key, *bound) if key else None,
        sealed_by=vault.key_id if key else None,
    )
    return str(row_id)


def remember(tx: Tx, workspace_id: str, provider: str) -> None:
    """Write down for good that a real provider is connected, for a workspace or the whole instance.

    From then on the sandbox stands in no more: a key that was lost must not sell drawings.
    """
    secrets.claim(tx, f"{_ONCE}{workspace_id}", provider)


def remembered(tx: Tx) -> frozenset[str]:
    """The workspaces that ever had a real provider, and "" if the whole instance had."""
    return frozenset(secrets.claimed(tx, _ONCE))


def remove(tx: Tx, workspace_id: str | None, provider: str) -> bool:
    """Forget a connection and its key. False when there is none."""
    return bool(tx.run(_REMOVE, workspace=workspace_id or INSTANCE, named=provider))


def every(tx: Tx) -> list[Row]:
    """All connections that are kept."""
    return [
        Row(
            row.id,
            row.workspace_id,
            row.provider,
            row.settings,
            row.sealed,
            row.key_id,
            row.version,
            row.changed_at,
        )
        for row in tx.all(_ALL)
    ]


def stamp(tx: Tx) -> tuple[int, ...]:
    """Changes whenever a connection does."""
    return tuple(int(value) for value in tx.all(_STAMP)[0])


def _bound(row: Row, settings: str) -> tuple[str, ...]:
    return (row.workspace_id, row.provider, row.id, settings)
