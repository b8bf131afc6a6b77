"""What a workspace is offered: the files, changed by the operator for the instance, then for the workspace.

It is kept ready in memory, so that a request does not ask the database; whoever runs the process refreshes it every
two seconds, when somebody has changed something.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from aims.catalog.added import Added
from aims.catalog.overrides import Overrides, applied
from aims.catalog.shelf import Shelf, Tolerance, open_shelf, visible
from aims.catalog.spec import Kind
from aims.catalog.tables import EVERYWHERE
from aims.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Offer:
    """One workspace's models and styles, and the model that is stated for requests without one."""

    shelf: Shelf
    _defaults: dict[str, str]

    def default_model(self, kind: Kind) -> str:
        """The id that is stated for requests that name no model, whether or not its provider is connected."""
        return self._defaults[kind]


class Counter:
    """Keeps every workspace's offer. `folder`: the operator's own models and styles, which come on top of ours.

    defaults: the default model of each kind, from the settings.
    """

    def __init__(self, folder: Path, defaults: dict[str, str]) -> None:
        self._folder = folder
        self._settings = defaults
        self._said = Overrides()
        self._files = self._look()
        self._tolerance = Tolerance()
        self._shelf = self._open()
        self._connected: Mapping[str, Collection[str]] = {}
        self._offers: dict[str, Offer] = {}

    def of(self, workspace_id: str) -> Offer:
        """What this workspace is offered now."""
        name = workspace_id if self._has_own(workspace_id) else EVERYWHERE
        offer = self._offers.get(name)
        if offer is None:
            offer = self._offers[name] = self._make(name)
        return offer

    @property
    def files(self) -> Shelf:
        """What the files say, without anybody's changes."""
        return self._shelf

    @property
    def faults(self) -> list[Invalid]:
        """What is wrong with the operator's models and styles now."""
        return self._tolerance.faults

    def take(self, said: Overrides) -> None:
        """Use these changes from now on. Read the operator's models again if one of them changed.

        Raises Invalid for one that is wrong, once for each change; everything else is offered as it is said.
        """
        files = self._look()
        again = files != self._files or said.added != self._said.added
        if again or said != self._said:
            self._said, self._files = said, files
            self._offers.clear()
        if again:
            self._shelf = self._open()
            if self.faults:
                raise self.faults[0]

    def would_take(self, model_id: str, one: Added) -> None:
        """Whether a model could be added.

        Raises Invalid (code `catalog_file`) for what would be wrong then and is not now.
        """
        tolerance = Tolerance(self._tolerance.read)
        open_shelf([self._folder], {**self._said.added, model_id: one}, tolerance)
        before = {each.sentence for each in self.faults}
        for fault in tolerance.faults:
            if fault.sentence not in before:
                raise fault

    def connect(self, connected: Mapping[str, Collection[str]]) -> None:
        """Offer what these providers make from now on: those of the whole instance under "", and under the id of each
        workspace that has connections of its own, those."""
        if connected != self._connected:
            self._connected = connected
            self._offers.clear()

    def _has_own(self, workspace_id: str) -> bool:
        return (
            workspace_id in self._said.changes
            or workspace_id in self._connected
            or any((workspace_id, kind) in self._said.defaults for kind in self._settings)
        )

    def _make(self, name: str) -> Offer:
        said = self._said
        shelf = applied(self._shelf, said.changes.get(EVERYWHERE, {}))
        if name != EVERYWHERE:
            shelf = applied(shelf, said.changes.get(name, {}))
        connected = {*self._connected.get(EVERYWHERE, ()), *self._connected.get(name, ())}
        shelf = shelf.offered(connected)
        defaults = {}
        for kind, own in self._settings.items():
            chosen = (said.defaults.get((where, kind), "") for where in (name, EVERYWHERE))
            # One that has gone with its provider is no default until it is back.
            defaults[kind] = next((model for model in chosen if shelf.entry(model)), own)
        return Offer(shelf, defaults)

    def _open(self) -> Shelf:
        self._tolerance = Tolerance(self._tolerance.read)
        return open_shelf([self._folder], self._said.added, self._tolerance)

    def _look(self) -> tuple[tuple[str, int], ...]:
        # The workflows of models are JSON.
        return tuple((str(path), _changed_at(path)) for path in visible(self._folder, ".toml", ".json"))


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        # It goes while it is looked at, or leads nowhere: whoever reads it says so.
        return 0
