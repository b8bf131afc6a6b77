"""REC-02: the data volume fills up under load. Nothing is half done, people are told, and work resumes by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from asking import Caller, accepted, balance, calling, check_books, check_files, picture
from server import Instance, until
from volume import MIB, fill, small_volume

START = 100_000
VOLUME_MIB = 24
CALLERS = 6


@pytest.fixture
async def on_a_small_volume(tmp_path: Path, new_instance: Callable[..., Instance]) -> AsyncIterator[Instance]:
    """An instance whose data folder is a file system of its own."""
    instance = new_instance(
        "sqlite", AIMS_SANDBOX_REPEATABLE="false", AIMS_STARTING_CREDITS=str(START), AIMS_LOG_LEVEL="warning"
    )
    with small_volume(instance.home, mib=VOLUME_MIB):
        yield instance
        await instance.close()


class Askers:
    """People who keep asking, and what they were told."""

    def __init__(self, alice: Caller, body: dict[str, Any]) -> None:
        self.ids: list[str] = []
        self.refusals: list[dict[str, str]] = []
        self._tasks = [asyncio.create_task(self._ask(alice, body)) for _ in range(CALLERS)]

    async def _ask(self, alice: Caller, body: dict[str, Any]) -> None:
        while True:
            answer = await alice.ask(body)
            if answer.status_code == 202:
                self.ids.append(answer.json()["id"])
            else:
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["Retry-After"]) >= 1
                self.refusals.append(answer.json())
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """No more questions. Raises what went wrong in one of them."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            try:
                await task
            except asyncio.CancelledError:
                continue


async def test_a_volume_that_is_really_full_loses_nothing_that_was_promised(
    on_a_small_volume: Instance,
) -> None:
    instance = on_a_small_volume
    server = await instance.serve()
    key = await instance.new_key(rate_limit=1_000_000)
    async with calling(server, key) as alice:
        drawn = accepted(await alice.ask(picture("delay=2s")))
        askers = Askers(alice, picture("delay=500ms, fail=all"))
        await until(lambda: len(askers.ids) >= CALLERS, "there is load")
        ballast = fill(instance.home)
        refused = await until(lambda: askers.refusals, "somebody is refused")
        assert {each["code"] for each in refused} == {"storage_full"}
        assert "disk" in refused[0]["error"]
        await askers.stop()
        await until(lambda: '"step waits"' in server.err.read_text(), "work that is under way waits")
        # Whatever had been promised until then is on the disk.
        for generation_id in [drawn, *askers.ids]:
            await alice.see(generation_id)
        check_books(instance)
        ballast.unlink()
        for generation_id in askers.ids:
            assert (await alice.finished(generation_id))["status"] == "failed"
        assert (await alice.finished(drawn))["status"] == "completed"
        await alice.finished(accepted(await alice.ask(picture())))
    assert balance(instance) == (START - 2 * 25, 0)
    assert len(instance.submits()) == len(set(instance.submits())) == len(askers.ids) + 2
    assert instance.complaints() == []
    check_files(instance)
    assert (await instance.command("ledger", "verify")).code == 0


async def test_below_the_watermark_new_work_is_refused_and_running_work_finishes(
    on_a_small_volume: Instance,
) -> None:
    instance = on_a_small_volume
    instance.settings["AIMS_MIN_FREE_MIB"] = "8"
    async with calling(await instance.serve(), instance.first_key) as alice:
        running = [accepted(await alice.ask(picture("delay=1s"))) for _ in range(3)]
        ballast = fill(instance.home, leave=6 * MIB)
        refused = await until(lambda: refusal(alice), "new work is refused")
        assert refused["code"] == "storage_full"
        assert "8 MiB" in refused["error"]
        assert (await alice.client.get("/ready")).status_code == 503
        for generation_id in running:
            assert (await alice.finished(generation_id))["status"] == "completed"
        ballast.unlink()
        await until(lambda: ready(alice), "the server is ready again")
        await alice.finished(accepted(await alice.ask(picture())))
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
