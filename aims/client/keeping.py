"""The library: bring pictures in, find what is there, share it, throw it away and take it back."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from aims.client import pictures
from aims.client.looking import Kind, given
from aims.client.making import new_key
from aims.client.retries import ask
from aims.client.shapes import Media, Page, Share, Upload
from aims.client.steps import Call, Flow, Tell, Telling, address


def upload(picture: str | Path | bytes | BinaryIO) -> Flow[Upload]:
    """Keep a picture to work from: PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP, at most 20 MiB. Scope `media:write`.

    picture: a path, the bytes themselves, or a file that is open for reading. Its bytes are looked at before anything
    is sent, and sent again under the same Idempotency-Key when the connection drops.

    Raises BadFile for everything that is no such picture; TooLarge for too many pixels; Unsupported, Forbidden.
    """
    headers = {"Idempotency-Key": new_key()}
    answer = yield from ask(Call("POST", "/uploads", headers=headers, file=pictures.read(picture)))
    return answer.read(Upload)


def list_media(
    *,
    kind: Kind | None = None,
    source: str | None = None,
    model: str | None = None,
    shared: bool | None = None,
    trashed: bool | None = None,
    text: str | None = None,
    created_after: str | None = None,
    created_before: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Flow[Page[Media]]:
    """A page of the library, newest first. Scope `media:read`.

    source: `generation` or `upload`. text: words of the prompt. created_after, created_before: RFC 3339.

    Raises BadRequest.
    """
    query = given(kind=kind, source=source, model=model, shared=shared, trashed=trashed, q=text)
    query |= given(created_after=created_after, created_before=created_before, limit=limit, cursor=cursor)
    answer = yield from ask(Call("GET", "/media", query=query))
    return answer.read(Page[Media])


def each_media(
    *, kind: Kind | None = None, source: str | None = None, text: str | None = None
) -> Telling[Media]:
    """Go through the whole library, newest first, page after page. Scope `media:read`."""
    cursor: str | None = None
    while True:
        page = yield from list_media(kind=kind, source=source, text=text, limit=100, cursor=cursor)
        for asset in page.items:
            yield Tell(asset)
        cursor = page.next_cursor
        if cursor is None:
            return


def get_media(media_id: str) -> Flow[Media]:
    """One picture or film, also one in the trash. Scope `media:read`.

    Raises NotFound.
    """
    answer = yield from ask(Call("GET", address("media", media_id)))
    return answer.read(Media)


def delete_media(media_id: str, *, permanent: bool = False) -> Flow[Media | None]:
    """Put it in the trash, and give it as it is there. Scope `media:write`.

    permanent: deletes for good what is in the trash already, and gives None.

    Raises NotFound, Conflict.
    """
    query = given(permanent=permanent or None)
    answer = yield from ask(Call("DELETE", address("media", media_id), query=query))
    return answer.read(Media) if answer.body else None


def restore_media(media_id: str) -> Flow[Media]:
    """Take it out of the trash; its share does not come back with it. Scope `media:write`.

    Raises NotFound.
    """
    answer = yield from ask(Call("POST", address("media", media_id, "restore")))
    return answer.read(Media)


def share_media(media_id: str) -> Flow[Share]:
    """Give it a public page; one that has a page keeps it. Scope `media:write`.

    Raises NotFound.
    """
    answer = yield from ask(Call("POST", address("media", media_id, "share")))
    return answer.read(Share)


def unshare_media(media_id: str) -> Flow[Share]:
    """Take the public page away, at once. Scope `media:write`.

    Raises NotFound.
    """
    answer = yield from ask(Call("DELETE", address("media", media_id, "share")))
    return answer.read(Share)
