"""What the pages of the documentation share: where one is in them, what is on one, and how one is kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

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


async def show(request: AnyRequest, template: str, make: Make) -> Response[bytes]:
    """A page, made beside the event loop and kept until what the studio offers changes."""
    at = desk(request)
    pages: dict[str, tuple[Shelf, Kept]] = request.app.state["pages"]
    known = pages.get(template)
    shelf = at.studio.shelf
    if known is None or known[0] is not shelf:
        kept = await asyncio.to_thread(_made, at, template, make)
        known = pages[template] = (shelf, kept)
    return answer(request, known[1], cache=A_MINUTE, more={"Content-Security-Policy": SCRIPTED})


async def show_once(request: AnyRequest, template: str, make: Make) -> Response[bytes]:
    """A page that only this reader asked for."""
    kept = await asyncio.to_thread(_made, desk(request), template, make)
    return answer(request, kept, cache=A_MINUTE, more={"Content-Security-Policy": SCRIPTED})


def searched(request: AnyRequest, name: str) -> str:
    """What somebody looks for in a list of the page. Raises Invalid when it is too long."""
    text = request.query_params.get(name, "").strip()
    if len(text) > LONGEST_SEARCH:
        raise Invalid.field(name, f"A search has at most {LONGEST_SEARCH} characters.")
    return text


def _made(at: Desk, template: str, make: Make) -> Kept:
    return Kept.of(rendered(template, make(at)), "text/html")
