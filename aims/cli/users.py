"""`aims users`: people, and their places in workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, of_workspace, show, table, with_database
from aims.core import ids

if TYPE_CHECKING:
    from aims import accounts
    from aims import keys as api_keys
    from aims.core import clock
    from aims.core.db import Database, Tx
    from aims.core.settings import Settings
else:
    accounts = Later("aims.accounts")
    api_keys = Later("aims.keys")
    clock = Later("aims.core.clock")

ROLES = ("owner", "admin", "member", "viewer")
"""`accounts.ROLES`, in the words of this command."""

the_user = click.argument("user")
role = click.option("--role", type=click.Choice(ROLES), help="What they are in the workspace.")


@click.group(
    epilog=examples(
        'aims users create --name "Ada Lovelace" --email ada@example.com --workspace Marketing',
        "aims users list",
    )
)
def users() -> None:
    """People, and their places in workspaces. USER is an e-mail address, an id or a name."""


@users.command("list", epilog=examples("aims users list", "aims users list --workspace Marketing --json"))
@click.option("--workspace", help="Only those who are in this one: its id or name.")
@as_json
def list_(workspace: str | None, json_: bool) -> None:
    """List the people."""

    async def work(db: Database, _: Settings) -> list[dict[str, Any]]:
        return await db.read(_list, workspace)

    found = with_database(work)
    rows: list[tuple[object, ...]] = [
        (
            one["user_id"],
            one["name"],
            one["email"],
            _places(one) or None,
        )
        for one in found
    ]
    show(found, table(("id", "name", "email", "workspaces"), rows), json_)


def _list(tx: Tx, workspace: str | None) -> list[dict[str, Any]]:
    only = accounts.find_workspace(tx, workspace).id if workspace is not None else None
    found = [_told(tx, one) for one in accounts.all_users(tx)]
    return [one for one in found if only is None or only in [at["workspace_id"] for at in one["workspaces"]]]


def _told(tx: Tx, user: accounts.User) -> dict[str, Any]:
    """A person, and their places."""
    return {
        "user_id": user.id,
        "name": user.name,
        "email": user.email,
        "created_at": clock.rfc3339(user.created_at),
        "workspaces": [
            {"workspace_id": one.workspace_id, "name": one.workspace_name, "role": one.role}
            for one in accounts.places_of(tx, user.id)
        ],
    }


@users.command(
    epilog=examples(
        'aims users create --name "Ada Lovelace" --email ada@example.com',
        "aims users create --name Bob --workspace Marketing --role viewer --json",
    )
)
@click.option("--name", required=True, help="What people call them.")
@click.option("--email", help="Their address; nobody else may have it.")
@click.option("--workspace", help="A workspace to be in: its id or name.  [default: the only one]")
@role
@as_json
def create(name: str, email: str | None, workspace: str | None, role: str | None, json_: bool) -> None:
    """Add a person, and give them a place in a workspace: as a member, unless --role says otherwise.

    Where there are several workspaces, they have no place until --workspace or `aims users join` gives them one.
    """
    user_id = ids.new_id()

    async def work(db: Database, _: Settings) -> dict[str, Any]:
        return await db.write(_create, user_id, (name, email), workspace, role)

    told = with_database(work)
    if told["workspaces"]:
        text = f"{told['name']} is added to {_places(told)}. The id is {user_id}."
    else:
        text = (
            f"{told['name']} is added, and has no place in a workspace yet. The id is {user_id}.\n"
            f"`aims users join {user_id} --workspace NAME` gives a place."
        )
    show(told, text, json_)


def _create(
    tx: Tx, user_id: str, called: tuple[str, str | None], workspace: str | None, role: str | None
) -> dict[str, Any]:
    made = accounts.create_user(tx, user_id, *called)
    if workspace is not None or role is not None or len(accounts.all_workspaces(tx)) == 1:
        accounts.join(tx, accounts.find_workspace(tx, workspace).id, made.id, role or "member")
    return _told(tx, made)


@users.command("show", epilog=examples("aims users show ada@example.com", "aims users show Ada --json"))
@the_user
@as_json
def show_(user: str, json_: bool) -> None:
    """Show a person, their places and their keys. USER: address, id or name."""

    async def work(db: Database, _: Settings) -> dict[str, Any]:
        return await db.read(_show, user)

    told = with_database(work)
    lines = [f"id       {told['user_id']}", f"name     {told['name']}", f"email    {told['email'] or '-'}"]
    lines += [f"created  {told['created_at']}"]
    places = {one["workspace_id"]: one["name"] for one in told["workspaces"]}
    if places:
        rows: list[tuple[object, ...]] = [
            (one["workspace_id"], one["name"], one["role"]) for one in told["workspaces"]
        ]
        lines += ["", table(("workspace", "name", "role"), rows)]
    if told["keys"]:
        rows = [
            (one["id"], one["name"], places.get(one["workspace_id"], one["workspace_id"]), one["revoked_at"])
            for one in told["keys"]
        ]
        lines += ["", table(("key", "name", "workspace", "revoked"), rows)]
    show(told, "\n".join(lines), json_)


def _show(tx: Tx, called: str) -> dict[str, Any]:
    user = accounts.find_user(tx, called)
    return _told(tx, user) | {
        "keys": [
            {
                "id": one.id,
                "name": one.name,
                "workspace_id": one.workspace_id,
                "scopes": one.scopes,
                "revoked_at": clock.rfc3339(one.revoked_at),
            }
            for one in api_keys.keys_of(tx, user.id)
        ]
    }


@users.command(
    epilog=examples(
        "aims users change Owner --name Ada --email ada@example.com",
        "aims users change ada@example.com --role viewer --workspace Marketing",
    )
)
@the_user
@click.option("--name", help="Another name.")
@click.option("--email", help="Another address.")
@role
@click.option("--workspace", help="Where the role is changed; not needed when there is only one.")
@as_json
def change(
    user: str, name: str | None, email: str | None, role: str | None, workspace: str | None, json_: bool
) -> None:
    """Give a person another name, address, or role in a workspace. A role limits their keys at once.

    USER: address, id or name.
    """
    if name is None and email is None and role is None:
        raise click.UsageError("Say what to change: --name, --email or --role.")
    if workspace is not None and role is None:
        raise click.UsageError("--workspace says where --role is changed, and there is no --role.")

    async def work(db: Database, _: Settings) -> tuple[dict[str, Any], str | None]:
        return await db.write(_change, user, (name, email), workspace, role)

    told, where = with_database(work)
    now = "" if where is None else f", and is now in {_places(told, where)}"
    show(told, f"{told['name']} is changed{now}.", json_)


def _change(
    tx: Tx, called: str, new: tuple[str | None, str | None], workspace: str | None, role: str | None
) -> tuple[dict[str, Any], str | None]:
    """The person, and the workspace where the role was changed."""
    user_id, where = accounts.find_user(tx, called).id, None
    accounts.change_user(tx, user_id, *new)
    if role is not None:
        where = accounts.find_workspace(tx, workspace).id
        accounts.change_role(tx, where, user_id, role)
    return _told(tx, accounts.find_user(tx, user_id)), where


@users.command(
    epilog=examples(
        "aims users join ada@example.com --workspace Marketing --role owner", "aims users join Bob --json"
    )
)
@the_user
@of_workspace
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="member",
    show_default=True,
    help="What they are there, which limits their keys.",
)
@as_json
def join(user: str, workspace: str | None, role: str, json_: bool) -> None:
    """Give a person a place in a workspace. USER: address, id or name."""

    async def work(db: Database, _: Settings) -> tuple[dict[str, Any], str]:
        return await db.write(_join, user, workspace, role)

    told, where = with_database(work)
    show(told, f"{told['name']} is in {_places(told, where)}.", json_)


def _join(tx: Tx, called: str, workspace: str | None, role: str) -> tuple[dict[str, Any], str]:
    user, where = accounts.find_user(tx, called), accounts.find_workspace(tx, workspace).id
    accounts.join(tx, where, user.id, role)
    return _told(tx, user), where


@users.command(epilog=examples("aims users leave ada@example.com --workspace Marketing"))
@the_user
@of_workspace
@as_json
def leave(user: str, workspace: str | None, json_: bool) -> None:
    """Take a person's place in a workspace away, and revoke their keys there. What they made stays.

    USER: address, id or name.
    """

    async def work(db: Database, _: Settings) -> tuple[dict[str, Any], str, int]:
        return await db.write(_leave, user, workspace)

    told, left, revoked = with_database(work)
    show(told | {"keys_revoked": revoked}, f"{told['name']} has left {left}. {_ended(revoked)}", json_)


def _leave(tx: Tx, called: str, workspace: str | None) -> tuple[dict[str, Any], str, int]:
    """The person without the place, the place, and how many keys were revoked."""
    user, where = accounts.find_user(tx, called), accounts.find_workspace(tx, workspace).id
    before = _told(tx, user)
    revoked = api_keys.leave(tx, where, user.id)
    return _told(tx, user), _places(before, where), revoked


@users.command(epilog=examples("aims users remove ada@example.com", "aims users remove Bob --json"))
@the_user
@as_json
def remove(user: str, json_: bool) -> None:
    """Remove a person from every workspace, and revoke their keys. USER: address, id or name.

    What they made stays, with their name on it; the address is forgotten.
    """

    async def work(db: Database, _: Settings) -> tuple[accounts.User, int]:
        return await db.write(_remove, user)

    gone, revoked = with_database(work)
    show(
        {"user_id": gone.id, "removed": True, "keys_revoked": revoked},
        f"{gone.name} is removed. {_ended(revoked)}",
        json_,
    )


def _remove(tx: Tx, called: str) -> tuple[accounts.User, int]:
    user = accounts.find_user(tx, called)
    return user, api_keys.remove_user(tx, user.id)


def _places(told: dict[str, Any], where: str | None = None) -> str:
    """A person's places, or the one in the workspace of this id, as `Marketing (member)`."""
    return ", ".join(
        f"{at['name']} ({at['role']})"
        for at in told["workspaces"]
        if where is None or where == at["workspace_id"]
    )


def _ended(revoked: int) -> str:
    return "1 key is revoked." if revoked == 1 else f"{revoked} keys are revoked."
