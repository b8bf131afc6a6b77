"""Only legal moves, only by whoever holds the lease; what a driver cannot finish is given up in order."""

from itertools import pairwise, product

import pytest
from idle_studio import Idle

from aims.core import ids
from aims.generation import attempt as rows
from aims.generation import drive, lifecycle, not_taken, settle
from aims.generation.attempt import Attempt
from aims.generation.cancel import request_cancel
from aims.generation.lifecycle import MOVES, OUTSIDE, TERMINAL, AttemptState, State, Superseded
from aims.generation.request import Request
from aims.providers import Running

END = {"charged": 0, "refunded": 0, "error_code": None, "error": None}
PATH = (State.ACCEPTED, State.SUBMITTING, State.RUNNING, State.STORING)


def attempt(number: int = 0, first: int = 0, count: int = 1) -> Attempt:
    """A planned call that was not made yet."""
    return Attempt(ids.new_id(), number, first, count, ids.token(), AttemptState.SUBMITTING)


def test_nothing_leaves_an_end_and_every_state_has_a_word_for_people():
    assert all(MOVES[state] == frozenset() for state in TERMINAL)
    assert set(MOVES) == set(OUTSIDE) == set(State)
    assert all(MOVES[state] & TERMINAL == TERMINAL for state in PATH[1:])
    assert State.COMPLETED not in MOVES[State.ACCEPTED]


@pytest.mark.parametrize(("seen", "to"), list(product(State, State)))
def test_a_move_that_is_not_in_the_table_is_a_mistake_of_ours(seen: State, to: State):
    """The table is asked before the database is, so none is needed to see it."""
    moving = to in MOVES[seen] and to not in TERMINAL
    ending = to in MOVES[seen] and to in TERMINAL

    if not moving:
        with pytest.raises(AssertionError, match="does not move"):
            lifecycle.move(None, "x", 1, seen, to)  # ty: ignore[invalid-argument-type]
    if not ending:
        with pytest.raises(AssertionError, match="does not end"):
            lifecycle.finish(None, "x", 1, seen, to, **END)  # ty: ignore[invalid-argument-type]


async def test_each_step_is_taken_once_and_only_from_the_state_that_was_seen(idle: Idle):
    accepted = await idle.accept()
    versions = []
    for seen, to in pairwise(PATH):
        with pytest.raises(Superseded):
            await idle.write(lifecycle.move, accepted.id, 2, seen, to)
        await idle.write(lifecycle.move, accepted.id, 1, seen, to)
        with pytest.raises(Superseded):
            await idle.write(lifecycle.move, accepted.id, 1, seen, to)
        view = await idle.view(accepted.id)
        versions.append((view.stage, view.status))
        assert view.started_at is not None

    assert versions == [("submitting", "running"), ("running", "running"), ("storing", "running")]
    await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")


@pytest.mark.parametrize("wrong", ["epoch", "unknown", "finished"])
async def test_whoever_has_lost_it_can_do_nothing(idle: Idle, wrong: str):
    accepted = await idle.accept()
    generation_id = ids.new_id() if wrong == "unknown" else accepted.id
    epoch = 2 if wrong == "epoch" else 1
    if wrong == "finished":
        await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")
    before = await idle.view(accepted.id)
    result = settle.AttemptResult(None, AttemptState.FAILED, settle.not_made(0, 1, "No."))

    for function, arguments in (
        (rows.load, ()),
        (rows.look, ()),
        (rows.begin, (attempt(), "sandbox")),
        (rows.send_again, (attempt(), "why")),
        (settle.record, (result,)),
        (drive.give_up, ("Again.",)),
    ):
        with pytest.raises(Superseded):
            await idle.write(function, generation_id, epoch, *arguments)
    after = await idle.view(accepted.id)
    assert (after.status, after.credits, after.error) == (before.status, before.credits, before.error)
    if wrong != "finished":
        await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")


async def test_what_has_not_begun_is_given_up_and_paid_back(idle: Idle):
    accepted = await idle.accept(n=3)

    await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")

    view = await idle.view(accepted.id)
    assert (view.status, view.error) == ("failed", "It could not be finished.")
    assert (view.credits.charged, view.credits.refunded, view.credits.held) == (0, 75, 0)
    assert [output.error for output in view.outputs] == ["It could not be finished."] * 3


async def test_what_is_stored_is_delivered_when_the_rest_is_given_up(idle: Idle):
    accepted = await idle.accept(n=8)
    first, second = attempt(0, 0, 4), attempt(1, 4, 4)
    stored = settle.Stored("workspaces/a/b.png", "image/png", 9, "0" * 64, 512, 512)
    made = tuple(settle.OutputResult(at, stored_at(stored, at)) for at in range(4))
    for each in (first, second):
        assert await idle.write(rows.begin, accepted.id, 1, each, "sandbox") is True
    await idle.write(rows.answered, accepted.id, 1, first, Running("ref-1"))

    over = await idle.write(
        settle.record, accepted.id, 1, settle.AttemptResult(first.id, AttemptState.DONE, made)
    )
    await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")

    assert over is False
    view = await idle.view(accepted.id)
    assert view.status == "completed"
    assert [output.status for output in view.outputs] == ["completed"] * 4 + ["failed"] * 4
    assert (view.credits.charged, view.credits.refunded) == (100, 100)


def stored_at(stored: settle.Stored, position: int) -> settle.Stored:
    """The same file under a name of its own."""
    import msgspec

    return msgspec.structs.replace(stored, storage_key=f"workspaces/a/{position}.png")


async def test_a_generation_that_was_asked_to_stop_sends_nothing(idle: Idle):
    from aims.generation import cancel

    accepted = await idle.accept()
    await idle.write(lifecycle.move, accepted.id, 1, State.ACCEPTED, State.SUBMITTING)
    await cancel(idle.studio, idle.actor, accepted.id)

    assert await idle.write(rows.begin, accepted.id, 1, attempt(), "sandbox") is False
    await idle.write(drive.give_up, accepted.id, 1, "Cancelled on request.")
    assert (await idle.view(accepted.id)).status == "cancelled"


async def test_sending_again_is_counted_and_says_why(idle: Idle):
    accepted, call = await idle.accept(), attempt()
    await idle.write(rows.begin, accepted.id, 1, call, "sandbox")

    await idle.write(rows.send_again, accepted.id, 1, call, "It was busy.")
    found = await idle.studio.db.read(rows.load, accepted.id, 1)

    assert found.attempts[0].tries == 2
    await idle.write(rows.answered, accepted.id, 1, call, Running("ref-1", {"until": "1"}))
    with pytest.raises(Superseded):
        await idle.write(rows.send_again, accepted.id, 1, call, "It was busy.")
    with pytest.raises(Superseded):
        await idle.write(rows.answered, accepted.id, 1, call, Running("ref-2"))
    found = await idle.studio.db.read(rows.load, accepted.id, 1)
    assert found.attempts[0].running == Running("ref-1", {"until": "1"})
    await idle.write(drive.give_up, accepted.id, 1, "It could not be finished.")


@pytest.mark.parametrize(
    ("n", "per_call", "expected"),
    [
        (1, 1, [(0, 1)]),
        (1, 4, [(0, 1)]),
        (3, 1, [(0, 1), (1, 1), (2, 1)]),
        (4, 4, [(0, 4)]),
        (8, 4, [(0, 4), (4, 4)]),
        (7, 3, [(0, 3), (3, 3), (6, 1)]),
    ],
)
def test_the_plan_of_calls_is_the_same_after_every_restart(
    n: int, per_call: int, expected: list[tuple[int, int]]
):
    request = Request("m", "e", "p", 25, n=n, per_call=per_call)

    assert request.calls() == request.calls() == expected


async def test_what_no_provider_took_goes_back_and_is_over_with_its_generation(idle: Idle):
    accepted, call = await idle.accept(), attempt()
    await idle.write(rows.begin, accepted.id, 1, call, "sandbox")
    assert await idle.write(rows.put_back, accepted.id, 1, call, "It was busy.", "provider_busy")
    view = await idle.view(accepted.id)
    assert (view.stage, view.status, view.started_at) == ("accepted", "queued", None)
    assert await idle.studio.db.read(not_taken) == [("sandbox", 1, "It was busy.")]
    waits = (await idle.studio.db.read(rows.load, accepted.id, 1)).attempts[0]
    assert (waits.waits, waits.state, waits.tries) == (True, AttemptState.SUBMITTING, 1)

    await idle.write(request_cancel, idle.actor, accepted.id)

    assert (await idle.view(accepted.id)).status == "cancelled"
    assert await idle.studio.db.read(not_taken) == []
    assert await idle.breaches() == set()


async def test_what_no_provider_took_is_sent_once_more_within_what_its_workspace_may_have(idle: Idle):
    first, second = await idle.accept(), await idle.accept()
    waits, other = attempt(), attempt()
    await idle.write(rows.begin, first.id, 1, waits, "sandbox", 1)
    await idle.write(rows.put_back, first.id, 1, waits, "It was busy.", "provider_busy")
    waits.waits = True
    assert await idle.write(rows.begin, second.id, 1, other, "sandbox", 1), "what waits counts for nothing"
    with pytest.raises(rows.NoRoom):
        await idle.write(rows.begin, first.id, 1, waits, "sandbox", 1)
    await idle.write(drive.give_up, second.id, 1, "It could not be finished.")

    assert await idle.write(rows.begin, first.id, 1, waits, "sandbox", 1)

    found = (await idle.studio.db.read(rows.load, first.id, 1)).attempts[0]
    assert (found.waits, found.tries) == (False, 2)
    assert (await idle.view(first.id)).stage == "submitting"
    await idle.write(drive.give_up, first.id, 1, "It could not be finished.")
    assert await idle.breaches() == set()
