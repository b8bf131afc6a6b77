"""Requests to the outside go through one guarded door (SSR-01)."""

from pathlib import Path

from checks import sources
from checks.calls import imported, within
from checks.finding import Finding

CLIENTS = frozenset({"aiohttp", "http.client", "httpx", "httpx2", "requests", "urllib.request", "urllib3"})
# The Python client and the command line run on the user's own machine and call the studio, nothing else.
DOORS = ("aims/core/fetch.py", "aims/core/fetch/", "aims/client/", "aims/cli/")


def check(root: Path) -> list[Finding]:
    """No HTTP client is imported in aims/ outside core/fetch, the Python client and the command line."""
    return [
        Finding(source.path, line, f"{client} would go round the address guard; use aims.core.fetch.")
        for source in sources.python(root, "aims")
        if not source.path.startswith(DOORS)
        for line, name in imported(source.tree)
        if (client := within(name, CLIENTS))
    ]
