"""The front page: the studio is running, and how to make the first picture."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litestar import Response

from aims.generation import Studio, is_available
from aims.providers.registry import INSTANCE
from aims.web.desk import AnyRequest, desk
from aims.web.linked import linked
from aims.web.pages import SCRIPTED, Page, page

if TYPE_CHECKING:
    from aims.web.docs.samples import Sample


@dataclass(frozen=True, slots=True)
class FrontPage(Page):
    """What is ready, whether the sandbox stands in, and a first request to copy. models: those that can be made now."""

    models: int
    styles: int
    sandbox: bool
    first: "Sample"


@linked("/")
async def front(request: AnyRequest) -> Response[bytes]:
    """The front page."""
    context = await asyncio.to_thread(_context, desk(request).studio)
    return page("public/front.html", context, policy=SCRIPTED)


def _context(studio: Studio) -> FrontPage:
    # The examples are loaded with the first reader: no start of the server waits for them.
    from aims.web.docs.samples import Samples

    return FrontPage(
        title="AI Media Studio",
        base_url=studio.settings.base_url,
        models=sum(is_available(studio, INSTANCE, model) for model in studio.shelf.models()),
        styles=len(studio.shelf.styles()),
        sandbox=studio.providers.stands_in,
        first=Samples(studio, None).asking("image", "basic"),
    )
