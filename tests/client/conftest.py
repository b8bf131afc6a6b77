"""One served studio for the tests of the client, people with workspaces of their own, and clients with their keys."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import machine
import pytest

from aims.client import AIMS

# The studio behind a socket belongs to the tests of the web face, which need not be among those that run.
sys.path.append(str(Path(__file__).parents[1] / "web"))

from between import Between
from serving import Person, Served

__all__ = ["alice", "client", "shared"]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The studio that these tests talk to."""
    home = tmp_path_factory.mktemp("studio")
    machine.new_sqlite(home / "studio.db")
    studio = Served(home, None).start()
    yield studio
    studio.stop()


@pytest.fixture
def alice(shared: Served) -> Iterator[Person]:
    """Alice, with 1,000 credits. The studio's books are checked afterwards."""
    yield shared.person(1000)
    found = shared.breaches()
    assert not found, "\n".join(map(str, found))


@pytest.fixture
def client() -> Iterator[Callable[..., AIMS]]:
    """Makes clients for people; `base_url` leads somewhere else than straight to their studio."""
    made: list[AIMS] = []

    def make(person: Person, **options: Any) -> AIMS:
        options = {"base_url": person.served.base, "api_key": person.text} | options
        made.append(AIMS(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def between(shared: Served) -> Iterator[Between]:
    """A connection to the studio that breaks on demand."""
    server = Between(shared.base)
    yield server
    server.close()
