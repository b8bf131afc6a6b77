"""`aims catalog`: the operator's view of the models: what is offered, at which price, and by default."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import click

from aims import accounts
from aims.catalog import Counter, Model, Offer, overrides
from aims.catalog.files import read
from aims.catalog.spec import Status
from aims.cli.instance import as_json, examples, show, table, with_database
from aims.core.db import Database, Tx
from aims.core.errors import Conflict, Invalid, NotFound
from aims.core.settings import Settings, load

for_workspace = click.option(
    "--workspace", help="Only for this workspace (id or name), not for the whole instance."
)


@click.group(epilog=examples("aims catalog list", "aims catalog set openai/gpt-image-2 --price 80"))
def catalog() -> None:
    """List, price, pause, hide and add models."""


def counter_of(settings: Settings) -> Counter:
    """The catalogue of this instance, before anybody's changes."""
    defaults = {"image": settings.default_image_model, "video": settings.default_video_model}
    return Counter(settings.home / "catalog", defaults)


def _workspace(tx: Tx, name: str | None) -> str | None:
    return None if name is None else accounts.find_workspace(tx, name).id


@catalog.command(
    "list", epilog=examples("aims catalog list", "aims catalog list --workspace Marketing --json")
)
@for_workspace
@as_json
def list_(workspace: str | None, json_: bool) -> None:
    """List every model with what is offered now: hidden, paused and retired ones too."""

    async def work(db: Database, settings: Settings) -> Offer:
        counter = counter_of(settings)
        counter.take(await db.read(overrides.load))
        return counter.of(await db.read(_workspace, workspace) or "")

    offer = with_database(work)
    models = offer.shelf.models(status=None)
    defaults = {offer.default_model("image"), offer.default_model("video")}
    value = [_row(model, default=model.id in defaults) for model in models]
    rows: list[tuple[object, ...]] = [
        (
            row["id"],
            row["model_type"],
            f"{row['credits']}/{row['unit']}",
            row["status"] + (" hidden" if row["hidden"] else "") + (" default" if row["default"] else ""),
        )
        for row in value
    ]
    show(value, table(("model", "makes", "credits", "state"), rows), json_)


def _row(model: Model, *, default: bool) -> dict[str, Any]:
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
    said = overrides.Said(price, cast(Status | None, status), substitute, hidden)
    says_something = any(value is not None for value in (price, status, substitute, hidden))
    if not (says_something or default_ or reset):
        raise click.UsageError(
            "Say what to change: --price, --status, --substitute, --hidden, --default or --reset."
        )

    async def work(db: Database, settings: Settings) -> None:
        counter = counter_of(settings)
        await db.write(_set, counter, model, said if says_something else None, workspace, default_, reset)

    with_database(work)
    show({"model": model, "changed": True}, f"{model} is changed.", json_)


def _set(
    tx: Tx,
    counter: Counter,
    model: str,
    said: overrides.Said | None,
    workspace: str | None,
    default_: bool,
    reset: bool,
) -> None:
    where = _workspace(tx, workspace)
    if reset:
        overrides.clear(tx, counter.files, where, model)
    if said is not None:
        overrides.change(tx, counter.files, where, model, said)
    if default_:
        overrides.set_default(tx, counter.files, where, model)


@catalog.command(
    epilog=examples("aims catalog add my-model.toml", "aims catalog add my-model.toml --replace")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a file of the same name.")
@as_json
def add(file: Path, replace: bool, json_: bool) -> None:
    """Add a model from a TOML file. A running server offers it within two seconds."""
    settings = load()
    if not settings.home.is_dir():
        raise NotFound(f"There is no studio in {settings.home}. `aims init` or `aims serve` makes one.")
    if file.suffix != ".toml":
        raise Invalid.field("file", f"A model's file has a name that ends in .toml; this one is {file.name}.")
    model = read(file, Model)
    target = settings.home / "catalog" / "models" / file.name
    if target.exists() and not replace:
        raise Conflict(f"{target} exists. Use --replace, or another file name.")
    _put(target, file.read_bytes(), lambda: counter_of(settings))
    show({"model": model.id, "file": str(target)}, f"{model.id} is added ({target}).", json_)


def _put(target: Path, data: bytes, check: Callable[[], object]) -> None:
    """Put a file in its place if the catalogue can be read with it; else everything is as it was.

    Raises Invalid: a file that does not fit would keep the next server from starting.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    before = target.read_bytes() if target.exists() else None
    _write(target, data)
    try:
        check()
    except Invalid:
        if before is None:
            target.unlink()
        else:
            _write(target, before)
        raise


def _write(target: Path, data: bytes) -> None:
    """All of it at once: a server may read the folder at any moment."""
    temporary = target.with_suffix(".incoming")
    temporary.write_bytes(data)
    temporary.replace(target)
