"""The front page: the studio is running, and how to make the first picture."""

from dataclasses import dataclass
from pathlib import Path

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from aims.core.errors import NotFound
from aims.web.desk import AnyRequest, desk
from aims.web.pages import HERE, Page, page
from aims.web.sending import Served, send

KINDS = {".css": "text/css; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
A_DAY = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class FrontPage(Page):
    """How many models and styles there are, and whether the sandbox stands in."""

    models: int
    styles: int
    sandbox: bool


@get("/")
async def front(request: AnyRequest) -> Response[bytes]:
    """The front page."""
    studio = desk(request).studio
    shelf = studio.shelf
    context = FrontPage(
        title="AI Media Studio",
        base_url=studio.settings.base_url,
        models=len(shelf.models()),
        styles=len(shelf.styles()),
        sandbox=studio.providers.stands_in,
    )
    return page("public/front.html", context)


@get("/static/{name:str}")
async def static(request: AnyRequest, name: FromPath[str]) -> Response[bytes] | Stream:
    """A style sheet or font of ours. Only the names in our own folder are known."""
    known: dict[str, Path] = {path.name: path for path in (HERE / "static").iterdir()}
    path = known.get(name)
    if path is None or path.suffix not in KINDS:
        raise NotFound("There is nothing at this address.")
    tag = f'"{path.stat().st_mtime_ns:x}-{path.stat().st_size:x}"'
    return await send(request, Served(path, name, KINDS[path.suffix], tag, cache=A_DAY))
