"""`./dev emulate vertex`."""

import sys
from pathlib import Path

from emulators.google import login
from emulators.google import server as both
from emulators.serving import Emulator
from emulators.starting import main


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator. key: the JSON of the account that it knows; empty for one that is made now, in a file."""
    if key:
        return both.make(port, key, ledger)
    account = login.new_account()
    emulator = both.make(port, account, ledger)
    file = ledger.with_name("account.json")
    file.write_text(login.with_tokens_at(account, emulator.url))
    file.chmod(0o600)
    emulator.key_file = file
    return emulator


if __name__ == "__main__":
    sys.exit(main("vertex", 8792, make, key=""))
