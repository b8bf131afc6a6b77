"""Replicate: predictions, which are created, asked after, and stopped.

Connected by a key: AIMS_REPLICATE_KEY (or AIMS_REPLICATE_KEY_FILE, or REPLICATE_API_TOKEN, where its own programs
look).
AIMS_REPLICATE_BASE_URL leads to an emulator or a proxy instead; `/v1` is added here. AIMS_REPLICATE_OUTPUT_ORIGINS adds
places where outputs may lie.
"""

from aims.providers import connection
from aims.providers.registry import Tools
from aims.providers.replicate.adapter import API, Replicate


def connect(tools: Tools) -> Replicate | None:
    """The adapter, when there is a key.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "replicate", API, also="REPLICATE_API_TOKEN")
    return Replicate(found, tools.fetcher) if found else None
