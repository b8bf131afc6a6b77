"""What tests need from this machine: one real PostgreSQL, migrated databases in no time, and the one place for skips.

All processes of a test run share one folder and, in it, one server that the first of them starts. A watcher
process holds a pipe to the run: when the run ends, however it ends, it stops every server in the folder and removes it.
"""

import asyncio
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from aims.core.db import Database

FOLDER = "STUDIO_TESTS_FOLDER"
REQUIRED = "AIMS_REQUIRE_ALL"
TEMPLATE = "studio_template"
START_TRIES = 5
STOP_SECONDS = 10.0
ROOM = 2 << 30


def missing(what: str) -> NoReturn:
    """Skip this test for want of something on the machine; where everything must run, fail it."""
    import pytest

    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{what} ({REQUIRED}=1: nothing may be missing)", pytrace=False)
    pytest.skip(what)


def folder() -> Path:
    """The folder that all processes of this test run share."""
    return Path(os.environ[FOLDER])


@contextmanager
def locked(name: str) -> Generator[None]:
    """Keep the other processes of this run out."""
    with (folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def begin() -> "subprocess.Popen[bytes] | None":
    """Make the shared folder and its watcher, unless this run is part of another. For `end`."""
    if os.environ.get(FOLDER) and folder().is_dir():
        return None
    path = Path(tempfile.mkdtemp(prefix="aims-tests-", dir=_fastest()))
    path.chmod(0o755)  # the server runs as another user than root
    os.environ[FOLDER] = str(path)
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(path)], stdin=subprocess.PIPE, start_new_session=True
    )


def _fastest() -> str | None:
    """Memory, where there is enough of it: a database there is made in a third of the time. Containers have little."""
    memory = "/dev/shm"
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


def end(watcher: "subprocess.Popen[bytes] | None") -> None:
    """Let the watcher tidy up, and wait until it has."""
    if watcher is not None and watcher.stdin is not None:
        watcher.stdin.close()
        watcher.wait()
        os.environ.pop(FOLDER, None)


def tidy(path: Path) -> None:
    """Stop every server below the folder, by the process id it wrote down, and remove the folder."""
    for data in path.glob("*/data"):
        stop(data, signal.SIGQUIT)
    shutil.rmtree(path, ignore_errors=True)


def stop(data: Path, how: signal.Signals) -> None:
    """Signal the server of a data folder and wait until it is gone; one that does not go is killed."""
    note = data / "postmaster.pid"
    deadline = time.monotonic() + STOP_SECONDS
    try:
        pid = int(note.read_text().split()[0])
        os.kill(pid, how)
        while note.exists():  # the last thing that it removes; its process id may stay a while as a zombie
            time.sleep(0.01)
            os.kill(pid, 0 if time.monotonic() < deadline else signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        return


def binaries() -> Path | None:
    """Where PostgreSQL's programs are: the newest version in Debian's place, else on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def unprivileged() -> dict[str, Any]:
    """How to start a server, which refuses to be root."""
    if os.geteuid() != 0:
        return {}
    import grp
    import pwd

    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
            return {"user": name, "group": grp.getgrgid(who.pw_gid).gr_name, "extra_groups": []}
        except KeyError:
            continue
    missing("root cannot run PostgreSQL, and there is no user `postgres` or `nobody`")


class Postgres:
    """A PostgreSQL server of our own on a spare loopback port. It is faster than it is safe: nothing is synced."""

    def __init__(self, path: Path) -> None:
        found = binaries()
        if found is None:
            missing("PostgreSQL is not installed (apt-get install postgresql)")
        self.binaries = found
        self.path = path
        self.data = path / "data"

    def create(self) -> None:
        """Make its data folder."""
        self.path.mkdir()
        self._own()
        self._run(
            "initdb", "--no-sync", "--auth=trust", "--username=aims", "--encoding=UTF8", "--locale=C", "-D"
        )

    def start(self) -> None:
        """Start it on a spare port, and wait until it answers. A second start keeps the port of the first."""
        note = self.path / "port"
        for _ in range(START_TRIES):
            port = int(note.read_text()) if note.exists() else spare_port()
            options = (
                f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={self.path} "
                "-c fsync=off -c full_page_writes=off -c synchronous_commit=on -c autovacuum=off "
                "-c max_connections=200 -c shared_buffers=64MB -c max_wal_size=2GB "
                "-c dynamic_shared_memory_type=mmap"
            )
            try:
                self._run("pg_ctl", "start", "-w", "-s", "-l", str(self.path / "log"), "-o", options, "-D")
            except subprocess.CalledProcessError:
                if note.exists():
                    raise
                continue  # somebody else took the port between our look and the start
            note.write_text(str(port))
            return
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.path / 'log').read_text()}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every connection in order, SIGQUIT stops like a power cut."""
        stop(self.data, how)

    @property
    def pid(self) -> int:
        """The server's process id."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://aims@127.0.0.1:{int((self.path / 'port').read_text())}/{database}"

    def _own(self) -> None:
        who = unprivileged().get("user")
        if who is not None:
            shutil.chown(self.path, str(who))

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments, self.data],
            check=True,
            cwd=self.path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            **unprivileged(),
        )


def spare_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def postgres() -> Postgres:
    """The server that this test run shares, started by whoever asks first."""
    if binaries() is None:
        missing("PostgreSQL is not installed (apt-get install postgresql)")
    with locked("postgres"):
        path = folder() / "postgres"
        server = Postgres(path)
        if not (path / "ready").exists():
            server.create()
            server.start()
            _make_template(server)
            (path / "ready").touch()
    return server


def _make_template(server: Postgres) -> None:
    from aims import migrations
    from aims.core.db import Database

    _command(server.url(), f"CREATE DATABASE {TEMPLATE}")
    template = Database(server.url(TEMPLATE))
    migrations.migrate(template)
    _close(template)


def _close(db: "Database") -> None:
    """Close a database from a thread of its own, because this one may be running an event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, db.close()).result()


def new_database(*, empty: bool = False) -> str:
    """The URL of a new database on the shared server: migrated, or empty."""
    server = postgres()
    name = f"t_{secrets.token_hex(8)}"
    template = "template0" if empty else TEMPLATE
    _command(server.url(), f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.url(name)


def empty(url: str) -> None:
    """Make a database anew, without a single table."""
    drop_database(url)
    _command(postgres().url(), f"CREATE DATABASE {url.rsplit('/', 1)[1]} TEMPLATE template0")


def drop_database(url: str) -> None:
    """Remove a database, and whoever is still connected to it."""
    name = url.rsplit("/", 1)[1]
    _command(postgres().url(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _command(url: str, sql: str) -> None:
    """Run one statement that takes names, not values; the names are made in this file."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.encode())


def new_sqlite(path: Path) -> Path:
    """A migrated SQLite database at `path`: a copy of one that is migrated once a run."""
    with locked("sqlite"):
        template = folder() / "template.db"
        if not template.exists():
            from aims import migrations
            from aims.core.db import Database

            making = Database(folder() / "making.db")
            migrations.migrate(making)
            _close(making)
            (folder() / "making.db").rename(template)
    shutil.copyfile(template, path)
    return path


if __name__ == "__main__":
    sys.stdin.read()
    tidy(Path(sys.argv[1]))
