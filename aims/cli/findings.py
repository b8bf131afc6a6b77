"""What `aims doctor` looks at, and what it says of each thing."""

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aims import catalog, generation, migrations, webhooks
from aims.bootstrap import connect_providers, open_database, provider_modules, provider_tasks
from aims.catalog.added import Added
from aims.core import secrets
from aims.core.children import ChildFailed, Children
from aims.core.db import Database
from aims.core.errors import StudioError
from aims.core.fetch import Fetcher
from aims.core.settings import MIB, Settings
from aims.generation import receipts
from aims.media import codecs
from aims.providers.opening import Connections
from aims.providers.registry import SANDBOX, Providers, Tools, provider_of

LOST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is empty when it is well."""

    name: str
    ok: bool
    sentence: str
    remedy: str = ""


async def look(settings: Settings) -> list[Finding]:
    """Everything there is to look at."""
    found = [check_home(settings.home), check_space(settings), await check_codecs()]
    if isinstance(settings.database, Path) and not settings.database.exists():
        return [
            *found,
            check_catalogue(settings, {}),
            Finding(
                "database",
                False,
                f"There is none at {settings.database}.",
                "Run `aims init` or `aims serve`.",
            ),
        ]
    try:
        db = open_database(settings, create=False)
    except StudioError as error:
        return [*found, Finding("database", False, error.sentence, "See the sentence before.")]
    try:
        found.append(Finding("database", True, f"revision {await db.read(migrations.current)}"))
        found.append(check_catalogue(settings, (await db.read(catalog.overrides.load)).added))
        found.append(check_secret_file(settings))
        if settings.secret is not None or (settings.home / "secret").exists():
            master = secrets.load(settings.home, settings.secret)
            await db.write(secrets.verify, master)
            found.append(await check_connections(db, settings, master))
        breaches = await db.read(generation.verify)
        found.append(
            Finding("ledger", True, "every balance equals its entries")
            if not breaches
            else Finding(
                "ledger",
                False,
                f"{len(breaches)} rules are broken; {breaches[0]}",
                "Run `aims ledger verify`.",
            )
        )
        unfinished, oldest = await db.read(generation.unfinished)
        late = oldest > 24 * 3600
        found.append(
            Finding(
                "work",
                not late,
                f"{unfinished} unfinished generations"
                + (f", the oldest for {oldest:.0f} s" if unfinished else ""),
                "Is a server running? `aims serve` takes unfinished work up." if late else "",
            )
        )
        found.append(check_providers(await db.read(generation.not_taken)))
        found.append(tell_of_lost_calls(await db.read(receipts.lost, LOST_DAYS)))
        found.append(check_webhooks(await db.read(webhooks.disabled)))
    except StudioError as error:
        found.append(Finding("database", False, error.sentence, "See the sentence before."))
    finally:
        await db.close()
    return found


async def check_connections(db: Database, settings: Settings, master: secrets.Secrets) -> Finding:
    """Each connection to a provider can be used, as far as that shows without asking it."""
    children, fetcher = Children(1, allowed=provider_tasks()), Fetcher()
    try:
        connected = Providers(connect_providers(Tools(children, settings, fetcher)), settings.sandbox)
        tools = Tools(children, settings, fetcher)
        broken = await Connections(connected, tools, master, provider_modules()).broken(db)
        names = sorted(provider_of(name) for name in connected.adapters if name != SANDBOX)
    except StudioError as error:
        return Finding("connections", False, error.sentence, "Correct the setting.")
    finally:
        await fetcher.close()
        await children.close()
    if broken:
        provider, owner, why = broken[0]
        whose = f"of workspace {owner}" if owner else "of the instance"
        return Finding(
            "connections",
            False,
            f"{len(broken)} cannot be used; {provider} {whose}: {why}",
            f"Run `aims providers connect {provider}` or `aims providers disconnect {provider}`.",
        )
    listed = ", ".join(names) if names else f"none; the sandbox is {settings.sandbox}"
    if not names and connected.once and settings.sandbox == "auto":
        return Finding(
            "connections",
            False,
            "none, and there was one: the sandbox does not stand in any more",
            "Run `aims providers connect NAME`, start with the provider's key, or set AIMS_SANDBOX=always.",
        )
    return Finding("connections", True, f"{listed}; `aims providers check` asks whether they answer")


def check_home(home: Path) -> Finding:
    """The data folder can be written."""
    where = home if home.exists() else next(parent for parent in home.parents if parent.exists())
    if os.access(where, os.W_OK):
        return Finding("home", True, str(home))
    return Finding(
        "home", False, f"{home} cannot be written.", "Give this user the folder, or set AIMS_HOME."
    )


def check_space(settings: Settings) -> Finding:
    """There is room on the data volume."""
    where = settings.home if settings.home.exists() else Path(settings.home.anchor)
    free = shutil.disk_usage(where).free // MIB
    if free >= settings.min_free_mib:
        return Finding("space", True, f"{free} MiB free")
    return Finding(
        "space",
        False,
        f"{free} MiB free; paid work is refused below {settings.min_free_mib} MiB.",
        "Make room on the data volume, or lower AIMS_MIN_FREE_MIB.",
    )


def check_providers(waiting: list[tuple[str, int, str]]) -> Finding:
    """No provider keeps accepted work waiting."""
    if not waiting:
        return Finding("providers", True, "nothing waits for one that did not take it")
    listed = "; ".join(f"{total} calls wait for {name}: {reason}" for name, total, reason in waiting)
    return Finding(
        "providers",
        False,
        listed,
        "They are sent again by themselves. The server's log says `provider is left alone` and `provider works again`; "
        "a quota or a key may need you at the provider.",
    )


def tell_of_lost_calls(lost: int) -> Finding:
    """What was sent to providers and never heard of: nothing is wrong here, but it may stand in their bills."""
    if not lost:
        return Finding("calls", True, f"every call of the last {LOST_DAYS} days has its outcome")
    return Finding(
        "calls",
        True,
        f"{lost} of the calls of the last {LOST_DAYS} days ended without an answer and may be billed: "
        "`aims providers receipts` shows them, `aims providers reconcile` holds the bill against them.",
    )


def check_webhooks(disabled: list[tuple[str, str, str]]) -> Finding:
    """No webhook endpoint was switched off lately because nothing arrived at it."""
    if not disabled:
        return Finding("webhooks", True, "no endpoint was switched off in the last 7 days")
    workspace_id, endpoint_id, reason = disabled[0]
    return Finding(
        "webhooks",
        False,
        f"{len(disabled)} endpoints were switched off; {endpoint_id} of workspace {workspace_id}: {reason}",
        'Tell the workspace. PATCH {"enabled": true} switches it on again and sends what waits; DELETE removes it.',
    )


def check_catalogue(settings: Settings, added: Mapping[str, Added]) -> Finding:
    """The model and style files can be read, the operator's too."""
    tolerance = catalog.Tolerance()
    shelf = catalog.open_shelf([settings.home / "catalog"], added, tolerance).offered()
    faults = tolerance.faults
    if faults:
        more = f" ({len(faults)} in all)" if len(faults) > 1 else ""
        return Finding(
            "catalogue",
            False,
            f"{faults[0].sentence}{more}",
            "Correct or remove what is named; all else is offered.",
        )
    return Finding("catalogue", True, f"{len(shelf.models())} models, {len(shelf.styles())} styles")


async def check_codecs() -> Finding:
    """The libraries that read pictures and films have no known hole."""
    children = Children(1, allowed=codecs.TASKS)
    try:
        found = await codecs.versions(children)
    except (ChildFailed, StudioError) as error:
        return Finding(
            "media libraries", False, f"They did not say their versions ({error}).", "Install again."
        )
    finally:
        await children.close()
    old = codecs.outdated(found)
    listed = ", ".join(f"{name} {found[name]}" for name in codecs.FLOORS if name in found)
    if old:
        return Finding(
            "media libraries", False, " ".join(old), "Install the pinned versions (`./dev serve` does)."
        )
    return Finding("media libraries", True, listed)


def check_secret_file(settings: Settings) -> Finding:
    """The secret is there, and nobody else can read it. A lost one is not made anew: its keys would all be invalid."""
    path = settings.home / "secret"
    if settings.secret is not None:
        return Finding("secret", True, "given by the environment")
    if not path.exists():
        return Finding(
            "secret", False, f"There is none at {path}.", "Restore it from the backup, or set AIMS_SECRET."
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("secret", False, f"{path} can be read by others.", f"Run `chmod 600 {path}`.")
    return Finding("secret", True, f"{path}, mode 600")
