"""API keys: issued once, recognised by their hash, listed without their secret, and gone when revoked."""

import re
from pathlib import Path
from typing import Any

import pytest
import rings
from rings import RING

from aims import accounts, keys
from aims.accounts import SCOPES
from aims.core.db import Database
from aims.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from aims.core.secrets import Secrets
from aims.keys.api_keys import ALPHABET, checksum

pytestmark = pytest.mark.ledger_only


def test_a_key_has_the_shape_that_scanners_look_for() -> None:
    made = [RING.make() for _ in range(200)]
    for key_id, text, _ in made:
        assert re.fullmatch(r"aims_[0-9A-Za-z]{50}", text)
        assert text[5:17] == key_id
        assert text[-6:] == checksum(text[5:-6])
        assert RING.parse(text) == key_id
    assert len({text for _, text, _ in made}) == 200


def test_a_mistyped_key_is_known_without_the_database() -> None:
    _, text, _ = RING.make()
    for place in range(5, len(text)):
        other = ALPHABET[(ALPHABET.index(text[place]) + 1) % len(ALPHABET)]
        with pytest.raises(Unauthenticated):
            RING.parse(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "aims_", "sk-1234", "aims_" + "a" * 50, "AIMS_" + "0" * 50, "aims_" + "é" * 50, "x" * 100_000],
    ids=lambda text: text[:12],
)
def test_what_cannot_be_a_key_is_refused_in_the_same_words(text: str) -> None:
    with pytest.raises(Unauthenticated, match="This API key is not valid"):
        RING.parse(text)


def test_a_key_with_anything_around_it_is_not_the_key() -> None:
    _, text, _ = RING.make()
    for around in (f" {text}", f"{text}\n", f"{text}x", f"{text}\x00", text[:-1]):
        with pytest.raises(Unauthenticated):
            RING.parse(around)


async def test_a_key_is_its_workspace_its_scopes_and_its_limit(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id, scopes=("media:read", "image:generate"), rate_limit=7)
    actor = await RING.recognise(db, issued.text)
    assert (actor.workspace_id, actor.name, actor.key_id) == (alice.id, f"key:{issued.id}", issued.id)
    assert actor.scopes == {"media:read", "image:generate"}
    assert actor.rate_limit == 7
    actor.require("media:read")
    with pytest.raises(Forbidden, match="does not have the scope `video:generate`"):
        actor.require("video:generate")


async def test_a_key_is_nowhere_to_be_read_again(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id)
    await RING.recognise(db, issued.text)
    secret = issued.text[17:-6]
    stored = await db.read(rings.row, issued.id)
    assert secret not in str(stored)
    assert stored.hash == RING.hash(issued.text)
    assert re.fullmatch(r"[0-9a-f]{64}", stored.hash)
    shown = str(await db.read(keys.list_keys, alice.id))
    assert issued.id in shown
    assert secret not in shown
    assert stored.hash not in shown


async def test_no_file_of_the_database_has_a_key_in_it(new_location: Any) -> None:
    location = new_location("sqlite")
    db = Database(location)
    await db.write(accounts.create_workspace, "w", "Alice's")
    issued = [await rings.issued(db, "w") for _ in range(20)]
    looked = every_byte_beside(location)
    assert all(key.id.encode() in looked for key in issued)
    assert not any(key.text[17:-6].encode() in looked for key in issued)
    await db.close()


def every_byte_beside(location: Path) -> bytes:
    """The database's file, its log, and whatever else lies there."""
    return b"".join(path.read_bytes() for path in location.parent.iterdir())


async def test_another_instances_pepper_opens_nothing(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id)
    other = keys.Ring(Secrets(b"another secret of more than thirty-two characters"))
    with pytest.raises(Unauthenticated, match="not valid"):
        await other.recognise(db, issued.text)


async def test_the_right_id_with_another_secret_is_not_valid(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id)
    _, other, _ = RING.make()
    body = issued.id + other[17:-6]
    forged = f"aims_{body}{checksum(body)}"
    for text in (forged, other):
        with pytest.raises(Unauthenticated, match="not valid") as refused:
            await RING.recognise(db, text)
        assert refused.value.code == "invalid_api_key"


async def test_a_revoked_key_says_so_and_pays_for_nothing(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id)
    await db.write(keys.admit, issued.id, 1)
    first = [await db.write(keys.revoke, alice.id, issued.id), await db.read(rings.row, issued.id)][1]
    with pytest.raises(Unauthenticated, match="was revoked") as refused:
        await RING.recognise(db, issued.text)
    assert refused.value.code == "revoked_api_key"
    with pytest.raises(Unauthenticated, match="was revoked"):
        await db.write(keys.admit, issued.id, 1)
    # Revoking again keeps the moment of the first time.
    await db.write(keys.revoke, alice.id, issued.id)
    assert await db.read(rings.row, issued.id) == first


async def test_spending_asks_the_row_and_not_what_was_seen_a_moment_ago(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id)
    actor = await RING.recognise(db, issued.text)
    await db.write(keys.revoke, alice.id, issued.id)
    # Reading may trust what was seen for two seconds; paying may not.
    assert await RING.recognise(db, issued.text) is actor
    with pytest.raises(Unauthenticated, match="was revoked"):
        await db.write(keys.admit, issued.id, 1)


async def test_an_expired_key_says_so(db: Database, alice: Any) -> None:
    issued = await rings.issued(db, alice.id, days=1)
    assert (await RING.recognise(db, issued.text)).key_id == issued.id
    await db.write(rings.let_pass, issued.id, 24 * 3600 * rings.SECOND)
    fresh = keys.Ring(Secrets(b"a secret of more than thirty-two characters"))
    with pytest.raises(Unauthenticated, match="has expired") as refused:
        await fresh.recognise(db, issued.text)
    assert refused.value.code == "expired_api_key"
    with pytest.raises(Unauthenticated, match="has expired"):
        await db.write(keys.admit, issued.id, 1)


async def test_a_key_of_another_workspace_cannot_be_revoked_or_listed(
    db: Database, alice: Any, new_workspace: Any
) -> None:
    charlie = await new_workspace(0, "Charlie's")
    issued = await rings.issued(db, alice.id)
    for key_id in (issued.id, "no such key"):
        with pytest.raises(NotFound, match="no such key in this workspace"):
            await db.write(keys.revoke, charlie.id, key_id)
    assert await db.read(keys.list_keys, charlie.id) == []
    assert (await RING.recognise(db, issued.text)).workspace_id == alice.id


async def test_keys_are_listed_oldest_first_with_what_they_may_do(db: Database, alice: Any) -> None:
    first = await rings.issued(db, alice.id)
    second = await rings.issued(db, alice.id, cap=5, rate_limit=10, burst=2, days=1)
    await db.write(keys.revoke, alice.id, first.id)
    one, two = await db.read(keys.list_keys, alice.id)
    assert (one.id, one.name, one.scopes, one.rate_limit, one.burst) == (first.id, "A key", SCOPES, 60, 60)
    assert (one.cap, one.expires_at) == (None, None)
    assert one.revoked_at is not None
    assert one.revoked_at >= one.created_at
    assert (two.id, two.cap, two.used, two.rate_limit, two.burst) == (second.id, 5, 0, 10, 2)
    assert two.expires_at is not None
    assert 0 <= two.expires_at - two.created_at - 24 * 3600 * rings.SECOND < 60 * rings.SECOND


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("scopes", {"scopes": ()}),
        ("scopes", {"scopes": ("image:generate", "admin")}),
        ("rate_limit", {"rate_limit": 0}),
        ("rate_limit", {"rate_limit": 1_000_001}),
        ("burst", {"burst": 0}),
        ("burst", {"burst": 61}),
        ("cap", {"cap": -1}),
        ("cap", {"cap": 10**16}),
        ("expires", {"days": 0}),
        ("expires", {"days": -1}),
        ("expires", {"days": float("nan")}),
        ("expires", {"days": 40_000}),
    ],
)
async def test_a_wish_that_makes_no_sense_names_its_field(
    db: Database, alice: Any, field: str, wish: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        await rings.issued(db, alice.id, **wish)
    assert [detail.field for detail in refused.value.details] == [field]
    assert await db.read(keys.list_keys, alice.id) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
async def test_a_key_has_a_name(db: Database, alice: Any, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters"):
        await db.write(keys.issue, RING.make(), alice.id, name, "user:alice")
