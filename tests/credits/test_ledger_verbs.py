"""Each verb of the ledger: what it moves, what it refuses, and that twice is once."""

from typing import Any

import books
import pytest

from aims import credits
from aims.core.db import Database
from aims.core.errors import Invalid, NotEnoughCredits, NotFound

pytestmark = pytest.mark.ledger_only


@pytest.fixture
def accounts(db: Database, alice: Any) -> Any:
    """Alice's accounts now, those that are not empty."""

    async def look() -> dict[str, int]:
        return await db.read(books.accounts, alice.id)

    return look


async def test_a_grant_can_be_spent(db: Database, alice: Any, accounts: Any) -> None:
    left = await db.write(books.grant, alice.id, 50, "welcome")
    assert left == credits.Balance(1050, 0)
    assert await accounts() == {"available": 1050, "grants": 1050}


async def test_a_purchase_is_kept_apart_from_what_was_given(db: Database, alice: Any, accounts: Any) -> None:
    await db.write(books.purchase, alice.id, 50, "invoice 1")
    # The same name for another verb is another thing.
    await db.write(books.grant, alice.id, 7, "invoice 1")
    assert await accounts() == {"available": 1057, "grants": 1007, "purchases": 50}


async def test_a_hold_sets_credits_aside(db: Database, alice: Any, accounts: Any) -> None:
    assert await db.write(books.hold, alice.id, 30, "work") == 970
    assert await accounts() == {"available": 970, "held": 30, "grants": 1000}


async def test_settling_charges_for_what_was_delivered_and_gives_back_the_rest(
    db: Database, alice: Any, accounts: Any
) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    settled = await db.write(books.settle, "work", 20)
    assert (settled.captured, settled.released, settled.resolved) == (20, 10, True)
    assert await accounts() == {"available": 980, "revenue": 20, "grants": 1000}
    assert await db.read(books.verbs, alice.id) == [
        ("grant", 1000),
        ("hold", 30),
        ("capture", 20),
        ("release", 10),
    ]


@pytest.mark.parametrize(
    ("charge", "captured"), [(-1, 0), (0, 0), (1, 1), (29, 29), (30, 30), (31, 30), (10**15, 30)]
)
async def test_a_charge_is_never_less_than_nothing_nor_more_than_was_held(
    db: Database, alice: Any, accounts: Any, charge: int, captured: int
) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    settled = await db.write(books.settle, "work", charge)
    assert (settled.captured, settled.released) == (captured, 30 - captured)
    assert (await accounts()).get("revenue", 0) == captured


async def test_work_that_costs_nothing_can_be_held_and_settled(
    db: Database, alice: Any, accounts: Any
) -> None:
    assert await db.write(books.hold, alice.id, 0, "free") == 1000
    assert (await db.write(books.settle, "free", 0)).resolved
    assert await accounts() == {"available": 1000, "grants": 1000}
    assert await db.read(books.verbs, alice.id) == [("grant", 1000)]


async def test_the_last_credit_can_be_spent_and_not_one_more(db: Database, alice: Any, accounts: Any) -> None:
    with pytest.raises(NotEnoughCredits, match="needs 1001 credits and the workspace has 1000") as refused:
        await db.write(books.hold, alice.id, 1001, "too much")
    assert (refused.value.needed, refused.value.available) == (1001, 1000)
    assert await db.write(books.hold, alice.id, 1000, "everything") == 0
    with pytest.raises(NotEnoughCredits):
        await db.write(books.hold, alice.id, 1, "one more")
    assert await db.write(books.hold, alice.id, 0, "nothing") == 0
    assert await accounts() == {"held": 1000, "grants": 1000}


async def test_a_refused_hold_leaves_no_trace_and_may_be_asked_again(db: Database, alice: Any) -> None:
    def refused_then_paid(tx: Any) -> int:
        with pytest.raises(NotEnoughCredits):
            books.hold(tx, alice.id, 1500, "work")
        assert books.hold_row(tx, "work") is None
        books.grant(tx, alice.id, 500, "top up")
        return books.hold(tx, alice.id, 1500, "work")

    assert await db.write(refused_then_paid) == 0


async def test_the_price_is_frozen_on_the_hold(db: Database, alice: Any) -> None:
    price = credits.Price(credits=60, unit_credits=20, quantity=3, version="2026-07")
    await db.write(
        lambda tx: credits.hold(tx, alice.id, price, "work", actor="key:1", key_id="1", sandbox=True)
    )
    row = await db.read(books.hold_row, "work")
    assert (row.amount, row.unit_credits, row.quantity, row.price_version) == (60, 20, 3, "2026-07")
    assert (row.key_id, row.sandbox, row.state) == ("1", 1, "open")
    assert row.created_at > 0


async def test_every_entry_says_why_by_whom_and_when(db: Database, alice: Any) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    await db.write(books.settle, "work", 20)
    await db.write(books.refund, "work", 5, "blurred")
    rows = await db.read(books.rows, alice.id)
    assert [(row.cause, row.actor) for row in rows] == [
        ("grant", "operator"),
        ("generation accepted", "user:alice"),
        ("a test", "user:alice"),
        ("a test", "user:alice"),
        ("blurred", "user:alice"),
    ]
    assert [row.hold_reference for row in rows] == [None, "work", "work", "work", "work"]
    assert [row.seq for row in rows] == sorted(row.seq for row in rows)
    assert all(row.created_at > 1_700_000_000_000_000 for row in rows)


async def test_a_refund_gives_back_what_was_charged_and_no_more(
    db: Database, alice: Any, accounts: Any
) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    await db.write(books.settle, "work", 20)
    assert (await db.write(books.refund, "work", 5, "first")).refunded == 5
    for amount in (0, -1, 16):
        with pytest.raises(Invalid, match="at least 1 credit and at most the 15 that are left"):
            await db.write(books.refund, "work", amount, f"wrong {amount}")
    assert (await db.write(books.refund, "work", 15, "rest")).refunded == 20
    with pytest.raises(Invalid, match="at most the 0"):
        await db.write(books.refund, "work", 1, "one more")
    # LED-09: everything is as it was before.
    assert await accounts() == {"available": 1000, "grants": 1000}


async def test_what_was_not_charged_cannot_be_refunded(db: Database, alice: Any) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    with pytest.raises(Invalid, match="at most the 0"):
        await db.write(books.refund, "work", 1)
    await db.write(books.settle, "work", 0)
    with pytest.raises(Invalid, match="at most the 0"):
        await db.write(books.refund, "work", 1)


async def test_unspent_credits_can_expire_and_held_ones_cannot(
    db: Database, alice: Any, accounts: Any
) -> None:
    await db.write(books.hold, alice.id, 900, "work")
    for amount in (0, -1, 101):
        with pytest.raises(Invalid, match="at most the 100 spendable"):
            await db.write(books.expire, alice.id, amount, f"wrong {amount}")
    await db.write(books.expire, alice.id, 100, "year's end")
    assert await accounts() == {"held": 900, "expired": 100, "grants": 1000}


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
async def test_an_amount_that_is_no_amount_is_refused(db: Database, alice: Any, amount: int) -> None:
    for verb in (books.grant, books.purchase):
        with pytest.raises(Invalid, match="whole number of credits from 1 to"):
            await db.write(verb, alice.id, amount, "odd")


async def test_the_largest_amounts_do_not_overflow(db: Database, alice: Any, accounts: Any) -> None:
    for number in range(3):
        await db.write(books.purchase, alice.id, 10**12, f"invoice {number}")
    await db.write(books.hold, alice.id, 3 * 10**12, "everything")
    await db.write(books.settle, "everything", 3 * 10**12)
    assert (await accounts())["revenue"] == 3 * 10**12


async def test_a_workspace_without_an_account_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        await db.write(books.grant, "nobody", 1, "x")
    assert await db.read(credits.balance, "nobody") == credits.Balance(0, 0)
    for verb in (books.settle, books.refund):
        with pytest.raises(NotFound, match="No credits were set aside"):
            await db.write(verb, "nothing", 1)


async def test_opening_an_account_again_keeps_what_is_in_it(db: Database, alice: Any) -> None:
    await db.write(credits.open_account, alice.id)
    assert await db.read(credits.balance, alice.id) == credits.Balance(1000, 0)


async def test_doing_anything_twice_is_doing_it_once(db: Database, alice: Any, accounts: Any) -> None:
    for _ in range(3):
        await db.write(books.grant, alice.id, 100, "welcome")
        await db.write(books.purchase, alice.id, 100, "invoice")
        await db.write(books.expire, alice.id, 10, "year's end")
        await db.write(books.hold, alice.id, 30, "work")
        await db.write(books.settle, "work", 20)
        await db.write(books.refund, "work", 5, "blurred")
    assert await accounts() == {
        "available": 1175,
        "revenue": 15,
        "expired": 10,
        "grants": 1100,
        "purchases": 100,
    }
    assert len(await db.read(books.verbs, alice.id)) == 8


async def test_the_first_settlement_stands_whatever_is_asked_later(
    db: Database, alice: Any, accounts: Any
) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    first = await db.write(books.settle, "work", 20)
    for charge in (30, 0, 20):
        assert await db.write(books.settle, "work", charge) == first
    assert await accounts() == {"available": 980, "revenue": 20, "grants": 1000}


async def test_a_reset_gives_back_sandbox_charges_only(db: Database, alice: Any, accounts: Any) -> None:
    for name, sandbox in (("drawn", True), ("also drawn", True), ("real", False)):
        await db.write(
            lambda tx, name=name, sandbox=sandbox: books.hold(tx, alice.id, 30, name, sandbox=sandbox)
        )
        await db.write(books.settle, name, 20)
    await db.write(books.refund, "drawn", 5)

    def reset(tx: Any) -> list[tuple[str, int]]:
        return [
            (hold.reference, left) for hold, left in credits.reset_sandbox(tx, alice.id, actor="operator")
        ]

    assert await db.write(reset) == [("also drawn", 20), ("drawn", 15)]
    assert await db.write(reset) == []
    assert await accounts() == {"available": 980, "revenue": 20, "grants": 1000}


async def test_a_statement_shows_the_newest_first_page_by_page(db: Database, alice: Any) -> None:
    await db.write(books.hold, alice.id, 30, "work")
    await db.write(books.settle, "work", 20)
    await db.write(books.refund, "work", 5)
    everything = await db.read(credits.statement, alice.id)
    assert [(entry.verb, entry.change) for entry in everything] == [
        ("refund", 5),
        ("release", 10),
        ("capture", 0),
        ("hold", -30),
        ("grant", 1000),
    ]
    assert sum(entry.change for entry in everything) == (await db.read(credits.balance, alice.id)).available
    paged, before = [], None
    while page := await db.read(
        lambda tx, before=before: credits.statement(tx, alice.id, before=before, most=2)
    ):
        paged += page
        before = page[-1].seq
    assert paged == everything


async def test_one_workspace_never_sees_or_moves_anothers_credits(
    db: Database, alice: Any, new_workspace: Any, accounts: Any
) -> None:
    charlie = await new_workspace(10, "Charlie's")
    await db.write(books.hold, charlie.id, 10, "charlie's work")
    await db.write(books.settle, "charlie's work", 4)
    assert await accounts() == {"available": 1000, "grants": 1000}
    assert [entry.verb for entry in await db.read(credits.statement, alice.id)] == ["grant"]
    with pytest.raises(NotEnoughCredits):
        await db.write(books.hold, charlie.id, 7, "more")
