"""Keeps the adapters of this process in step with the connections that are kept as rows, without a restart."""

from collections.abc import Callable, Collection
from importlib import import_module

from aims.core.db import Database
from aims.core.errors import Broken, Invalid
from aims.core.log import logger
from aims.core.secrets import Secrets
from aims.providers import sealed
from aims.providers.connection import Kept
from aims.providers.contract import Adapter
from aims.providers.registry import Line, Providers, Tools, line
from aims.providers.sealed import Row
from aims.providers.sealing import Vault


class Connections:
    """Looks for changed rows and brings them to `providers`.

    known: the providers that there are.
    """

    def __init__(self, providers: Providers, tools: Tools, secrets: Secrets, known: Collection[str]) -> None:
        self.vault = Vault(secrets)
        self._providers = providers
        self.tools = tools
        self._known = frozenset(known)
        self._stamp: tuple[int, ...] = ()
        self._broken: dict[str, str] = {}

    async def look(self, db: Database) -> bool:
        """Look once; cheap while nothing has changed. Whether something had."""
        stamp = await db.read(sealed.stamp)
        changed = stamp != self._stamp
        if changed:
            self._take(await db.read(sealed.every))
            self._providers.once = await db.read(sealed.remembered)
            self._stamp = stamp
        await self._providers.close_unused()
        return changed

    async def broken(self, db: Database) -> list[tuple[str, str, str]]:
        """The rows that cannot be used, as (provider, workspace, why); the others are offered afterwards."""
        await self.look(db)
        rows = {line(row.provider, row.id): row for row in await db.read(sealed.every)}
        return [(rows[name].provider, rows[name].workspace_id, why) for name, why in self._broken.items()]

    def _take(self, rows: list[Row]) -> None:
        before = self._providers.versions()
        names = {line(row.provider, row.id): row for row in rows}
        new = {name: row for name, row in names.items() if before.get(name) != row.version}
        self._broken = {}
        opened = {name: self._open(name, row) for name, row in new.items()}
        broken = [name for name, adapter in opened.items() if adapter is None]
        shut = [(names[name].workspace_id, names[name].provider) for name in broken]
        gone = [name for name in before if name not in names or name in broken]
        self._providers.take(
            (
                Line(names[name].workspace_id, names[name].version, adapter)
                for name, adapter in opened.items()
                if adapter is not None
            ),
            gone,
            shut,
        )

    def _open(self, name: str, row: Row) -> Adapter | None:
        """The adapter of a row; None, with a line in the log, for one that cannot be used."""
        why = "It has neither a key nor what its provider needs in place of one."
        try:
            if row.provider not in self._known:
                raise Broken("There is no such provider.")
            adapter = adapter_of(self.tools, row.provider, row.open(self.vault))
        except (Broken, Invalid) as error:
            adapter, why = None, error.sentence
        if adapter is None:
            self._broken[name] = why
            logger.error("connection not usable", connection=name, reason=why)
        else:
            adapter.name = name
        return adapter


def adapter_of(tools: Tools, provider: str, kept: Kept) -> Adapter | None:
    """What a provider's module makes of a connection; None if it is none.

    Raises Invalid for one that is wrong.
    """
    said = tools.settings.connections.get(provider)
    if said is not None and not kept.unit_prices:
        # What a unit costs is no secret, and the same whoever's key it is: that stands in `aims.toml`.
        kept = kept.model_copy(update={"unit_prices": said.unit_prices})
    settings = tools.settings.model_copy(update={"connections": {provider: kept}})
    connect: Callable[[Tools], Adapter | None] = import_module(f"aims.providers.{provider}").connect
    return connect(Tools(tools.children, settings, tools.fetcher))
