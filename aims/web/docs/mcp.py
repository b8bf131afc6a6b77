"""`/docs/mcp`: the tools for agents, out of their one definition."""

import json
from dataclasses import dataclass

from aims.mcp import INSTRUCTIONS, NAME, TOOLS, Tool
from aims.mcp.schemas import takes
from aims.web.desk import Desk
from aims.web.openapi.reading import Row, rows

from .pages import DocsPage, Place
from .samples import Sample, Samples


@dataclass(frozen=True, slots=True)
class Told:
    """A tool as it is shown."""

    name: str
    title: str
    says: str
    marks: list[str]
    arguments: list[Row]


@dataclass(frozen=True, slots=True)
class McpPage(DocsPage):
    """The tools, and how an agent comes to them."""

    tools: list[Told]
    instructions: tuple[str, ...]
    samples: dict[str, Sample]


def page(at: Desk) -> McpPage:
    """All that stands on it."""
    tools = [_told(each) for each in TOOLS.values()]
    return McpPage(
        title="MCP",
        base_url=at.studio.settings.base_url,
        tab="mcp",
        places=(
            Place("connect", "Connect an agent"),
            Place("by-hand", "Call it by hand"),
            Place("tools", "Tools", tuple(Place(each.name, each.name) for each in tools)),
            Place("resources", "Resources"),
            Place("behaviour", "What agents are told"),
        ),
        tools=tools,
        instructions=tuple(INSTRUCTIONS.split("\n\n")),
        samples={each.name: each for each in _samples(at)},
    )


def _samples(at: Desk) -> list[Sample]:
    make, base = Samples(at.studio, None), at.studio.settings.base_url
    remote = {"type": "http", "url": f"{base}/mcp", "headers": {"Authorization": "Bearer YOUR_API_KEY"}}
    keys = {"AIMS_API_KEY": "YOUR_API_KEY", "AIMS_BASE_URL": f"{base}/api/v1"}
    local = {"command": "aims-mcp", "args": [], "env": keys}
    command = f'claude mcp add --transport http {NAME} {base}/mcp \\\n  --header "Authorization: Bearer YOUR_API_KEY"'
    return [
        make.text("remote", "Over HTTP: nothing to install", _servers(remote), "json"),
        make.text("local", "As a process of the agent's machine", _servers(local), "json"),
        make.text("claude-code", "Claude Code", command, "cli"),
        make.told("tools"),
    ]


def _servers(entry: dict[str, object]) -> str:
    return json.dumps({"mcpServers": {NAME: entry}}, indent=2)


def _told(tool: Tool) -> Told:
    marks = {
        "reads only": tool.reads,
        "changes something": not tool.reads,
        "may be repeated": tool.idempotent,
        "spends credits": tool.open_world,
    }
    holding = [mark for mark, holds in marks.items() if holds]
    return Told(tool.name, tool.title, tool.description, holding, rows(takes(tool)))
