"""One served studio for each database, and people with workspaces of their own in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import machine
import pytest
from browsing import Browser, chromium
from galleries import Gallery
from outside import Outside
from serving import Person, Served


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """The world that every studio here meets instead of the real one. A test adds sites of its own to it."""
    world = Outside()
    yield world
    world.close()


@pytest.fixture(scope="session", params=("sqlite", "postgres"))
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, outside: Outside
) -> Iterator[Served]:
    """The studio that most tests talk to."""
    yield from _serving(request.param, tmp_path_factory.mktemp("shared"), outside)


@pytest.fixture(params=("sqlite",))
def own(request: pytest.FixtureRequest, tmp_path: Path, outside: Outside) -> Iterator[Callable[..., Served]]:
    """Starts studios with settings of their own, for the test that asks."""
    began: list[Iterator[Served]] = []

    def start(**settings: object) -> Served:
        began.append(_serving(request.param, tmp_path / f"own-{len(began)}", outside, **settings))
        return next(began[-1])

    yield start
    for each in began:
        next(each, None)


def _serving(backend: str, home: Path, outside: Outside, **settings: object) -> Iterator[Served]:
    home.mkdir(exist_ok=True)
    location = None
    if backend == "sqlite":
        machine.new_sqlite(home / "studio.db")
    else:
        location = machine.new_database()
    studio = Served(home, location, network=outside.network, **settings).start()
    yield studio
    studio.stop()
    if location is not None:
        machine.drop_database(location)


@pytest.fixture
def gallery(outside: Outside) -> Iterator[Gallery]:
    """A site of pictures in that world."""
    gallery = Gallery(outside)
    yield gallery
    gallery.site.close()


@pytest.fixture
def served(shared: Served) -> Iterator[Served]:
    """The shared studio; its books are checked afterwards."""
    yield shared
    found = shared.breaches()
    assert not found, "\n".join(map(str, found))


@pytest.fixture
def alice(served: Served) -> Person:
    """Alice, with 1,000 credits."""
    return served.person(1000)


@pytest.fixture
def charlie(served: Served) -> Person:
    """Charlie, a stranger with a workspace of his own."""
    return served.person(1000)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """The system's Chromium. It ends with the test: while its driver lives, this thread has an event loop that runs."""
    with chromium() as started:
        yield started
