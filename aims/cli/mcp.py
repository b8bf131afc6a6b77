"""`aims mcp`, also on its own as `aims-mcp`: the tools for the agent that starts this process."""

import json
import sys

import click

from aims.cli.flags import examples


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from aims.mcp.tools import release

        click.echo(f"aims-mcp {release()}")
        ctx.exit()


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("aims mcp", "aims mcp --list-tools", "aims mcp --base-url http://127.0.0.1:8787/api/v1"),
)
@click.option("--list-tools", is_flag=True, help="Print the tools as JSON, and stop.")
@click.option("--key", help="API key.  [default: AIMS_API_KEY, else ~/.aims/config.json]")
@click.option(
    "--base-url", help="Address of the studio.  [default: AIMS_BASE_URL, else the file, else this machine]"
)
@click.option(
    "-v",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@click.pass_context
def mcp(ctx: click.Context, list_tools: bool, key: str | None, base_url: str | None) -> None:
    """Offer the studio's tools to an agent, over standard input and output (Model Context Protocol).

    An agent starts this by itself, once it is told the command. It asks the studio over HTTP, and nothing else.
    """
    if list_tools:
        from aims.mcp.tools import listing

        click.echo(json.dumps(listing(), indent=2))
        return
    from aims.client import config

    try:
        before = ctx.find_root().params
        found = config.find(key or before.get("key"), base_url or before.get("base_url"))
    except config.NotConfigured as error:
        raise click.UsageError(error.sentence) from None
    from aims.mcp.stdio import serve

    serve(found)


def main() -> None:
    """The `aims-mcp` command."""
    try:
        sys.exit(mcp.main(prog_name="aims-mcp", standalone_mode=True))
    except KeyboardInterrupt:
        sys.exit(130)
