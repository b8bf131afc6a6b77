"""`aims init`: what the first start would make, without serving."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from aims.cli.instance import as_json, examples, show

if TYPE_CHECKING:
    from aims.bootstrap import FirstStart
    from aims.core.settings import Settings


@click.command(epilog=examples("aims init", "aims init --json"))
@as_json
def init(json_: bool) -> None:
    """Make the database, the owner, a workspace with its starting credits, and an API key."""
    from aims.core.errors import Conflict
    from aims.core.settings import load

    settings = load()
    first = asyncio.run(_make(settings))
    if first is None:
        raise Conflict(
            f"The studio in {settings.home} has been set up before. `aims keys create` makes another key."
        )
    value = {
        "workspace_id": first.workspace_id,
        "api_key": first.api_key,
        "setup_url": f"{settings.base_url}/",
    }
    show(
        value,
        f"workspace  {first.workspace_id}\nAPI key    {first.api_key}\n\nThe key is shown only now.",
        json_,
    )


async def _make(settings: Settings) -> FirstStart | None:
    from aims.bootstrap import close_studio, first_start, open_studio

    studio = await open_studio(settings, create=True)
    try:
        return await first_start(studio)
    finally:
        await close_studio(studio)
