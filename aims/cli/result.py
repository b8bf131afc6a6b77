"""What becomes of a request that costs credits: waited for, saved, printed, and never asked for twice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from aims import client
from aims.cli.preview import show
from aims.cli.progress import Progress
from aims.cli.remote import Remote, clean, pairs
from aims.cli.sources import bring, files_in
from aims.client import saving

if TYPE_CHECKING:
    from aims.client import AIMS, Generation, Lost

INTERRUPTED = 130


def deliver(at: Remote, kind: str, body: dict[str, Any], output: str | None, *, opened: bool = False) -> None:
    """Have it made, save it, print it. Exits 1 when anything of it is missing.

    opened: show the first result with whatever this machine opens such a file or address with.
    """
    files = files_in(body)
    if output is not None:
        _prepare(output, body.get("n", 1))
    with at.talking() as aims:
        body = bring(at, aims, body, files)
        generation = _wait(at, aims, kind, body)
        saved, lost = _save(aims, generation, output) if output is not None else ((), ())
        value = client.documented(generation, _credits(aims))
        if at.form == "text" and not at.quiet:
            show(aims, generation)
    value |= {"saved": list(saved), "download_errors": [{"url": one.url, "error": one.error} for one in lost]}
    at.show(value, _text(generation, value), generation.urls)
    if opened and generation.urls:
        click.launch(saved[0] if saved else generation.urls[0])
    failed = [one for one in generation.outputs if one.status != "completed"]
    if failed:
        reason = next((one.error for one in failed if one.error), generation.error or generation.status)
        click.echo(f"{len(failed)} of {len(generation.outputs)} failed: {clean(reason)}", err=True)
    if lost:
        click.echo(
            f"{len(lost)} of {len(saved) + len(lost)} files could not be saved: {clean(lost[0].error)}\n"
            "They are made and paid for. Download them from their url; do not generate them again.",
            err=True,
        )
    if failed or lost or not generation.urls:
        sys.exit(1)


def _prepare(output: str, results: int) -> None:
    try:
        saving.prepare(output, results)
    except OSError as error:
        click.echo(
            f"aims: {error.filename or output}: {error.strerror}. Nothing was asked for, and nothing paid.",
            err=True,
        )
        sys.exit(1)


def _wait(at: Remote, aims: AIMS, kind: str, body: dict[str, Any]) -> Generation:
    """Ask, and wait. Whoever stops waiting, or is cut off, hears that the work goes on, and where it is."""
    area = aims.images if kind == "images" else aims.videos
    progress = Progress(at.quiet)
    try:
        with progress:
            # As settings: nothing that a model takes can be mistaken for a parameter of the call itself.
            asked = {name: value for name, value in body.items() if name != "prompt"}
            return area.generate(body["prompt"], settings=asked, on_progress=progress)
    except KeyboardInterrupt:
        click.echo(f"\nStopped waiting. {_where(aims, progress.latest)}", err=True)
        sys.exit(INTERRUPTED)
    except client.AIMSError:
        if progress.latest is not None:
            click.echo(_where(aims, progress.latest), err=True)
        raise


def _where(aims: AIMS, generation: Generation | None) -> str:
    if generation is None:
        address, said = (
            f"{aims.base_url}/generations",
            "It may have been accepted; then it goes on. See it with:",
        )
    else:
        address = f"{aims.base_url}/generations/{generation.id}"
        said = f"Generation {generation.id} goes on, and will be in the library. See how it is with:"
    return f'{said}\n  curl -H "Authorization: Bearer $AIMS_API_KEY" {address}'


def _save(aims: AIMS, generation: Generation, output: str) -> tuple[tuple[str, ...], tuple[Lost, ...]]:
    if not generation.urls:
        return (), ()
    try:
        return tuple(map(str, aims.save(generation, output))), ()
    except client.DownloadFailed as error:
        return tuple(map(str, error.saved)), error.failed
    except KeyboardInterrupt:
        # It is paid for: where it is has to be printed whatever else happens.
        return (), tuple(client.Lost(url, "It was interrupted.") for url in generation.urls)


def _credits(aims: AIMS) -> int | None:
    """What is left. Not to know it is no reason to keep a result back."""
    try:
        return aims.account().credits_available
    except client.AIMSError:
        return None


def _text(generation: Generation, value: dict[str, Any]) -> str:
    parts = [
        pairs(
            index=output.index + 1,
            id=output.id,
            url=output.url,
            share_url=output.share_url,
            status=output.status,
            error=output.error,
        )
        for output in generation.outputs
    ]
    parts.append(pairs(**{name: value.get(name) for name in ("credits_used", "credits_remaining")}))
    parts.append(pairs(style_applied=generation.style_applied))
    parts += [pairs(ignored_parameter=name) for name in generation.ignored_parameters]
    parts += [pairs(saved=file) for file in value["saved"]]
    parts += [pairs(download_error=f"{one['url']}: {one['error']}") for one in value["download_errors"]]
    return "\n".join(part for part in parts if part)
