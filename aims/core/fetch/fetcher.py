"""Requests to the outside: where may they go, hop by hop, and what came back."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch.addresses import Target, is_public, parse, parse_public
from aims.core.fetch.exchange import Answer, Ask, Flight
from aims.core.fetch.network import Network
from aims.core.fetch.origins import Origins

if TYPE_CHECKING:
    from aims.core.fetch.wire import Wire

HOPS = 3
# A name may have many addresses: all of them are checked, so many are tried.
ADDRESSES = 4
ABREAST = 8

# For how long a connection to a provider is kept. One that the other side has just closed would leave us not knowing
# whether a paid request arrived: so such a request takes only one that was in use a moment ago, and is open when it is
# taken. A server that is told to end may close it in the same instant; that is all that is left.
ASKED_SECONDS = 15.0
CALLED_SECONDS = 1.0

# What goes along when a redirect leads to another origin: nothing that says who asks.
_HARMLESS = frozenset({"accept", "accept-language", "user-agent"})
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. headers: by lower-case name. body: unpacked. url: where it came from, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(slots=True)
class Trip:
    """One fetch with all its hops. allowed: None for every public address, else these origins only.

    heard: whether a server may have read some of what was sent.
    """

    allowed: Origins | None
    target: Target
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    silence: float | None = None
    heard: bool = False

    def check(self) -> None:
        """Before anything is looked up.

        Raises Blocked.
        """
        if self.allowed is None:
            parse_public(str(self.target))
        elif not self.allowed.has(self.target):
            raise Blocked

    def check_addresses(self, addresses: Sequence[str]) -> None:
        """Every address of the host: one that is inside makes the name one that is inside.

        Raises Blocked.
        """
        anywhere = self.allowed is not None and self.allowed.may_be_inside(self.target)
        if not anywhere and not all(map(is_public, addresses)):
            raise Blocked

    def redirect(self, status: int, location: str) -> None:
        """Go on to where an answer points, as a browser would, and trust it with less.

        Raises Blocked for a way from https to http, and for one that takes a body to another origin.
        """
        before, self.target = self.target, self.target.join(location)
        if before.scheme == "https" and self.target.scheme == "http":
            raise Blocked
        if status == 303 or (status < 303 and self.method == "POST"):
            self.method, self.body = "HEAD" if self.method == "HEAD" else "GET", None
        if self.target.origin != before.origin:
            if self.body is not None:
                raise Blocked
            self.headers = {name: value for name, value in self.headers.items() if name.lower() in _HARMLESS}


class Fetcher:
    """Fetches for one process. The first request opens it, inside the running loop; `close` ends it.

    abreast: how many names are looked up at once, and how many requests are with one public address.
    """

    def __init__(self, network: Network | None = None, *, abreast: int = ABREAST) -> None:
        self._network = network or Network()
        self._abreast = abreast
        self._opening = asyncio.Lock()
        self._wires: dict[str, Wire] = {}
        # In threads of their own: names whose servers are slow must not keep files from being written.
        self._lookups = ThreadPoolExecutor(abreast, thread_name_prefix="look-up")

    def beside(self, abreast: int) -> "Fetcher":
        """Another fetcher into the same world, for work that must neither wait for this one's nor keep it waiting."""
        return Fetcher(self._network, abreast=abreast)

    async def public(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float,
        cap: int,
        hops: int = HOPS,
        cut: bool = False,
    ) -> Fetched:
        """Ask a public address: http or https, on port 80 or 443, at a host all of whose addresses are public.

        deadline: seconds for everything. cap: bytes of the answer, unpacked. hops: redirects that are followed, each
        checked like the first address; 0 gives the redirect itself. cut: take the first `cap` bytes of a longer answer.

        Raises Blocked, and Unreachable, whose `sent` says whether the request may have had an effect.
        """
        trip = Trip(None, parse(url), method.upper(), headers or {}, body)
        return await self._within(deadline, trip, hops, cap, cut)

    async def origins(
        self,
        method: str,
        url: str,
        allowed: Collection[str],
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float,
        cap: int,
        hops: int = HOPS,
        cut: bool = False,
        silence: float | None = None,
    ) -> Fetched:
        """Ask one of the origins that an operator's connection declares, such as `http://10.0.0.7:8188`.

        `https://*.example.com` declares every name below that domain, as far as it has public addresses. Redirects lead
        to those origins only. silence: as for `Ask`. Everything else is as for `public`.

        Raises Blocked, Unreachable.
        """
        trip = Trip(Origins.of(tuple(allowed)), parse(url), method.upper(), headers or {}, body, silence)
        return await self._within(deadline, trip, hops, cap, cut)

    async def listen(
        self, url: str, allowed: Collection[str], *, silence: float, cap: int
    ) -> AsyncGenerator[str]:
        """The texts that a server sends over a WebSocket, until it ends that. Pictures and other bytes are passed over.

        url: its http or https address, at one of the origins of a connection, as for `origins`; a redirect to another
        place is refused. silence: seconds after which the server is asked whether it is still there. cap: bytes of
        one text.

        Raises Blocked, Unreachable.
        """
        trip = Trip(Origins.of(tuple(allowed)), parse(url), "GET", {}, None)
        trip.check()
        await self._open()
        addresses = await self._addresses(trip.target)
        trip.check_addresses(addresses)
        ask = Ask(trip.method, trip.target, trip.headers, None, cap, cut=False, follow=False)
        refused = Unreachable("The server's name has no address.", sent=False)
        for address in addresses[:ADDRESSES]:
            place = (address, trip.target.port)
            flight = Flight(self._network.routes.get(place, place))
            try:
                async for text in self._wires["asked"].listen(ask, flight, silence):
                    yield text
            except Unreachable as error:
                if flight.connected:
                    raise
                refused = error
            else:
                return
        raise refused

    async def close(self) -> None:
        """Let go of all connections."""
        self._lookups.shutdown(wait=False, cancel_futures=True)
        for wire in self._wires.values():
            await wire.close()

    async def _open(self) -> None:
        if self._wires:
            return
        async with self._opening:
            if not self._wires:
                wire = await asyncio.to_thread(import_module, "aims.core.fetch.wire")
                trust = await asyncio.to_thread(self._network.trust)
                self._wires = {
                    "public": wire.Wire(trust, self._abreast, kept=0),
                    "asked": wire.Wire(trust, 0, kept=ASKED_SECONDS),
                    # A provider may answer a call only once it is made, a minute later.
                    "called": wire.Wire(trust, 0, kept=CALLED_SECONDS),
                }

    async def _within(self, deadline: float, trip: Trip, hops: int, cap: int, cut: bool) -> Fetched:
        trip.check()
        await self._open()
        try:
            async with asyncio.timeout(deadline):
                return await self._follow(trip, hops, cap, cut)
        except TimeoutError:
            raise Unreachable(
                "The server did not answer in time.", code="answer_too_slow", sent=trip.heard
            ) from None
        except Blocked as error:
            error.sent = trip.heard
            raise
        except Unreachable as error:
            error.sent = trip.heard
            raise

    async def _follow(self, trip: Trip, hops: int, cap: int, cut: bool) -> Fetched:
        left = hops
        while True:
            trip.check()
            ask = Ask(trip.method, trip.target, trip.headers, trip.body, cap, cut, hops > 0, trip.silence)
            answer = await self._send(trip, ask)
            if answer.location is None:
                return Fetched(answer.status, answer.headers, answer.body, str(trip.target))
            if not left:
                raise Blocked
            left -= 1
            trip.redirect(answer.status, answer.location)

    async def _send(self, trip: Trip, ask: Ask) -> Answer:
        """Send to the first address of the host that takes a connection."""
        addresses = await self._addresses(trip.target)
        trip.check_addresses(addresses)
        # Strangers' servers get no second request over a connection.
        wire = self._wires[
            "public" if trip.allowed is None else "asked" if trip.method in _SAFE else "called"
        ]
        refused = Unreachable("The server's name has no address.", sent=False)
        for address in addresses[:ADDRESSES]:
            place = (address, trip.target.port)
            flight = Flight(self._network.routes.get(place, place))
            try:
                return await wire.send(ask, flight)
            except Unreachable as error:
                if flight.connected:
                    raise
                refused = error
            finally:
                trip.heard = trip.heard or flight.connected
        raise refused

    async def _addresses(self, target: Target) -> Sequence[str]:
        """All addresses of the host, asked for once: what is checked is what is dialled.

        Raises Unreachable.
        """
        if target.is_literal:
            return (target.host,)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._lookups, self._network.look_up, target.host)
        except OSError:
            raise Unreachable("The server's name has no address.", sent=False) from None
