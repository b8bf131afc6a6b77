"""What the verbs of this area work with. `bootstrap.open_studio` fills it in; nothing else wires things."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from aims.catalog import Counter, Shelf
from aims.core.children import Children
from aims.core.db import Database
from aims.core.fetch import Fetcher
from aims.core.secrets import Secrets
from aims.core.settings import Settings
from aims.core.signals import Signals
from aims.generation.breaker import Breaker, Breakers
from aims.generation.leases import Claim, Route
from aims.generation.outside import Outside
from aims.generation.places import Places
from aims.keys import Ring
from aims.media import Uploads
from aims.media.storage import Disk
from aims.providers import Providers
from aims.providers.connection import concurrency
from aims.providers.opening import Connections
from aims.providers.registry import SANDBOX, provider_of
from aims.webhooks import Signer


@dataclass(frozen=True, slots=True)
class Studio:
    """One running instance.

    driver: the name of this process as a driver. begin: hands an accepted generation to this process's supervisor;
    None in a process that only accepts.
    """

    settings: Settings
    db: Database
    counter: Counter
    providers: Providers
    connections: Connections
    storage: Disk
    ring: Ring
    secrets: Secrets
    signals: Signals
    children: Children
    uploads: Uploads
    fetcher: Fetcher
    outside: Outside
    signer: Signer
    driver: str
    begin: Callable[[Claim], None] | None = None
    _places: dict[str, Places] = field(default_factory=dict)
    _breakers: Breakers = field(default_factory=Breakers)

    @property
    def shelf(self) -> Shelf:
        """What the whole instance is offered, before any workspace's own changes."""
        return self.counter.of("").shelf

    def all_places(self) -> list[Places]:
        """The places at every provider that has been asked for."""
        return [*self._places.values()]

    def places(self, provider: str) -> Places:
        """The places at one provider, shared by all calls of this process."""
        places = self._places.get(provider)
        if places is None:
            adapter = self.providers.get(provider)
            number = concurrency(self.settings, provider_of(provider)) or (
                adapter.concurrency if adapter else 1
            )
            share, gate = self.settings.workspace_concurrency, partial(self.breaker, provider)
            places = self._places[provider] = Places(number, share, provider, gate)
            self._breakers.watch(places.more)
        return places

    def breaker(self, provider: str, model: str) -> Breaker | None:
        """Whether a connection is asked for a model now. None: it always is.

        The sandbox fails only where a prompt says so, which is nobody else's matter.
        """
        adapter = self.providers.get(provider)
        if adapter is None or provider == SANDBOX:
            return None
        return self._breakers.of(adapter, model, self.settings.breaker_seconds)

    def pick(self, routes: Sequence[Route], without: Collection[str] = ()) -> Route:
        """The first of these that is asked now, or soon; the first that is connected, when none is.

        without: providers that refused it for reasons of their own.
        """
        usable = [
            route
            for route in routes
            if route.provider not in without and self.providers.get(route.provider) is not None
        ]
        for route in usable:
            breaker = self.breaker(route.provider, route.model)
            if breaker is None or breaker.admits() or not breaker.is_away:
                return route
        return (usable or routes)[0]

    async def look_for_connections(self) -> None:
        """Take in what was connected or disconnected since, here or by another process, and offer its models."""
        if await self.connections.look(self.db):
            self.counter.connect(self.providers.connected())
