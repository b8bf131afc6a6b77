"""F08 to F11 and F19 with a real provider's emulator: the program is killed around a submit whose answer is lost, and
around the word that the provider sends of it.

The provider bills once. Whether its word comes before, during or after the crash: the work is delivered and charged
once, or given back and booked as our cost.
"""

import signal
from collections.abc import Callable

import pytest
from asking import accepted, balance, calling
from bought import (
    START,
    Emulator,
    body,
    connected,
    delivered_once,
    emulator,
    hooks_sent,
    in_order,
    serve,
    steer,
)
from server import Instance, until

__all__ = ["emulator"]

WAITS = "queue=0, work=0, hook-wait=1"


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("point", ["inbox.checked", "inbox.committed"])
async def test_a_message_that_a_crash_interrupts_is_sent_again_and_counts_once(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str, point: str
) -> None:
    """F10 and F11. The work takes longer than the message, so that nothing but the message is under way."""
    instance, port = connected(new_instance, backend, emulator)
    dying = await serve(instance, port, AIMS_FAILPOINTS=f"{point}=kill")
    async with calling(dying, instance.first_key) as alice:
        answered = await alice.ask(body("hook=error/ok, hook-wait=0.5, status=back/back/back/back/ok"))
        assert await dying.ended() == -signal.SIGKILL
    assert instance.hits()[-1] == point
    assert instance.count("inbox") == (1 if point == "inbox.committed" else 0)
    async with calling(await serve(instance, port), instance.first_key) as alice:
        await delivered_once(instance, emulator, alice, accepted(answered))
        await until(lambda: hooks_sent(emulator)[-1:] == ["ok 204"], "all of it was sent")
    statuses = sorted(status for (status,) in instance.rows("SELECT status FROM inbox"))
    assert statuses == ["ERROR", "OK"]


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("point", ["attempt.answered", "attempt.running"])
async def test_a_submit_whose_answer_a_crash_loses_comes_home_by_word_of_it(
    new_instance: Callable[..., Instance], emulator: Emulator, backend: str, point: str
) -> None:
    """F08 and F09: the provider finds nobody at first, and sends its word again."""
    instance, port = connected(new_instance, backend, emulator)
    dying = await serve(instance, port, AIMS_FAILPOINTS=f"{point}=kill")
    async with calling(dying, instance.first_key) as alice:
        answered = await alice.ask_a_dying(body(WAITS), key="one")
        assert await dying.ended() == -signal.SIGKILL
    async with calling(await serve(instance, port), instance.first_key) as alice:
        again = answered if answered is not None else await alice.ask(body(WAITS), key="one")
        await delivered_once(instance, emulator, alice, accepted(again))


async def test_word_after_the_credits_were_given_back_charges_nobody(
    new_instance: Callable[..., Instance], emulator: Emulator
) -> None:
    """F19: cancelled while its answer is lost; then the provider finishes."""
    instance, port = connected(new_instance, "sqlite", emulator)
    server = await serve(instance, port)
    async with calling(server, instance.first_key) as alice:
        asked = accepted(await alice.ask(body("submit=reset, hook=off")))
        await until(lambda: emulator.rows("SELECT * FROM billed"), "it is billed")
        await alice.cancel(asked)
        assert (await alice.finished(asked))["status"] == "cancelled"
        ((request_id,),) = emulator.rows("SELECT request_id FROM billed")
        steer(emulator, send=request_id)
        await until(lambda: hooks_sent(emulator)[-1:] == ["ok 204"], "word was sent")
    outcome = instance.rows("SELECT state, cost_outcome, provider_ref FROM attempts")
    assert (outcome, balance(instance)) == ([("unknown", "absorbed", request_id)], (START, 0))
    await in_order(instance)
