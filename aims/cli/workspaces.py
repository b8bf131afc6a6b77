"""`aims workspaces`: create and list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, show, table, with_database
from aims.cli.keys import opened
from aims.core import ids

if TYPE_CHECKING:
    from aims import accounts, bootstrap
    from aims import keys as api_keys
    from aims.core import clock
    from aims.core.db import Database, Tx
    from aims.core.settings import Settings
else:
    accounts = Later("aims.accounts")
    bootstrap = Later("aims.bootstrap")
    api_keys = Later("aims.keys")
    clock = Later("aims.core.clock")


@click.group(epilog=examples("aims workspaces create --name Marketing", "aims workspaces list"))
def workspaces() -> None:
    """Create and list workspaces."""


@workspaces.command(
    epilog=examples("aims workspaces create --name Marketing", "aims workspaces create --name Lab --json")
)
@click.option("--name", required=True, help="What people call it.")
@as_json
def create(name: str, json_: bool) -> None:
    """Create a workspace with its starting credits and a first key."""
    workspace_id = ids.new_id()

    async def work(db: Database, settings: Settings) -> str:
        made = api_keys.Ring(await opened(db, settings)).make()
        await db.write(_create, workspace_id, name, settings.starting_credits, made)
        return made[1]

    key = with_database(work)
    show(
        {"workspace_id": workspace_id, "api_key": key},
        f"workspace  {workspace_id}\nAPI key    {key}\n\nThe key is shown only now.",
        json_,
    )


def _create(tx: Tx, workspace_id: str, name: str, starting_credits: int, made: tuple[str, str, str]) -> None:
    bootstrap.create_workspace(tx, workspace_id, name, starting_credits)
    api_keys.issue(tx, made, workspace_id, "First key", "operator")


@workspaces.command("list", epilog=examples("aims workspaces list --json"))
@as_json
def list_(json_: bool) -> None:
    """List the workspaces."""

    async def work(db: Database, _: Settings) -> list[accounts.Workspace]:
        return await db.read(accounts.all_workspaces)

    found = with_database(work)
    show(
        [
            {"workspace_id": one.id, "name": one.name, "created_at": clock.rfc3339(one.created_at)}
            for one in found
        ],
        table(
            ("id", "name", "created"), [(one.id, one.name, clock.rfc3339(one.created_at)) for one in found]
        ),
        json_,
    )
