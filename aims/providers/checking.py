"""Asks a provider a question that costs nothing, to learn whether a connection works."""

from collections.abc import Callable, Collection, Mapping

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetched, Fetcher
from aims.providers.contract import Checked, Standing

SECONDS = 20.0
LARGEST = 1 << 20
SENTENCES: dict[Standing, str] = {
    "valid": "The provider takes the key.",
    "invalid": "The provider does not take the key. Make another one there, and connect again.",
    "out_of_balance": "The provider takes the key, and the account behind it has nothing left. Add credit there.",
    "unreachable": "The provider did not answer as it should. Try again later, and look at the address.",
}


async def ask(
    fetcher: Fetcher,
    url: str,
    origins: Collection[str],
    headers: Mapping[str, str],
    standing: Callable[[Fetched], Standing],
) -> Checked:
    """Ask once, and say how it stands. standing: what an answer means, in this provider's way of speaking."""
    try:
        got = await fetcher.origins(
            "GET", url, origins, headers=headers, deadline=SECONDS, cap=LARGEST, hops=0, cut=True
        )
    except (Blocked, Unreachable) as error:
        return Checked("unreachable", f"The provider cannot be reached: {error.sentence}")
    found = standing(got)
    return Checked(found, SENTENCES[found])


def by_status(got: Fetched) -> Standing:
    """What an answer says of the key, where the status says it all."""
    if got.status == 402:
        return "out_of_balance"
    if got.status in (401, 403):
        return "invalid"
    return "valid" if got.status < 500 and got.status not in (404, 405) else "unreachable"
