"""The tools and resources as the protocol's own package serves them. Importing this takes more than a second."""

import base64
import json
from collections.abc import Callable
from typing import Any

import mcp_types as types
from mcp import MCPError
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from aims.client import AIMSError, NotFound
from aims.client.retries import ask
from aims.client.steps import Call, address
from aims.mcp import schemas
from aims.mcp.calling import Carrier, Outcome, call, failure
from aims.mcp.progress import telling
from aims.mcp.tools import NAME, TITLE, TOOLS, Tool, release
from aims.mcp.words import INSTRUCTIONS

Context = ServerRequestContext[Any, Any]
CarrierOf = Callable[[Context], Carrier]

JSON = "application/json"
SCHEME = "aims://"
GENERATIONS = f"{SCHEME}generations/"
# Tools change with the release, so a minute old list is right; what a resource says is the caller's alone.
_KEPT = CacheHint(ttl_ms=60_000, scope="public")
RESOURCES = {
    f"{SCHEME}models": (
        "models",
        "Models",
        "The models with their ids, prices in credits and settings.",
        "/models",
    ),
    f"{SCHEME}styles": ("styles", "Styles", "The style presets.", "/styles"),
}


def make_server(carrier_of: CarrierOf) -> Server[Any]:
    """The server. carrier_of: who carries out what a request asks for, with the key of who sent it."""

    async def call_tool(context: Context, asked: types.CallToolRequestParams) -> types.CallToolResult:
        tool = TOOLS.get(asked.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {asked.name[:80]!r}.")

        async def report(done: float, line: str) -> None:
            await context.session.report_progress(done, 1.0, line)

        async with telling(report) as progress:
            outcome = await call(carrier_of(context), tool, asked.arguments or {}, progress.see)
        return result_of(outcome)

    async def read_resource(
        context: Context, asked: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        text = await _read(carrier_of(context), str(asked.uri))
        content = types.TextResourceContents(uri=asked.uri, mime_type=JSON, text=text)
        return types.ReadResourceResult(contents=[content])

    return Server(
        NAME,
        version=release(),
        title=TITLE,
        instructions=INSTRUCTIONS,
        cache_hints={"tools/list": _KEPT, "resources/list": _KEPT, "resources/templates/list": _KEPT},
        get_tool_input_schema=lambda name: schemas.takes(TOOLS[name]) if name in TOOLS else None,
        on_list_tools=_list_tools,
        on_call_tool=call_tool,
        on_list_resources=_list_resources,
        on_list_resource_templates=_list_templates,
        on_read_resource=read_resource,
    )


def result_of(outcome: Outcome) -> types.CallToolResult:
    """An outcome as the protocol has it: the same body as structure and as JSON text, then the pictures."""
    text = json.dumps(outcome.body, ensure_ascii=False)
    pictures = [
        types.ImageContent(data=base64.b64encode(each.data).decode(), mime_type=each.content_type)
        for each in outcome.pictures
    ]
    return types.CallToolResult(
        content=[types.TextContent(text=text), *pictures],
        structured_content=outcome.body,
        is_error=outcome.failed,
    )


async def _list_tools(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[_tool(each) for each in TOOLS.values()])


def _tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schemas.takes(tool),
        output_schema=schemas.gives(tool),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.reads,
            destructive_hint=False,
            idempotent_hint=tool.idempotent,
            open_world_hint=tool.open_world,
        ),
    )


async def _list_resources(_: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    found = [
        types.Resource(uri=uri, name=name, title=title, description=says, mime_type=JSON)
        for uri, (name, title, says, _path) in RESOURCES.items()
    ]
    return types.ListResourcesResult(resources=found)


async def _list_templates(
    _: Context, __: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    generation = types.ResourceTemplate(
        uri_template=f"{GENERATIONS}{{id}}",
        name="generation",
        title="Generation",
        description="What became of a request: its status, outputs with their URLs, and credits.",
        mime_type=JSON,
    )
    return types.ListResourceTemplatesResult(resource_templates=[generation])


async def _read(carrier: Carrier, uri: str) -> str:
    """The JSON of a resource. Raises MCPError."""
    path = RESOURCES[uri][3] if uri in RESOURCES else None
    if path is None and uri.startswith(GENERATIONS) and len(uri) > len(GENERATIONS):
        path = address("generations", uri.removeprefix(GENERATIONS))
    if path is None:
        raise MCPError(types.INVALID_PARAMS, "There is no such resource.")
    try:
        answer = await carrier.run(ask(Call("GET", path)))
    except NotFound as error:
        raise MCPError(types.INVALID_PARAMS, error.sentence, failure(error)) from None
    except AIMSError as error:
        raise MCPError(types.INTERNAL_ERROR, failure(error)["error"], failure(error)) from None
    return answer.body.decode()
