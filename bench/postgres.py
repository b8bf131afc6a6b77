"""A PostgreSQL server of a measurement's own, with everything synced as its makers ship it."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import machine
from bench.accept import spare_port


@contextmanager
def postgres(folder: Path) -> Generator[str]:
    """Start a server below the folder and give the URL of its database; afterwards it is stopped."""
    programs, port, data = _programs(), spare_port(), folder / "data"
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        # It refuses to be root, and has to reach its folder.
        shutil.chown(folder, "postgres")
        for parent in [*folder.parents][:-2]:
            parent.chmod(0o755)
    _run(programs / "initdb", "--auth=trust", "--username=aims", "--encoding=UTF8", "--locale=C", "-D", data)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    log = folder / "log"
    _run(programs / "pg_ctl", "start", "-w", "-s", "-l", log, "-o", options, "-D", data)
    try:
        yield f"postgresql://aims@127.0.0.1:{port}/postgres"
    finally:
        _run(programs / "pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", data)
        time.sleep(0.1)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    return found[-1].parent if found else Path(machine.need("initdb")).parent


def _run(*command: str | Path) -> None:
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **who)
