"""What coding agents read: the skills, and where everything is."""

import hashlib

from litestar import Response
from litestar.params import FromPath

from aims import skills
from aims.core.errors import NotFound
from aims.web import ranges
from aims.web.desk import AnyRequest, desk, header
from aims.web.linked import linked

MARKDOWN = "text/markdown"
FIVE_MINUTES = "public, max-age=300"


@linked("/skills/{name:str}/SKILL.md")
async def skill(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A skill, as it lies in the package."""
    found = skills.find(name)
    if found is None:
        raise NotFound("There is nothing at this address.")
    return _text(request, found.text)


@linked("/llms.txt")
async def llms(request: AnyRequest) -> Response[bytes]:
    """What this studio is and where its documents lie, for whoever reads text (llmstxt.org, read 2026-11-24)."""
    return _text(request, contents(desk(request).studio.settings.base_url))


def contents(base_url: str) -> str:
    """The text of `/llms.txt`."""
    told = "\n".join(
        f"- [{each.name}]({base_url}/skills/{each.name}/SKILL.md): {each.description}"
        for each in skills.every()
    )
    return f"""\
# AI Media Studio

> Make pictures and films through hosted models, with one API key and credits that a workspace shares.

Send the key as `Authorization: Bearer YOUR_API_KEY`. The API lies below {base_url}/api/v1, the tools of the Model
Context Protocol at {base_url}/mcp (streamable HTTP, the same key); on your own machine the command `aims-mcp` offers
the same tools over standard input and output.

## API

- [Documentation]({base_url}/docs): from the first request to the last error, with the models and prices of now; also of
  the [command]({base_url}/docs/cli), the [tools]({base_url}/docs/mcp) and the [skills]({base_url}/docs/skills).
- [Reference]({base_url}/reference): every operation, as a page.
- [OpenAPI document]({base_url}/openapi.json): the same for programs.

## Skills

{told}
"""


def _text(request: AnyRequest, text: str) -> Response[bytes]:
    """The text, or word that the caller has it already."""
    body = text.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": FIVE_MINUTES}
    if ranges.unchanged(header(request, b"if-none-match"), tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=MARKDOWN)
