"""Connect providers as an operator does, and ask a studio that runs as a program what it makes with them."""

import sys
from pathlib import Path
from typing import Any

import httpx2
from server import Ended, Instance, Server, until

sys.path.insert(0, str(Path(__file__).parents[1] / "providers"))
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from emulated import Emulator

__all__ = ["BANANA", "HERS", "OURS", "Emulator"]

OURS, HERS = "instance-key-id:instance-key-secret", "workspace-key-id:workspace-key-secret"
BANANA = "fal-ai/nano-banana-2"
TERMINAL = ("completed", "failed", "cancelled")


async def connect(instance: Instance, emulator: Emulator, key: str, *more: str) -> Ended:
    """Connect fal as an operator does it."""
    path = instance.folder / "typed.key"
    path.write_text(f"{key}\n")
    arguments = ("providers", "connect", "fal", "--key-file", str(path), "--base-url", emulator.url)
    said = await instance.command(*arguments, *more, "--json")
    path.unlink()
    return said


async def workspace(instance: Instance, name: str) -> tuple[str, str]:
    """Another workspace, and its key."""
    made = (await instance.command("workspaces", "create", "--name", name, "--json")).json
    return made["workspace_id"], made["api_key"]


async def ask(server: Server, key: str, method: str, path: str, **options: Any) -> dict[str, Any]:
    """Ask the API for something that it has."""
    headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.request(method, f"{server.url}/api/v1{path}", headers=headers, **options)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()


async def begin(server: Server, key: str, prompt: str, model: str = BANANA, **more: Any) -> str:
    asked = {"prompt": prompt, "model": model, **more}
    headers = {"Prefer": "respond-async"}
    return (await ask(server, key, "POST", "/images/generate", json=asked, headers=headers))["id"]


async def made(server: Server, key: str, generation_id: str) -> dict[str, Any]:
    """A generation, once it is over."""

    async def over() -> dict[str, Any] | None:
        view = await ask(server, key, "GET", f"/generations/{generation_id}")
        return view if view["status"] in TERMINAL else None

    found = await until(over, f"{generation_id} is over", glance=0.1)
    assert found is not None
    return found


async def served_by_fal(server: Server, key: str, prompt: str) -> dict[str, Any]:
    """A picture that was not drawn by the sandbox: asked for until it is not."""

    async def attempt() -> dict[str, Any] | None:
        view = await made(server, key, await begin(server, key, prompt))
        return None if view["sandbox"] else view

    found = await until(attempt, "fal serves it", glance=0.2)
    assert found is not None
    return found


def files_with(folder: Path, *secrets: str) -> list[str]:
    """The files below a folder in which any of these stands."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(each.encode() in path.read_bytes() for each in secrets)
    ]


def tables_with(instance: Instance, *secrets: str) -> list[str]:
    """The tables of a Postgres database in which any of these stands."""
    names = instance.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [
        name
        for (name,) in names
        if any(each in repr(instance.rows(f'SELECT * FROM "{name}"')) for each in secrets)
    ]
