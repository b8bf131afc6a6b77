"""Somebody with an API key, and what the program must be like after it did what they asked."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from server import PATIENCE, Instance, Server, until

from aims import generation
from aims.core.db import Database

_THUMBNAIL = re.compile(r"\.\d+\.webp$")
_EXTENSION = re.compile(r"\.\w+$")
# Reads are limited too: a key may make ten times as many as it may ask for pictures.
BETWEEN_READS = 0.1
TERMINAL = frozenset({"completed", "failed", "cancelled"})
PICTURE = {"model": "fal-ai/nano-banana-2", "resolution": "0.5K", "prompt": "A lighthouse at dusk"}
"""The cheapest thing to draw: 512 pixels square."""


def picture(directive: str = "", **more: Any) -> dict[str, Any]:
    """A request for a small picture; `directive` steers the sandbox, such as `delay=500ms`."""
    prompt = f"{PICTURE['prompt']} [sandbox: {directive}]" if directive else PICTURE["prompt"]
    return {**PICTURE, "prompt": prompt, **more}


class Caller:
    """A person who talks to one server with one key."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def ask(
        self, body: dict[str, Any], *, key: str | None = None, prefer: str = "respond-async"
    ) -> httpx2.Response:
        """Ask for pictures, without waiting for them unless `prefer` says so."""
        headers = {"Prefer": prefer, **({"Idempotency-Key": key} if key else {})}
        return await self.client.post("/api/v1/images/generate", json=body, headers=headers)

    async def ask_a_dying(self, body: dict[str, Any], *, key: str) -> httpx2.Response | None:
        """Ask a server that may not live to answer."""
        try:
            return await self.ask(body, key=key)
        except httpx2.TransportError:
            return None

    async def see(self, generation_id: str) -> dict[str, Any]:
        """The generation as it is now."""
        answer = await self.client.get(f"/api/v1/generations/{generation_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def cancel(self, generation_id: str) -> httpx2.Response:
        """Ask for it to be stopped, again when the answer is to come back later: on Postgres two servers that want the
        same rows in another order are told apart by the database, which tells one of them that.
        """

        async def heard() -> httpx2.Response | None:
            answer = await self.client.post(f"/api/v1/generations/{generation_id}/cancel")
            return None if answer.status_code == 503 else answer

        return await until(heard, "the wish to stop is heard", glance=BETWEEN_READS)

    async def cancel_a_dying(self, generation_id: str) -> None:
        """Ask a server that may not live to answer."""
        with suppress(httpx2.TransportError):
            await self.cancel(generation_id)

    async def finished(self, generation_id: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait until the generation is over."""
        last: dict[str, Any] = {}

        async def over() -> bool:
            nonlocal last
            last = await self.see(generation_id)
            return last["status"] in TERMINAL

        await until(over, f"{generation_id} is over", seconds, BETWEEN_READS)
        return last


@asynccontextmanager
async def calling(server: Server, api_key: str) -> AsyncIterator[Caller]:
    """Talk to a server."""
    async with httpx2.AsyncClient(
        base_url=server.url,
        headers={"Authorization": f"Bearer {api_key}"},
        timeout=60,
        trust_env=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64),
    ) as client:
        yield Caller(client)


def accepted(answer: httpx2.Response) -> str:
    """The id of a generation that was accepted."""
    assert answer.status_code == 202, f"{answer.status_code}: {answer.text}"
    return answer.json()["id"]


@dataclass(frozen=True, slots=True)
class _At:
    """As much of a Database as `connect` looks at."""

    location: Path | str


def check_books(instance: Instance) -> None:
    """Every rule of the books holds: what `aims ledger verify` does, without the second that a process takes."""
    session = Database.connect(_At(instance.location), readonly=True)  # ty: ignore[invalid-argument-type]
    try:
        session.begin()
        found = generation.verify(session.tx)
    finally:
        session.close()
    assert not found, "the books are broken:\n" + "\n".join(map(str, found))


def check_files(instance: Instance) -> None:
    """Each asset has its file, each file or thumbnail its asset, and nothing half-written lies about."""
    assets = dict(instance.rows("SELECT storage_key, bytes FROM assets"))
    root = instance.media
    found = {
        str(path.relative_to(root)): path.stat().st_size
        for path in root.rglob("*")
        if path.is_file() and ".incoming" not in path.parts
    }
    thumbnails = {name for name in found if _THUMBNAIL.search(name)}
    assert {name: size for name, size in found.items() if name not in thumbnails} == assets
    names = {_EXTENSION.sub("", name) for name in assets}
    assert {_THUMBNAIL.sub("", name) for name in thumbnails} <= names
    assert list((root / ".incoming").iterdir()) == []


def balance(instance: Instance) -> tuple[int, int]:
    """Credits that the first workspace can spend, and those that are held."""
    (row,) = instance.rows(
        f"SELECT available, held FROM balances WHERE workspace_id = '{instance.workspace_id}'"
    )
    return row
