"""OpenAI's Images API: pictures from words, and pictures changed by words. The answer has them in it.

Connected by a key: AIMS_OPENAI_KEY (or AIMS_OPENAI_KEY_FILE, or OPENAI_API_KEY, where its own programs look).
AIMS_OPENAI_BASE_URL leads to an emulator or to another service that speaks the same, without a path: `/v1` is added
here. Films are not to be had: that part of the API ended on 24 September 2026.
"""

from aims.providers import connection
from aims.providers.openai.adapter import API, OpenAI
from aims.providers.registry import Tools


def connect(tools: Tools) -> OpenAI | None:
    """The adapter, when there is a key.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "openai", API, also="OPENAI_API_KEY")
    return OpenAI(found, tools.fetcher) if found else None
