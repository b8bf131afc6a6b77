"""Agents: the protocol's own client, over HTTP in both of its revisions, and over a process's standard streams."""

import json
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

# The studio behind a socket belongs to the tests of the web face, which need not be among those that run.
sys.path.append(str(Path(__file__).parents[1] / "web"))

from serving import PATIENCE, Person

AIMS_MCP = str(Path(sys.executable).with_name("aims-mcp"))
VERSION, OLDER = "2026-07-28", "2025-11-25"
HTTP, HTTP_OLDER, STDIO = "http", "http, older", "stdio"
WAYS = (HTTP, HTTP_OLDER, STDIO)
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH")
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": {},
    "progressToken": "told",
}


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process, in a home of its own."""
    return {
        "HOME": str(home),
        "PYTHONUTF8": "1",
        **{n: os.environ[n] for n in KEPT if n in os.environ},
        **more,
    }


@asynccontextmanager
async def agent(person: Person, way: str, home: Path, *, base: str | None = None) -> AsyncGenerator[Client]:
    """Somebody's agent, ready to call. base: where the studio is reached, if not straight."""
    base = person.served.base if base is None else base
    async with AsyncExitStack() as stack:
        if way == STDIO:
            keys = environment(home, AIMS_API_KEY=person.text, AIMS_BASE_URL=base)
            transport = stdio_client(StdioServerParameters(command=AIMS_MCP, env=keys, cwd=home))
        else:
            web = httpx2.AsyncClient(headers=person.bearer, timeout=PATIENCE, trust_env=False)
            http = await stack.enter_async_context(web)
            transport = streamable_http_client(f"{base}/mcp", http_client=http)
        mode = "legacy" if way == HTTP_OLDER else "auto"
        yield await stack.enter_async_context(Client(transport, mode=mode, read_timeout_seconds=PATIENCE))


def body(result: CallToolResult) -> dict[str, Any]:
    """The structured result, once it is certain that the text says the same."""
    first = result.content[0]
    assert first.type == "text"
    assert json.loads(first.text) == result.structured_content
    return result.structured_content


def refused(result: CallToolResult, *words: str) -> dict[str, Any]:
    """The body of a refusal, once it is certain that it has the one shape and says these words."""
    said = body(result)
    assert result.is_error
    assert set(said) - {"generation_id"} == {"success", "error", "hint", "next"}
    assert said["success"] is False
    assert said["hint"]
    assert said["next"]
    for word in words:
        assert word in said["error"], said
    return said


def message(method: str, **params: Any) -> dict[str, Any]:
    """A request of the protocol."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": META, **params}}


def headers(method: str, name: str | None = None, **more: str) -> dict[str, str]:
    """What has to stand around a request, in the newer revision."""
    given = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": VERSION}
    given["Mcp-Method"] = method
    return {**given, **({"Mcp-Name": name} if name else {}), **more}


def send(person: Person, method: str, *, key: str | None = None, **params: Any) -> httpx2.Response:
    """A request by hand. key: another key than the person's; empty for none."""
    auth = {"Authorization": f"Bearer {person.text if key is None else key}"} if key != "" else {}
    return person.served.client.post(
        "/mcp", json=message(method, **params), headers=headers(method, params.get("name"), **auth)
    )


def dropped(person: Person, arguments: dict[str, Any], *, older: bool = False) -> str:
    """Call `generate_image` and go away at the first word of progress. The generation's id, which it began with."""
    about = headers("tools/call", "generate_image", **person.bearer)
    if older:
        about = {n: v for n, v in about.items() if n in ("Accept", "Authorization")} | {
            "MCP-Protocol-Version": OLDER
        }
    asked = message("tools/call", name="generate_image", arguments=arguments)
    with person.served.client.stream("POST", "/mcp", json=asked, headers=about) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: ") and "notifications/progress" in line:
                said = json.loads(line.removeprefix("data: "))["params"]["message"]
                return said.split()[1].rstrip(":")
    raise AssertionError("it ended without a word")


def texts(items: Sequence[Any]) -> list[str]:
    """The names of tools or resources."""
    return [each.name for each in items]
