"""What the verbs of this area work with. `bootstrap.open_studio` fills it in; nothing else wires things."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aims.catalog import Shelf
from aims.core.children import Children
from aims.core.db import Database
from aims.core.secrets import Secrets
from aims.core.settings import Settings
from aims.core.signals import Signals
from aims.keys import Ring
from aims.media.storage import Disk
from aims.providers import Adapter, Providers


@dataclass(frozen=True, slots=True)
class Studio:
    """One running instance.

    driver: the name of this process as a driver. begin: hands an accepted generation to this process's supervisor;
    None in a process that only accepts.
    """

    settings: Settings
    db: Database
    shelf: Shelf
    providers: Providers
    storage: Disk
    ring: Ring
    secrets: Secrets
    signals: Signals
    children: Children
    driver: str
    begin: Callable[[str, int], None] | None = None
    slots: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def slot(self, adapter: Adapter) -> asyncio.Semaphore:
        """The places at one provider, shared by all generations of this process."""
        return self.slots.setdefault(adapter.name, asyncio.Semaphore(adapter.concurrency))
