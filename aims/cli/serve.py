"""`aims serve`: the whole studio in one process."""

from typing import TYPE_CHECKING

import click

from aims.cli.flags import examples

if TYPE_CHECKING:
    from aims.bootstrap import FirstStart
    from aims.core.settings import Settings


@click.command(epilog=examples("aims serve", "aims serve --host 0.0.0.0 --port 80", "aims serve --no-jobs"))
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8787]")
@click.option(
    "--jobs/--no-jobs",
    default=None,
    help="Whether it also makes what is asked for, or leaves that to `aims worker` (Postgres).  [default: jobs]",
)
def serve(host: str | None, port: int | None, jobs: bool | None) -> None:
    """Run the whole studio in one process.

    The first start makes the owner, a workspace with its starting credits and an API key, and prints them once.
    """
    from aims.cli.described import command_line
    from aims.core import log
    from aims.core.settings import load
    from aims.running import run
    from aims.web.server import serve as serve_studio

    settings = load(host=host, port=port, jobs=jobs)
    log.configure(settings.log_level, settings.log_format)
    run(serve_studio(settings, greet, command_line))


def greet(settings: "Settings", first: "FirstStart | None") -> None:
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
