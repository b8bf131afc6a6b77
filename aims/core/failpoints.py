"""Places where a crash test may stop the process. In production each is one dictionary look-up.

`AIMS_FAILPOINTS="submit.committed=kill,settle.commit=raise"` arms them: `kill` ends the process with SIGKILL, `raise`
raises, `sleep:MS` blocks, `N*kill` acts on the N-th hit only. `AIMS_FAILPOINT_LOG` names a file to which every hit is
appended, armed or not, so that a suite can prove that each was reached.
The names and their case in the crash matrix stand here, so that a test can walk them.
"""

import os
import signal
import time

POINTS = {
    "submit.checked": "F01 the request is valid; the hold transaction has not begun",
    "submit.inside": "F02 inside the hold transaction",
    "submit.committed": "F03 hold, generation and idempotency row are committed; the answer is not sent",
    "drive.leased": "F05 a driver holds the lease; there is no attempt row",
    "attempt.recorded": "F06 the attempt is committed as submitting; no byte was sent",
    "attempt.sent": "F07 bytes were sent; no answer was read",
    "attempt.answered": "F08 the answer was read; the provider's id is not committed",
    "attempt.put_back": "F09 the provider did not take it, which is committed; it waits",
    "attempt.running": "F09 the provider's id is committed",
    "inbox.checked": "F10 a provider's message is known to be its own; it is not written down",
    "inbox.committed": "F11 a provider's message is written down; the provider was not thanked",
    "output.fetched": "F12 the outputs are in memory; nothing is written",
    "storage.written": "F13 the temporary file is written; it is not renamed",
    "storage.renamed": "F14 the file has its name; no row names it",
    "settle.inside": "F15 inside the transaction that finishes a generation",
    "settle.committed": "F16 finished and committed; nobody was told",
    "webhooks.claimed": "F16 an event is on the disk and claimed; nothing of it was sent",
    "webhooks.sent": "F17 an event was sent; that is not marked",
    "release.inside": "F18 inside the transaction that gives a hold back",
    "release.committed": "F19 the hold is given back; the provider may still finish",
    "trash.inside": "F15 inside the transaction that deletes pictures and films for good",
    "trash.committed": "F16 their rows are gone; their files are on the disk",
    "trash.removed": "F17 their files are gone; that is not marked",
    "recover.inside": "F20 in the middle of taking over unfinished generations",
    "backup.moment": "REC-01 the database is copied; the files that it names are not",
    "restore.inside": "REC-01 the database is filled; nothing has its place",
}


class FailpointError(RuntimeError):
    """What an armed `raise` raises. It is nobody's error to handle."""


_armed: dict[str, tuple[int, str]] = {}
_hits: dict[str, int] = {}
_log: int | None = None


def arm(specification: str) -> None:
    """Arm failpoints from text such as `settle.inside=kill`. An unknown name raises, so a test cannot rot unseen."""
    for part in filter(None, specification.split(",")):
        name, _, action = part.strip().partition("=")
        if name not in POINTS:
            raise ValueError(f"There is no failpoint {name!r}.")
        count, star, rest = action.partition("*")
        _armed[name] = (int(count), rest) if star else (0, action)


def hit(name: str) -> None:
    """Mark that the process is here, and do what was armed for this place."""
    if not _armed and _log is None:
        return
    _hits[name] = _hits.get(name, 0) + 1
    if _log is not None:
        os.write(_log, f"{name}\n".encode())
    at, action = _armed.get(name, (0, ""))
    if action and at in (0, _hits[name]):
        act(name, action)


def act(name: str, action: str) -> None:
    """Do the armed thing."""
    kind, _, argument = action.partition(":")
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "raise":
        raise FailpointError(name)
    elif kind == "sleep":
        time.sleep(int(argument) / 1000)


def _start() -> None:
    global _log
    path = os.environ.get("AIMS_FAILPOINT_LOG")
    if path:
        _log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    arm(os.environ.get("AIMS_FAILPOINTS", ""))


_start()
