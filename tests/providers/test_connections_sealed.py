"""Connections as rows: a key opens for the row and with the secret that it was sealed for, and nowhere else."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import bindparam, update

from aims.core.db import Database, Tx
from aims.core.secrets import Secrets
from aims.providers import sealed
from aims.providers.connection import Kept
from aims.providers.sealing import Unopened, Vault
from aims.providers.tables import provider_connections

KEY = "a-key-id:a-key-secret-of-nobody"
VAULT = Vault(Secrets(b"a secret of this test, and no other" * 2))
HERE = "https://proxy.example.com"
_FORGE = {
    name: update(provider_connections)
    .where(provider_connections.c.id == bindparam("row"))
    .values({name: bindparam("forged")})
    for name in ("sealed", "workspace_id", "provider", "settings", "id")
}


def kept(key: str | None = KEY, **more: Any) -> Kept:
    return Kept(key=SecretStr(key) if key else None, **more)


async def the_row(db: Database, row_id: str) -> sealed.Row:
    (found,) = [each for each in await db.read(sealed.every) if each.id == row_id]
    return found


def forge(tx: Tx, row: str, column: str, value: str) -> None:
    """Change a row behind everybody's back."""
    assert tx.run(_FORGE[column], row=row, forged=value) == 1


async def test_what_was_kept_comes_back(db: Database, alice: Any):
    said = kept(base_url=HERE, output_origins=("https://files.example.com",))
    row_id = await db.write(sealed.put, VAULT, alice.id, "fal", said)

    row = await the_row(db, row_id)

    assert (row.workspace_id, row.provider, row.version) == (alice.id, "fal", 1)
    assert row.open(VAULT) == said
    assert "secret" not in f"{row} {said} {row.sealed} {VAULT!r} {row.open(VAULT)!r}"


async def test_one_without_a_key_has_nothing_sealed(db: Database):
    row_id = await db.write(sealed.put, VAULT, None, "comfyui", kept(None, base_url=HERE))

    row = await the_row(db, row_id)
    assert (row.workspace_id, row.sealed, row.key_id) == ("", None, None)
    assert row.open(VAULT) == kept(None, base_url=HERE)


async def test_each_change_is_another_version_of_the_same_row(db: Database, alice: Any):
    stamps = [await db.read(sealed.stamp)]
    ids = set()
    for key in ("first", "second", "first"):
        ids.add(await db.write(sealed.put, VAULT, alice.id, "fal", kept(key)))
        stamps.append(await db.read(sealed.stamp))
    (row,) = await db.read(sealed.every)

    assert ids == {row.id}
    assert (row.version, row.open(VAULT)) == (3, kept("first"))
    assert await db.write(sealed.remove, alice.id, "fal")
    assert not await db.write(sealed.remove, alice.id, "fal")
    stamps.append(await db.read(sealed.stamp))
    assert len(set(stamps[:-1])) == 4
    assert stamps[-1] == stamps[0], "nothing is left"


async def test_a_workspace_and_the_instance_have_one_each(db: Database, alice: Any):
    for workspace in (None, alice.id):
        await db.write(sealed.put, VAULT, workspace, "fal", kept(f"of-{workspace}"))
    await db.write(sealed.remove, None, "fal")

    (left,) = await db.read(sealed.every)
    assert left.open(VAULT) == kept(f"of-{alice.id}")


@pytest.mark.parametrize("column", ["workspace_id", "provider", "settings", "id"])
async def test_a_sealed_key_opens_for_no_other_row(db: Database, alice: Any, column: str):
    """With another address in its row, the key would be sent there."""
    row_id = await db.write(sealed.put, VAULT, alice.id, "fal", kept(base_url=HERE))
    other = '{"base_url":"https://thief.example.com"}' if column == "settings" else "another"

    await db.write(forge, row_id, column, other)

    with pytest.raises(Unopened):
        (await db.read(sealed.every))[0].open(VAULT)


async def test_two_sealed_keys_cannot_be_exchanged(db: Database, alice: Any):
    mine = await the_row(db, await db.write(sealed.put, VAULT, alice.id, "fal", kept()))
    theirs = await the_row(db, await db.write(sealed.put, VAULT, None, "fal", kept()))
    assert mine.sealed != theirs.sealed, "the same key is not seen to be the same"

    await db.write(forge, mine.id, "sealed", str(theirs.sealed))

    with pytest.raises(Unopened):
        (await the_row(db, mine.id)).open(VAULT)


@pytest.mark.parametrize("end", ["A", "é", "====", "!"])
def test_what_was_changed_does_not_open(end: str):
    seal = VAULT.seal(KEY, "a", "b")

    assert VAULT.open(seal, "a", "b") == KEY
    for changed in (end, seal[:-5] + end, end + seal, seal[:8] + end):
        with pytest.raises(Unopened):
            VAULT.open(changed, "a", "b")
    with pytest.raises(Unopened):
        VAULT.open(seal, "ab", "")


def test_another_secret_opens_nothing_and_is_told_apart():
    other = Vault(Secrets(b"another secret that is long enough for one" * 2))

    with pytest.raises(Unopened, match="another secret") as refusal:
        other.open(VAULT.seal(KEY, "a"), "a")

    assert other.key_id != VAULT.key_id
    assert "secret-of-nobody" not in refusal.value.sentence
    assert refusal.value.__cause__ is None


async def test_that_there_was_a_connection_is_kept_when_it_goes(db: Database, alice: Any):
    assert await db.read(sealed.remembered) == frozenset()
    await db.write(sealed.put, VAULT, alice.id, "fal", kept())
    await db.write(sealed.put, VAULT, None, "fal", kept())

    assert await db.write(sealed.remove, None, "fal")

    assert await db.read(sealed.remembered) == {"", alice.id}
