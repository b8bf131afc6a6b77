"""`aims models`, `aims styles` and `aims upload`: what can be asked for, and pictures to work from."""

from __future__ import annotations

import click

from aims.cli.flags import examples, table
from aims.cli.remote import Remote, clean, pairs, remote


@click.command(
    epilog=examples("aims models", "aims models --type video", "aims models --type image --print url")
)
@click.option("--type", "kind", type=click.Choice(["image", "video"]), help="Only these.  [default: both]")
@remote
def models(at: Remote, kind: str | None) -> None:
    """List the models: credits are per image, or per second of film.

    With --print url, the ids of those that can be asked now, one a line: not of those without a connected provider.
    """
    with at.talking() as aims:
        said = aims.request("GET", "/models", query={"type": kind} if kind else {})
    found = [*said.get("image_models", ()), *said.get("video_models", ())]
    away = [one for one in found if not one.get("available", True)]
    heads = ("id", "name", "type", "credits", *(("state",) if away else ()))
    rows: list[tuple[object, ...]] = [
        (
            *(clean(one["id"]), clean(one["name"]), one["model_type"], one["credit_cost"]),
            *(("not connected" if one in away else "ready",) if away else ()),
        )
        for one in found
    ]
    at.show(said, table(heads, rows), [clean(one["id"]) for one in found if one not in away])
    if away and at.form != "json":
        at.note(f"{len(away)} of {len(found)} cannot be asked now: no provider that makes them is connected.")


@click.command(epilog=examples("aims styles", "aims styles --print url"))
@remote
def styles(at: Remote) -> None:
    """List the style presets, for --style. With --print url, their slugs, one a line."""
    with at.talking() as aims:
        said = aims.request("GET", "/styles")
    found = said["styles"]
    rows: list[tuple[object, ...]] = [
        (clean(one["slug"]), clean(one["name"]), clean(one["category"]), clean(one["description"]))
        for one in found
    ]
    shown = table(("slug", "name", "category", "description"), rows)
    at.show(said, shown, [clean(one["slug"]) for one in found])


@click.command(
    epilog=examples(
        "aims upload photo.png", "aims upload photo.png --print url", "aims upload photo.png --json"
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@remote
def upload(at: Remote, file: str) -> None:
    """Keep a picture to work from: PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP, at most 20 MiB."""
    with at.talking() as aims:
        kept = aims.uploads.create(file)
    value = {"success": True, "id": kept.id, "url": kept.url}
    at.show(value, pairs(id=kept.id, url=kept.url), [kept.url])
