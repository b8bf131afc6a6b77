"""The tools that agents use, over the Model Context Protocol: what they are, and what a call of one does.

There is one definition of each tool and two ways to reach it: a process of its own on the user's machine, which speaks
over its standard streams (`aims-mcp`), and the address `/mcp` of the studio. Both ask the same API with the caller's
key, so that scopes, limits, tenancy and Idempotency-Keys hold for agents as for everybody.

What is imported from here is quick to load. `aims.mcp.server` and `aims.mcp.stdio` load the protocol's own package,
which takes more than a second: nothing imports them before an agent is there.
"""

from aims.mcp.tools import NAME, TOOLS, Tool, listing
from aims.mcp.words import INSTRUCTIONS

__all__ = ["INSTRUCTIONS", "NAME", "TOOLS", "Tool", "listing"]
