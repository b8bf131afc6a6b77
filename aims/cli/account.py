"""`aims login`, `logout`, `whoami` and `config`: whose key is used, and where it is kept."""

from __future__ import annotations

import os

import click

from aims.cli.flags import examples
from aims.cli.remote import Remote, may_ask, pairs, remote

SHOWN = 8


@click.command(
    epilog=examples(
        "aims login --key aims_3fA9xQ2LmZ0b...",
        "aims login --key aims_3fA9xQ2LmZ0b... --base-url https://studio.example.com",
        "aims login",
    )
)
@remote
def login(at: Remote) -> None:
    """Check a key with the studio, and keep it for the next commands.

    Without --key and AIMS_API_KEY, it is asked for on a terminal.
    """
    from aims import client
    from aims.client import config

    key = at.key or os.environ.get("AIMS_API_KEY")
    if not key and may_ask():
        key = click.prompt("API key", hide_input=True, err=True).strip()
    if not key:
        raise click.UsageError("There is no key. Write it: aims login --key aims_...")
    with at.said():
        found = config.find(key, at.base_url)
        try:
            with client.AIMS(key, at.base_url) as aims:
                account = aims.account()
        except client.Unreachable as error:
            if error.sent or at.base_url is not None:
                raise
            elsewhere = "Say where another one is: --base-url https://studio.example.com"
            raise client.Unreachable(f"{error.sentence} {elsewhere}", sent=False) from None
        file = config.save(found.api_key or key, found.base_url)
    value = {"workspace_id": account.workspace_id, "base_url": found.base_url, "path": str(file)}
    at.show(value, pairs(**value))


@click.command(epilog=examples("aims logout", "aims logout --yes"))
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@remote
def logout(at: Remote, yes: bool) -> None:
    """Forget the key that was kept. The key itself goes on being valid."""
    from aims.client import config

    file = config.path()
    if file.exists() and not yes:
        if not may_ask():
            raise click.UsageError("Nobody is here to be asked. Write it: aims logout --yes")
        click.confirm(f"Forget the key in {file}?", abort=True, err=True)
    with at.said():
        gone = config.forget()
    value = {"logged_out": True, "path": str(file)}
    at.show(value, f"{file} is gone." if gone else "There was no key to forget.")


@click.command(epilog=examples("aims whoami", "aims whoami --json"))
@remote
def whoami(at: Remote) -> None:
    """Say whose key this is, what it may do, and what there is to spend. Also `aims status`."""
    with at.talking() as aims:
        account = aims.account()
        base_url = aims.base_url
    value = {
        "workspace_id": account.workspace_id,
        "credits": account.credits_available,
        "scopes": account.scopes,
        "base_url": base_url,
    }
    at.show(value, pairs(**value | {"scopes": ", ".join(account.scopes)}))


@click.group(epilog=examples("aims config path", "aims config show"))
def config() -> None:
    """Show what is configured, and where."""


@config.command(epilog=examples("aims config path"))
@remote
def path(at: Remote) -> None:
    """Say where the key is kept, whether there is one or not."""
    from aims.client import config as kept

    at.show({"path": str(kept.path())}, str(kept.path()))


@config.command(epilog=examples("aims config show", "aims config show --json"))
@remote
def show(at: Remote) -> None:
    """Show what holds now: a flag, then the environment, then the file, then the default. A key is not shown whole."""
    from aims.client import config as kept

    with at.said():
        found = kept.find(at.key, at.base_url)
    shown = f"{found.api_key[:SHOWN]}…" if found.api_key else None
    value = {"apiKey": shown, "baseUrl": found.base_url, "path": str(kept.path())}
    at.show(value, pairs(**value))
