"""JOB-02, small: the database goes away under work. It is waited for; nothing is given up or bought twice."""

import json
from collections.abc import AsyncIterator, Callable

import machine
import pytest
from asking import Caller, accepted, balance, calling, check_books, check_files, picture
from crashing import PRICE, START
from server import Instance, Server, until


@pytest.fixture
async def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[machine.Postgres]:
    """A database server that only this test uses, and may stop."""
    server = machine.Postgres(
        machine.folder() / f"own-{tmp_path_factory.mktemp('own').name}-{machine.spare_port()}"
    )
    server.create()
    server.start()
    yield server
    server.stop()


def waiting(server: Server) -> set[str]:
    """The generations whose drivers said that they wait: to begin, or to write down the next step."""
    lines = [json.loads(line) for line in server.err.read_text().splitlines() if line.startswith("{")]
    return {line["generation"] for line in lines if line["event"] in ("driving waits", "step waits")}


async def test_work_waits_for_a_database_that_went_away(
    new_instance: Callable[..., Instance], own_postgres: machine.Postgres
) -> None:
    instance = new_instance("sqlite", AIMS_SANDBOX_REPEATABLE="false", AIMS_LEASE_SECONDS="3")
    instance.database_url = own_postgres.url()
    server = await instance.serve()
    async with calling(server, instance.first_key) as alice:
        asked = [accepted(await alice.ask(picture("delay=1s"))) for _ in range(3)]
        await until(lambda: len(instance.submits()) == 3, "all are with the provider")
        instance.look_away()
        own_postgres.stop()
        refused = await until(lambda: refusal(alice), "a paid request is refused")
        assert "Nothing was charged" in refused["error"]
        await until(lambda: waiting(server) == set(asked), "the drivers wait")
        own_postgres.start()
        await until(lambda: ready(alice), "the server is ready again")
        for generation_id in asked:
            assert (await alice.finished(generation_id))["credits"]["charged"] == PRICE
        assert balance(instance) == (START - 3 * PRICE, 0)
    assert len(instance.submits()) == 3
    assert instance.complaints() == []
    check_files(instance)
    check_books(instance)


async def refusal(alice: Caller) -> dict[str, str]:
    """What somebody hears who asks now, once it is a refusal."""
    answer = await alice.ask(picture("fail=all"))
    return answer.json() if answer.status_code == 503 else {}


async def ready(alice: Caller) -> bool:
    """Whether paid work would be accepted."""
    return (await alice.client.get("/ready")).status_code == 200
