"""Which provider serves a model: its own when it is connected, else the sandbox while that stands in.

A provider may be connected several times: once by the environment or `aims.toml`, once by a row for the whole instance,
and once by a row for each workspace. A workspace's own connection comes first, then the environment, then the
instance's row.
"""

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from aims.core.children import Children
from aims.core.errors import Unavailable
from aims.core.fetch import Fetcher
from aims.core.settings import Settings
from aims.providers.contract import Adapter

SANDBOX = "sandbox"
NOT_PROVIDERS = frozenset(
    {
        "asking",
        "checking",
        "connection",
        "contract",
        "opening",
        "registry",
        "sealed",
        "sealing",
        "tables",
        "wording",
    }
)
INSTANCE = ""
OF = ":"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a provider may work with. A provider's module has `connect(tools)`, which returns its adapter, or None
    when it is not connected, and `TASKS`, the functions it runs in child processes, if any.

    fetcher: its way to the outside, by `origins`.
    """

    children: Children
    settings: Settings
    fetcher: Fetcher


__all__ = [
    "INSTANCE",
    "NOT_PROVIDERS",
    "SANDBOX",
    "Adapter",
    "Line",
    "Providers",
    "Tools",
    "line",
    "provider_of",
]


def line(provider: str, connection_id: str) -> str:
    """The name of the adapter of one connection that is kept as a row; that of the environment has the provider's."""
    return f"{provider}{OF}{connection_id}"


def provider_of(name: str) -> str:
    """The provider in the name of an adapter."""
    return name.partition(OF)[0]


_DRAWN_NO_MORE = (
    " The sandbox stands in only until the first provider is connected; AIMS_SANDBOX=always brings it back."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One connection out of a row, ready to be used. workspace_id: "" for the whole instance."""

    workspace_id: str
    version: int
    adapter: Adapter


class Providers:
    """The adapters of this process, by the names that generations keep. `mode` is the setting `sandbox`.

    given: those of the environment and `aims.toml`, and the sandbox; they stay. `take` brings the others.
    """

    def __init__(self, given: Mapping[str, Adapter], mode: str) -> None:
        self.mode = mode
        self._given = dict(given)
        self._lines: dict[str, Line] = {}
        self._own: dict[tuple[str, str], Adapter] = {}
        self._owners: frozenset[str] = frozenset()
        self._shut: frozenset[tuple[str, str]] = frozenset()
        self._users: Counter[str] = Counter()
        # No longer offered: for the work that is under way with it, until that is over.
        self._leaving: dict[str, list[Adapter]] = {}
        self.once: frozenset[str] = frozenset()
        """The workspaces that have, or had, a real provider; with "" in it the whole instance."""

    @property
    def adapters(self) -> dict[str, Adapter]:
        """Every adapter that new work may be given, by name."""
        return self._given | {name: each.adapter for name, each in self._lines.items()}

    @property
    def stands_in(self) -> bool:
        """Whether the sandbox serves models of providers that are not connected, where a workspace has none itself."""
        return self._stands_in(INSTANCE)

    def connected(self) -> dict[str, frozenset[str]]:
        """The providers of the whole instance under "", and those of each workspace that has its own under its id."""
        found: dict[str, set[str]] = {INSTANCE: set(self._given)}
        for workspace_id, provider in self._own:
            found.setdefault(workspace_id, set()).add(provider)
        return {workspace_id: frozenset(names) for workspace_id, names in found.items()}

    def route(self, provider: str, workspace_id: str = INSTANCE) -> Adapter:
        """The adapter that a new generation of a workspace is given for a model of `provider`. Its name stays with it.

        Raises Unavailable when the provider is not connected and the sandbox does not stand in.
        """
        # Work that a workspace wants on its own account never goes to another's.
        shut = (workspace_id, provider) in self._shut
        own = None if shut else self._own.get((workspace_id, provider)) or self._of_instance(provider)
        if own is not None and self.mode != "always":
            return own
        if not shut and self._stands_in(workspace_id):
            return self._given[SANDBOX]
        raise Unavailable(
            f"The provider `{provider}` is not connected, so this model cannot run. Connect it or use another model."
            f"{_DRAWN_NO_MORE if self.mode == 'auto' and self.once else ''}",
            code="provider_not_connected",
            retry_after=60,
        )

    def get(self, name: str) -> Adapter | None:
        """The adapter that a generation was given earlier; None if it is not connected any more.

        One that was given the environment's has the instance's row when the environment has none now. A connection that
        was removed is still there for what this process has under way with it.
        """
        found = self._lines.get(name)
        if found is not None:
            return found.adapter
        if name in self._leaving:
            return self._leaving[name][-1]
        return self._of_instance(name)

    @contextmanager
    def using(self, *names: str) -> Generator[None]:
        """Keep what has these names from being closed."""
        self._users.update(names)
        try:
            yield
        finally:
            self._users.subtract(names)
            for name in names:
                if self._users[name] <= 0:
                    del self._users[name]

    def versions(self) -> dict[str, int]:
        """The versions of the rows that are connected now, by name."""
        return {name: each.version for name, each in self._lines.items()}

    def take(
        self,
        lines: Iterable[Line],
        gone: Collection[str] = (),
        shut: Collection[tuple[str, str]] = (),
    ) -> None:
        """Offer these from now on, each in the place of the one of its name, and those that are gone no more.

        shut: workspaces and providers whose connection cannot be used; nothing else is used in its place.
        """
        self._shut = frozenset(shut)
        for name in gone:
            self._leave(name, self._lines.pop(name).adapter)
        for each in lines:
            name = each.adapter.name
            if name in self._lines:
                self._leave(name, self._lines[name].adapter)
            self._lines[name] = each
        self._own = {
            (each.workspace_id, provider_of(name)): each.adapter for name, each in self._lines.items()
        }
        self._owners = frozenset(each.workspace_id for each in self._lines.values())

    async def close_unused(self) -> None:
        """Close what is offered no more and has no work under way."""
        for name in [name for name in self._leaving if name not in self._users]:
            for adapter in self._leaving.pop(name):
                await adapter.close()

    async def close(self) -> None:
        """Let go of everything."""
        leaving = [adapter for adapters in self._leaving.values() for adapter in adapters]
        for adapter in (*self.adapters.values(), *leaving):
            await adapter.close()

    def _leave(self, name: str, adapter: Adapter) -> None:
        self._leaving.setdefault(name, []).append(adapter)

    def _of_instance(self, provider: str) -> Adapter | None:
        return self._given.get(provider) or self._own.get((INSTANCE, provider))

    def _stands_in(self, workspace_id: str) -> bool:
        if SANDBOX not in self._given or self.mode == "off":
            return False
        real = len(self._given) > 1 or any(
            who in self._owners or who in self.once for who in (INSTANCE, workspace_id)
        )
        return self.mode == "always" or not real
