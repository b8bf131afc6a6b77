"""What a workspace used, by day, model, key and member.

Each generation is counted once, in the transaction that ends it, and each refund in the transaction that gives it. So
the sums equal the ledger at every moment, and a report reads a row for each day, model and key instead of every
generation. An index over the generations would be read through for every report, and written for every generation too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from aims.accounts.tables import users
from aims.core.clock import DAY, now
from aims.core.db import Tx, insert
from aims.generation.tables import COUNTED, usage
from aims.keys.tables import api_keys

EPOCH = date(1970, 1, 1)
LOWEST = -(2**62)
DIMENSIONS = ("day", "model", "key", "member")
"""What usage is reported by, in the order in which a report is sorted: the newest day first."""

CHOICES = [by for size in (1, 2, 3, 4) for by in combinations(DIMENSIONS, size)]
"""Every choice of one or several of them."""

_new = insert(usage)
_COUNT = _new.values(day=now() // DAY).on_conflict_do_update(
    index_elements=["workspace_id", "day", "kind", "model", "actor", "sandbox"],
    set_={name: usage.c[name] + _new.excluded[name] for name in COUNTED},
)
_TODAY = select((now() // DAY).label("day"))

_key = func.coalesce(usage.c.key_id, literal_column("''", Text()))
# A key works for the person whose it is, else for whoever made it; without a key, the actor worked himself.
_person = literal_column("'user:'", Text())
_member = case(
    (usage.c.key_id.is_(None), usage.c.actor),
    (api_keys.c.user_id.is_not(None), _person.concat(api_keys.c.user_id)),
    else_=api_keys.c.created_by,
)
_columns: Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    # Days are counted backwards, so that one comparison of all columns goes on where a page ended.
    "day": (usage.c.day, -usage.c.day),
    "model": (usage.c.model, usage.c.model),
    "key": (_key, _key),
    "member": (_member, _member),
}
_types = {"day": BigInteger()}
_sums = [func.sum(usage.c[name]).label(name) for name in COUNTED]


_used = usage.outerjoin(api_keys, api_keys.c.id == usage.c.key_id)
# The id without the word before it: a person is found by the id, not by looking at everybody.
_used_by = _used.outerjoin(users, users.c.id == func.substr(_member, len("user:") + 1))


def _within(statement: Select[*tuple[Any, ...]], source: FromClause = _used) -> Select[*tuple[Any, ...]]:
    return statement.select_from(source).where(
        usage.c.workspace_id == bindparam("workspace"),
        usage.c.day.between(bindparam("first"), bindparam("last")),
        usage.c.sandbox <= bindparam("sandbox", type_=Integer()),
        or_(bindparam("kind", type_=Text()) == "", usage.c.kind == bindparam("kind", type_=Text())),
    )


def _report(by: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for one choice of dimensions. Only the end of the page before tells two of its runs apart."""
    place = tuple_(*(_columns[name][1] for name in by))
    after = tuple_(*(bindparam(f"after_{name}", type_=_types.get(name, Text())) for name in by))
    named = [func.max(api_keys.c.name).label("key_name")] if "key" in by else []
    named += [func.max(users.c.name).label("member_name")] if "member" in by else []
    columns = select(*(_columns[name][0].label(name) for name in by), *named, *_sums)
    return (
        _within(columns, _used_by if "member" in by else _used)
        .where(or_(bindparam("begin", type_=Integer()) == 1, place > after))
        .group_by(*(_columns[name][0] for name in by))
        .order_by(*(_columns[name][1] for name in by))
        .limit(bindparam("most"))
    )


_TOTALS = _within(select(*_sums))
_REPORTS = {by: _report(by) for by in CHOICES}


@dataclass(frozen=True, slots=True)
class Counts:
    """Generations that ended, what became of their outputs, and whole credits: charged, and given back afterwards."""

    generations: int
    outputs_completed: int
    outputs_failed: int
    credits_charged: int
    credits_refunded: int


@dataclass(frozen=True, slots=True)
class Group:
    """A line of a report: what it is about, as far as the report was asked to tell that apart, and its counts."""

    day: date | None
    model: str | None
    key: str | None
    key_name: str | None
    member: str | None
    member_name: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Asked:
    """Which usage: from the first day to the last, both included (UTC), of one kind or both (empty).

    by: at least one of `DIMENSIONS`, in their order. sandbox: whether drawings of the sandbox count too.
    """

    by: tuple[str, ...]
    first: date
    last: date
    kind: str = ""
    sandbox: bool = False

    def bound(self, workspace_id: str) -> dict[str, int | str]:
        """The parameters that every statement takes."""
        return {
            "workspace": workspace_id,
            "first": (self.first - EPOCH).days,
            "last": (self.last - EPOCH).days,
            "kind": self.kind,
            "sandbox": int(self.sandbox),
        }


def count(tx: Tx, row: Any, charged: int, *, completed: int, failed: int) -> None:
    """Count a generation that ends in this transaction. `row`: the generation's."""
    _add(tx, row, generations=1, outputs_completed=completed, outputs_failed=failed, credits_charged=charged)


def take_back(tx: Tx, row: Any, refunded: int) -> None:
    """Count credits that are given back in this transaction for a generation that was charged."""
    _add(tx, row, credits_refunded=refunded)


def _add(tx: Tx, row: Any, **counted: int) -> None:
    tx.run(
        _COUNT,
        workspace_id=row.workspace_id,
        kind=row.kind,
        model=row.model,
        actor=row.actor,
        sandbox=row.sandbox,
        key_id=row.key_id,
        **(dict.fromkeys(COUNTED, 0) | counted),
    )


def today(tx: Tx) -> date:
    """The day of the database's clock, in UTC."""
    return EPOCH + timedelta(days=tx.value(_TODAY))


def totals(tx: Tx, workspace_id: str, asked: Asked) -> Counts:
    """The sums over everything that was asked for."""
    return _counts(tx.one(_TOTALS, **asked.bound(workspace_id)))


def report(
    tx: Tx, workspace_id: str, asked: Asked, most: int, after: Sequence[int | str] = ()
) -> list[Group]:
    """Up to `most` groups of a workspace. `after`: the `place` of the last one on the page before."""
    lowest = [LOWEST if name == "day" else "" for name in asked.by]
    rows = tx.all(
        _REPORTS[asked.by],
        **asked.bound(workspace_id),
        **{f"after_{name}": value for name, value in zip(asked.by, after or lowest, strict=True)},
        begin=int(not after),
        most=most,
    )
    return [_group(row, asked.by) for row in rows]


def place(group: Group, by: Iterable[str]) -> list[int | str]:
    """Where a group stands in the order of its report."""
    of: dict[str, int | str] = {
        "day": (EPOCH - (group.day or EPOCH)).days,
        "model": group.model or "",
        "key": group.key or "",
        "member": group.member or "",
    }
    return [of[name] for name in by]


def _group(row: Any, by: tuple[str, ...]) -> Group:
    return Group(
        day=EPOCH + timedelta(days=row.day) if "day" in by else None,
        model=row.model if "model" in by else None,
        key=row.key or None if "key" in by else None,
        key_name=row.key_name if "key" in by else None,
        member=row.member if "member" in by else None,
        member_name=row.member_name if "member" in by else None,
        counts=_counts(row),
    )


def _counts(row: Any) -> Counts:
    # A sum of nothing is null, and Postgres sums whole numbers into a decimal.
    return Counts(*(int(getattr(row, name) or 0) for name in COUNTED))
