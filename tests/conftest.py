"""What every test may ask for: a migrated database of each kind, a workspace with credits, a running studio.

After each test that used one of them, every invariant of the books is checked (`aims.generation.verify`).
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import machine
import pytest

if TYPE_CHECKING:
    from aims.accounts import Actor
    from aims.core.db import Database, Tx
    from aims.generation import Studio, Supervisor

# Before anything of the product is imported: what the outside has set must not steer a test.
for name in [name for name in os.environ if name.startswith("AIMS_") and name != machine.REQUIRED]:
    del os.environ[name]
# Where providers' own programs look for keys: with one of them, tests would buy.
for name in ("FAL_KEY", "OPENAI_API_KEY", "REPLICATE_API_TOKEN", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
    os.environ.pop(name, None)

# Their asserts say what they saw. Said here, because whoever imports one first would otherwise decide for all.
pytest.register_assert_rewrite(
    "asking", "crashing", "emulated", "outside", "posting", "remotely", "server", "serving"
)

BACKENDS = ("sqlite", "postgres")
_WATCHER = pytest.StashKey[Any]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "broken_books: breaks the ledger on purpose; the books are not checked"
    )
    config.addinivalue_line(
        "markers", "ledger_only: holds credits without a generation; only the ledger's own rules are checked"
    )
    config.stash[_WATCHER] = machine.begin()
    # A test that forgets to say where its data live must not find the developer's own.
    os.environ["AIMS_HOME"] = str(machine.folder() / "nobody-said-where")


def pytest_unconfigure(config: pytest.Config) -> None:
    machine.end(config.stash.get(_WATCHER, None))


@dataclass(frozen=True, slots=True)
class Funded:
    """A workspace with an account, and the actor of its owner."""

    id: str
    actor: "Actor"


@dataclass(frozen=True, slots=True)
class Running:
    """A studio at work: its supervisor, its first workspace and key, and the actor behind that key."""

    studio: "Studio"
    supervisor: "Supervisor"
    workspace_id: str
    api_key: str
    actor: "Actor"


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that this run of the test uses."""
    return request.param


@pytest.fixture
def new_location(tmp_path: Path) -> Iterator[Callable[[str], Path | str]]:
    """Makes migrated databases of a kind, as many as the test wants, each removed afterwards."""
    urls: list[str] = []

    def make(backend: str) -> Path | str:
        if backend == "sqlite":
            return machine.new_sqlite(tmp_path / f"{len(list(tmp_path.iterdir()))}.db")
        urls.append(machine.new_database())
        return urls[-1]

    yield make
    for url in urls:
        machine.drop_database(url)


@pytest.fixture
def location(backend: str, new_location: Callable[[str], Path | str]) -> Path | str:
    """Where a new migrated database is."""
    return new_location(backend)


@pytest.fixture
async def db(request: pytest.FixtureRequest, location: Path | str) -> "AsyncIterator[Database]":
    """A migrated database, on SQLite and on Postgres."""
    from aims.core.db import Database

    database = Database(location)
    yield database
    await database.close()
    check_books(request.node, location)


@pytest.fixture
async def another(location: Path | str) -> "AsyncIterator[Callable[[], Database]]":
    """Opens the same database again, as another process would."""
    from aims.core.db import Database

    opened: list[Database] = []

    def open_again() -> Database:
        opened.append(Database(location))
        return opened[-1]

    yield open_again
    for database in opened:
        await database.close()


@pytest.fixture
def new_workspace(db: "Database") -> Callable[..., Awaitable[Funded]]:
    """Makes workspaces with so many credits."""
    # Only the areas it needs: a test of the ledger starts without the rest of the product.
    from aims import accounts, credits
    from aims.core import ids

    def create(tx: "Tx", workspace_id: str, name: str, balance: int) -> None:
        accounts.create_workspace(tx, workspace_id, name)
        credits.open_account(tx, workspace_id)
        if balance:
            credits.grant(tx, workspace_id, balance, f"start:{workspace_id}", actor="operator")

    async def make(balance: int = 1000, name: str = "Alice's studio") -> Funded:
        workspace_id = ids.new_id()
        await db.write(create, workspace_id, name, balance)
        return Funded(workspace_id, accounts.Actor(workspace_id, "operator", accounts.ANY))

    return make


@pytest.fixture
async def alice(new_workspace: Callable[..., Awaitable[Funded]]) -> Funded:
    """Alice's workspace, with 1,000 credits."""
    return await new_workspace(1000)


@pytest.fixture
def studio_settings() -> dict[str, object]:
    """Settings of the studio. A test file overrides this fixture to have others."""
    return {}


@pytest.fixture
def studio_flags(
    backend: str, location: Path | str, tmp_path: Path, studio_settings: dict[str, object]
) -> dict[str, object]:
    """All that `settings.load` is given for the studio: its data folder with the new database, and what a test adds."""
    home = tmp_path / "home"
    home.mkdir()
    if backend == "sqlite":
        Path(location).rename(home / "studio.db")
    url = location if isinstance(location, str) else None
    return {"home": home, "database_url": url, "drawing_processes": 1, "min_free_mib": 0} | studio_settings


@pytest.fixture
async def running(
    request: pytest.FixtureRequest, backend: str, studio_flags: dict[str, Any]
) -> AsyncIterator[Running]:
    """A studio with a supervisor that drives what is accepted, on SQLite and on Postgres."""
    from aims import bootstrap
    from aims.core import settings
    from aims.generation import Supervisor

    supervisor = Supervisor(alone=backend == "sqlite")
    async with AsyncExitStack() as stack:
        studio = await bootstrap.open_studio(
            settings.load(**studio_flags), create=True, begin=supervisor.begin
        )
        stack.push_async_callback(bootstrap.close_studio, studio)
        first = await bootstrap.first_start(studio)
        assert first is not None
        await supervisor.start(studio)
        stack.push_async_callback(supervisor.stop, 0)
        actor = await studio.ring.recognise(studio.db, first.api_key)
        yield Running(studio, supervisor, first.workspace_id, first.api_key, actor)
    check_books(request.node, studio.settings.database)


@pytest.fixture
def studio(running: Running) -> "Studio":
    """The studio of `running`."""
    return running.studio


def check_books(test: pytest.Item, location: Path | str) -> None:
    """Fail a test that leaves a breach of an invariant behind."""
    from aims import credits
    from aims.core.db import Database

    if test.get_closest_marker("broken_books"):
        return
    verify = credits.verify
    if not test.get_closest_marker("ledger_only"):
        from aims.generation import verify
    session = Database.connect(_At(location), readonly=True)  # ty: ignore[invalid-argument-type] - it reads no more
    try:
        session.begin()
        found = verify(session.tx)
    finally:
        session.close()
    assert not found, "the books are broken:\n" + "\n".join(map(str, found))


@dataclass(frozen=True, slots=True)
class _At:
    """As much of a Database as `connect` looks at: no threads are started to read once."""

    location: Path | str
