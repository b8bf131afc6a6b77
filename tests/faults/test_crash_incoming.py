"""F07 to F11 and F19 with a real provider's emulator: the program is killed around a submit whose answer is lost, and
around the word that the provider sends of it.

The provider bills once. Whether its word comes before, during or after the crash: the work is delivered and charged
once, or given back and booked as our cost.
"""

import json
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import httpx2
import machine
import pytest
from asking import Caller, accepted, balance, calling, check_books, check_files
from server import Instance, until

ROOT = Path(__file__).parents[2]
KEY = "tested-key-id:tested-key-secret"
START = 1000
WAITS = "queue=0, work=0, hook-wait=1"


class Provider:
    """fal's emulator as a process, which reaches the studio under its public name."""

    def __init__(self, folder: Path) -> None:
        self._ledger = folder / "provider.db"
        self._process = Popen(
            [sys.executable, "-m", "emulators.fal", "--leashed", "--port", "0", "--key", KEY,
             "--ledger", self._ledger],
            cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def steer(self, **said: Any) -> None:
        """Change how its world is."""
        httpx2.post(f"{self.url}/steer", json=said, trust_env=False).raise_for_status()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds in its books."""
        books = sqlite3.connect(f"file:{self._ledger}?mode=ro", uri=True)
        try:
            return books.execute(sql).fetchall()
        finally:
            books.close()

    def hooks(self) -> list[str]:
        """What was sent, and how it was answered."""
        return [step for (step,) in self.rows("SELECT step FROM calls WHERE route = 'hook' ORDER BY rowid")]


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    """The provider."""
    made = Provider(tmp_path)
    yield made
    made.close()


def connected(
    new_instance: Callable[..., Instance], backend: str, provider: Provider, **more: str
) -> tuple[Instance, int]:
    """An instance that the provider reaches, whichever of its servers runs at that port."""
    port = machine.spare_port()
    provider.steer(names={"studio.example": ["127.0.0.1", port]})
    given = {
        "AIMS_FAL_KEY": KEY,
        "AIMS_FAL_BASE_URL": provider.url,
        "AIMS_PUBLIC_URL": "https://studio.example",
    }
    return new_instance(backend, **(given | more)), port


def body(script: str) -> dict[str, Any]:
    return {"model": "fal-ai/nano-banana-2", "prompt": f"A lighthouse [emulator: {script}]"}


async def serve(instance: Instance, port: int, **more: str) -> Any:
    server = instance.launch(port=port, **more)
    await server.answers()
    return server


async def delivered_once(instance: Instance, provider: Provider, alice: Caller, generation_id: str) -> None:
    """One picture: bought once, charged once, on the disk."""
    made = await alice.finished(generation_id)
    price = made["credits"]["charged"]
    assert made["status"] == "completed"
    assert balance(instance) == (START - price, 0)
    ((reference, outcome),) = instance.rows("SELECT provider_ref, cost_outcome FROM attempts")
    assert provider.rows("SELECT request_id FROM billed") == [(reference,)]
    assert (outcome, instance.count("assets"), instance.count("holds")) == ("posted", 1, 1)
    check_files(instance)
    check_books(instance)
    assert instance.complaints() == []


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("point", ["inbox.checked", "inbox.committed"])
async def test_a_message_that_a_crash_interrupts_is_sent_again_and_counts_once(
    new_instance: Callable[..., Instance], provider: Provider, backend: str, point: str
) -> None:
    """F10 and F11. The work takes longer than the message, so that nothing but the message is under way."""
    instance, port = connected(new_instance, backend, provider)
    dying = await serve(instance, port, AIMS_FAILPOINTS=f"{point}=kill")
    async with calling(dying, instance.first_key) as alice:
        answered = await alice.ask(body("hook=error/ok, hook-wait=0.5, status=back/back/back/back/ok"))
        assert await dying.ended() == -signal.SIGKILL
    assert instance.hits()[-1] == point
    assert instance.count("inbox") == (1 if point == "inbox.committed" else 0)
    async with calling(await serve(instance, port), instance.first_key) as alice:
        await delivered_once(instance, provider, alice, accepted(answered))
        await until(lambda: provider.hooks()[-1:] == ["ok 204"], "all of it was sent")
    statuses = sorted(status for (status,) in instance.rows("SELECT status FROM inbox"))
    assert statuses == ["ERROR", "OK"]


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("point", ["attempt.answered", "attempt.running"])
async def test_a_submit_whose_answer_a_crash_loses_comes_home_by_word_of_it(
    new_instance: Callable[..., Instance], provider: Provider, backend: str, point: str
) -> None:
    """F08 and F09: the provider finds nobody at first, and sends its word again."""
    instance, port = connected(new_instance, backend, provider)
    dying = await serve(instance, port, AIMS_FAILPOINTS=f"{point}=kill")
    async with calling(dying, instance.first_key) as alice:
        answered = await alice.ask_a_dying(body(WAITS), key="one")
        assert await dying.ended() == -signal.SIGKILL
    async with calling(await serve(instance, port), instance.first_key) as alice:
        again = answered if answered is not None else await alice.ask(body(WAITS), key="one")
        await delivered_once(instance, provider, alice, accepted(again))
    assert provider.rows("SELECT count(*) FROM requests") == [(1,)]


async def test_a_submit_that_never_left_is_given_back_and_not_sent(
    new_instance: Callable[..., Instance], provider: Provider
) -> None:
    """F06, where no word can come: without a public address it is over at once."""
    instance, port = connected(new_instance, "sqlite", provider, AIMS_PROVIDER_WEBHOOKS="false")
    dying = await serve(instance, port, AIMS_FAILPOINTS="attempt.recorded=kill")
    async with calling(dying, instance.first_key) as alice:
        await alice.ask_a_dying(body(""), key="one")
        assert await dying.ended() == -signal.SIGKILL
    async with calling(await serve(instance, port), instance.first_key) as alice:
        made = await alice.finished(accepted(await alice.ask(body(""), key="one")))
    assert (made["status"], balance(instance)) == ("failed", (START, 0))
    assert provider.rows("SELECT count(*) FROM requests") == [(0,)]
    check_books(instance)


async def test_word_after_the_credits_were_given_back_charges_nobody(
    new_instance: Callable[..., Instance], provider: Provider
) -> None:
    """F19: cancelled while its answer is lost; then the provider finishes."""
    instance, port = connected(new_instance, "sqlite", provider)
    server = await serve(instance, port)
    async with calling(server, instance.first_key) as alice:
        asked = accepted(await alice.ask(body("submit=reset, hook=off")))
        await until(lambda: provider.rows("SELECT * FROM billed"), "it is billed")
        await alice.cancel(asked)
        assert (await alice.finished(asked))["status"] == "cancelled"
        ((request_id,),) = provider.rows("SELECT request_id FROM billed")
        provider.steer(send=request_id)
        await until(lambda: provider.hooks()[-1:] == ["ok 204"], "word was sent")
    outcome = instance.rows("SELECT state, cost_outcome, provider_ref FROM attempts")
    assert (outcome, balance(instance)) == ([("unknown", "absorbed", request_id)], (START, 0))
    verified = await instance.command("ledger", "verify", "--json")
    assert json.loads(verified.out)["ok"]
