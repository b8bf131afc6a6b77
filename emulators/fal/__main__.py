"""`./dev emulate fal`: start it, say where it is, and serve until it is stopped."""

import argparse
import os
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from emulators.fal.server import Emulator

KEY = "emulator:secret"


def main() -> int:
    """Serve. With --leashed it ends when its standard input does, so that it outlives nobody who started it."""
    parser = argparse.ArgumentParser(prog="./dev emulate fal", description=__doc__)
    parser.add_argument("--port", type=int, default=8790, help="port on 127.0.0.1; 0 for any (default 8790)")
    parser.add_argument("--key", default=KEY, help=f"the key that it takes (default {KEY})")
    parser.add_argument("--ledger", type=Path, help="SQLite file of what it bills (default: a temporary one)")
    parser.add_argument("--leashed", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    ledger = asked.ledger or Path(tempfile.mkdtemp(prefix="emulator-")) / "ledger.db"
    emulator = Emulator(asked.port, asked.key, ledger)
    if asked.leashed:
        threading.Thread(target=_follow_owner, daemon=True).start()
    else:
        print(f"AIMS_FAL_KEY={asked.key} AIMS_FAL_BASE_URL={emulator.url} ./dev serve")
        print(f"The ledger is {ledger}; GET {emulator.url}/ledger shows it.")
    print(emulator.url, flush=True)
    with suppress(KeyboardInterrupt):
        emulator.serve_forever()
    return 0


def _follow_owner() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
