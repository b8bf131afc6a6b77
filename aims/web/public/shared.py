"""A shared picture or film: a page, its file and its thumbnail, all asked of the share at each request."""

from dataclasses import dataclass

from litestar import Response
from litestar.params import FromPath
from litestar.response import Stream

from aims import media
from aims.core.errors import NotFound
from aims.web.desk import AnyRequest, desk
from aims.web.linked import linked
from aims.web.pages import Page, page
from aims.web.sending import NEVER, of_asset, send

HIDDEN = {"Cache-Control": NEVER, "X-Robots-Tag": "noindex"}
PREVIEW_SIDE = 1024


@dataclass(frozen=True, slots=True)
class SharedPage(Page):
    """What a stranger sees of an asset: nothing of who made it, from which words, or what it cost.

    path: where the share is on this host. The page loads from there, as its policy allows no other host, and a studio
    may answer under more names than the one in its links.
    """

    path: str
    kind: str
    content_type: str
    width: int
    height: int
    generated: bool
    preview: str


@linked("/shared/media/{share:str}")
async def show(request: AnyRequest, share: FromPath[str]) -> Response[bytes]:
    """The page of a share."""
    studio = desk(request).studio
    base = studio.settings.base_url
    try:
        found = (await studio.db.read(media.shared, share)).asset
    except NotFound:
        return page("public/gone.html", Page("Not shared", base), status=404, headers=HIDDEN)
    context = SharedPage(
        title="A shared film" if found.kind == "video" else "A shared picture",
        base_url=base,
        path=f"/shared/media/{share}",
        kind=found.kind,
        content_type=found.content_type,
        width=found.width,
        height=found.height,
        generated=found.source == "generation",
        preview=found.preview or "",
    )
    return page("public/shared.html", context, headers=HIDDEN)


@linked("/shared/media/{share:str}/file")
async def file(request: AnyRequest, share: FromPath[str]) -> Response[bytes] | Stream:
    """The file of a share."""
    studio = desk(request).studio
    found = (await studio.db.read(media.shared, share)).asset
    path = studio.storage.path(found.storage_key)
    return await send(request, of_asset(found, path, cache=NEVER, index=False))


@linked("/shared/media/{share:str}/thumbnail")
async def thumbnail(request: AnyRequest, share: FromPath[str]) -> Response[bytes] | Stream:
    """The thumbnail of a share, 1024 pixels on the long side at most, for whoever unfurls a link."""
    studio = desk(request).studio
    found = (await studio.db.read(media.shared, share)).asset
    path = studio.storage.path(media.thumbnail_key(found.storage_key, PREVIEW_SIDE))
    return await send(request, of_asset(found, path, cache=NEVER, index=False))
