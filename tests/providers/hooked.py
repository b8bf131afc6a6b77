"""A studio with a public address, and an emulator that sends word to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from emulated import Emulator
from serving import Served
from sqlalchemy import bindparam, select

from aims.core.db import Tx
from aims.generation import inbox
from aims.generation.tables import attempts
from aims.generation.tables import inbox as messages

PUBLIC = "https://studio.example"
_ATTEMPT = select(attempts).where(attempts.c.generation_id == bindparam("generation"))
_MESSAGES = select(messages).where(messages.c.attempt_id == bindparam("attempt"))


def reachable(home: Path, emulator: Emulator, location: str | None = None, **others: Any) -> Served:
    """A served studio that the emulator reaches under a public name."""
    given = {"connections": emulator.connection, "public_url": PUBLIC} | others
    served = Served(home, location, **given).start()
    steer(emulator, names={"studio.example": ["127.0.0.1", served.port]})
    return served


def steer(emulator: Emulator, **said: Any) -> None:
    """Change how the emulator's world is."""
    httpx2.post(f"{emulator.url}/steer", json=said, trust_env=False).raise_for_status()


def hooks(emulator: Emulator, request_id: str) -> list[str]:
    """What was sent about a request, and how each was answered: `ok 200`."""
    return emulator.calls("hook", request_id)


def attempt_of(served: Served, generation_id: str) -> Any:
    """The row of a generation's one attempt."""

    def find(tx: Tx) -> Any:
        return tx.one(_ATTEMPT, generation=generation_id)

    return served.read(find)


def kept(served: Served, generation_id: str) -> list[tuple[str, str]]:
    """What the inbox has of a generation's one attempt: the provider's id and status of each message."""
    attempt = attempt_of(served, generation_id)

    def find(tx: Tx) -> list[tuple[str, str]]:
        return [(row.request_id, row.status) for row in tx.all(_MESSAGES, attempt=attempt.id)]

    return sorted(served.read(find))


def path_of(served: Served, generation_id: str) -> str:
    """Where word about a generation's one attempt is sent, below the public address."""
    attempt = attempt_of(served, generation_id)
    sealed = inbox.seal(served.studio.secrets, attempt.provider, generation_id, attempt.id)
    return f"{inbox.PATH}/{attempt.provider}/{generation_id}/{attempt.id}/{sealed}"


Send = Callable[..., httpx2.Response]
