"""Any order and repetition of the verbs does what a dictionary would do, and keeps every invariant after each step."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import books
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aims import accounts, credits
from aims.core.db import Database
from aims.core.db.session import Session
from aims.core.errors import Invalid, NotEnoughCredits, NotFound

WORKSPACES = ("alice", "bob")
amounts = st.integers(-1, 60)
names = st.sampled_from(["a", "b", "c", "d"])
workspaces = st.sampled_from(WORKSPACES)
steps = st.one_of(
    st.tuples(st.just("grant"), workspaces, amounts, names),
    st.tuples(st.just("purchase"), workspaces, amounts, names),
    st.tuples(st.just("expire"), workspaces, amounts, names),
    st.tuples(st.just("hold"), workspaces, st.integers(0, 60), names, st.booleans()),
    st.tuples(st.just("settle"), names, amounts),
    st.tuples(st.just("refund"), names, amounts, st.sampled_from(["x", "y"])),
    st.tuples(st.just("reset"), workspaces),
)


@dataclass
class Model:
    """The ledger as a dictionary: what each step should change, or the error it should raise."""

    accounts: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in WORKSPACES}
    )
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: set[tuple[str, ...]] = field(default_factory=set)

    def move(self, workspace: str, amount: int, source: str, to: str) -> None:
        account = self.accounts[workspace]
        account[source] += amount if source in ("grants", "purchases") else -amount
        account[to] += amount

    def once(self, *name: str) -> bool:
        new = name not in self.done
        self.done.add(name)
        return new

    def grant(self, workspace: str, amount: int, name: str, source: str = "grants") -> type[Exception] | None:
        if amount < 1:
            return Invalid
        if self.once(source, workspace, name):
            self.move(workspace, amount, source, "available")
        return None

    def purchase(self, workspace: str, amount: int, name: str) -> type[Exception] | None:
        return self.grant(workspace, amount, name, "purchases")

    def expire(self, workspace: str, amount: int, name: str) -> type[Exception] | None:
        if ("expire", workspace, name) in self.done:
            return None
        if not 1 <= amount <= self.accounts[workspace]["available"]:
            return Invalid
        self.once("expire", workspace, name)
        self.move(workspace, amount, "available", "expired")
        return None

    def hold(self, workspace: str, amount: int, name: str, sandbox: bool) -> type[Exception] | None:
        if name in self.holds:
            return None
        if amount > self.accounts[workspace]["available"]:
            return NotEnoughCredits
        self.holds[name] = {
            "of": workspace,
            "amount": amount,
            "sandbox": sandbox,
            "captured": None,
            "refunded": 0,
        }
        self.move(workspace, amount, "available", "held")
        return None

    def settle(self, name: str, charge: int) -> type[Exception] | None:
        found = self.holds.get(name)
        if found is None:
            return NotFound
        if found["captured"] is None:
            found["captured"] = max(0, min(charge, found["amount"]))
            self.move(found["of"], found["captured"], "held", "revenue")
            self.move(found["of"], found["amount"] - found["captured"], "held", "available")
        return None

    def refund(self, name: str, amount: int, reason: str) -> type[Exception] | None:
        found = self.holds.get(name)
        if found is None:
            return NotFound
        if ("refund", name, reason) in self.done:
            return None
        if not 1 <= amount <= (found["captured"] or 0) - found["refunded"]:
            return Invalid
        self.once("refund", name, reason)
        self.give_back(found, amount)
        return None

    def reset(self, workspace: str) -> None:
        for found in self.holds.values():
            if found["of"] == workspace and found["sandbox"]:
                self.give_back(found, (found["captured"] or 0) - found["refunded"])

    def give_back(self, found: dict[str, Any], amount: int) -> None:
        found["refunded"] += amount
        self.move(found["of"], amount, "revenue", "available")


def hold(tx: Any, workspace: str, amount: int, name: str, sandbox: bool) -> None:
    books.hold(tx, workspace, amount, name, sandbox=sandbox)


def reset(tx: Any, workspace: str) -> None:
    credits.reset_sandbox(tx, workspace, actor="operator")


DO = {
    "grant": books.grant,
    "purchase": books.purchase,
    "expire": books.expire,
    "hold": hold,
    "settle": books.settle,
    "refund": books.refund,
    "reset": reset,
}


def take(session: Session, verb: str, arguments: tuple[Any, ...]) -> type[Exception] | None:
    """Do one step in a savepoint, as the writer does, and return what it raised."""
    session.command("SAVEPOINT step")
    try:
        DO[verb](session.tx, *arguments)
    except (Invalid, NotEnoughCredits, NotFound) as error:
        session.command("ROLLBACK TO SAVEPOINT step")
        return type(error)
    return None


def follow(session: Session, story: list[tuple[Any, ...]]) -> None:
    """Do the story, compare with the dictionary after each step, and undo it all."""
    model = Model()
    session.begin()
    try:
        for workspace in WORKSPACES:
            accounts.create_workspace(session.tx, workspace, workspace)
            credits.open_account(session.tx, workspace)
        for verb, *arguments in story:
            expected = getattr(model, verb)(*arguments)
            assert take(session, verb, tuple(arguments)) is expected
            for workspace in WORKSPACES:
                wanted = {name: amount for name, amount in model.accounts[workspace].items() if amount}
                assert books.accounts(session.tx, workspace) == wanted
                assert min(wanted.values(), default=0) >= 0
            assert credits.verify(session.tx) == []
    finally:
        session.command("ROLLBACK")


def prove(location: Any, examples: int) -> None:
    session = Database.connect(At(location))  # ty: ignore[invalid-argument-type] - it reads no more

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(steps, min_size=1, max_size=30))
    def always(story: list[tuple[Any, ...]]) -> None:
        follow(session, story)

    try:
        always()
    finally:
        session.close()


@dataclass(frozen=True)
class At:
    """As much of a Database as `connect` looks at."""

    location: Any

    @property
    def is_sqlite(self) -> bool:
        return not isinstance(self.location, str)


@pytest.mark.parametrize("examples", [150])
def test_any_story_of_the_verbs_is_what_a_dictionary_says(location: Any, examples: int) -> None:
    prove(location, examples)


@pytest.mark.slow
def test_a_thousand_stories_of_the_verbs_are_what_a_dictionary_says(location: Any) -> None:
    prove(location, 1000)
