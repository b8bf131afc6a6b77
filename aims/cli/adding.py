"""`aims catalog add`, `show` and `remove`: models of the operator's own, on every server of the instance."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from aims.cli.flags import Later
from aims.cli.instance import as_json, examples, show, with_studio
from aims.core.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from aims import bootstrap
    from aims import catalog as offered
    from aims.catalog import Model, added, composing, customs, files, overrides
    from aims.catalog.added import Added
    from aims.catalog.composing import Words
    from aims.catalog.customs import Customs
    from aims.catalog.spec import Task
    from aims.core.db import Tx
    from aims.generation import Studio
else:
    bootstrap = Later("aims.bootstrap")
    offered = Later("aims.catalog")
    added = Later("aims.catalog.added")
    composing = Later("aims.catalog.composing")
    customs = Later("aims.catalog.customs")
    files = Later("aims.catalog.files")
    overrides = Later("aims.catalog.overrides")

TASKS = ("text2img", "img2img", "text2video", "img2video", "ref2video", "firstlast2video", "extendvideo")
"""What a model can do: the values of `catalog.spec.Task`."""

FILE_NAME = "model.toml"


@click.command(
    epilog=examples(
        "aims catalog add maker/some/model --price 25",
        "aims catalog add maker/some/model --price 25 --parameter steps:integer:min=1:max=50",
        "aims catalog add maker/some/film --task text2video --price 30 "
        "--parameter 'duration:integer:choices=5|10:default=5'",
        "aims catalog add my-model.toml --replace",
    )
)
@click.argument("what", metavar="ENDPOINT|FILE.toml")
@click.option("--price", type=click.IntRange(0, 1_000_000), help="Credits per image, or per second of film.")
@click.option("--provider", help="Who has it.  [default: who has most models]")
@click.option("--task", type=click.Choice(TASKS), default="text2img", show_default=True, help="What it does.")
@click.option("--id", "model_id", help="What requests call it.  [default: the endpoint]")
@click.option("--name", help="What people call it.  [default: the endpoint]")
@click.option("--description", help="One sentence for lists.")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME:TYPE[:KEY=VALUE...]",
    help="One that requests may set, and that is passed on; may be repeated.",
)
@click.option("--ratios", help="The shapes of its pictures, such as 1:1,16:9, if it takes shapes.")
@click.option(
    "--sizes", help="The sizes of its pictures, such as 1024x1024,1536x1024, if it takes only some."
)
@click.option(
    "--size-name", help="The provider's name for the size or shape.  [default: as its other models have it]"
)
@click.option(
    "--source-name",
    "sources",
    multiple=True,
    metavar="FIELD=NAME",
    help="The provider's name for what it works from.  [default: as its other models have it]",
)
@click.option("--count-name", help="The provider's name for how many one call makes.")
@click.option(
    "--most", type=click.IntRange(1, 8), default=4, show_default=True, help="How many that may be at once."
)
@click.option("--replace", is_flag=True, help="Put it in the place of a model of the same id.")
@click.option("--dry-run", is_flag=True, help="Print the file and add nothing.")
@as_json
def add(what: str, price: int | None, replace: bool, dry_run: bool, json_: bool, **more: Any) -> None:
    """Add a model, from its endpoint or from a TOML file. Every server offers it within two seconds.

    What the line does not say is as with the other models of that provider: how it is told the size, and what it calls
    what it works from. It is kept in the database as the text of a file: `aims catalog show MODEL` prints it, to be
    edited and added again.
    """
    path = Path(what)
    if path.suffix == ".toml":
        if price is not None:
            raise click.UsageError("The price of a model with a file stands in it.")
        model, one = _from_file(path)
    else:
        if price is None:
            raise click.UsageError(f"Say what {what} costs with --price, or name a file that ends in .toml.")
        provider = _provider(more.pop("provider"))
        one = added.Added(composing.compose(_words(what, price, provider=provider, **more)))
        model = one.read(FILE_NAME)
    if dry_run:
        click.echo(one.source, nl=False)
        return

    async def work(studio: Studio) -> bool:
        there = studio.counter.files.entry(model.id)
        if there is not None and not replace:
            raise Conflict(f"There is a model '{model.id}' already. Use --replace, or another id.")
        studio.counter.would_take(model.id, one)
        if not await studio.db.write(added.put, model.id, one, replace):
            raise Conflict(f"There is a model '{model.id}' already. Use --replace, or another id.")
        return there is not None

    replaced = with_studio(work)
    value = {"model": model.id, "provider": model.provider, "added": True, "replaced": replaced}
    done = f"is replaced, at {model.provider}" if replaced else f"is added at {model.provider}"
    show(value, f"{model.id} {done}. `aims catalog show {model.id}` prints its file.", json_)


def _from_file(path: Path) -> tuple[Model, Added]:
    if not path.is_file():
        raise click.UsageError(f"There is no file {path}.")
    model = files.read(path, offered.Model)
    text = path.read_text(encoding="utf-8")
    graph = path.parent / model.workflow.file if model.workflow else None
    return model, added.Added(text, graph.read_text(encoding="utf-8") if graph else None)


def _provider(name: str | None) -> str:
    """Raises Invalid for one that nobody has written an adapter for."""
    if name is None:
        return Counter(model.provider for model in offered.open_shelf().models()).most_common(1)[0][0]
    if name not in bootstrap.provider_modules():
        there = ", ".join(bootstrap.provider_modules())
        raise Invalid.field("provider", f"There is no provider '{name}'. There are: {there}.")
    return name


def _words(
    endpoint: str,
    price: int,
    *,
    provider: str,
    task: str,
    model_id: str | None,
    name: str | None,
    description: str | None,
    parameters: Sequence[str],
    ratios: str | None,
    sizes: str | None,
    size_name: str | None,
    sources: Sequence[str],
    count_name: str | None,
    most: int,
) -> Words:
    usual = customs.Customs(offered.open_shelf().models(), provider, cast("Task", task))
    if usual.runs_graphs:
        raise click.UsageError(
            f"A model of {provider} is a workflow: write a file for it, with the workflow beside it, and name that."
        )
    found = dict(composing.parameter_of(text, usual.name) for text in parameters)
    if not task.endswith("img") and "default" not in found.get("duration", {}):
        raise click.UsageError(
            "A film is paid by the second. Say how long it can be, and how long it is when nothing is said: "
            "--parameter duration:integer:choices=5|10:default=5"
        )
    return composing.Words(
        id=model_id or endpoint,
        provider=provider,
        endpoint=endpoint,
        task=cast("Task", task),
        credits=price,
        day=datetime.now(UTC).date().isoformat(),
        name=name or endpoint,
        description=description or f"Added by the operator: {endpoint} at {provider}.",
        parameters=found,
        picture=_picture(usual, ratios, sizes, size_name) if task.endswith("img") else {},
        sources=_sources(usual, task, dict(each.partition("=")[::2] for each in sources)),
        outputs=most,
        count_as=count_name,
        only_connected=usual.only_connected,
    )


def _picture(usual: Customs, ratios: str | None, sizes: str | None, size_name: str | None) -> dict[str, Any]:
    """How the provider is told the size: as the line says, and where it says nothing, as its other models are."""
    if ratios and sizes:
        raise click.UsageError("Give --ratios or --sizes, not both.")
    found: dict[str, Any] | None
    if ratios:
        found = (usual.picture("ratios") or {"takes": "ratios", "sent_as": "aspect_ratio"}) | {
            "ratios": _listed(ratios)
        }
    elif sizes:
        found = (usual.picture("sizes") or {"takes": "sizes", "sent_as": "size"}) | {"sizes": _listed(sizes)}
    else:
        found = usual.picture()
    if found is None:
        raise click.UsageError(
            f"Say how {usual.provider} is told the size of a picture: --ratios 1:1,16:9 or --sizes 512x512,512x768, "
            "with its name for that as --size-name."
        )
    return found | ({"sent_as": size_name} if size_name else {})


def _sources(usual: Customs, task: str, named: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What the provider calls what it works from: as the line says, else as its other models do."""
    found: dict[str, dict[str, Any]] = {}
    for field, _ in composing.SOURCE_OF.get(task, ()):
        name, known = named.get(field), usual.source(field)
        if name:
            found[field] = {"sent_as": name} | ({"as_list": True, "most": 10} if name.endswith("s") else {})
        elif known:
            found[field] = {"sent_as": known.sent_as} | (
                {"as_list": True, "most": known.most} if known.as_list else {}
            )
        else:
            raise click.UsageError(
                f"Say what {usual.provider} calls what it is to work from: --source-name {field}=NAME."
            )
    return found


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


@click.command("show", epilog=examples("aims catalog show openai/gpt-image-2"))
@click.argument("model")
@as_json
def show_(model: str, json_: bool) -> None:
    """Print the file of a model: one that was added, or one of the studio's own to start from."""

    async def work(studio: Studio) -> tuple[str, str]:
        kept = (await studio.db.read(overrides.load)).added.get(model)
        if kept is not None:
            return "database", kept.source
        for path in offered.files_of(studio.settings.home / "catalog"):
            text = path.read_text(encoding="utf-8")
            if _id_in(text) == model:
                return str(path), text
        studio.counter.files.model(model)
        raise NotFound(f"There is no file of a model '{model}'.")

    where, text = with_studio(work)
    show({"model": model, "from": where, "file": text}, text.rstrip("\n"), json_)


def _id_in(text: str) -> object:
    try:
        return tomllib.loads(text).get("id")
    except tomllib.TOMLDecodeError:
        return None


@click.command(epilog=examples("aims catalog remove maker/some/model"))
@click.argument("model")
@as_json
def remove(model: str, json_: bool) -> None:
    """Take a model away that was added. What was made with it, and what is under way, stays."""

    async def work(studio: Studio) -> None:
        if not await studio.db.write(_remove, model):
            raise NotFound(
                f"'{model}' was not added with `aims catalog add`. A model of the studio's own, or of a file in "
                f"{studio.settings.home / 'catalog'}, is hidden with `aims catalog set {model} --hidden`."
            )

    with_studio(work)
    show({"model": model, "removed": True}, f"{model} is removed.", json_)


def _remove(tx: Tx, model: str) -> bool:
    return added.remove(tx, model)
