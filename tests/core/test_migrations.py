"""The schema: what the migrations make is what the code says, whoever runs them and whatever stops them."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import machine
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Inspector, inspect, text

import aims.generation  # noqa: F401 - brings in the tables of every area
from aims import migrations
from aims.core.db import Database, Tx, metadata
from aims.core.errors import Unavailable

MIGRATE = """
import sys
from pathlib import Path
from aims import migrations
from aims.core.db import Database
location = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrations.migrate(Database(location))
print("migrated", flush=True)
"""
DIE = """
import os, signal, sys
from sqlalchemy import Engine, event

@event.listens_for(Engine, "before_cursor_execute")
def look(_, __, statement, *___):
    if sys.argv[2] in statement:
        os.kill(os.getpid(), signal.SIGKILL)
"""
VERSIONS = text("SELECT version_num FROM alembic_version")
BEFORE_PEOPLE = (
    text("INSERT INTO users (id, name, created_at) VALUES ('u', 'Owner', 1), ('v', 'Not there', 1)"),
    text("INSERT INTO workspaces (id, name, created_at) VALUES ('w', 'Alice''s', 1)"),
    text("INSERT INTO members (workspace_id, user_id, role, created_at) VALUES ('w', 'u', 'owner', 1)"),
)
KEY_BEFORE_PEOPLE = text(
    "INSERT INTO api_keys (id, workspace_id, name, hash, scopes, rate_limit, burst, arrival_at, used, created_at, "
    "created_by) VALUES (:id, 'w', 'A key', '', 'media:read', 1, 1, 0, 0, 1, :by)"
)
WHOSE = text("SELECT id, user_id FROM api_keys ORDER BY id")
AHEAD = text("UPDATE alembic_version SET version_num = '9999'")


@pytest.fixture
async def empty(backend: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A database that nobody has migrated."""
    url = None if backend == "sqlite" else machine.new_database(empty=True)
    database = Database(url or tmp_path / "A folder, 100% odd?#" / "studio.db")
    (tmp_path / "A folder, 100% odd?#").mkdir()
    yield database
    await database.close()
    if url:
        machine.drop_database(url)


def looked_at(db: Database, look: Callable[[Any, Inspector], Any]) -> Any:
    engine = migrations._engine(db.location)
    try:
        with engine.connect() as connection:
            return look(connection, inspect(connection))
    finally:
        engine.dispose()


async def start(db: Database, program: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        str(db.location),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )


@pytest.fixture
def migrated(empty: Database) -> Database:
    migrations.migrate(empty)
    return empty


async def test_the_migrated_schema_is_the_one_the_code_describes(migrated: Database) -> None:
    def described(name: str | None, kind: str, _: Any) -> bool:
        # Each database has an index of words of its own kind; tests of searching hold both to the same answers.
        return kind != "table" or not str(name).startswith("asset_words")

    def differences(connection: Any, _: Inspector) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"include_name": described})
        return compare_metadata(context, metadata)

    assert looked_at(migrated, differences) == []


def described_checks(table: str) -> set[str]:
    return {
        str(constraint.name)
        for constraint in metadata.tables[table].constraints
        if isinstance(constraint, CheckConstraint)
    }


async def test_every_rule_that_the_code_describes_is_in_the_database(migrated: Database) -> None:
    def rules(_: Any, inspector: Inspector) -> dict[str, set[str]]:
        return {
            table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
            for table in metadata.tables
        }

    found = looked_at(migrated, rules)
    assert found == {table: described_checks(table) for table in metadata.tables}
    assert sum(map(len, found.values())) >= 20


async def test_migrating_again_does_nothing(migrated: Database) -> None:
    before = await migrated.read(migrations.current)
    migrations.migrate(migrated)
    assert await migrated.read(migrations.current) == before == migrations.newest()


async def test_the_key_of_the_first_start_becomes_the_owners_and_others_stay_nobodys(
    empty: Database,
) -> None:
    migrations.migrate(empty, "0009")

    def fill(tx: Tx) -> None:
        for statement in BEFORE_PEOPLE:
            tx.run(statement)
        for name, by in (("first", "user:u"), ("made", "operator"), ("odd", "user:v")):
            tx.run(KEY_BEFORE_PEOPLE, id=name, by=by)

    await empty.write(fill)
    migrations.migrate(empty)

    found = await empty.read(lambda tx: tx.all(WHOSE))
    assert [tuple(row) for row in found] == [("first", "u"), ("made", None), ("odd", None)]


async def test_two_servers_may_start_on_an_empty_database_at_once(empty: Database) -> None:
    children = [await start(empty, MIGRATE) for _ in range(2)]
    for child in children:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(child.communicate(b"go\n") for child in children))
    assert [answer for answer, _ in answers] == [b"migrated\n"] * 2
    assert await empty.read(lambda tx: len(tx.all(VERSIONS))) == 1
    assert await empty.read(migrations.current) == migrations.newest()


async def test_a_database_of_a_newer_version_is_refused_with_a_sentence(migrated: Database) -> None:
    await migrated.write(lambda tx: tx.run(AHEAD))
    with pytest.raises(migrations.SchemaAhead, match=r"revision 9999.* knows 0\d+.*newer version again"):
        migrations.migrate(migrated)
    assert await migrated.read(migrations.current) == "9999"


@pytest.mark.parametrize("statement", ["TABLE balances", "CREATE TRIGGER", "INSERT INTO alembic"])
async def test_a_crash_in_the_middle_leaves_nothing_and_the_next_start_makes_it_whole(
    empty: Database, statement: str
) -> None:
    child = await start(empty, DIE + MIGRATE, statement)
    await child.communicate(b"go\n")
    assert child.returncode == -signal.SIGKILL
    assert looked_at(empty, lambda _, inspector: inspector.get_table_names()) == []
    migrations.migrate(empty)
    assert await empty.read(migrations.current) == migrations.newest()


async def test_a_server_that_cannot_be_reached_at_the_start_is_a_sentence() -> None:
    db = Database(f"postgresql://aims@127.0.0.1:{machine.spare_port()}/nothing")
    with pytest.raises(Unavailable, match="cannot be reached"):
        migrations.migrate(db)
    await db.close()
