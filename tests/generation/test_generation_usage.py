"""Usage is the ledger seen from another side: every credit is in it once, whatever happens in whatever order."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from runpy import run_path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from idle_studio import BODY, Idle
from sqlalchemy import bindparam, func, select

from aims import bootstrap, catalog, generation
from aims.accounts import Actor
from aims.core import ids
from aims.core.db import Tx
from aims.core.errors import Invalid
from aims.credits.tables import entries
from aims.generation import attempt as rows
from aims.generation import settle, usage
from aims.generation.attempt import Attempt
from aims.generation.cancel import request_cancel
from aims.generation.lifecycle import AttemptState
from aims.generation.submit import accept, prepare
from aims.generation.tables import usage as table
from aims.generation.usage import Asked, Group
from aims.keys.tables import api_keys
from aims.migrations import FOLDER

BEGINNING, END = date(2000, 1, 1), date(2999, 12, 31)
MODELS = ("fal-ai/nano-banana-2", "openai/gpt-image-2")
_LEDGER = (
    select(entries.c.verb, func.sum(entries.c.amount).label("total"))
    .where(entries.c.workspace_id == bindparam("workspace"), entries.c.sandbox <= bindparam("most"))
    .group_by(entries.c.verb)
)
_OWNER = select(api_keys.c.created_by).where(api_keys.c.id == bindparam("key"))
_EVERYTHING = select(table).order_by(*table.primary_key.columns)

models, switches = st.sampled_from(MODELS), st.booleans()
steps = st.one_of(
    st.tuples(st.just("end"), models, switches, switches, st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("cancel"), models, switches, switches),
    st.tuples(st.just("refund"), st.integers(0, 5), st.integers(1, 60), st.sampled_from("ab")),
    st.tuples(st.just("reset")),
)


@dataclass
class Story:
    """A workspace in one open transaction: makes generations, ends them, gives back, and counts along."""

    idle: Idle
    tx: Tx
    made: list[str] = field(default_factory=list)
    counted: Counter[tuple[str, str | None, str]] = field(default_factory=Counter)

    def begin(self, model: str, with_key: bool, sandbox: bool, n: int) -> str:
        """A generation that waits. It is counted as one that will end, and all of them do."""
        studio, key = self.idle.studio, self.idle.actor
        actor = key if with_key else Actor(key.workspace_id, "user:bob", key.scopes)
        shelf = studio.counter.of(actor.workspace_id).shelf
        draft = catalog.check(shelf, "image", BODY | {"model": model, "n": n}, default_model="")
        plan = prepare(studio, actor, draft, catalog.quote(draft.model, draft), None)
        plan.row["sandbox"] = int(sandbox)
        assert isinstance(accept(self.tx, plan), generation.Accepted)
        owner = self.tx.value(_OWNER, key=key.key_id)
        self.counted[model, actor.key_id, owner if with_key else "user:bob"] += 1
        self.made.append(plan.id)
        return plan.id

    def end(self, model: str, with_key: bool, sandbox: bool, good: int, bad: int) -> None:
        """A generation with so many pictures that came, and so many that did not."""
        n = max(1, good + bad)
        name = self.begin(model, with_key, sandbox, n)
        call = Attempt(ids.new_id(), 0, 0, n, ids.token(), AttemptState.SUBMITTING)
        rows.begin(self.tx, name, 1, call, "sandbox")
        files = [settle.Stored(f"workspaces/{name}/{at}", "image/png", 9, "0" * 64, 8, 8) for at in range(n)]
        results = tuple(settle.OutputResult(at, files[at] if at < good else None, "No.") for at in range(n))
        assert settle.record(self.tx, name, 1, settle.AttemptResult(call.id, AttemptState.DONE, results))

    def cancel(self, model: str, with_key: bool, sandbox: bool) -> None:
        """A generation that is stopped before it began."""
        request_cancel(self.tx, self.idle.actor, self.begin(model, with_key, sandbox, 2))

    def refund(self, at: int, amount: int, reason: str) -> None:
        """Part of a charge is given back; more than that is refused, and the same reason is nothing."""
        if at < len(self.made):
            with suppress(Invalid):
                generation.refund(self.tx, self.made[at], amount, reason, actor="operator")

    def reset(self) -> None:
        """The sandbox's charges are given back."""
        generation.reset_sandbox(self.tx, self.idle.workspace_id, actor="operator")

    def check(self) -> None:
        """The sums are the ledger's, however they are grouped, and each group is where it belongs."""
        assert generation.verify(self.tx) == []
        for sandbox in (False, True):
            ledger = {
                row.verb: int(row.total)
                for row in self.tx.all(_LEDGER, workspace=self.idle.workspace_id, most=int(sandbox))
            }
            asked = Asked(usage.DIMENSIONS, BEGINNING, END, sandbox=sandbox)
            sums = usage.totals(self.tx, self.idle.workspace_id, asked)
            assert sums.credits_charged == ledger.get("capture", 0)
            assert sums.credits_refunded == ledger.get("refund", 0)
            for by in usage.CHOICES:
                groups = usage.report(
                    self.tx, self.idle.workspace_id, Asked(by, BEGINNING, END, sandbox=sandbox), 99
                )
                assert added(groups) == sums
        found = Counter[tuple[str | None, ...]]()
        for group in usage.report(self.tx, self.idle.workspace_id, asked, 99):
            found[group.model, group.key, group.member] += group.counts.generations
        assert found == self.counted


def added(groups: list[Group]) -> usage.Counts:
    """The counts of several groups together."""
    names = usage.Counts.__dataclass_fields__
    return usage.Counts(**{name: sum(getattr(group.counts, name) for group in groups) for name in names})


async def test_every_credit_is_in_the_usage_exactly_once(idle: Idle):
    """Any story of generations, refunds and resets; undone after each, so that all begin with the same credits."""
    session = idle.studio.db.connect()

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(steps, min_size=1, max_size=8))
    def always(story: list[tuple[Any, ...]]) -> None:
        session.begin()
        try:
            told = Story(idle, session.tx)
            for verb, *arguments in story:
                getattr(told, verb)(*arguments)
            told.check()
        finally:
            session.command("ROLLBACK")

    try:
        always()
    finally:
        session.close()


async def ended(idle: Idle, good: int = 1, bad: int = 0) -> str:
    """A generation that is over and was really committed."""
    return await idle.write(lambda tx: _ended(Story(idle, tx), good, bad))


def _ended(story: Story, good: int, bad: int) -> str:
    story.end(MODELS[0], True, False, good, bad)
    return story.made[-1]


async def test_what_was_made_on_other_days_is_reported_for_those_days(idle: Idle):
    await ended(idle, good=2, bad=1)
    today = await idle.studio.db.read(usage.today)
    for back in (1, 40):
        await idle.by_hand(
            "UPDATE usage SET day = day - :back WHERE day >= :today", back=back, today=days(today)
        )
        await ended(idle)

    async def report(first: date, last: date) -> list[tuple[date | None, int]]:
        found = await idle.studio.db.read(usage.report, idle.workspace_id, Asked(("day",), first, last), 99)
        return [(group.day, group.counts.credits_charged) for group in found]

    long_ago = today - timedelta(days=40)
    assert await report(today - timedelta(days=365), today) == [
        (today, 25),
        (today - timedelta(days=1), 50),
        (long_ago, 25),
    ]
    assert await report(long_ago, today - timedelta(days=1)) == [
        (today - timedelta(days=1), 50),
        (long_ago, 25),
    ]


def days(day: date) -> int:
    """A day as the table has it."""
    return (day - usage.EPOCH).days


async def test_pages_of_a_report_have_every_group_once(idle: Idle):
    def make(tx: Tx) -> None:
        story = Story(idle, tx)
        for model in MODELS:
            for with_key in (True, False):
                story.end(model, with_key, False, 1, 0)

    await idle.write(make)
    await idle.by_hand("UPDATE usage SET day = day - 1 WHERE model = :model", model=MODELS[0])
    await idle.write(make)

    for by in usage.CHOICES:
        asked = Asked(by, BEGINNING, END)
        whole = await idle.studio.db.read(usage.report, idle.workspace_id, asked, 99)
        paged: list[Group] = []
        while True:
            after = usage.place(paged[-1], by) if paged else ()
            page = await idle.studio.db.read(usage.report, idle.workspace_id, asked, 1, after)
            if not page:
                break
            paged += page
        assert paged == whole
        assert added(whole).generations == 8


@pytest.mark.broken_books
async def test_usage_that_is_not_the_ledgers_is_a_breach(idle: Idle):
    await ended(idle)
    assert await idle.breaches() == set()

    await idle.by_hand("UPDATE usage SET credits_charged = credits_charged + 1")

    [breach] = await idle.studio.db.read(generation.verify)
    assert (breach.invariant, breach.account, breach.drift) == ("I10", f"{idle.workspace_id}:usage", 1)
    assert "the capture entries and the usage differ" in str(breach)


async def test_another_workspace_has_a_usage_of_its_own(idle: Idle):
    await ended(idle)
    other = ids.new_id()
    await idle.write(bootstrap.create_workspace, other, "Charlie's", 1000)

    asked = Asked(("day",), BEGINNING, END, sandbox=True)

    assert await idle.studio.db.read(usage.report, other, asked, 99) == []
    assert await idle.studio.db.read(usage.totals, other, asked) == usage.Counts(0, 0, 0, 0, 0)


async def test_what_had_ended_before_there_was_a_usage_is_counted_by_the_migration(idle: Idle):
    def make(tx: Tx) -> None:
        story = Story(idle, tx)
        story.end(MODELS[0], True, False, 2, 1)
        story.end(MODELS[1], False, True, 1, 0)
        story.cancel(MODELS[0], True, False)
        story.refund(0, 20, "a")
        story.refund(1, 5, "b")

    await idle.write(make)
    revision = run_path(str(FOLDER / "versions" / "0004_usage.py"))
    before = await idle.studio.db.read(everything)

    await idle.by_hand("DELETE FROM usage", revision["FINISHED"], revision["REFUNDED"])

    assert await idle.studio.db.read(everything) == before
    assert sum(row.credits_refunded for row in before) == 25


def everything(tx: Tx) -> list[Any]:
    """The whole table."""
    return tx.all(_EVERYTHING)
