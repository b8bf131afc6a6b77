"""`./dev emulate NAME`: start one, say where it is, and serve until it is stopped."""

import argparse
import os
import shlex
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from emulators.serving import Emulator

KEY = "emulator:secret"


def main(
    name: str,
    port: int,
    make: Callable[..., Emulator],
    *,
    key: str = KEY,
    flags: Mapping[str, str] | None = None,
) -> int:
    """Serve. With --leashed it ends when its standard input does, so that it outlives nobody who started it.

    port: where it listens if nobody says otherwise. make: builds it from a port, the key, its ledger's file, and the
    flags by name. key: empty for a provider that needs none. flags: what else it can be told, and the help of each.
    """
    parser = argparse.ArgumentParser(prog=f"./dev emulate {name}", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=port, help=f"port on 127.0.0.1; 0 for any (default {port})"
    )
    parser.add_argument("--key", default=key, help=f"the key that it takes (default {key})")
    parser.add_argument("--ledger", type=Path, help="SQLite file of what it bills (default: a temporary one)")
    parser.add_argument(
        "--certificate", type=Path, help="PEM file with a key and a certificate, to speak TLS"
    )
    parser.add_argument("--leashed", action="store_true", help=argparse.SUPPRESS)
    for flag, line in (flags or {}).items():
        parser.add_argument(f"--{flag}", action="store_true", help=line)
    asked = parser.parse_args()
    ledger = asked.ledger or Path(tempfile.mkdtemp(prefix="emulator-")) / "ledger.db"
    emulator = make(asked.port, asked.key, ledger, **{flag: getattr(asked, flag) for flag in flags or ()})
    if asked.certificate:
        emulator.secure(asked.certificate)
    if asked.leashed:
        threading.Thread(target=_follow_owner, daemon=True).start()
    else:
        prefix = f"AIMS_{name.upper()}"
        connected = f"{prefix}_KEY={shlex.quote(asked.key)} " if asked.key else ""
        # Said outright: one that works without a key as well would not look for it.
        piped, where = (f"echo {shlex.quote(asked.key)} | ", " --key-file -") if asked.key else ("", "")
        if emulator.key_file:
            file = shlex.quote(str(emulator.key_file))
            connected, where = f"{prefix}_KEY_FILE={file} ", f" --key-file {file}"
        print(f"{connected}{prefix}_BASE_URL={emulator.url} ./dev serve")
        print(
            f"or, while it runs: {piped}./dev aims providers connect {name}{where} --base-url {emulator.url}"
        )
        print(f"The ledger is {ledger}; GET {emulator.url}/ledger shows it.")
    print(emulator.url, flush=True)
    with suppress(KeyboardInterrupt):
        emulator.serve_forever()
    return 0


def _follow_owner() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
