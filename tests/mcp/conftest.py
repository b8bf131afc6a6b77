"""One served studio for the tests of the tools, and people with workspaces of their own."""

from collections.abc import Iterator

import machine
import pytest
from agents import HTTP, STDIO, WAYS, Person
from serving import Served


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The studio that agents talk to."""
    home = tmp_path_factory.mktemp("studio")
    machine.new_sqlite(home / "studio.db")
    studio = Served(home, None).start()
    yield studio
    studio.stop()


@pytest.fixture
def served(shared: Served) -> Iterator[Served]:
    """That studio; its books are checked afterwards."""
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


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Every way to the tools."""
    return request.param


@pytest.fixture(params=(HTTP, STDIO))
def transport(request: pytest.FixtureRequest) -> str:
    """Both transports, in the newer revision of the protocol."""
    return request.param
