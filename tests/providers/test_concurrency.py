"""How many calls to a provider one process works on at once is the operator's to say."""

from itertools import pairwise
from pathlib import Path

import pytest
from emulated import Emulator, agree, begin, ended
from serving import Served

from aims.core import settings
from aims.core.errors import Invalid
from aims.core.settings import Settings
from aims.providers import connection

URL = "https://provider.test"
SECONDS = 0.5


def given(tmp_path: Path, **said: object) -> Settings:
    return settings.load(home=tmp_path, connections={"fal": {"key": "a:b", **said}})


def test_the_environment_comes_before_the_file(tmp_path: Path):
    said = given(tmp_path, concurrency=5)

    assert connection.concurrency(given(tmp_path), "fal", environment={}) is None
    assert connection.concurrency(said, "openai", environment={}) is None
    assert connection.concurrency(said, "fal", environment={}) == 5
    assert connection.concurrency(said, "fal", environment={"AIMS_FAL_CONCURRENCY": " 7\n"}) == 7


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "99999", "٣"])
def test_one_that_is_wrong_stops_the_start(text: str, tmp_path: Path):
    environment = {"AIMS_FAL_CONCURRENCY": text, "AIMS_FAL_KEY": "a:b"}

    with pytest.raises(Invalid, match="AIMS_FAL_CONCURRENCY is wrong"):
        connection.read(given(tmp_path), "fal", URL, environment=environment)
    with pytest.raises(Invalid, match="AIMS_CONNECTIONS_FAL_CONCURRENCY"):
        given(tmp_path, concurrency=0)


def test_no_more_calls_are_worked_on_than_that(tmp_path: Path):
    """This provider answers a call once it is made."""
    emulator = Emulator("openai", tmp_path / "ledger.db")
    connections = {"openai": emulator.connection["openai"] | {"concurrency": 1}}
    served = Served(tmp_path / "home", None, connections=connections).start()
    person = served.person(100_000)

    asked = [begin(person, f"One by one {number}", f"work={SECONDS}") for number in range(4)]

    assert {ended(person, each).status for each in asked} == {"completed"}
    at = [at for (at,) in emulator.rows("SELECT at FROM calls WHERE route = 'submit' ORDER BY at")]
    assert len(at) == 4
    assert all(later - earlier >= SECONDS for earlier, later in pairwise(at))
    agree(emulator, served)
    served.stop()
    emulator.close()
