"""The master secret: random, private, agreed on, and checked against the database."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from aims.core import secrets
from aims.core.db import Database
from aims.core.secrets import Secrets, WrongSecret

GIVEN = "a secret of more than thirty-two characters"
LOAD = """
import sys
from pathlib import Path
from aims.core import secrets
print("ready", flush=True)
sys.stdin.readline()
print(secrets.load(Path(sys.argv[1]), None).check_value())
"""


def test_the_first_start_writes_a_random_secret_that_only_its_user_can_read(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = secrets.load(tmp_path, None)
    finally:
        os.umask(old)
    file = tmp_path / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text()) >= 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert secrets.load(tmp_path, None).check_value() == made.check_value()
    (tmp_path / "elsewhere").mkdir()
    assert secrets.load(tmp_path / "elsewhere", None).check_value() != made.check_value()


async def test_first_starts_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    pipe = asyncio.subprocess.PIPE
    children = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOAD, str(tmp_path), stdin=pipe, stdout=pipe
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(child.communicate(b"go\n") for child in children))
    assert len({answer for answer, _ in answers}) == 1
    assert answers[0][0].strip().decode() == secrets.load(tmp_path, None).check_value()
    assert os.listdir(tmp_path) == ["secret"]


async def test_a_wrong_secret_stops_the_start_and_changes_nothing(db: Database) -> None:
    await db.write(secrets.verify, Secrets(GIVEN.encode()))
    with pytest.raises(WrongSecret, match=r"does not belong to this database.*Restore"):
        await db.write(secrets.verify, Secrets(b"another " + GIVEN.encode()))
    await db.write(secrets.verify, Secrets(GIVEN.encode()))


async def test_the_database_keeps_nothing_from_which_the_secret_could_be_had(db: Database) -> None:
    keys = Secrets(GIVEN.encode())
    await db.write(secrets.verify, keys)
    kept = await db.read(lambda tx: tx.value(secrets._READ))
    assert kept == keys.check_value()
    assert GIVEN not in kept
    assert keys.key("check").hex() not in kept


def test_a_short_or_empty_secret_is_refused(tmp_path: Path) -> None:
    for short in ("", "x" * 31):
        with pytest.raises(WrongSecret, match="shorter than 32"):
            secrets.load(tmp_path, short)
    (tmp_path / "secret").write_text("short")
    with pytest.raises(WrongSecret, match="shorter than 32"):
        secrets.load(tmp_path, None)


def test_keys_of_separate_purposes_have_nothing_in_common() -> None:
    keys = Secrets(GIVEN.encode())
    made = [keys.key(purpose) for purpose in ("api-keys", "api-key", "sessions", "")]
    assert len(set(made)) == 4
    assert {len(key) for key in made} == {32}
    assert keys.key("api-keys") == Secrets(GIVEN.encode()).key("api-keys")


async def test_one_of_many_may_claim_a_fact(db: Database) -> None:
    claims = [db.write(secrets.claim, "owner", f"user {number}", lane=str(number)) for number in range(16)]
    assert sorted(await asyncio.gather(*claims)) == [False] * 15 + [True]


def test_a_lost_secret_is_missed_and_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(secrets.WrongSecret, match="missing"):
        secrets.load(tmp_path, None, make=False)
    assert list(tmp_path.iterdir()) == []
