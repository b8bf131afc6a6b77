"""Fixtures: providers' emulators as processes of their own, and a served studio that is connected to one."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
pytest.register_assert_rewrite("emulated", "serving")

from emulated import Emulator, agree, files_are_whole  # noqa: E402 - its asserts are to say what they saw
from serving import Served  # noqa: E402

from aims.generation import breaker, call, downloads  # noqa: E402


class Pool:
    """What a file's tests have started: an emulator of each provider, and a studio that is connected to it."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._emulators: dict[str, Emulator] = {}
        self._studios: dict[str, Served] = {}

    def emulator(self, name: str) -> Emulator:
        """The one of this provider."""
        if name not in self._emulators:
            self._emulators[name] = Emulator(name, self._folder("emulator") / "ledger.db")
        return self._emulators[name]

    def studio(self, emulator: Emulator) -> Served:
        """The served studio whose only real provider is that emulator."""
        if emulator.name not in self._studios:
            served = Served(self._folder("home"), None, connections=emulator.connection)
            self._studios[emulator.name] = served.start()
        return self._studios[emulator.name]

    def close(self) -> None:
        """End all of it."""
        for served in self._studios.values():
            served.stop()
        for emulator in self._emulators.values():
            emulator.close()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """Started once for a file, in whatever order its tests come."""
    made = Pool(tmp_path_factory.mktemp)
    yield made
    made.close()


@pytest.fixture(scope="module")
def emulator(request: pytest.FixtureRequest, pool: Pool) -> Emulator:
    """An emulator for the tests of one file: of its `PROVIDER`, or of the one that a test is given (`indirect`)."""
    return pool.emulator(getattr(request, "param", None) or getattr(request.module, "PROVIDER", "fal"))


@pytest.fixture(scope="module")
def connected(emulator: Emulator, pool: Pool) -> Served:
    """A served studio whose only real provider is that emulator."""
    return pool.studio(emulator)


@pytest.fixture
def adapter(emulator: Emulator) -> Any:
    """The module with the provider's adapter and its times."""
    return import_module(f"aims.providers.{emulator.name}.adapter")


@pytest.fixture
def quick(adapter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long between two questions, and what stays wrong is given up after a few."""
    if hasattr(adapter, "PACE"):
        monkeypatch.setattr(adapter, "PACE", replace(adapter.PACE, first=0.05))
    monkeypatch.setattr(call, "MISSES", 4)
    monkeypatch.setattr(call, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(breaker, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(downloads, "FIRST_WAIT", 0.05)


@pytest.fixture
def impatient(adapter: Any, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not come is soon not waited for any more. Only for tests in which one does not come."""
    monkeypatch.setattr(adapter, "ASK_SECONDS", 1.5, raising=False)
    monkeypatch.setattr(adapter, "SUBMIT_SECONDS", 1.5)
    monkeypatch.setattr(downloads, "SECONDS", {"image": 5.0, "video": 5.0})


@pytest.fixture
def person(emulator: Emulator, connected: Served) -> Iterator[Any]:
    """Somebody with a workspace there. Afterwards the provider's books and ours say the same."""
    yield connected.person(100_000)
    agree(emulator, connected)
    assert connected.breaches() == []
    files_are_whole(connected)
    emulator.kept_its_key_to_itself()
