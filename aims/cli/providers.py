"""`aims providers`: which services make the pictures and films, with whose keys, and whether they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import msgspec

from aims.cli.bills import receipts_, reconcile
from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, show, table, with_studio
from aims.cli.secret import key_of
from aims.core.errors import Broken, NotFound

if TYPE_CHECKING:
    import pydantic

    from aims import accounts, bootstrap
    from aims import providers as connected
    from aims.core import clock
    from aims.core.db import Tx
    from aims.generation import Studio
    from aims.providers import Adapter, Checked, connection, opening, registry, sealed
    from aims.providers.connection import Kept
else:
    pydantic = Later("pydantic")
    accounts = Later("aims.accounts")
    bootstrap = Later("aims.bootstrap")
    connected = Later("aims.providers")
    clock = Later("aims.core.clock")
    connection = Later("aims.providers.connection")
    opening = Later("aims.providers.opening")
    registry = Later("aims.providers.registry")
    sealed = Later("aims.providers.sealed")

NOT_ASKED = "It is connected. Whether it answers shows only when something is made."
UNASKED = "It was not asked whether it works: `aims providers check` does that."
for_workspace = click.option(
    "--workspace", help="Only for this workspace (id or name), with an account of its own."
)


def known() -> list[str]:
    """The providers that can be connected."""
    return [name for name in bootstrap.provider_modules() if name != registry.SANDBOX]


the_provider = click.argument("provider", metavar="PROVIDER")


@click.group(epilog=examples("aims providers list", "aims providers connect NAME", "aims providers check"))
def providers() -> None:
    """Connect providers, and check that they answer.

    A workspace's own connection is used before the instance's; what the environment and aims.toml say is used before
    what was connected here for the instance.
    """


@dataclass(frozen=True, slots=True)
class Listed:
    """A connection as it is shown. workspace_id None: the instance's. source: `settings` or `database`."""

    provider: str
    workspace_id: str | None
    source: str
    base_url: str | None
    changed_at: str | None
    in_use: bool
    name: str = ""

    def value(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "workspace_id": self.workspace_id,
            "source": self.source,
            "base_url": self.base_url,
            "changed_at": self.changed_at,
            "in_use": self.in_use,
        }


async def every(studio: Studio) -> list[Listed]:
    """All connections of this instance."""
    adapters = studio.providers.adapters
    given = [name for name in adapters if name in known()]
    found = [Listed(name, None, "settings", _url(studio, name), None, True, name) for name in given]
    for row in await studio.db.read(sealed.every):
        shadowed = row.workspace_id == registry.INSTANCE and row.provider in given
        name = registry.line(row.provider, row.id)
        found.append(
            Listed(
                row.provider,
                row.workspace_id or None,
                "database",
                msgspec.json.decode(row.settings).get("base_url"),
                clock.rfc3339(row.changed_at),
                name in adapters and not shadowed,
                name,
            )
        )
    return sorted(found, key=lambda each: (each.provider, each.workspace_id or "", each.source))


def _url(studio: Studio, provider: str) -> str | None:
    said = studio.settings.connections.get(provider)
    return said.base_url if said else None


@providers.command("list", epilog=examples("aims providers list", "aims providers list --json"))
@as_json
def list_(json_: bool) -> None:
    """List the connections, and the providers that have none."""
    found = with_studio(every)
    without = sorted(set(known()) - {each.provider for each in found})
    rows: list[tuple[object, ...]] = [
        (
            each.provider,
            each.workspace_id or "instance",
            each.source,
            each.base_url,
            "in use" if each.in_use else "not in use",
        )
        for each in found
    ]
    rows += [(name, None, None, None, "not connected") for name in without]
    value = {"connections": [each.value() for each in found], "not_connected": without}
    show(value, table(("provider", "for", "from", "address", "state"), rows), json_)


def _workspace(tx: Tx, name: str | None) -> str | None:
    return None if name is None else accounts.find_workspace(tx, name).id


def _named(provider: str) -> str:
    """Raises NotFound for a provider that nobody has written an adapter for."""
    if provider not in known():
        raise NotFound(f"There is no provider '{provider}'. There are: {', '.join(known())}.")
    return provider


@providers.command(
    epilog=examples(
        "aims providers connect NAME",
        "aims providers connect NAME --key-file provider.key --workspace Marketing",
        "aims providers connect NAME --key-file -",
        "aims providers connect NAME --base-url http://127.0.0.1:8188",
    )
)
@the_provider
@for_workspace
@click.option("--key-file", type=click.Path(dir_okay=False), help="File with the key; - is standard input.")
@click.option("--key", "written", help="The key itself. It stays in the shell's history: use --key-file.")
@click.option("--base-url", help="Where the provider is asked, if not at its own address.")
@click.option("--output-origin", "origins", multiple=True, help="Where else outputs lie; may be repeated.")
@click.option(
    "--set",
    "more",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another setting of the connection, as in aims.toml.",
)
@click.option("--no-check", is_flag=True, help="Keep it without asking the provider whether it works.")
@as_json
def connect(
    provider: str,
    workspace: str | None,
    key_file: str | None,
    written: str | None,
    base_url: str | None,
    origins: Sequence[str],
    more: Sequence[str],
    no_check: bool,
    json_: bool,
) -> None:
    """Keep a key, sealed, and use it. A running server follows within two seconds.

    The key is read from a file, from a pipe, or asked for; it is shown nowhere afterwards. The provider is asked first
    whether it takes it: where it says no, or cannot be reached, nothing is kept. The first connection takes the place
    of the sandbox for good.
    """
    _named(provider)
    said = _said(base_url, origins, more)

    async def work(studio: Studio) -> tuple[Checked | None, str | None]:
        tools = studio.connections.tools
        kept = said
        adapter = opening.adapter_of(tools, provider, said) if not (key_file or written) else None
        if adapter is None:
            kept = said.model_copy(update={"key": pydantic.SecretStr(key_of(provider, key_file, written))})
            adapter = opening.adapter_of(tools, provider, kept)
        if adapter is None:
            raise click.UsageError(f"{provider} needs a key, or an address with --base-url.")
        where = await studio.db.read(_workspace, workspace)
        checked = None if no_check else await ask(adapter)
        await adapter.close()
        if checked is not None:
            _refuse_what_does_not_work(checked)
        await studio.db.write(sealed.put, studio.connections.vault, where, provider, kept)
        return checked, where

    checked, where = with_studio(work)
    standing = checked.standing if checked else "unchecked"
    value = {"provider": provider, "workspace_id": where, "connected": True, "standing": standing}
    show(value, f"{provider} is connected. {checked.sentence if checked else UNASKED}", json_)


def _refuse_what_does_not_work(checked: Checked) -> None:
    """Raises Broken for a key that is not taken, and for one of which nobody could be asked."""
    if checked.standing == "invalid":
        raise Broken(f"{checked.sentence} Nothing was kept.")
    if checked.standing == "unreachable":
        raise Broken(
            f"{checked.sentence} Nothing was kept, as nobody could say whether it works. With --no-check it is kept "
            "unasked, and takes the place of the sandbox."
        )


def _said(base_url: str | None, origins: Sequence[str], more: Sequence[str]) -> Kept:
    """What the command line says of a connection, without its key.

    Raises UsageError for a setting that there is not.
    """
    pairs = dict(each.partition("=")[::2] for each in more)
    names = set(connection.Kept.model_fields) - {"key", "base_url", "output_origins"}
    for name in pairs:
        if name not in names:
            there = f"There are: {', '.join(sorted(names))}." if names else "There are none."
            raise click.UsageError(f"'{name}' is no setting of a connection. {there}")
    return connection.Kept.model_validate({"base_url": base_url, "output_origins": tuple(origins), **pairs})


async def ask(adapter: Adapter) -> Checked:
    """What a provider says of a connection, where it can be asked without buying something."""
    return (
        await adapter.check()
        if isinstance(adapter, connected.Checks)
        else connected.Checked("valid", NOT_ASKED)
    )


@providers.command(epilog=examples("aims providers check", "aims providers check NAME --json"))
@click.argument("provider", metavar="[PROVIDER]", required=False)
@as_json
def check(provider: str | None, json_: bool) -> None:
    """Ask each connected provider whether its key works. Nothing is bought. Exits 1 when one does not."""
    if provider is not None:
        _named(provider)

    async def work(studio: Studio) -> list[tuple[Listed, Checked]]:
        found = []
        for each in await every(studio):
            if provider in (None, each.provider):
                adapter = studio.providers.adapters.get(each.name)
                unusable = connected.Checked(
                    "invalid", "This connection cannot be used: its key cannot be opened."
                )
                found.append((each, await ask(adapter) if adapter else unusable))
        return found

    found = with_studio(work)
    if provider is not None and not found:
        raise NotFound(f"{provider} is not connected. `aims providers connect {provider}` connects it.")
    rows: list[tuple[object, ...]] = [
        (each.provider, each.workspace_id or "instance", each.source, checked.standing, checked.sentence)
        for each, checked in found
    ]
    value = [
        each.value() | {"standing": checked.standing, "sentence": checked.sentence} for each, checked in found
    ]
    show(value, table(("provider", "for", "from", "standing", ""), rows), json_)
    if any(checked.standing != "valid" for _, checked in found):
        raise click.exceptions.Exit(1)


@providers.command(
    epilog=examples("aims providers disconnect NAME", "aims providers disconnect NAME --workspace Marketing")
)
@the_provider
@for_workspace
@as_json
def disconnect(provider: str, workspace: str | None, json_: bool) -> None:
    """Forget a key. What a server has under way with it is brought to its end; nothing new is begun."""
    _named(provider)

    async def work(studio: Studio) -> tuple[str | None, bool]:
        where = await studio.db.read(_workspace, workspace)
        if not await studio.db.write(sealed.remove, where, provider):
            raise NotFound(
                f"{provider} was not connected with `aims providers connect` "
                + (f"for the workspace {where}." if where else "for the instance.")
            )
        return where, where is None and any(
            registry.provider_of(name) == name == provider for name in studio.providers.adapters
        )

    where, given = with_studio(work)
    more = " The settings still connect it." if given else ""
    value = {"provider": provider, "workspace_id": where, "connected": given}
    show(value, f"{provider} is disconnected.{more}", json_)


providers.add_command(receipts_, "receipts")
providers.add_command(reconcile)
