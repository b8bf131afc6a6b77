"""JOB-06: what one server after the other dies of is given up; the others, which were with it, are finished."""

import signal

import pytest
from asking import accepted, balance, calling, check_books, check_files, picture
from crashing import KEY, PRICE, START, crash
from server import Instance

from aims.generation.supervisor import MOST_DEATHS


@pytest.mark.parametrize("point", ["storage.written", "storage.renamed"])
async def test_job_06_a_generation_that_kills_every_server_ends_after_some(
    instance: Instance, point: str
) -> None:
    """Of what it stored before no row ever spoke, no file is left: nobody would find it to delete it."""
    body = picture()
    instance.settings["AIMS_SANDBOX_REPEATABLE"] = "false"
    await crash(instance, point, body)
    for _ in range(MOST_DEATHS - 1):
        dies = instance.launch(AIMS_FAILPOINTS=f"{point}=kill")
        assert await dies.ended() == -signal.SIGKILL
        check_books(instance)

    lives = await instance.serve(AIMS_FAILPOINTS=f"{point}=kill")

    async with calling(lives, instance.first_key) as alice:
        answer = await alice.ask(body, key=KEY)
        generation = await alice.finished(accepted(answer))
        assert (generation["status"], generation["credits"]["charged"]) == ("failed", 0)
        assert generation["error"].startswith("The studio could not finish this.")
        assert balance(instance) == (START, 0)
    assert instance.rows("SELECT state, cost_outcome FROM attempts") == [("unknown", "absorbed")]
    assert len(instance.submits()) == 1
    (said,) = instance.complaints()
    assert "given up after deaths" in said
    check_files(instance)
    check_books(instance)


async def test_job_06_what_was_with_it_is_finished(instance: Instance) -> None:
    """Two are being stored when the server dies; the next one stores them one after the other."""
    instance.settings["AIMS_SANDBOX_REPEATABLE"] = "false"
    server = await instance.serve(AIMS_FAILPOINTS="storage.written=2*kill")
    async with calling(server, instance.first_key) as alice:
        for number in range(3):
            await alice.ask_a_dying(picture("delay=500ms"), key=str(number))
        assert await server.ended() == -signal.SIGKILL

    async with calling(await instance.serve(), instance.first_key) as alice:
        answers = [await alice.ask(picture("delay=500ms"), key=str(number)) for number in range(3)]
        ends = [await alice.finished(accepted(answer)) for answer in answers]

    assert [end["status"] for end in ends] == ["completed"] * 3
    assert balance(instance) == (START - 3 * PRICE, 0)
    assert instance.rows("SELECT max(deaths) FROM generations") == [(1,)]
    check_books(instance)
