"""fal.ai, through its queue: submit, poll, result, cancel.

Connected by a key: AIMS_FAL_KEY (or AIMS_FAL_KEY_FILE, or FAL_KEY, where its own programs look). AIMS_FAL_BASE_URL
leads to an emulator or a proxy instead; then requests go there and nowhere else. AIMS_FAL_OUTPUT_ORIGINS adds places
where outputs may lie. AIMS_FAL_ACCOUNT is the user id that fal's word to us has to name; without it, it is learned from
the first. `unit_prices` in `aims.toml` says what a unit of an endpoint costs.
"""

from aims.providers import connection
from aims.providers.fal.adapter import QUEUE, Fal
from aims.providers.registry import Tools


def connect(tools: Tools) -> Fal | None:
    """The adapter, when there is a key.

    Raises Invalid for a setting that is wrong.
    """
    found = connection.read(tools.settings, "fal", QUEUE, also="FAL_KEY")
    return Fal(found, tools.fetcher) if found else None
