"""What a style looks like: one picture each, drawn by the sandbox when it is first asked for, then kept."""

import asyncio
import hashlib
from pathlib import Path
from weakref import WeakValueDictionary

from litestar import Response
from litestar.params import FromPath
from litestar.response import Stream

from aims.core.errors import NotFound, Unavailable
from aims.core.ids import new_id
from aims.generation import Studio, style_preview
from aims.web.desk import AnyRequest, desk
from aims.web.linked import linked
from aims.web.sending import WEBP, Served, send

CACHE = "public, max-age=86400"

# Who draws which file: strangers may ask for it as often as they like, and it is drawn once.
_drawing: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()


@linked("/previews/styles/{name:str}")
async def style(request: AnyRequest, name: FromPath[str]) -> Response[bytes] | Stream:
    """`/previews/styles/<slug>.webp`."""
    studio = desk(request).studio
    slug, dot, extension = name.rpartition(".")
    known = {each.slug: each for each in studio.shelf.styles()}
    if not dot or extension != "webp" or slug not in known:
        raise NotFound("There is no such style.")
    path = await made(studio, slug)
    return await send(request, Served(path, name, WEBP, f'"{path.stem}"', cache=CACHE))


async def made(studio: Studio, slug: str) -> Path:
    """The file of a style's preview, drawn now if it is not there or the style has changed.

    Raises Unavailable when there is no sandbox to draw it.
    """
    style = studio.shelf.style(slug)
    words = f"{slug}\n{style.template}\n{style.negative_prompt or ''}"
    name = hashlib.sha256(words.encode()).hexdigest()[:24]
    path = studio.settings.home / "previews" / f"{name}.webp"
    if path.is_file():
        return path
    lock = _drawing.setdefault(path, asyncio.Lock())
    async with lock:
        if path.is_file():
            return path
        data = await style_preview(studio, style)
        if data is None:
            raise Unavailable(
                "Style previews are drawn by the sandbox, which is switched off.", code="no_preview"
            )
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_suffix(f".{new_id()}")
        temporary.write_bytes(data)
        temporary.replace(path)
    return path
