"""`aims worker`: one process accepts, others make; what a killed one had is made by the next, once."""

import asyncio
import signal
from collections.abc import Callable

import pytest
from asking import accepted, balance, calling, check_books, check_files, picture
from server import Instance, until

NewInstance = Callable[..., Instance]
START, PRICE = 1000, 25


async def test_what_a_server_without_jobs_accepts_a_worker_makes(new_instance: NewInstance) -> None:
    instance = new_instance("postgres")
    server = await instance.serve("--no-jobs")
    async with calling(server, instance.first_key) as alice:
        waiting = [accepted(await alice.ask(picture())) for _ in range(3)]
        assert instance.rows("SELECT state FROM generations") == [("accepted",)] * 3
        assert instance.submits() == []
        worker = await instance.work()
        later = accepted(await alice.ask(picture()))
        ends = [await alice.finished(each) for each in (*waiting, later)]
        assert {each["status"] for each in ends} == {"completed"}
        assert await worker.stop() == 0
    assert len(instance.submits()) == instance.count("attempts") == 4
    assert balance(instance) == (START - 4 * PRICE, 0)
    assert instance.complaints() == []
    check_files(instance)
    check_books(instance)


async def test_what_a_killed_worker_had_is_finished_by_the_next_once(new_instance: NewInstance) -> None:
    """The first is killed when a call is committed and sent; the sandbox may not be asked twice here."""
    instance = new_instance("postgres", AIMS_SANDBOX_REPEATABLE="false")
    server = await instance.serve(AIMS_JOBS="false")
    dying = await instance.work(AIMS_FAILPOINTS="attempt.running=kill")
    async with calling(server, instance.first_key) as alice:
        begun = accepted(await alice.ask(picture("delay=300ms")))
        assert await dying.ended() == -signal.SIGKILL
        unbegun = accepted(await alice.ask(picture()))
        await instance.work()
        ends = [await alice.finished(each) for each in (begun, unbegun)]
    assert [each["status"] for each in ends] == ["completed", "completed"]
    assert len(instance.submits()) == len(set(instance.submits())) == 2
    assert instance.rows("SELECT count(*) FROM attempts WHERE state = 'done'") == [(2,)]
    assert balance(instance) == (START - 2 * PRICE, 0)
    assert instance.complaints() == []
    check_files(instance)
    check_books(instance)


async def test_a_worker_that_is_told_to_end_finishes_what_it_makes(new_instance: NewInstance) -> None:
    instance = new_instance("postgres", AIMS_SANDBOX_REPEATABLE="false")
    server = await instance.serve("--no-jobs")
    worker = await instance.work()
    async with calling(server, instance.first_key) as alice:
        generation = accepted(await alice.ask(picture("delay=1s")))
        await until(instance.submits, "the call is with the provider")
        assert await worker.stop() == 0
        assert (await alice.finished(generation))["status"] == "completed"
    assert len(instance.submits()) == 1
    check_books(instance)


@pytest.mark.parametrize("words", [("worker",), ("serve", "--no-jobs")], ids=" ".join)
async def test_with_a_sqlite_file_there_are_no_workers(instance: Instance, words: tuple[str, ...]) -> None:
    said = await instance.command(*words)

    assert said.code == 1
    assert "Postgres (AIMS_DATABASE_URL)" in said.err
    assert "Traceback" not in said.err
    assert not await asyncio.to_thread((instance.home / "studio.db").exists)
