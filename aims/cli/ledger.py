"""`aims ledger verify`: recompute the books and compare."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, show, with_database

if TYPE_CHECKING:
    from aims import credits, generation
    from aims.core.db import Database
    from aims.core.settings import Settings
else:
    generation = Later("aims.generation")


@click.group(epilog=examples("aims ledger verify"))
def ledger() -> None:
    """Check the books."""


@ledger.command(epilog=examples("aims ledger verify", "aims ledger verify --json"))
@as_json
def verify(json_: bool) -> None:
    """Recompute every balance and check every rule. Exits 1 and names the account and the drift if one is broken."""

    async def work(db: Database, _: Settings) -> list[credits.Breach]:
        return await db.read(generation.verify)

    found = with_database(work)
    value = {
        "ok": not found,
        "breaches": [
            {"invariant": one.invariant, "account": one.account, "drift": one.drift, "sentence": one.sentence}
            for one in found
        ],
    }
    text = "\n".join(str(one) for one in found) or "The ledger is right: every balance equals its entries."
    show(value, text, json_)
    if found:
        sys.exit(1)
