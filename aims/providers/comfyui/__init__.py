"""A ComfyUI server of one's own: its queue, its history, and its word over a WebSocket on how far it is.

Connected by an address alone, AIMS_COMFYUI_BASE_URL, such as http://127.0.0.1:8188: it has no keys. Whoever reaches it
rules the machine, so it belongs in a private network, and nobody but the operator says where it is.
"""

from aims.providers import connection
from aims.providers.comfyui.adapter import ComfyUI
from aims.providers.registry import Tools

EXAMPLE = "http://127.0.0.1:8188"


def connect(tools: Tools) -> ComfyUI | None:
    """The adapter, when there is an address.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "comfyui", EXAMPLE, keyless=True)
    return ComfyUI(found, tools.fetcher) if found else None
