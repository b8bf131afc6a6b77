"""`aims serve`: the whole studio in one process."""

import click

from aims.bootstrap import FirstStart
from aims.cli.instance import examples
from aims.core import log
from aims.core.settings import Settings, load


@click.command(epilog=examples("aims serve", "aims serve --host 0.0.0.0 --port 80"))
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8787]")
def serve(host: str | None, port: int | None) -> None:
    """Run the whole studio in one process.

    The first start makes the owner, a workspace with its starting credits and an API key, and prints them once.
    """
    settings = load(host=host, port=port)
    log.configure(settings.log_level, settings.log_format)
    from aims.cli.described import command_line
    from aims.web.server import run

    run(settings, greet, command_line)


def greet(settings: Settings, first: FirstStart | None) -> None:
    """Say where the studio is, and, once, what the first start made."""
    click.echo(f"AI Media Studio is at {settings.base_url}")
    click.echo(f"Data: {settings.home}")
    if first is None:
        return
    click.echo(
        f"""
This is the first start. Your workspace has {settings.starting_credits:,} credits:

  workspace  {first.workspace_id}
  API key    {first.api_key}

The key is shown only now. Try it:

  curl -X POST {settings.base_url}/api/v1/images/generate \\
    -H "Authorization: Bearer {first.api_key}" \\
    -H "Content-Type: application/json" \\
    -d '{{"prompt": "A beautiful sunset over mountains", "model": "openai/gpt-image-2", "n": 1}}'
"""
    )
