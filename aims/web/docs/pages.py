"""What the pages of the documentation share: where one is in them, what is on one, and how one is kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from litestar import Response

from aims.catalog import Shelf
from aims.core.errors import Invalid
from aims.web.desk import AnyRequest, Desk, desk
from aims.web.kept import Kept, answer
from aims.web.pages import SCRIPTED, Page, rendered

LONGEST_SEARCH = 100
A_MINUTE = "public, max-age=60"
"""Prices and models are an operator's to change."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a page. id: its anchor."""

    id: str
    title: str
    below: tuple["Place", ...] = ()


@dataclass(frozen=True, slots=True)
class DocsPage(Page):
    """A page of the documentation. tab: which of the four; places: what is on it, in its order."""

    tab: str
    places: tuple[Place, ...]


Make = Callable[[Desk], DocsPage]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one studio as they were made last, with the shelf that they were made for.

    making: held while a page is made. Strangers may ask as often as they like for pages that nobody asked for before:
    all of that takes one place beside the event loop.
    """

    kept: dict[str, tuple[Shelf, Kept]] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


async def show(request: AnyRequest, template: str, make: Make) -> Response[bytes]:
    """A page, made beside the event loop and kept until what the studio offers changes."""
    at, pages = desk(request), _pages(request)
    if not _holds(pages, template, at):
        async with pages.making:
            if not _holds(pages, template, at):
                shelf = at.studio.shelf
                pages.kept[template] = (shelf, await asyncio.to_thread(_made, at, template, make))
    return _sent(request, pages.kept[template][1])


async def show_once(request: AnyRequest, template: str, make: Make) -> Response[bytes]:
    """A page that only this reader asked for."""
    async with _pages(request).making:
        return _sent(request, await asyncio.to_thread(_made, desk(request), template, make))


def searched(request: AnyRequest, name: str) -> str:
    """What somebody looks for in a list of the page. Raises Invalid when it is too long."""
    text = request.query_params.get(name, "").strip()
    if len(text) > LONGEST_SEARCH:
        raise Invalid.field(name, f"A search has at most {LONGEST_SEARCH} characters.")
    return text


def _made(at: Desk, template: str, make: Make) -> Kept:
    return Kept.of(rendered(template, make(at)), "text/html")


def _pages(request: AnyRequest) -> Pages:
    return request.app.state["pages"]


def _holds(pages: Pages, template: str, at: Desk) -> bool:
    known = pages.kept.get(template)
    return known is not None and known[0] is at.studio.shelf


def _sent(request: AnyRequest, kept: Kept) -> Response[bytes]:
    return answer(request, kept, cache=A_MINUTE, more={"Content-Security-Policy": SCRIPTED})
