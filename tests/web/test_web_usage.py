"""`GET /usage`: what was made and what it cost, for a key that may know."""

from datetime import date, timedelta
from typing import Any

import pytest
from serving import SQLITE, Person, Served, has_error
from sqlalchemy import bindparam, update

from aims import generation
from aims.accounts import ANY
from aims.core.db import Tx
from aims.generation import usage
from aims.generation.tables import usage as rows

COUNTS = ("generations", "outputs_completed", "outputs_failed", "credits_charged", "credits_refunded")
_REAL = update(rows).where(rows.c.workspace_id == bindparam("workspace")).values(sandbox=0)


@pytest.fixture
def erin(served: Served) -> Person:
    """Erin, whose key may do everything."""
    return served.person(1000, scopes=tuple(sorted(ANY)))


def draw(person: Person, prompt: str = "Abstract", **body: Any) -> str:
    """Pictures that were made, and counted as a real provider's."""
    view = person.finished(person.begin(prompt, **body)["id"])
    person.served.write(lambda tx: tx.run(_REAL, workspace=person.workspace_id))
    return view["id"]


def report(person: Person, query: str = "") -> dict[str, Any]:
    """The answer to a question about usage."""
    answer = person.send("GET", f"/usage?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(group: dict[str, Any]) -> tuple[int, ...]:
    """What a group says, in the order of `COUNTS`."""
    return tuple(group[name] for name in COUNTS)


def test_without_a_question_the_last_thirty_days_are_told(erin: Person):
    before = erin.served.read(usage.today)
    draw(erin, "A red barn [sandbox: fail=1]", n=3)

    answer = erin.send("GET", "/usage")

    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    today = date.fromisoformat(body["to"])
    assert today in (before, before + timedelta(days=1))
    assert date.fromisoformat(body["from"]) == today - timedelta(days=29)
    assert body["group_by"] == ["day"]
    [group] = body["items"]
    assert set(group) == {"day", *COUNTS}
    assert counts(group) == counts(body["totals"]) == (1, 2, 1, 50, 0)
    assert body["next_cursor"] is None


def test_usage_by_model_key_and_member(erin: Person):
    draw(erin)
    other = Person(erin.served, erin.workspace_id, erin.served.key(erin.workspace_id))
    draw(other, n=2)
    draw(other, model="openai/gpt-image-2")

    by_model = report(erin, "group_by=model")["items"]
    by_key = report(erin, "group_by=key")["items"]
    by_both = report(erin, "group_by=key,model")["items"]
    again = report(erin, "group_by=model&group_by=key")["items"]
    by_member = report(erin, "group_by=member")

    assert {one["model"]: counts(one) for one in by_model} == {
        "fal-ai/nano-banana-2": (2, 3, 0, 75, 0),
        "openai/gpt-image-2": (1, 1, 0, by_member["totals"]["credits_charged"] - 75, 0),
    }
    assert {one["key"]: one["generations"] for one in by_key} == {erin.key.id: 1, other.key.id: 2}
    assert {one["key_name"] for one in by_key} == {"A key"}
    assert len(by_both) == 3
    assert again == by_both
    assert [set(one) for one in by_both] == [{"model", "key", "key_name", *COUNTS}] * 3
    assert [(one["member"], one["generations"]) for one in by_member["items"]] == [("operator", 3)]


def test_drawings_of_the_sandbox_are_left_out_unless_they_are_asked_for(erin: Person):
    erin.finished(erin.begin(n=2)["id"])

    assert report(erin)["items"] == []
    assert counts(report(erin)["totals"]) == (0, 0, 0, 0, 0)
    assert counts(report(erin, "sandbox=true")["totals"]) == (1, 2, 0, 50, 0)


def test_a_refund_moves_the_counters(erin: Person):
    first = draw(erin, n=2)

    def refund(tx: Tx) -> None:
        for reason in ("a complaint", "a complaint", "another"):
            generation.refund(tx, first, 10, reason, actor="operator")

    erin.served.write(refund)

    assert counts(report(erin, "sandbox=true")["totals"]) == (1, 2, 0, 50, 20)
    assert erin.balance == (970, 0)
    assert erin.used() == 30


def test_what_was_cancelled_is_counted_and_cost_nothing(erin: Person):
    view = erin.begin("A hill [sandbox: delay=10m]", n=2)
    erin.send("POST", f"/generations/{view['id']}/cancel")
    erin.finished(view["id"])

    assert counts(report(erin, "sandbox=true")["totals"]) == (1, 0, 2, 0, 0)


def test_one_kind_and_a_range_of_days(erin: Person):
    draw(erin)
    today = erin.served.read(usage.today)

    assert counts(report(erin, "kind=image")["totals"])[0] == 1
    assert counts(report(erin, "kind=video")["totals"])[0] == 0
    assert counts(report(erin, f"from={today}")["totals"])[0] == 1
    assert counts(report(erin, "from=2020-02-28&to=2020-02-29")["totals"])[0] == 0


def test_a_report_comes_in_pages(erin: Person):
    for model in ("fal-ai/nano-banana-2", "openai/gpt-image-2", "fal-ai/nano-banana-pro"):
        draw(erin, model=model)
    whole = report(erin, "group_by=model,day")

    first = report(erin, "group_by=model,day&limit=2")
    rest = report(erin, f"group_by=model,day&limit=2&cursor={first['next_cursor']}")

    assert len(first["items"]) == 2
    assert first["items"] + rest["items"] == whole["items"]
    assert first["totals"] == rest["totals"] == whole["totals"]
    assert rest["next_cursor"] is None
    other = erin.send("GET", f"/usage?group_by=model&limit=2&cursor={first['next_cursor']}")
    has_error(other, 400, "invalid_cursor")


def test_a_stranger_sees_nothing_of_it(erin: Person):
    draw(erin)
    charlie = erin.served.person(1000, scopes=("usage:read",))

    body = report(charlie, "group_by=day,model,key,member&sandbox=true")

    assert (body["items"], counts(body["totals"])) == ([], (0, 0, 0, 0, 0))


@SQLITE
def test_a_key_without_the_scope_is_refused(alice: Person):
    assert "`usage:read`" in has_error(alice.send("GET", "/usage"), 403, "missing_scope")["error"]


@SQLITE
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("group_by=prompt", "group_by"),
        ("group_by=day,", "group_by"),
        ("group_by=", "group_by"),
        ("from=yesterday", "from"),
        ("from=2026-W47-2", "from"),
        ("to=2026-02-30", "to"),
        ("to=0001-01-01", "to"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("from=2024-01-01&to=2026-01-01", "from"),
        ("kind=audio", "kind"),
        ("sandbox=1", "sandbox"),
        ("limit=0", "limit"),
        ("cursor=AAAA", "cursor"),
    ],
)
def test_a_question_that_is_none_is_refused(erin: Person, query: str, field: str):
    answer = erin.send("GET", f"/usage?{query}")

    assert answer.json()["details"][0]["field"] == field
    assert answer.status_code == 400
