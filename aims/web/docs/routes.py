"""Every page of the documentation. What a page is made of is loaded with the first reader, beside the event loop."""

from litestar import Response

from aims.web.desk import AnyRequest, Desk
from aims.web.linked import linked

from .pages import DocsPage, searched, show, show_once


@linked("/docs")
async def reference(request: AnyRequest) -> Response[bytes]:
    """The API reference. `?models=` and `?styles=` narrow its two lists down."""
    wanted, look = searched(request, "models"), searched(request, "styles")

    def make(at: Desk) -> DocsPage:
        from .reference import page

        return page(at, wanted, look)

    # What one reader looks for is not kept for the others.
    return await (show_once if wanted or look else show)(request, "docs/reference.html", make)


@linked("/docs/cli")
async def cli(request: AnyRequest) -> Response[bytes]:
    """The command line."""

    def make(at: Desk) -> DocsPage:
        from .cli import page

        return page(at)

    return await show(request, "docs/cli.html", make)


@linked("/docs/mcp")
async def mcp(request: AnyRequest) -> Response[bytes]:
    """The tools for agents."""

    def make(at: Desk) -> DocsPage:
        from .mcp import page

        return page(at)

    return await show(request, "docs/mcp.html", make)


@linked("/docs/skills")
async def skills(request: AnyRequest) -> Response[bytes]:
    """The skills for coding agents."""

    def make(at: Desk) -> DocsPage:
        from .skills import page

        return page(at)

    return await show(request, "docs/skills.html", make)


@linked("/docs/design")
async def design(request: AnyRequest) -> Response[bytes]:
    """The components of the pages."""

    def make(at: Desk) -> DocsPage:
        from .design import page

        return page(at)

    return await show(request, "docs/design.html", make)


ROUTES = (reference, cli, mcp, skills, design)
