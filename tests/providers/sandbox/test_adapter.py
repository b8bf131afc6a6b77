"""The sandbox as a provider: what it says happened, and what it writes down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aims.core.children import Children
from aims.providers import Ambiguous, Busy, Done, Down, Made, Order, Refused, Running, Source, Withheld
from aims.providers.sandbox.adapter import DRAW_MEMORY, TASK, Sandbox


@pytest.fixture
async def children() -> AsyncIterator[Children]:
    """One child that draws."""
    pool = Children(1, allowed=[TASK], memory_bytes=DRAW_MEMORY)
    yield pool
    await pool.close()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Where each submit is written down."""
    return tmp_path / "journal"


@pytest.fixture
def sandbox(children: Children, journal: Path) -> Sandbox:
    """The sandbox with one drawer."""
    return Sandbox(children, drawers=1, journal=journal)


def an_order(directive: str = "", *, nonce: str = "nonce-1", **others: object) -> Order:
    """An order for small pictures."""
    given: dict[str, object] = {
        "nonce": nonce, "model": "m", "endpoint": "e", "kind": "image", "prompt": "Abstract", "negative_prompt": "",
        "parameters": {}, "count": 1, "first": 0, "of": 1, "directive": directive, "width": 64, "height": 64,
    }  # fmt: skip
    return Order(**(given | others))  # ty: ignore[invalid-argument-type]


def lines(journal: Path) -> list[str]:
    """What was written down."""
    return journal.read_text().splitlines() if journal.exists() else []


async def done(sandbox: Sandbox, order: Order) -> Done:
    """What an order comes to."""
    running = await sandbox.submit(order)
    assert isinstance(running, Running)
    over = await sandbox.poll(order, running)
    assert isinstance(over, Done)
    return over


@pytest.mark.parametrize(
    ("told", "error", "arrived"),
    [("busy", Busy, False), ("down", Down, False), ("refused", Refused, True), ("timeout", Ambiguous, True)],
)
async def test_an_error_is_said_as_what_it_is(
    sandbox: Sandbox, journal: Path, told: str, error: type[Exception], arrived: bool
):
    with pytest.raises(error):
        await sandbox.submit(an_order(f"error={told}"))

    assert lines(journal) == (["nonce-1 0 1"] if arrived else [])


async def test_each_submit_is_written_down_once(sandbox: Sandbox, journal: Path):
    await sandbox.submit(an_order(nonce="one", count=4, of=8))
    await sandbox.submit(an_order(nonce="two", count=4, first=4, of=8))

    assert lines(journal) == ["one 0 4", "two 4 4"]


async def test_a_delay_is_kept_across_restarts_and_nothing_is_drawn_before(
    sandbox: Sandbox, children: Children
):
    order = an_order("delay=5m")

    running = await sandbox.submit(order)
    again = await sandbox.poll(order, Running(running.reference, dict(running.data)))

    assert isinstance(running, Running)
    assert running.wait == 300
    assert isinstance(again, Running)
    assert 0 < again.wait < 301
    assert again.data == running.data
    assert children.pids == []


async def test_the_last_pictures_of_the_generation_fail_whichever_call_makes_them(sandbox: Sandbox):
    first = await done(sandbox, an_order("fail=1", count=2, first=0, of=4))
    second = await done(sandbox, an_order("fail=1", count=2, first=2, of=4))

    kinds = [type(outcome) for outcome in (*first.outcomes, *second.outcomes)]
    assert kinds == [Made, Made, Made, Withheld]
    assert first.cost_usd_micros == 0


async def test_the_same_seed_and_position_give_the_same_bytes(sandbox: Sandbox):
    first = await done(sandbox, an_order(nonce="a", seed=7, count=2, of=2))
    again = await done(sandbox, an_order(nonce="b", seed=7, count=1, first=1, of=2))
    other = await done(sandbox, an_order(nonce="c", seed=8))
    free = await done(sandbox, an_order(nonce="d"))

    made = [outcome.data for outcome in first.outcomes if isinstance(outcome, Made)]
    assert [again.outcomes[0]] == [Made(made[1])]
    drawn = {each.outcomes[0].data for each in (other, free) if isinstance(each.outcomes[0], Made)}
    assert len({*made, *drawn}) == 4


@pytest.mark.parametrize(
    ("form", "magic"), [("png", b"\x89PNG"), ("jpeg", b"\xff\xd8\xff"), ("webp", b"RIFF")]
)
async def test_the_picture_has_the_format_that_was_asked_for(sandbox: Sandbox, form: str, magic: bytes):
    over = await done(sandbox, an_order(parameters={"output_format": form}))

    [outcome] = over.outcomes
    assert isinstance(outcome, Made)
    assert outcome.data is not None
    assert outcome.data.startswith(magic)


async def test_a_drawing_that_cannot_be_finished_is_withheld_and_spoils_nothing(sandbox: Sandbox):
    over = await done(sandbox, an_order(references=(Source("reference", b"this is no picture"),)))
    after = await done(sandbox, an_order())

    assert over.outcomes == (Withheld("A reference is not a picture we can read."),)
    assert isinstance(after.outcomes[0], Made)
