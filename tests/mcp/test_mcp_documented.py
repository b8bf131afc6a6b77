"""The configurations that the page of the tools shows are those with which an agent's client comes in."""

import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from agents import PATIENCE, Person, body, environment, texts
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from showing import Reading

from aims.mcp import NAME, TOOLS

BIN = Path(sys.executable).parent
PLACEHOLDER = "YOUR_API_KEY"
BLOCKS = ("remote", "local")


def shown(person: Person, name: str) -> dict[str, Any]:
    """What a block of the served page says of our server, with the reader's key where the page says to put it."""
    page = person.served.client.get("/docs/mcp").text
    (text,) = [each.text for each in Reading(page).examples if each.name == name]
    assert text.count(PLACEHOLDER) == 1
    servers = json.loads(text.replace(PLACEHOLDER, person.text))["mcpServers"]
    assert list(servers) == [NAME]
    return servers[NAME]


@asynccontextmanager
async def configured(entry: dict[str, Any], home: Path) -> AsyncGenerator[Client]:
    """The protocol's own client, with nothing but what the block says. A command is looked for as a shell would."""
    if "command" in entry:
        assert set(entry) == {"command", "args", "env"}
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        told = StdioServerParameters(
            command=entry["command"],
            args=entry["args"],
            env=environment(home, **entry["env"]) | {"PATH": path},
            cwd=home,
        )
        async with Client(stdio_client(told), read_timeout_seconds=PATIENCE) as client:
            yield client
        return
    assert set(entry) == {"type", "url", "headers"}
    assert entry["type"] == "http"
    async with httpx2.AsyncClient(headers=entry["headers"], timeout=PATIENCE, trust_env=False) as web:
        transport = streamable_http_client(entry["url"], http_client=web)
        async with Client(transport, read_timeout_seconds=PATIENCE) as client:
            yield client


@pytest.mark.parametrize("name", BLOCKS)
async def test_a_block_of_the_page_is_a_way_in(alice: Person, name: str, tmp_path: Path):
    async with configured(shown(alice, name), tmp_path) as aims:
        assert aims.server_info.name == NAME
        assert texts((await aims.list_tools()).tools) == list(TOOLS)
        assert body(await aims.call_tool("get_account", {}))["workspace_id"] == alice.workspace_id


def test_the_page_shows_no_other_configuration(alice: Person):
    """One that is added is to be tried here too."""
    examples = Reading(alice.served.client.get("/docs/mcp").text).examples

    assert {each.name for each in examples if "mcpServers" in each.text} == set(BLOCKS)
