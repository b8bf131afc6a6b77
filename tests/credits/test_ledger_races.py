"""Many at once, over two connections' worth of servers: exact counts, and every snapshot adds up."""

import asyncio
import random
from collections import Counter
from typing import Any

import books
import pytest

from aims import credits
from aims.core.db import Database, Tx
from aims.core.errors import Invalid, NotEnoughCredits

pytestmark = pytest.mark.ledger_only


@pytest.fixture
def servers(db: Database, another: Any) -> list[Database]:
    """The database twice, as two processes have it."""
    return [db, another()]


async def at_once(*work: Any) -> list[Any]:
    return await asyncio.gather(*work, return_exceptions=True)


async def test_a_balance_buys_exactly_what_it_affords(servers: list[Database], new_workspace: Any) -> None:
    alice = await new_workspace(73)
    answers = await at_once(
        *(
            servers[number % 2].write(books.hold, alice.id, 10, f"work {number}", lane=alice.id)
            for number in range(64)
        )
    )
    paid = [answer for answer in answers if isinstance(answer, int)]
    assert sorted(paid) == [3, 13, 23, 33, 43, 53, 63]
    assert all(isinstance(answer, NotEnoughCredits) for answer in answers if not isinstance(answer, int))
    assert await servers[0].read(books.accounts, alice.id) == {"available": 3, "held": 70, "grants": 73}


async def test_without_a_lane_the_count_is_as_exact(servers: list[Database], new_workspace: Any) -> None:
    alice = await new_workspace(73)
    answers = await at_once(
        *(servers[number % 2].write(books.hold, alice.id, 10, f"work {number}") for number in range(64))
    )
    assert sum(isinstance(answer, int) for answer in answers) == 7
    assert all(isinstance(answer, int | NotEnoughCredits) for answer in answers)


async def test_one_piece_of_work_is_held_once_however_many_ask(servers: list[Database], alice: Any) -> None:
    answers = await at_once(
        *(servers[number % 2].write(books.hold, alice.id, 10, "work") for number in range(32))
    )
    assert answers == [990] * 32
    assert await servers[0].read(books.accounts, alice.id) == {"available": 990, "held": 10, "grants": 1000}


async def test_a_hold_is_resolved_once_and_everybody_is_told_the_same(
    servers: list[Database], alice: Any
) -> None:
    await servers[0].write(books.hold, alice.id, 20, "work")
    answers = await at_once(
        *(servers[charge % 2].write(books.settle, "work", charge) for charge in range(20))
    )
    assert len(set(answers)) == 1
    charged = answers[0].captured
    assert 0 <= charged < 20
    assert (await servers[1].read(books.accounts, alice.id))["available"] == 1000 - charged
    resolutions = [verb for verb, _ in await servers[0].read(books.verbs, alice.id)]
    assert resolutions.count("capture") + resolutions.count("release") in (1, 2)


async def test_one_refund_asked_for_twenty_times_at_once_is_one_refund(
    servers: list[Database], alice: Any
) -> None:
    await servers[0].write(books.hold, alice.id, 20, "work")
    await servers[0].write(books.settle, "work", 20)
    answers = await at_once(*(servers[number % 2].write(books.refund, "work", 5) for number in range(20)))
    assert [answer.refunded for answer in answers] == [5] * 20
    assert await servers[0].read(books.accounts, alice.id) == {
        "available": 985,
        "revenue": 15,
        "grants": 1000,
    }


async def test_different_refunds_at_once_never_exceed_the_charge(servers: list[Database], alice: Any) -> None:
    await servers[0].write(books.hold, alice.id, 20, "work")
    await servers[0].write(books.settle, "work", 18)
    answers = await at_once(
        *(servers[number % 2].write(books.refund, "work", 5, f"reason {number}") for number in range(20))
    )
    assert sum(isinstance(answer, credits.Hold) for answer in answers) == 3
    assert all(isinstance(answer, credits.Hold | Invalid) for answer in answers)


@pytest.mark.parametrize("verb", [books.grant, books.purchase, books.expire])
async def test_one_booking_asked_for_twenty_times_at_once_is_one_booking(
    servers: list[Database], alice: Any, verb: Any
) -> None:
    answers = await at_once(
        *(servers[number % 2].write(verb, alice.id, 5, "the same") for number in range(20))
    )
    assert set(answers) == {credits.Balance(995 if verb is books.expire else 1005, 0)}
    assert len(await servers[0].read(books.verbs, alice.id)) == 2


def snapshot(tx: Tx) -> list[Any]:
    """Every rule of the ledger, at one moment."""
    return credits.verify(tx)


CLIENTS, STEPS = 16, 20


class Bank:
    """Clients that do anything to two accounts, and a clerk who never sees a moment at which it does not add up."""

    def __init__(self, servers: list[Database], workspaces: list[str]) -> None:
        self.servers = servers
        self.workspaces = workspaces
        self.done: Counter[str] = Counter()
        self.open: list[str] = []
        self.charged: list[str] = []

    async def client(self, number: int) -> None:
        chance = random.Random(number)
        db = self.servers[number % 2]
        for step in range(STEPS):
            workspace = chance.choice(self.workspaces)
            verb = chance.choice(["hold", "hold", "settle", "settle", "refund", "grant", "expire", "reset"])
            try:
                await self.act(db, chance, verb, workspace, f"{number}.{step}")
            except (NotEnoughCredits, Invalid):
                verb = f"{verb} refused"
            self.done[verb] += 1

    async def act(self, db: Database, chance: random.Random, verb: str, workspace: str, name: str) -> None:
        amount = chance.randint(1, 30)
        if verb == "hold":
            await db.write(books.hold, workspace, amount, name, lane=workspace)
            self.open.append(name)
        elif verb == "settle" and self.open:
            found = chance.choice(self.open)  # several clients may settle the same one
            await db.write(books.settle, found, amount)
            self.charged.append(found)
        elif verb == "refund" and self.charged:
            await db.write(books.refund, chance.choice(self.charged), chance.randint(1, 9), name)
        elif verb in ("grant", "expire"):
            await db.write(getattr(books, verb), workspace, amount, name, lane=workspace)
        elif verb == "reset":
            await db.write(lambda tx: credits.reset_sandbox(tx, workspace, actor="operator"))

    async def clerk(self, working: "asyncio.Future[Any]") -> int:
        looks = 0
        while not working.done():
            for db in self.servers:
                assert await db.read(snapshot) == []
                looks += 1
        return looks


async def test_credits_are_conserved_at_every_moment(servers: list[Database], new_workspace: Any) -> None:
    bank = Bank(servers, [(await new_workspace(100, name)).id for name in ("Alice's", "Bob's")])
    working = asyncio.gather(*(bank.client(number) for number in range(CLIENTS)))
    looks = await bank.clerk(working)
    await working
    assert looks >= 4
    assert bank.done.total() == CLIENTS * STEPS
    for verb in ("hold", "settle", "refund", "grant", "expire"):
        assert bank.done[verb] > 0
    assert await servers[0].read(snapshot) == []
