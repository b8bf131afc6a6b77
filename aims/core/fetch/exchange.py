"""One request and one answer, as `Fetcher` and `Wire` hand them to each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from aims.core.fetch.addresses import Target


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. cap: bytes of the answer, unpacked. cut: take the first `cap` bytes of a longer one.

    follow: whether a redirect is gone after, so that nobody needs its body. silence: seconds after which a server that
    says nothing is not waited for, at the beginning or in between; None: for as long as the request may take.
    """

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    cap: int
    cut: bool
    follow: bool
    silence: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: by lower-case name. location: where a redirect leads that is gone after."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str | None = None


@dataclass(slots=True)
class Flight:
    """One request on its way. place: the address and port that it may dial, and no other.

    connected: from now on the other side may have read some of it.
    """

    place: tuple[str, int]
    connected: bool = False
