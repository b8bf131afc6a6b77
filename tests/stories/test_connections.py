"""Keys that are kept in the database: whose work they pay for, who sees a change, and where they are never found."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from connecting import (
    BANANA,
    HERS,
    OURS,
    Emulator,
    begin,
    connect,
    files_with,
    made,
    served_by_fal,
    tables_with,
    workspace,
)
from server import Instance, until


@pytest.fixture
def two(tmp_path: Path) -> Iterator[dict[str, Emulator]]:
    """Two accounts at two providers of the same kind, each with books of its own."""
    made = {key: Emulator("fal", tmp_path / f"{key[:4]}.ledger", key=key) for key in (OURS, HERS)}
    yield made
    for each in made.values():
        each.close()


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_each_works_on_its_own_account_and_no_key_is_found_anywhere(
    backend: str, new_instance: Callable[..., Instance], two: dict[str, Emulator]
):
    instance = new_instance(backend, AIMS_LOG_LEVEL="debug")
    await instance.init()
    key = await instance.new_key()
    hers, her_key = await workspace(instance, "Marketing")
    server = await instance.serve()
    drawn = await made(server, key, await begin(server, key, "Before anybody is connected"))

    said = [
        await connect(instance, two[HERS], HERS, "--workspace", "Marketing"),
        await connect(instance, two[OURS], OURS),
    ]
    assert [each.json["workspace_id"] for each in said] == [hers, None]
    views = [
        await served_by_fal(server, key, "A barn of the instance"),
        await served_by_fal(server, her_key, "A barn of Marketing"),
    ]
    checked = await instance.command("providers", "check", "--json")
    refused = await connect(instance, two[OURS], "wrong-key-id:wrong-key-secret")
    await server.stop()

    assert drawn["sandbox"]
    # Which connection it was is nobody's matter but the operator's.
    assert [view["provider"] for view in (drawn, *views)] == ["sandbox", "fal", "fal"]
    assert [view["status"] for view in views] == ["completed"] * 2
    assert [len(two[OURS].requests(words)) for words in ("of the instance", "of Marketing")] == [1, 0]
    assert [len(two[HERS].requests(words)) for words in ("of the instance", "of Marketing")] == [0, 1]
    assert [len(each.billed()) for each in two.values()] == [1, 1]
    assert [(each["in_use"], each["standing"]) for each in checked.json] == [(True, "valid")] * 2
    assert (refused.code, refused.out) == (1, "")
    assert "does not take the key" in refused.err
    parts = [*OURS.split(":"), *HERS.split(":"), "wrong-key-secret"]
    assert files_with(instance.folder, *parts) == []
    assert backend == "sqlite" or tables_with(instance, *parts) == []
    for ended in (*said, checked, refused):
        assert not [each for each in parts if each in ended.out + ended.err]
    assert instance.complaints() == []
    assert (await instance.command("ledger", "verify")).code == 0


async def test_work_is_brought_to_its_end_where_it_was_begun(instance: Instance, two: dict[str, Emulator]):
    """Whatever is connected, moved or restarted meanwhile."""
    await instance.init()
    hers, her_key = await workspace(instance, "Marketing")
    await connect(instance, two[HERS], HERS, "--workspace", hers)
    server = await instance.serve()
    slow = await begin(server, her_key, "A slow barn [emulator: work=4]")
    await until(lambda: two[HERS].calls("status", ""), "it is worked on")
    await server.kill()
    await connect(instance, two[OURS], OURS)

    server = await instance.serve()
    view = await made(server, her_key, slow)

    assert view["status"] == "completed"
    assert len(two[HERS].requests("A slow barn")) == 1
    assert two[OURS].rows("SELECT * FROM requests") == []
    assert (await instance.command("ledger", "verify")).code == 0


async def test_a_removed_connection_ends_no_work_that_is_under_way_and_begins_none(
    instance: Instance, two: dict[str, Emulator]
):
    await instance.init()
    key = await instance.new_key()
    await connect(instance, two[OURS], OURS)
    server = await instance.serve()
    slow = await begin(server, key, "A slow barn [emulator: work=4]")
    await until(lambda: two[OURS].calls("status", ""), "it is worked on")

    gone = await instance.command("providers", "disconnect", "fal", "--json")

    async with httpx2.AsyncClient(trust_env=False) as client:

        async def refused() -> httpx2.Response | None:
            answer = await client.post(
                f"{server.url}/api/v1/images/generate",
                headers={"Authorization": f"Bearer {key}", "Prefer": "respond-async"},
                json={"prompt": "Another barn", "model": BANANA},
            )
            return answer if answer.status_code != 202 else None

        # Nor does the sandbox sell drawings in the place of what was bought until now.
        told = await until(refused, "nothing new goes to fal", glance=0.2)
    view = await made(server, key, slow)
    assert told is not None
    assert (told.status_code, told.json()["code"]) == (503, "provider_not_connected")
    assert "AIMS_SANDBOX=always" in told.json()["error"]
    assert gone.json["connected"] is False
    assert (view["status"], view["sandbox"]) == ("completed", False)
    again = await instance.command("providers", "disconnect", "fal")
    assert again.code == 1
    assert "was not connected" in again.err


async def test_what_was_with_a_connection_that_is_gone_after_a_crash_is_given_back(
    instance: Instance, two: dict[str, Emulator]
):
    await instance.init()
    hers, her_key = await workspace(instance, "Marketing")
    await connect(instance, two[HERS], HERS, "--workspace", hers)
    server = await instance.serve()
    slow = await begin(server, her_key, "A barn for nobody [emulator: work=ever]")
    await until(lambda: two[HERS].calls("status", ""), "it is worked on")
    await server.kill()
    assert (await instance.command("providers", "disconnect", "fal", "--workspace", hers)).code == 0
    await connect(instance, two[OURS], OURS)

    server = await instance.serve()
    view = await made(server, her_key, slow)

    assert view["status"] == "failed"
    assert (view["credits"]["charged"], view["credits"]["held"]) == (0, 0)
    assert two[OURS].rows("SELECT * FROM requests") == []
    assert (await instance.command("ledger", "verify")).code == 0


@pytest.mark.usefixtures("two")
async def test_a_row_that_cannot_be_opened_stops_nothing_else(instance: Instance, two: dict[str, Emulator]):
    await instance.init()
    key = await instance.new_key()
    hers, her_key = await workspace(instance, "Marketing")
    await connect(instance, two[OURS], OURS)
    await connect(instance, two[HERS], HERS, "--workspace", hers)
    await asyncio.to_thread(_spoil, instance.home / "studio.db", hers)

    server = await instance.serve()
    view = await served_by_fal(server, key, "A barn")
    async with httpx2.AsyncClient(trust_env=False) as client:
        refused = await client.post(
            f"{server.url}/api/v1/images/generate",
            headers={"Authorization": f"Bearer {her_key}"},
            json={"prompt": "A barn", "model": BANANA},
        )
    checked = await instance.command("providers", "check", "--json")
    looked = await instance.command("doctor", "--json")

    assert view["status"] == "completed"
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_not_connected")
    assert two[HERS].rows("SELECT * FROM requests") == []
    assert checked.code == 1
    assert looked.code == 1
    assert "aims providers connect" in looked.out
    assert [line for line in instance.complaints() if "connection not usable" not in line] == []


def _spoil(database: Path, workspace_id: str) -> None:
    import sqlite3

    with sqlite3.connect(database) as db:
        db.execute(
            "UPDATE provider_connections SET sealed = 'AAAA' || sealed WHERE workspace_id = ?",
            (workspace_id,),
        )
    db.close()
