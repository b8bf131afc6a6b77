"""LED-03, pairs: the program is killed, and what takes up its work is killed too."""

import signal
from collections.abc import Callable

import pytest
from asking import calling, check_books, picture
from crashing import ask_again, check_one_delivery, crash
from server import Instance


@pytest.mark.parametrize(
    ("backend", "first", "second"),
    [
        ("sqlite", "submit.committed", "attempt.running"),
        ("sqlite", "attempt.running", "storage.written"),
        ("sqlite", "output.fetched", "output.fetched"),
        ("sqlite", "storage.renamed", "settle.inside"),
        ("sqlite", "settle.inside", "storage.renamed"),
        ("postgres", "drive.leased", "recover.inside"),
        ("postgres", "settle.inside", "settle.committed"),
    ],
)
async def test_a_crash_while_recovering_changes_nothing(
    new_instance: Callable[..., Instance], backend: str, first: str, second: str
) -> None:
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture()
    await crash(instance, first, body)
    dies = instance.launch(AIMS_FAILPOINTS=f"{second}=kill")
    assert await dies.ended() == -signal.SIGKILL
    check_books(instance)
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
        assert replayed
        await check_one_delivery(instance, alice, generation)
    assert len(instance.submits()) == 1
