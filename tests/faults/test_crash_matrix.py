"""LED-03: the program is killed at each named place, started again, and must be as if it had not been.

Crash matrix F01 to F20 of the reliability page; the places are `aims.core.failpoints.POINTS`.
"""

import signal
from collections.abc import Callable
from typing import Any

import pytest
from asking import accepted, balance, calling, check_books, check_files, picture
from crashing import KEY, PRICE, START, ask_again, check_one_delivery, crash
from server import Instance

from aims.core import failpoints

NOT_YET_ACCEPTED = ("submit.checked", "submit.inside")
FINISHES = (
    "submit.committed",
    "drive.leased",
    "attempt.running",
    "output.fetched",
    "storage.written",
    "storage.renamed",
    "settle.inside",
    "settle.committed",
)
MAY_BE_BOUGHT = ("attempt.recorded", "attempt.sent", "attempt.answered")
NOT_TAKEN = ("attempt.put_back",)
GIVES_BACK = ("release.inside", "release.committed")
RECOVERS = ("recover.inside",)
# Their crashes stand in test_crash_webhooks.
TELLS = ("webhooks.claimed", "webhooks.sent")
# And these in test_crash_trash.
DELETES = ("trash.inside", "trash.committed", "trash.removed")
# And these in test_crash_incoming.
HEARS = ("inbox.checked", "inbox.committed")
# And these in test_backups.
BACKS_UP = ("backup.moment", "restore.inside")

# Where the databases differ: who may take over, and what a lost connection leaves behind.
ON_POSTGRES = {
    "submit.committed",
    "drive.leased",
    "attempt.sent",
    "storage.renamed",
    "settle.inside",
    "release.inside",
}


def on_both(*points: str) -> list[Any]:
    """Each point on SQLite, and those that matter there on Postgres."""
    return [
        *(pytest.param("sqlite", point, id=point) for point in points),
        *(
            pytest.param("postgres", point, id=f"{point}-postgres")
            for point in points
            if point in ON_POSTGRES
        ),
    ]


def test_every_named_place_has_its_crash() -> None:
    asked = [*NOT_YET_ACCEPTED, *FINISHES, *MAY_BE_BOUGHT, *NOT_TAKEN, *GIVES_BACK]
    assert sorted([*asked, *RECOVERS, *TELLS, *DELETES, *HEARS, *BACKS_UP]) == sorted(failpoints.POINTS)


@pytest.mark.parametrize(("backend", "point"), on_both(*NOT_YET_ACCEPTED))
async def test_what_was_not_committed_never_was_and_can_be_asked_again(
    new_instance: Callable[..., Instance], backend: str, point: str
) -> None:
    instance, body = new_instance(backend), picture()
    await crash(instance, point, body)
    for table in ("generations", "holds", "outputs", "idempotency_keys"):
        assert instance.count(table) == 0
    assert balance(instance) == (START, 0)
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
        assert not replayed
        await check_one_delivery(instance, alice, generation)


@pytest.mark.parametrize(("backend", "point"), on_both(*NOT_TAKEN))
async def test_what_no_provider_took_is_sent_once_more_by_whoever_comes_next(
    new_instance: Callable[..., Instance], backend: str, point: str
) -> None:
    """It is known that nothing was bought, and known after the crash as well: nothing of it is written off."""
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture("error=busy")
    await crash(instance, point, body)
    waits = "SELECT g.state, a.waits_since > 0 FROM generations g JOIN attempts a ON a.generation_id = g.id"
    assert instance.rows(waits) == [("accepted", 1)]
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
        assert replayed
    assert generation["status"] == "failed"
    assert instance.rows("SELECT state, error_code, cost_outcome, tries > 2 FROM attempts") == [
        ("failed", "provider_busy", None, 1)
    ]
    assert balance(instance) == (START, 0)
    check_books(instance)


@pytest.mark.parametrize(("backend", "point"), on_both(*FINISHES))
async def test_what_was_accepted_is_finished_once_by_whoever_comes_next(
    new_instance: Callable[..., Instance], backend: str, point: str
) -> None:
    # Behaves like a paid provider: a second submit would be an error, and would be seen.
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture()
    await crash(instance, point, body)
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
        assert replayed
        await check_one_delivery(instance, alice, generation)
    assert instance.submits() == [nonce for (nonce,) in instance.rows("SELECT nonce FROM attempts")]


@pytest.mark.parametrize(("backend", "point"), on_both(*MAY_BE_BOUGHT))
async def test_what_may_have_been_bought_is_not_bought_again_and_not_charged(
    new_instance: Callable[..., Instance], backend: str, point: str
) -> None:
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture()
    await crash(instance, point, body)
    sent = instance.submits()
    assert len(sent) == (0 if point == "attempt.recorded" else 1)
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
    assert replayed
    assert (generation["status"], generation["credits"]["refunded"]) == ("failed", PRICE)
    assert "not asked twice" in generation["error"]
    assert instance.submits() == sent
    assert balance(instance) == (START, 0)
    assert instance.rows("SELECT state, tries, error_code, cost_outcome FROM attempts") == [
        ("unknown", 1, "outcome_unknown", "absorbed")
    ]
    assert instance.rows("SELECT error_code FROM generations") == [("outcome_unknown",)]
    check_files(instance)
    check_books(instance)


@pytest.mark.parametrize(("backend", "point"), on_both(*MAY_BE_BOUGHT))
async def test_what_costs_nothing_is_sent_again_and_the_books_say_why(
    new_instance: Callable[..., Instance], backend: str, point: str
) -> None:
    instance, body = new_instance(backend), picture()
    await crash(instance, point, body)
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
        assert replayed
        await check_one_delivery(instance, alice, generation)
    ((tries, reason, nonce),) = instance.rows("SELECT tries, retry_reason, nonce FROM attempts")
    assert tries == 2
    assert "process ended" in reason
    assert set(instance.submits()) == {nonce}


@pytest.mark.parametrize(("backend", "point"), on_both(*GIVES_BACK))
async def test_credits_of_failed_work_come_back_once(
    new_instance: Callable[..., Instance], backend: str, point: str
) -> None:
    instance, body = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false"), picture("fail=all")
    await crash(instance, point, body)
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)
    assert replayed
    assert (generation["status"], generation["credits"]["refunded"]) == ("failed", PRICE)
    assert balance(instance) == (START, 0)
    assert instance.rows("SELECT count(*) FROM entries WHERE verb = 'release'") == [(1,)]
    assert len(instance.submits()) == 1
    check_books(instance)


async def test_a_wish_to_stop_survives_the_crash_that_follows_it(instance: Instance) -> None:
    """F19: killed after the wish was committed and before anybody acted on it."""
    server = await instance.serve(AIMS_FAILPOINTS="release.committed=kill")
    async with calling(server, instance.first_key) as alice:
        generation_id = accepted(await alice.ask(picture("delay=10m"), key=KEY))
        await alice.cancel_a_dying(generation_id)
        assert await server.ended() == -signal.SIGKILL
    async with calling(await instance.serve(), instance.first_key) as alice:
        generation = await alice.finished(generation_id)
    assert generation["status"] == "cancelled"
    assert balance(instance) == (START, 0)
    check_books(instance)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_recovery_that_is_killed_in_the_middle_is_simply_done_again(
    new_instance: Callable[..., Instance], backend: str
) -> None:
    """F20."""
    instance = new_instance(backend, AIMS_SANDBOX_REPEATABLE="false")
    server = await instance.serve()
    async with calling(server, instance.first_key) as alice:
        asked = [accepted(await alice.ask(picture("delay=1s"))) for _ in range(4)]
        asked += [accepted(await alice.ask(picture("delay=1s, fail=all"))) for _ in range(4)]
        await server.kill()
    dies = instance.launch(AIMS_FAILPOINTS="recover.inside=kill")
    assert await dies.ended() == -signal.SIGKILL
    async with calling(await instance.serve(), instance.first_key) as alice:
        statuses = [(await alice.finished(generation_id))["status"] for generation_id in asked]
    submitted = dict(instance.rows("SELECT nonce, state FROM attempts"))
    assert sorted(instance.submits()) == sorted(set(instance.submits()))
    assert set(instance.submits()) <= set(submitted)
    unknown = list(submitted.values()).count("unknown")
    assert statuses.count("completed") + unknown >= 4
    assert balance(instance) == (START - PRICE * statuses.count("completed"), 0)
    check_files(instance)
    verified = await instance.command("ledger", "verify")
    assert verified.code == 0, verified.out
