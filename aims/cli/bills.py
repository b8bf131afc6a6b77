"""`aims providers receipts` and `aims providers reconcile`: what providers billed, held against our books."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, show, table, with_database
from aims.core.errors import Invalid

if TYPE_CHECKING:
    from aims.core import clock
    from aims.core.db import Database
    from aims.core.settings import Settings
    from aims.generation import bill, receipts
    from aims.generation import reconcile as books
    from aims.generation.receipts import Receipt
    from aims.generation.reconcile import Comparison, Finding
else:
    clock = Later("aims.core.clock")
    bill = Later("aims.generation.bill")
    receipts = Later("aims.generation.receipts")
    books = Later("aims.generation.reconcile")

MOST = 10_000
"""How many receipts are shown at once: `receipts.MOST`."""

SHOWN = 50
a_day = click.DateTime(formats=["%Y-%m-%d"])


def _micros(day: datetime | None) -> int | None:
    return None if day is None else int(day.replace(tzinfo=UTC).timestamp()) * clock.SECOND


@click.command(
    epilog=examples(
        "aims providers receipts",
        "aims providers receipts --provider NAME --since 2026-11-01 --json",
        "aims providers receipts --generation 01a2e0f3-...",
    )
)
@click.option("--provider", default="", help="Only of this provider.")
@click.option("--generation", "generation_id", default="", help="Only of this generation, with its refunds.")
@click.option("--since", type=a_day, help="Only calls that began on this day (UTC) or later.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="How many.")
@as_json
def receipts_(provider: str, generation_id: str, since: datetime | None, limit: int, json_: bool) -> None:
    """Show what each call to a provider was, what it billed, and who paid for it; the newest first."""

    async def work(db: Database, _: Settings) -> list[Receipt]:
        return await db.read(
            lambda tx: receipts.newest(
                tx, provider=provider, generation_id=generation_id, since=_micros(since) or 0, most=limit
            )
        )

    found = with_database(work)
    rows: list[tuple[object, ...]] = [
        (
            each.created_at,
            each.provider,
            each.request_id,
            each.state,
            each.billed_units,
            None if each.cost_usd_micros is None else books.dollars(each.cost_usd_micros),
            each.cost,
            each.credits_charged,
            each.cost_reason,
        )
        for each in found
    ]
    heads = ("began", "provider", "request", "state", "units", "cost", "booked", "credits", "why")
    text = table(heads, rows)
    given = [back for each in found for back in each.refunds]
    text += "".join(f"\nrefunded {back.credits} credits at {back.at}: {back.reason}" for back in given)
    show(found, text, json_)


@click.command(
    epilog=examples(
        "aims providers reconcile usage.csv --provider NAME",
        "aims providers reconcile usage.csv --provider NAME --begin 2026-11-01 --end 2026-12-01 --json",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--provider", required=True, help="Whose bill it is.")
@click.option(
    "--begin", type=a_day, help="The first day that the bill is about (UTC).  [default: its first line]"
)
@click.option("--end", type=a_day, help="The first day after it.  [default: after its last line]")
@as_json
def reconcile(file: Path, provider: str, begin: datetime | None, end: datetime | None, json_: bool) -> None:
    """Compare a provider's bill with our books. Exits 1 when something is unexplained.

    FILE is CSV with a line of names: request_id, and where there are any units, cost_usd and time.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            billed = bill.read(text)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from None

    async def work(db: Database, _: Settings) -> Comparison:
        return await db.read(
            lambda tx: books.compare(tx, provider, billed, begin=_micros(begin), end=_micros(end))
        )

    found = with_database(work)
    show(_value(found), _text(found, len(billed)), json_)
    if found.unexplained:
        sys.exit(1)


def _value(found: Comparison) -> dict[str, Any]:
    return {
        "ok": not found.unexplained,
        "begin": clock.rfc3339(found.begin),
        "end": clock.rfc3339(found.end) if found.end < 10**6 * clock.DAY else None,
        "totals": {
            kind: {"count": count, "units": f"{units:f}", "cost_usd_micros": cost}
            for kind, (count, units, cost) in found.totals().items()
        },
        "findings": [_finding(each) for each in found.findings if each.kind != "matched"],
    }


def _finding(each: Finding) -> dict[str, Any]:
    line, kept = each.billed, each.receipt
    return {
        "kind": each.kind,
        "says": books.SAYS[each.kind],
        "why": each.why or None,
        "request_id": line.request_id if line else kept.request_id if kept else None,
        "billed": None
        if line is None
        else {
            "units": None if line.units is None else f"{line.units:f}",
            "cost_usd_micros": line.cost_usd_micros,
            "time": clock.rfc3339(line.time),
            "lines": line.lines,
        },
        "receipt": None if kept is None else msgspec.to_builtins(kept),
    }


def _text(found: Comparison, lines: int) -> str:
    totals = [
        (kind, count, f"{units:f}", books.dollars(cost), books.SAYS[kind])
        for kind, (count, units, cost) in found.totals().items()
        if count
    ]
    parts = [f"{lines} requests are in the bill.", table(("", "calls", "units", "cost", ""), [*totals])]
    for each in found.unexplained[:SHOWN]:
        kept = each.receipt
        about = each.billed.request_id if each.billed else kept.request_id if kept else None
        where = f" (generation {kept.generation_id})" if kept else ""
        parts.append(f"{each.kind}: {about}{where}. {each.why}".rstrip(". ") + ".")
    if len(found.unexplained) > SHOWN:
        parts.append(f"... and {len(found.unexplained) - SHOWN} more; --json has all of them.")
    return "\n".join(parts)
