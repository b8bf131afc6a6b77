"""Wire one instance together, and nothing else does: settings to database, storage, providers, as one frozen object."""

import fcntl
import importlib
import os
import pkgutil
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from aims import accounts, catalog, credits, keys, migrations, providers
from aims.core import ids, secrets
from aims.core.children import Children
from aims.core.db import Database, Tx
from aims.core.db.session import DriverError
from aims.core.errors import Broken, Conflict, Invalid, NotFound
from aims.core.fetch import Fetcher, Network
from aims.core.log import logger
from aims.core.settings import MIB, Settings
from aims.core.signals import Signals
from aims.generation import Claim, Studio
from aims.generation.outside import Outside
from aims.media import Uploads, codecs, decode
from aims.media.storage import Disk
from aims.providers import sealed
from aims.providers.opening import Connections
from aims.providers.registry import NOT_PROVIDERS, SANDBOX, Adapter, Providers, Tools
from aims.providers.tables import INSTANCE
from aims.webhooks import ABREAST, Sender, Signer, Terms

CHILD_MEMORY = 1536 * MIB


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the first start made. The key's text exists only here."""

    workspace_id: str
    api_key: str


class ServeLock:
    """One server per data folder, when the database is a file: held while the process lives, whatever ends it."""

    def __init__(self, home: Path) -> None:
        self._file: TextIOWrapper = (home / "serve.lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            who = self._file.read().strip()
            self._file.close()
            raise Conflict(
                f"Another server (process {who or 'unknown'}) uses {home}. Stop it or set AIMS_HOME to another folder; "
                "many servers need Postgres (AIMS_DATABASE_URL).",
                code="already_running",
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let another server start."""
        self._file.close()


def open_database(settings: Settings, *, create: bool) -> Database:
    """The database, at the schema of this version. Only `init` and `serve` may make one.

    Raises NotFound, naming the path, or Broken.
    """
    location = settings.database
    if isinstance(location, Path):
        if not create and not location.exists():
            raise NotFound(
                f"There is no studio at {location}. `aims init` or `aims serve` makes one.",
                code="no_database",
            )
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = Database(location)
    try:
        migrations.migrate(db)
    except DriverError as error:
        where = f"The database at {location}" if isinstance(location, Path) else "The database"
        raise Broken(f"{where} cannot be used: {error}.", code="database_unusable") from error
    return db


async def open_studio(
    settings: Settings,
    *,
    create: bool = False,
    begin: Callable[[Claim], None] | None = None,
    network: Network | None = None,
) -> Studio:
    """Open an instance. `begin` hands accepted work to this process's supervisor, if it has one.

    network: the outside world of a test; nothing else gives one.

    Raises NotFound, WrongSecret, and whatever stops the database.
    """
    db = open_database(settings, create=create)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    marked = await db.read(secrets.is_marked)
    master = secrets.load(settings.home, settings.secret, make=not marked)
    await db.write(secrets.verify, master)
    children = Children(
        settings.drawing_processes,
        allowed=[*codecs.TASKS, *decode.TASKS, *provider_tasks()],
        # Far back: a picture may come a little later, an answer may not.
        nice=15,
        memory_bytes=CHILD_MEMORY,
    )
    counter = catalog.Counter(
        settings.home / "catalog",
        {"image": settings.default_image_model, "video": settings.default_video_model},
    )
    await _offer(db, counter)
    fetcher = Fetcher(network)
    tools = Tools(children, settings, fetcher)
    connected = Providers(connect_providers(tools), settings.sandbox)
    if real := sorted(connected.adapters.keys() - {SANDBOX}):
        await db.write(sealed.remember, INSTANCE, real[0])
    counter.connect(connected.connected())
    disk = Disk(settings.home / "media", min_free=settings.min_free_mib * MIB)
    uploads = Uploads(db, disk, children)
    studio = Studio(
        settings=settings,
        db=db,
        counter=counter,
        providers=connected,
        connections=Connections(connected, tools, master, provider_modules()),
        storage=disk,
        ring=keys.Ring(master),
        secrets=master,
        signals=Signals(),
        children=children,
        uploads=uploads,
        fetcher=fetcher,
        outside=Outside(fetcher, uploads, settings),
        signer=Signer(master),
        driver=f"{socket.gethostname()}:{os.getpid()}:{ids.token()[:8]}",
        begin=begin,
    )
    await studio.look_for_connections()
    return studio


async def _offer(db: Database, counter: catalog.Counter) -> None:
    with suppress(Invalid):
        counter.take(await db.read(catalog.overrides.load))
    for fault in counter.faults:
        logger.error("model not offered", reason=fault.sentence)


async def close_studio(studio: Studio) -> None:
    """Let go of everything, after the queued writes are on the disk."""
    await studio.providers.close()
    await studio.fetcher.close()
    await studio.children.close()
    await studio.db.close()


def make_sender(studio: Studio) -> Sender:
    """What sends the events of a studio to its customers' webhooks, once it is started."""
    terms = Terms(studio.driver, studio.settings.lease_seconds, studio.settings.webhook_days)
    return Sender(studio.db, studio.signals, studio.fetcher.beside(ABREAST), studio.signer, terms)


def provider_modules() -> list[str]:
    """The names of the providers there are: whatever lies in the folder."""
    return sorted(
        module.name for module in pkgutil.iter_modules(providers.__path__) if module.name not in NOT_PROVIDERS
    )


def connect_providers(tools: Tools) -> dict[str, Adapter]:
    """An adapter for each provider that is connected."""
    connected = {}
    for name in provider_modules():
        adapter = importlib.import_module(f"aims.providers.{name}").connect(tools)
        if adapter is not None:
            connected[name] = adapter
    return connected


def provider_tasks() -> list[str]:
    """The functions that providers run in child processes."""
    return [
        task
        for name in provider_modules()
        for task in getattr(importlib.import_module(f"aims.providers.{name}"), "TASKS", ())
    ]


async def first_start(studio: Studio) -> FirstStart | None:
    """Make the owner, a workspace with its starting credits, and a key; None when that has happened before."""
    made = studio.ring.make()
    workspace_id, user_id = ids.new_id(), ids.new_id()
    new = await studio.db.write(create_first, made, workspace_id, user_id, studio.settings.starting_credits)
    return FirstStart(workspace_id, made[1]) if new else None


def create_first(
    tx: Tx, made: tuple[str, str, str], workspace_id: str, user_id: str, starting_credits: int
) -> bool:
    """The transaction of the first start. Two servers that start at once make one owner between them."""
    if accounts.has_owner(tx) or not secrets.claim(tx, "owner", user_id):
        return False
    accounts.create_user(tx, user_id, "Owner")
    create_workspace(tx, workspace_id, "My workspace", starting_credits, owner_id=user_id)
    keys.issue(tx, made, workspace_id, "First key", f"user:{user_id}", user_id=user_id)
    return True


def create_workspace(
    tx: Tx, workspace_id: str, name: str, starting_credits: int, *, owner_id: str | None = None
) -> None:
    """Add a workspace with its account and starting credits."""
    accounts.create_workspace(tx, workspace_id, name, owner_id=owner_id)
    credits.open_account(tx, workspace_id)
    if starting_credits:
        credits.grant(
            tx,
            workspace_id,
            starting_credits,
            f"start:{workspace_id}",
            actor="operator",
            cause="starting credits",
        )
