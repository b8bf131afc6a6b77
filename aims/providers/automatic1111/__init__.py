"""A server of AUTOMATIC1111's Stable Diffusion web UI (or of Forge, which keeps these routes), started with --api.

Connected by its address, AIMS_AUTOMATIC1111_BASE_URL, such as http://127.0.0.1:7860. Where it was started with
--api-auth, AIMS_AUTOMATIC1111_KEY is `user:password`.
"""

from aims.core.errors import Invalid
from aims.providers import connection
from aims.providers.automatic1111.adapter import Automatic1111
from aims.providers.registry import Tools

EXAMPLE = "http://127.0.0.1:7860"


def connect(tools: Tools) -> Automatic1111 | None:
    """The adapter, when there is an address.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "automatic1111", EXAMPLE, keyless=True)
    if found is not None and found.key and ":" not in found.key:
        raise Invalid("The setting AIMS_AUTOMATIC1111_KEY is wrong: it has to be `user:password`.")
    return Automatic1111(found, tools.fetcher) if found else None
