"""`aims credits`: grant credits, show a statement, give sandbox charges back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, of_workspace, show, table, with_database
from aims.core import ids

if TYPE_CHECKING:
    from aims import accounts, generation
    from aims import credits as books
    from aims.core import clock
    from aims.core.db import Database, Tx
    from aims.core.settings import Settings
else:
    accounts = Later("aims.accounts")
    books = Later("aims.credits")
    generation = Later("aims.generation")
    clock = Later("aims.core.clock")


@click.group("credits", epilog=examples("aims credits grant --amount 500", "aims credits statement"))
def credits_group() -> None:
    """Grant credits and show statements."""


@credits_group.command(
    epilog=examples(
        "aims credits grant --amount 500", "aims credits grant --amount 500 --reference invoice-17 --json"
    )
)
@click.option("--amount", type=int, required=True, help="Whole credits.")
@click.option("--reference", help="Names this grant: the same one twice gives once.")
@click.option("--reason", default="grant", show_default=True, help="What the statement says.")
@of_workspace
@as_json
def grant(amount: int, reference: str | None, reason: str, workspace: str | None, json_: bool) -> None:
    """Give a workspace credits."""
    name = reference or ids.new_id()

    async def work(db: Database, _: Settings) -> books.Balance:
        return await db.write(_grant, workspace, amount, name, reason)

    now = with_database(work)
    show(
        {"reference": name, "available": now.available, "held": now.held},
        f"The workspace has {now.available} credits, and {now.held} held for unfinished work.",
        json_,
    )


def _grant(tx: Tx, workspace: str | None, amount: int, reference: str, reason: str) -> books.Balance:
    found = accounts.find_workspace(tx, workspace)
    return books.grant(tx, found.id, amount, reference, actor="operator", cause=reason)


@credits_group.command(epilog=examples("aims credits statement", "aims credits statement --most 1000 --json"))
@click.option("--most", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many entries.")
@click.option("--before", type=int, help="Only entries older than this number.")
@of_workspace
@as_json
def statement(most: int, before: int | None, workspace: str | None, json_: bool) -> None:
    """Show a workspace's balance and its entries, newest first."""

    async def work(db: Database, _: Settings) -> tuple[books.Balance, list[books.Entry]]:
        return await db.read(_statement, workspace, before, most)

    now, found = with_database(work)
    rows: list[tuple[object, ...]] = [
        (
            one.seq,
            clock.rfc3339(one.created_at),
            one.verb,
            one.amount,
            f"{one.change:+d}",
            one.cause,
            one.actor,
        )
        for one in found
    ]
    lines = table(("entry", "time", "verb", "amount", "change", "cause", "by"), rows)
    value = {
        "available": now.available,
        "held": now.held,
        "entries": [
            {
                "seq": one.seq,
                "created_at": clock.rfc3339(one.created_at),
                "verb": one.verb,
                "amount": one.amount,
                "change": one.change,
                "reference": one.reference,
                "cause": one.cause,
                "actor": one.actor,
                "sandbox": one.sandbox,
            }
            for one in found
        ],
    }
    show(value, f"{lines}\n\navailable {now.available}, held {now.held}", json_)


def _statement(
    tx: Tx, workspace: str | None, before: int | None, most: int
) -> tuple[books.Balance, list[books.Entry]]:
    found = accounts.find_workspace(tx, workspace)
    return books.balance(tx, found.id), books.statement(tx, found.id, before=before, most=most)


@credits_group.command("reset-sandbox", epilog=examples("aims credits reset-sandbox"))
@of_workspace
@as_json
def reset_sandbox(workspace: str | None, json_: bool) -> None:
    """Give back everything that was charged for sandbox drawings."""

    async def work(db: Database, _: Settings) -> int:
        total = 0
        while given := await db.write(_reset, workspace):
            total += given
        return total

    total = with_database(work)
    show({"refunded": total}, f"{total} credits were given back.", json_)


def _reset(tx: Tx, workspace: str | None) -> int:
    found = accounts.find_workspace(tx, workspace)
    return generation.reset_sandbox(tx, found.id, actor="operator")
