"""Google's Gemini API: pictures, made and edited by `generateContent`, which answers once they are made.

Connected by a key: AIMS_GOOGLE_KEY (or AIMS_GOOGLE_KEY_FILE, or GEMINI_API_KEY, where its own programs look).
AIMS_GOOGLE_BASE_URL leads to an emulator or a proxy instead. Pictures come in the answer itself, from no other place.
"""

from aims.providers import connection
from aims.providers.google.adapter import API, Google
from aims.providers.registry import Tools


def connect(tools: Tools) -> Google | None:
    """The adapter, when there is a key.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "google", API, also="GEMINI_API_KEY")
    return Google(found, tools.fetcher) if found else None
