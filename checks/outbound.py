"""Requests to the outside go through one guarded door (SSR-01)."""

import ast
from pathlib import Path

from checks import sources
from checks.calls import dotted, imported, within
from checks.finding import Finding

CLIENTS = frozenset({"aiohttp", "http.client", "httpx", "httpx2", "requests", "urllib.request", "urllib3"})
CLIENTS |= {"ftplib", "httpcore", "niquests", "pycurl", "websockets"}
# A connection by hand is no better than a client.
CONNECTS = frozenset({"create_connection", "open_connection"})
# The Python client and the command line run on the user's own machine and call the studio, nothing else. The tools at
# /mcp ask the application within the process: their transport has no connection.
DOORS = ("aims/core/fetch/", "aims/client/", "aims/cli/", "aims/mcp/inside.py")


def check(root: Path) -> list[Finding]:
    """Requests leave aims/ through core/fetch only; the Python client and the command line have their own."""
    findings: list[Finding] = []
    for source in sources.python(root, "aims"):
        if source.path.startswith(DOORS):
            continue
        for line, name in imported(source.tree):
            if client := within(name, CLIENTS):
                sentence = f"{client} would go round the address guard; use aims.core.fetch."
                findings.append(Finding(source.path, line, sentence))
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in CONNECTS:
                sentence = "a connection by hand would go round the address guard; use aims.core.fetch."
                findings.append(Finding(source.path, node.lineno, sentence))
    return findings
