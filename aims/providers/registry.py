"""Which provider serves a model: its own when it is connected, else the sandbox while that stands in."""

from collections.abc import Mapping
from dataclasses import dataclass

from aims.core.children import Children
from aims.core.errors import Unavailable
from aims.core.fetch import Fetcher
from aims.core.settings import Settings
from aims.providers.contract import Adapter

SANDBOX = "sandbox"
NOT_PROVIDERS = frozenset({"checking", "connection", "contract", "registry", "wording"})


@dataclass(frozen=True, slots=True)
class Tools:
    """What a provider may work with. A provider's module has `connect(tools)`, which returns its adapter, or None
    when it is not connected, and `TASKS`, the functions it runs in child processes, if any.

    fetcher: its way to the outside, by `origins`.
    """

    children: Children
    settings: Settings
    fetcher: Fetcher


__all__ = ["NOT_PROVIDERS", "SANDBOX", "Adapter", "Providers", "Tools"]


@dataclass(frozen=True, slots=True)
class Providers:
    """The adapters of this instance. `mode` is the setting `sandbox`: auto, always or off."""

    adapters: Mapping[str, Adapter]
    mode: str

    @property
    def stands_in(self) -> bool:
        """Whether the sandbox serves models of providers that are not connected."""
        connected = any(name != SANDBOX for name in self.adapters)
        return SANDBOX in self.adapters and (self.mode == "always" or (self.mode == "auto" and not connected))

    def route(self, provider: str) -> Adapter:
        """The adapter that a new generation of a model of `provider` is given. It stays with it.

        Raises Unavailable when the provider is not connected and the sandbox does not stand in.
        """
        own = self.adapters.get(provider)
        if own is not None and self.mode != "always":
            return own
        if self.stands_in:
            return self.adapters[SANDBOX]
        raise Unavailable(
            f"The provider `{provider}` is not connected, so this model cannot run. Connect it or use another model.",
            code="provider_not_connected",
            retry_after=60,
        )

    def get(self, name: str) -> Adapter | None:
        """The adapter that a generation was given earlier; None if it is not connected any more."""
        return self.adapters.get(name)
