"""Hold a provider's bill against our books: every line has its call, every paid call its line."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import BigInteger, bindparam

from aims.core.clock import MINUTE
from aims.core.db import Tx
from aims.generation.bill import Billed
from aims.generation.receipts import Receipt, lines, receipt, rows_of_attempts
from aims.generation.tables import attempts

Kind = Literal["matched", "absorbed", "lost", "differs", "unbooked", "unknown", "unbilled", "spared"]
SAYS: dict[Kind, str] = {
    "matched": "billed, and delivered for",
    "absorbed": "billed, and our cost for a reason that is written down",
    "lost": "billed, and by its time the call of ours whose answer was lost",
    "differs": "billed otherwise than the provider reported, or more than once",
    "unbooked": "billed, and our books say that it was not",
    "unknown": "billed, and no call of ours",
    "unbilled": "delivered for, and not billed",
    "spared": "our cost, it was thought, and not billed",
}
UNEXPLAINED: frozenset[Kind] = frozenset({"differs", "unbooked", "unknown", "unbilled"})
LONGEST_GAP = 6 * 60 * MINUTE + 10 * MINUTE
"""Between the beginning of a call and its line in the bill: a call lasts six hours at most."""
TOLERANCE = 1
"""Millionths of a dollar: what rounding may do."""

_BETWEEN = (
    rows_of_attempts()
    .where(
        attempts.c.created_at >= bindparam("begin", type_=BigInteger()),
        attempts.c.created_at < bindparam("end", type_=BigInteger()),
    )
    .order_by(attempts.c.id)
)
_NAMED = rows_of_attempts().where(attempts.c.provider_ref == bindparam("request"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the bill with its call, or either alone. why: more about it, in a sentence."""

    kind: Kind
    billed: Billed | None
    receipt: Receipt | None
    why: str = ""


@dataclass(slots=True)
class Comparison:
    """What came of it. begin, end: microseconds; calls of ours that began in between have to be in the bill."""

    begin: int
    end: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Finding]:
        """What somebody has to look at."""
        return [each for each in self.findings if each.kind in UNEXPLAINED]

    def totals(self) -> dict[Kind, tuple[int, Decimal, int]]:
        """For each kind: how many there are, and the units and millionths of a dollar that the bill has for them."""
        return {
            kind: (
                len(of_kind := [each for each in self.findings if each.kind == kind]),
                sum((each.billed.units or Decimal(0) for each in of_kind if each.billed), Decimal(0)),
                sum(each.billed.cost_usd_micros or 0 for each in of_kind if each.billed),
            )
            for kind in SAYS
        }


def compare(
    tx: Tx, provider: str, bill: dict[str, Billed], *, begin: int | None = None, end: int | None = None
) -> Comparison:
    """Compare a bill with the calls to a provider, on one snapshot.

    begin, end: the time that the bill is about; without them, from its first line to its last.
    """
    times = [each.time for each in bill.values() if each.time is not None]
    begin = (min(times) if times else 0) if begin is None else begin
    end = (max(times) + 1 if times else 2**62) if end is None else end
    found = Comparison(begin, end)
    ours = {row.id: row for row in _rows(tx, provider, begin - LONGEST_GAP, end)}
    by_request = {row.provider_ref: row for row in ours.values() if row.provider_ref is not None}
    strangers: list[Billed] = []
    for each in bill.values():
        row = by_request.get(each.request_id) or _named(tx, provider, each.request_id)
        if row is None:
            strangers.append(each)
        else:
            ours.pop(row.id, None)
            found.findings.append(_pair(each, row))
    lost = [row for row in ours.values() if row.provider_ref is None and row.cost_outcome == "absorbed"]
    for each in sorted(strangers, key=lambda each: each.time or 0):
        row = _likely(each, lost)
        if row is None:
            found.findings.append(Finding("unknown", each, None))
        else:
            lost.remove(row)
            del ours[row.id]
            found.findings.append(Finding("lost", each, _receipt(row), row.cost_reason or ""))
    found.findings += [_alone(row) for row in ours.values() if row.cost_outcome and row.created_at >= begin]
    return found


def _rows(tx: Tx, provider: str, begin: int, end: int) -> list[Any]:
    return tx.all(_BETWEEN, provider=provider, lines=lines(provider), begin=begin, end=end)


def _named(tx: Tx, provider: str, request_id: str) -> Any:
    """A call that began before the time of the bill."""
    return tx.one(_NAMED, provider=provider, lines=lines(provider), request=request_id)


def _pair(billed: Billed, row: Any) -> Finding:
    kept = _receipt(row)
    if kept.cost is None:
        return Finding("unbooked", billed, kept, kept.error or "")
    if billed.lines > 1:
        return Finding("differs", billed, kept, f"It stands in the bill {billed.lines} times.")
    if billed.units is not None and kept.billed_units not in (None, "") and _units(kept) != billed.units:
        return Finding("differs", billed, kept, f"{kept.billed_units} units were reported.")
    known, said = kept.cost_usd_micros, billed.cost_usd_micros
    if known is not None and said is not None and abs(known - said) > TOLERANCE:
        return Finding("differs", billed, kept, f"{dollars(known)} was expected.")
    kind: Kind = "matched" if kept.cost == "posted" else "absorbed"
    return Finding(kind, billed, kept, kept.cost_reason or "")


def _likely(billed: Billed, lost: list[Any]) -> Any:
    """The last call of those whose answer was lost that began before a line's time, and not too long before."""
    if billed.time is None:
        return None
    fitting = [row for row in lost if 0 <= billed.time - row.created_at <= LONGEST_GAP]
    return max(fitting, key=lambda row: row.created_at, default=None)


def _alone(row: Any) -> Finding:
    kept = _receipt(row)
    return Finding("unbilled" if kept.cost == "posted" else "spared", None, kept, kept.cost_reason or "")


def _receipt(row: Any) -> Receipt:
    return receipt(row, [])


def _units(kept: Receipt) -> Decimal:
    return Decimal(kept.billed_units or 0)


def dollars(micros: int) -> str:
    """Millionths of a dollar as people write them."""
    return f"${Decimal(micros) / 1_000_000:.6f}".rstrip("0").rstrip(".")
