"""`aims catalog`: the operator's view of the models: what is offered, at which price, and by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from aims.cli.adding import add, remove, show_
from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, show, table, with_studio

if TYPE_CHECKING:
    from aims import accounts, generation
    from aims.catalog import Model, Offer, Shelf, overrides
    from aims.catalog.spec import Kind, Status
    from aims.core.db import Tx
    from aims.generation import Studio
else:
    accounts = Later("aims.accounts")
    generation = Later("aims.generation")
    overrides = Later("aims.catalog.overrides")

KINDS: tuple[Kind, ...] = ("image", "video")
for_workspace = click.option(
    "--workspace", help="Only for this workspace (id or name), not for the whole instance."
)


@click.group(epilog=examples("aims catalog list", "aims catalog set openai/gpt-image-2 --price 80"))
def catalog() -> None:
    """List, price, pause, hide and add models."""


def _workspace(tx: Tx, name: str | None) -> str | None:
    return None if name is None else accounts.find_workspace(tx, name).id


@catalog.command(
    "list", epilog=examples("aims catalog list", "aims catalog list --workspace Marketing --json")
)
@for_workspace
@as_json
def list_(workspace: str | None, json_: bool) -> None:
    """List every model with what is offered now: hidden, paused and retired ones too."""

    async def work(studio: Studio) -> tuple[Offer, set[str], set[str]]:
        name = await studio.db.read(_workspace, workspace) or ""
        offer = studio.counter.of(name)
        found = offer.shelf.models(status=None)
        defaults = {generation.default_model(studio, name, kind) for kind in KINDS}
        return offer, {model.id for model in found if generation.is_available(studio, name, model)}, defaults

    offer, available, defaults = with_studio(work)
    models = offer.shelf.models(status=None)
    value = [_row(each, default=each.id in defaults, available=each.id in available) for each in models]
    rows: list[tuple[object, ...]] = [
        (
            row["id"],
            row["model_type"],
            f"{row['credits']}/{row['unit']}",
            row["status"]
            + (" hidden" if row["hidden"] else "")
            + (" default" if row["default"] else "")
            + ("" if row["available"] else " (not connected)"),
        )
        for row in value
    ]
    show(value, table(("model", "makes", "credits", "state"), rows), json_)


def _row(model: Model, *, default: bool, available: bool) -> dict[str, Any]:
    return {
        "id": model.id,
        "name": model.name,
        "model_type": model.task,
        "provider": model.provider,
        "credits": model.price.credits,
        "unit": model.price.unit,
        "price_version": model.price.version,
        "status": model.status,
        "substitute": model.substitute,
        "hidden": model.hidden,
        "default": default,
        "available": available,
    }


@catalog.command(
    "set",
    epilog=examples(
        "aims catalog set openai/gpt-image-2 --price 80",
        "aims catalog set fal-ai/nano-banana-2 --status paused --workspace Marketing",
        "aims catalog set fal-ai/nano-banana-2 --default",
        "aims catalog set fal-ai/nano-banana-2 --reset",
    ),
)
@click.argument("model")
@click.option("--price", type=click.IntRange(0, 1_000_000), help="Credits per image, or per second of film.")
@click.option("--status", type=click.Choice(["active", "paused", "retired"]), help="Whether it can be used.")
@click.option("--substitute", help="The model to use instead of a retired one.")
@click.option("--hidden/--visible", default=None, help="Whether lists show it.")
@click.option("--default", "default_", is_flag=True, help="Use it for requests that name no model.")
@click.option("--reset", is_flag=True, help="Go back to what its file says.")
@for_workspace
@as_json
def set_(
    model: str,
    price: int | None,
    status: str | None,
    substitute: str | None,
    hidden: bool | None,
    default_: bool,
    reset: bool,
    workspace: str | None,
    json_: bool,
) -> None:
    """Change a model's price, status or visibility. A running server follows within two seconds."""
    said = overrides.Said(price, cast("Status | None", status), substitute, hidden)
    says_something = any(value is not None for value in (price, status, substitute, hidden))
    if not (says_something or default_ or reset):
        raise click.UsageError(
            "Say what to change: --price, --status, --substitute, --hidden, --default or --reset."
        )

    async def work(studio: Studio) -> None:
        shelf = studio.counter.files
        await studio.db.write(
            _set, shelf, model, said if says_something else None, workspace, default_, reset
        )

    with_studio(work)
    show({"model": model, "changed": True}, f"{model} is changed.", json_)


def _set(
    tx: Tx,
    shelf: Shelf,
    model: str,
    said: overrides.Said | None,
    workspace: str | None,
    default_: bool,
    reset: bool,
) -> None:
    where = _workspace(tx, workspace)
    if reset:
        overrides.clear(tx, shelf, where, model)
    if said is not None:
        overrides.change(tx, shelf, where, model, said)
    if default_:
        overrides.set_default(tx, shelf, where, model)


catalog.add_command(add)
catalog.add_command(show_)
catalog.add_command(remove)
