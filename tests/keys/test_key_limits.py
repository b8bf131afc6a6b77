"""How often and how much: exact across processes, truthful about when, and costing nothing when refused."""

import asyncio
import math
import time
from typing import Any

import pytest
import rings

from aims import accounts, keys
from aims.core.db import Database
from aims.core.errors import Forbidden, RateLimited, Unauthenticated
from aims.core.secrets import Secrets
from aims.keys.limits import refusal, standing

pytestmark = pytest.mark.ledger_only

MINUTE = 60 * rings.SECOND


@pytest.fixture
def servers(db: Database, another: Any) -> list[Database]:
    """The database twice, as two processes have it."""
    return [db, another()]


async def admit_at_once(servers: list[Database], key_id: str, count: int, cost: int = 1) -> list[Any]:
    work = (servers[number % 2].write(keys.admit, key_id, cost) for number in range(count))
    return await asyncio.gather(*work, return_exceptions=True)


def passed(answers: list[Any]) -> int:
    assert all(isinstance(answer, keys.Admission | RateLimited | Forbidden) for answer in answers)
    return sum(isinstance(answer, keys.Admission) for answer in answers)


async def test_a_burst_is_exact_over_two_servers(servers: list[Database], alice: Any) -> None:
    # RAT-01. One request a minute: however slow this machine, none is regained while the test runs.
    key = await rings.issued(servers[0], alice.id, rate_limit=1)
    assert passed(await admit_at_once(servers, key.id, 50)) == 1
    key = await rings.issued(servers[0], alice.id, rate_limit=2, burst=2)
    assert passed(await admit_at_once(servers, key.id, 200)) == 2


async def test_the_burst_and_no_more_comes_back_as_time_passes(servers: list[Database], alice: Any) -> None:
    key = await rings.issued(servers[0], alice.id, rate_limit=2, burst=2)
    assert passed(await admit_at_once(servers, key.id, 50)) == 2
    for minutes, regained in ((0.5, 1), (1, 2), (60, 2)):
        await servers[0].write(rings.let_pass, key.id, int(minutes * MINUTE))
        assert passed(await admit_at_once(servers, key.id, 20)) == regained


async def test_no_window_has_an_edge_at_which_twice_as_many_pass(servers: list[Database], alice: Any) -> None:
    key = await rings.issued(servers[0], alice.id, rate_limit=2, burst=2)
    total = 0
    for _ in range(20):
        total += passed(await admit_at_once(servers, key.id, 4))
        await servers[0].write(rings.let_pass, key.id, MINUTE // 4)
    # Ten requests' time went by: allowed are burst + rate * t, give or take one.
    assert 2 + 10 - 1 <= total <= 2 + 10 + 1


async def test_a_request_at_the_time_that_was_told_passes_and_one_before_does_not(
    db: Database, alice: Any
) -> None:
    key = await rings.issued(db, alice.id, rate_limit=1)
    await db.write(keys.admit, key.id, 0)
    with pytest.raises(RateLimited, match="may make 1 requests a minute") as refused:
        await db.write(keys.admit, key.id, 0)
    assert 0 < refused.value.retry_after <= 60.001
    wait = math.ceil(refused.value.retry_after * rings.SECOND)
    await db.write(rings.let_pass, key.id, wait // 2)
    with pytest.raises(RateLimited) as again:
        await db.write(keys.admit, key.id, 0)
    assert again.value.retry_after <= refused.value.retry_after / 2 + 0.001
    await db.write(rings.let_pass, key.id, wait - wait // 2)
    await db.write(keys.admit, key.id, 0)


async def test_the_figures_say_what_is_left_and_when_more_comes(db: Database, alice: Any) -> None:
    key = await rings.issued(db, alice.id, rate_limit=2, burst=2)
    assert await db.write(keys.admit, key.id, 0) == keys.Admission(limit=2, remaining=1, reset=0)
    last = await db.write(keys.admit, key.id, 0)
    assert (last.limit, last.remaining) == (2, 0)
    assert 0 < last.reset <= 30
    await db.write(rings.let_pass, key.id, last.reset * rings.SECOND)
    await db.write(keys.admit, key.id, 0)


@pytest.mark.parametrize(
    ("rate", "burst", "ahead", "remaining", "reset"),
    [
        (60, 60, -5_000_000, 60, 0),
        (60, 60, 0, 60, 0),
        (60, 60, 1, 59, 0),
        (60, 60, 59 * rings.SECOND, 1, 0),
        (60, 60, 59 * rings.SECOND + 1, 0, 1),
        (60, 60, 60 * rings.SECOND, 0, 1),
        (1, 1, MINUTE, 0, 60),
        (1, 1, 0, 1, 0),
        (1_000_000, 1_000_000, 60, 999_999, 0),
    ],
)
def test_figures_follow_from_the_next_arrival(
    rate: int, burst: int, ahead: int, remaining: int, reset: int
) -> None:
    assert standing(rate, burst, ahead) == keys.Admission(rate, remaining, reset)


async def test_a_refused_request_costs_nothing(db: Database, alice: Any) -> None:
    key = await rings.issued(db, alice.id, rate_limit=1, cap=100)
    await db.write(keys.admit, key.id, 10)
    before = await db.read(rings.row, key.id)
    for _ in range(5):
        with pytest.raises(RateLimited):
            await db.write(keys.admit, key.id, 10)
    assert await db.read(rings.row, key.id) == before


async def test_a_cap_is_exact_over_two_servers(servers: list[Database], alice: Any) -> None:
    key = await rings.issued(servers[0], alice.id, rate_limit=1000, cap=73)
    answers = await admit_at_once(servers, key.id, 64, cost=10)
    assert passed(answers) == 7
    assert all(answer.code == "credit_cap_reached" for answer in answers if isinstance(answer, Forbidden))
    assert (await servers[0].read(rings.row, key.id)).used == 70
    assert passed(await admit_at_once(servers, key.id, 5, cost=3)) == 1
    assert passed(await admit_at_once(servers, key.id, 5, cost=1)) == 0
    # What costs nothing passes at the cap, too.
    assert passed(await admit_at_once(servers, key.id, 5, cost=0)) == 5


async def test_the_sentence_of_a_reached_cap_says_what_is_left(db: Database, alice: Any) -> None:
    key = await rings.issued(db, alice.id, cap=25)
    await db.write(keys.admit, key.id, 20)
    before = await db.read(rings.row, key.id)
    with pytest.raises(Forbidden, match="cap of 25 credits leaves 5, and this needs 6"):
        await db.write(keys.admit, key.id, 6)
    assert await db.read(rings.row, key.id) == before


async def test_a_cap_of_nothing_pays_for_nothing(db: Database, alice: Any) -> None:
    key = await rings.issued(db, alice.id, cap=0)
    await db.write(keys.admit, key.id, 0)
    with pytest.raises(Forbidden):
        await db.write(keys.admit, key.id, 1)


async def test_what_comes_back_can_be_spent_again(db: Database, alice: Any) -> None:
    key = await rings.issued(db, alice.id, cap=30)
    await db.write(keys.admit, key.id, 30)
    await db.write(keys.give_back, key.id, 10)
    await db.write(keys.give_back, key.id, 0)
    await db.write(keys.give_back, None, 10)
    assert (await db.read(keys.recount))[key.id] == (alice.id, 20)
    await db.write(keys.admit, key.id, 10)
    with pytest.raises(Forbidden):
        await db.write(keys.admit, key.id, 1)


async def test_no_more_comes_back_than_was_spent(db: Database, alice: Any) -> None:
    from aims.core.db import IntegrityError

    key = await rings.issued(db, alice.id)
    await db.write(keys.admit, key.id, 5)
    with pytest.raises(IntegrityError):
        await db.write(keys.give_back, key.id, 6)
    assert (await db.read(keys.recount))[key.id] == (alice.id, 5)


async def test_an_unknown_key_is_not_admitted(db: Database) -> None:
    with pytest.raises(Unauthenticated, match="not valid"):
        await db.write(keys.admit, "nobody", 1)


async def test_a_limit_that_made_room_a_moment_ago_says_come_again_now(db: Database, alice: Any) -> None:
    # Between the refusal and the look for its reason the clock goes on: then no reason is left.
    for wishes in ({}, {"cap": 10}):
        key = await rings.issued(db, alice.id, **wishes)
        reason = await db.read(refusal, key.id, 10)
        assert isinstance(reason, RateLimited)
        assert 0 < reason.retry_after < 0.01


async def test_one_keys_requests_do_not_count_against_another(db: Database, alice: Any) -> None:
    first, second = [await rings.issued(db, alice.id, rate_limit=1) for _ in range(2)]
    await db.write(keys.admit, first.id, 1)
    await db.write(keys.admit, second.id, 1)
    with pytest.raises(RateLimited):
        await db.write(keys.admit, first.id, 1)


async def test_a_server_whose_clock_is_wrong_moves_no_limit_and_ends_no_key(
    new_location: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # I16: on Postgres every server uses the database's clock. (A file has no other clock than its host's.)
    db = Database(new_location("postgres"))
    await db.write(accounts.create_workspace, "w", "Alice's")
    key = await rings.issued(db, "w", rate_limit=1, days=1)
    await db.write(keys.admit, key.id, 1)
    right = time.time_ns
    for days in (-2, 2):
        wrong = days * 24 * 3600 * 10**9
        monkeypatch.setattr(time, "time_ns", lambda wrong=wrong: right() + wrong)
        monkeypatch.setattr(time, "time", lambda: time.time_ns() / 10**9)
        fresh = keys.Ring(Secrets(b"a secret of more than thirty-two characters"))
        assert (await fresh.recognise(db, key.text)).key_id == key.id
        with pytest.raises(RateLimited) as refused:
            await db.write(keys.admit, key.id, 1)
        assert 0 < refused.value.retry_after <= 60.001
        made = await rings.issued(db, "w")
        assert abs((await db.read(rings.row, made.id)).created_at * 1000 - right()) < 3600 * 10**9
    monkeypatch.undo()
    await db.close()


def test_reads_have_ten_times_the_rate_and_their_own_count() -> None:
    limits = keys.ReadLimits()
    for _ in range(10):
        limits.admit("a key", 1)
    with pytest.raises(RateLimited, match="10 reads a minute") as refused:
        limits.admit("a key", 1)
    assert 0 < refused.value.retry_after <= 6
    limits.admit("another key", 1)


def test_the_count_of_reads_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aims.keys.limits.MAX_BUCKETS", 3)
    limits = keys.ReadLimits()
    for number in range(10):
        limits.admit(f"key {number}", 1)
    assert list(limits._arrivals) == ["key 7", "key 8", "key 9"]
