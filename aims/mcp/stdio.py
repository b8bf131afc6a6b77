"""Serve the tools over the standard streams of this process, to the agent that started it."""

import asyncio

from mcp.server.stdio import stdio_server

from aims.client import config
from aims.client.awaiting import Awaiting
from aims.mcp.server import make_server

RETRIES = 2
"""How often a request is sent again when its answer is lost. Each carries an Idempotency-Key."""


def serve(found: config.Config) -> None:
    """Serve until the agent closes our standard input. found: the key, if there is one, and where the studio is."""
    asyncio.run(_serve(found))


async def _serve(found: config.Config) -> None:
    async with (
        Awaiting(found.api_key, found.base_url, retries=RETRIES) as carrier,
        stdio_server() as (hear, say),
    ):
        server = make_server(lambda _: carrier)
        await server.run(hear, say, server.create_initialization_options())
