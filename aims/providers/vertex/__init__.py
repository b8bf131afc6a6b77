"""Google's Vertex AI, also called Gemini Enterprise Agent Platform: films by Veo, which are asked after until they are
made.

Connected by the JSON of a service account: AIMS_VERTEX_KEY_FILE names the file (or AIMS_VERTEX_KEY holds it). The
project is the account's own. AIMS_VERTEX_BASE_URL chooses another place than us-central1, as in
`https://europe-west4-aiplatform.googleapis.com`, or leads to an emulator or a proxy. Films come in the answer itself.
"""

from aims.providers import connection
from aims.providers.registry import Tools
from aims.providers.vertex.account import read
from aims.providers.vertex.adapter import API, Vertex


def connect(tools: Tools) -> Vertex | None:
    """The adapter, when there is an account.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "vertex", API, document=True)
    return Vertex(found, read(found), tools.fetcher) if found else None
