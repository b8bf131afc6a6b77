"""`aims keys`: create, list and revoke API keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, of_workspace, show, table, with_database

if TYPE_CHECKING:
    from aims import accounts
    from aims import keys as api_keys
    from aims.core import clock, secrets
    from aims.core.db import Database, Tx
    from aims.core.settings import Settings
else:
    accounts = Later("aims.accounts")
    api_keys = Later("aims.keys")
    clock = Later("aims.core.clock")
    secrets = Later("aims.core.secrets")

SCOPES = "image:generate,video:generate,media:read,media:write"
"""What a key may do unless it is told otherwise: `accounts.SCOPES`, in the words of this command."""

_SPAN = re.compile(r"(\d{1,6}(?:\.\d+)?)(s|m|h|d|w|y)")
_DAYS = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "w": 7.0, "y": 365.0}


def days(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """A span such as 90d, 12h or 1y, in days."""
    if value is None:
        return None
    match = _SPAN.fullmatch(value.strip().lower())
    if match is None:
        raise click.BadParameter("write a span such as 90d, 12h or 1y")
    return float(match[1]) * _DAYS[match[2]]


@click.group(epilog=examples("aims keys create --name laptop", "aims keys list"))
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command(
    epilog=examples(
        "aims keys create --name laptop",
        "aims keys create --name studio --user ada@example.com",
        "aims keys create --name ci --scopes image:generate --cap 500 --expires 90d --json",
    )
)
@click.option("--name", default="API key", show_default=True, help="What the key is for.")
@click.option("--user", help="Whose it is: e-mail address, id or name of a member. It ends when they leave.")
@click.option(
    "--scopes",
    help="What it may do, separated by commas; usage:read and webhooks:write only if they are named.  "
    f"[default: {SCOPES}, as far as the role of --user goes: for a viewer media:read alone]",
)
@click.option("--rate-limit", type=int, default=60, show_default=True, help="Requests a minute.")
@click.option("--burst", type=int, help="How many of them may come at once.  [default: a minute's worth]")
@click.option("--expires", callback=days, help="Life from now on, such as 90d, 12h or 1y.")
@click.option("--cap", type=int, help="Credits it may spend over its life.")
@of_workspace
@as_json
def create(
    name: str,
    user: str | None,
    scopes: str | None,
    rate_limit: int,
    burst: int | None,
    expires: float | None,
    cap: int | None,
    workspace: str | None,
    json_: bool,
) -> None:
    """Create a key and print it, once."""
    wanted = {
        "scopes": None
        if scopes is None
        else tuple(each.strip() for each in scopes.split(",") if each.strip()),
        "rate_limit": rate_limit,
        "burst": burst,
        "days": expires,
        "cap": cap,
    }

    async def work(db: Database, settings: Settings) -> api_keys.IssuedKey:
        ring = api_keys.Ring(await opened(db, settings))
        return await db.write(_create, ring.make(), workspace, user, name, wanted)

    key = with_database(work)
    value = {"id": key.id, "api_key": key.text, "workspace_id": key.workspace_id, "name": key.name}
    may = f"It may do {', '.join(key.scopes)}."
    show(value, f"{key.text}\n\nThe key is shown only now. Its id is {key.id}. {may}", json_)


def _create(
    tx: Tx,
    made: tuple[str, str, str],
    workspace: str | None,
    user: str | None,
    name: str,
    wanted: dict[str, Any],
) -> api_keys.IssuedKey:
    found = accounts.find_workspace(tx, workspace)
    user_id = accounts.find_user(tx, user).id if user is not None else None
    return api_keys.issue(tx, made, found.id, name, "operator", **wanted, user_id=user_id)


async def opened(db: Database, settings: Settings) -> secrets.Secrets:
    """The instance's secrets, checked against the database."""
    marked = await db.read(secrets.is_marked)
    master = secrets.load(settings.home, settings.secret, make=not marked)
    await db.write(secrets.verify, master)
    return master


@keys.command("list", epilog=examples("aims keys list", "aims keys list --json"))
@of_workspace
@as_json
def list_(workspace: str | None, json_: bool) -> None:
    """List the keys of a workspace."""

    async def work(db: Database, _: Settings) -> list[api_keys.KeyRecord]:
        return await db.read(lambda tx: api_keys.list_keys(tx, accounts.find_workspace(tx, workspace).id))

    found = with_database(work)
    rows: list[tuple[object, ...]] = [
        (one.id, one.name, one.user_name, ",".join(one.scopes), one.rate_limit, one.cap, one.used, state(one))
        for one in found
    ]
    value = [
        {
            "id": one.id,
            "name": one.name,
            "user_id": one.user_id,
            "user": one.user_name,
            "scopes": one.scopes,
            "rate_limit": one.rate_limit,
            "burst": one.burst,
            "cap": one.cap,
            "used": one.used,
            "created_at": clock.rfc3339(one.created_at),
            "expires_at": clock.rfc3339(one.expires_at),
            "revoked_at": clock.rfc3339(one.revoked_at),
        }
        for one in found
    ]
    show(value, table(("id", "name", "user", "scopes", "per minute", "cap", "used", "state"), rows), json_)


def state(key: api_keys.KeyRecord) -> str:
    """What a list says of a key."""
    if key.revoked_at is not None:
        return "revoked"
    return "active" if key.expires_at is None else f"until {clock.rfc3339(key.expires_at)}"


@keys.command(epilog=examples("aims keys revoke 3fA9xQ2LmZ0b"))
@click.argument("key_id")
@click.option("--workspace", help="Only if it is a key of this one: its id or name.")
@as_json
def revoke(key_id: str, workspace: str | None, json_: bool) -> None:
    """End a key. What it may spend ends at once, everything else within two seconds."""

    async def work(db: Database, _: Settings) -> None:
        await db.write(_revoke, key_id, workspace)

    with_database(work)
    show({"id": key_id, "revoked": True}, f"{key_id} is revoked.", json_)


def _revoke(tx: Tx, key_id: str, workspace: str | None) -> None:
    if workspace is None:
        where = api_keys.workspace_of(tx, key_id)
    else:
        where = accounts.find_workspace(tx, workspace).id
    api_keys.revoke(tx, where, key_id)
