"""The check of the books finds each breach that is planted, and nothing where nothing is wrong."""

import pytest
from idle_studio import Idle

from aims import bootstrap, credits
from aims.core import ids
from aims.generation import attempt as rows
from aims.generation import drive, settle
from aims.generation.attempt import Attempt
from aims.generation.idempotency import Idempotency, remember
from aims.generation.lifecycle import AttemptState

pytestmark = pytest.mark.broken_books


@pytest.fixture
async def one(idle: Idle) -> str:
    """A generation with a call that is under way."""
    accepted = await idle.accept()
    call = Attempt(ids.new_id(), 0, 0, 1, ids.token(), AttemptState.SUBMITTING)
    await idle.write(rows.begin, accepted.id, 1, call, "sandbox")
    assert await idle.breaches() == set()
    return accepted.id


@pytest.fixture
async def over(idle: Idle, one: str) -> str:
    """A generation that is over, with its picture."""
    found = await idle.studio.db.read(rows.load, one, 1)
    stored = settle.Stored("workspaces/a/b.png", "image/png", 9, "0" * 64, 512, 512)
    result = (settle.OutputResult(0, stored),)
    done = settle.AttemptResult(found.attempts[0].id, AttemptState.DONE, result)
    assert await idle.write(settle.record, one, 1, done) is True
    assert await idle.breaches() == set()
    return one


@pytest.mark.parametrize(
    ("change", "invariant"),
    [
        ("UPDATE generations SET state = 'failed', finished_at = 1 WHERE id = :id", "I7"),
        ("UPDATE generations SET created_at = 1 WHERE id = :id", "I7"),
        ("UPDATE attempts SET tries = 2 WHERE generation_id = :id", "I9"),
        ("UPDATE attempts SET state = 'unknown' WHERE generation_id = :id", "I9"),
        ("UPDATE generations SET key_id = 'another' WHERE id = :id", "I12"),
        ("UPDATE api_keys SET used = used + 1", "I8"),
    ],
)
async def test_a_breach_in_what_runs_is_found(idle: Idle, one: str, change: str, invariant: str):
    await idle.by_hand(change, id=one)

    assert invariant in await idle.breaches()


@pytest.mark.parametrize(
    ("change", "invariant"),
    [
        ("UPDATE generations SET state = 'accepted', finished_at = NULL WHERE id = :id", "I7"),
        ("UPDATE outputs SET state = 'waiting' WHERE generation_id = :id", "I7"),
        ("UPDATE outputs SET state = 'stored' WHERE generation_id = :id", "I7"),
        ("UPDATE attempts SET cost_outcome = NULL WHERE generation_id = :id", "I9"),
        ("UPDATE attempts SET state = 'running' WHERE generation_id = :id", "I9"),
        ("DELETE FROM assets WHERE generation_id = :id", "I10"),
        ("UPDATE generations SET credits_charged = 0 WHERE id = :id", "I10"),
        ("UPDATE api_keys SET used = 0", "I8"),
    ],
)
async def test_a_breach_in_what_is_over_is_found(idle: Idle, over: str, change: str, invariant: str):
    await idle.by_hand(change, id=over)

    assert invariant in await idle.breaches()


async def test_a_hold_without_work_is_found(idle: Idle):
    price = credits.Price(25, 25, 1, "v1")

    def hold(tx) -> None:
        credits.hold(tx, idle.workspace_id, price, ids.new_id(), actor="operator")

    await idle.write(hold)

    assert "I7" in await idle.breaches()


async def test_a_key_that_joins_across_workspaces_is_found(idle: Idle, one: str):
    other = ids.new_id()
    await idle.write(bootstrap.create_workspace, other, "Charlie's", 0)

    await idle.write(remember, other, Idempotency("k", "f"), one)

    assert "I11" in await idle.breaches()


async def test_a_hold_of_another_workspace_is_found(idle: Idle, one: str):
    other = ids.new_id()
    await idle.write(bootstrap.create_workspace, other, "Charlie's", 1000)

    await idle.by_hand("UPDATE generations SET workspace_id = :other WHERE id = :id", other=other, id=one)

    assert "I12" in await idle.breaches()


async def test_a_breach_names_the_workspace_and_what_it_is_about(idle: Idle, one: str):
    from aims import generation

    await idle.by_hand("UPDATE generations SET created_at = 1 WHERE id = :id", id=one)

    [breach] = await idle.studio.db.read(generation.verify)
    assert breach.account == f"{idle.workspace_id}:{one}"
    assert "unfinished for two days" in str(breach)
    await idle.write(drive.give_up, one, 1, "The test is over.")
    assert await idle.breaches() == set()
