"""Pictures given to a command as files of this machine: uploaded first, so that a request can name their addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from aims.cli.remote import Remote
    from aims.client import AIMS

PICTURES = ("image_urls", "image_url", "first_frame_url", "last_frame_url")
FILM = "extend_video_url"


def files_in(body: dict[str, Any]) -> list[str]:
    """The files of this machine among a request's pictures, each once. What is no text is left to the studio.

    Raises UsageError for what is neither an address nor a file.
    """
    found = [each for name in PICTURES for each in _values(body, name) if _is_file(name, each)]
    film = body.get(FILM)
    if isinstance(film, str) and film and _is_file(FILM, film):
        raise click.UsageError(
            f"{_flag(FILM)} takes the address of a film of your workspace, and '{film}' is a file. "
            "Only pictures can be uploaded."
        )
    return list(dict.fromkeys(found))


def bring(at: Remote, aims: AIMS, body: dict[str, Any], files: list[str]) -> dict[str, Any]:
    """Upload these files, and give the request with their addresses in their place.

    All are looked at before one is sent. Each is sent under an Idempotency-Key, so that a lost answer keeps it once.

    Raises BadFile for what is no picture, and what the studio says to an upload.
    """
    from aims import client
    from aims.client import pictures

    looked: dict[str, bytes] = {}
    for file in files:
        try:
            looked[file] = pictures.read(file)[1]
        except client.BadFile as error:
            raise client.BadFile(f"{file}: {error.sentence}") from None
    urls: dict[str, str] = {}
    for file, data in looked.items():
        urls[file] = aims.uploads.create(data).url
        at.note(f"Uploaded {file}: {urls[file]}")
    put = {
        name: [urls.get(each, each) for each in found] for name in PICTURES if (found := _values(body, name))
    }
    return body | {name: found if name == "image_urls" else found[0] for name, found in put.items()}


def _values(body: dict[str, Any], name: str) -> list[str]:
    """The texts under this name. `--set` can give a number too."""
    value = body.get(name)
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _is_file(name: str, value: str) -> bool:
    """Whether it is to be uploaded. An address, with its scheme or as a path of the studio, is left to the studio."""
    if "://" in value or value[:5].lower() == "data:":
        return False
    try:
        if Path(value).exists():
            return True
    except (OSError, ValueError):
        pass
    if value.lstrip("/").startswith("workspaces/"):
        return False
    raise click.UsageError(
        f"{_flag(name)} takes an address or a picture of this machine; there is no file '{value}'. "
        "`aims upload FILE` keeps a picture and prints its address."
    )


def _flag(name: str) -> str:
    """The option of the running command that gives this field: two commands have two options for `image_urls`."""
    for option in click.get_current_context().command.params:
        if option.name == name:
            return option.opts[-1]
    return f"--set {name}"
