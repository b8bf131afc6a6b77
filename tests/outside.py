"""The world outside, on this machine: sites with names, public addresses and certificates, on loopback ports.

A `Network` leads there: a site's public address goes to its port, and every other address that anybody might dial goes
to a canary, which must stay silent. So a guard that fails is seen, and no test ever leaves the machine.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address
from typing import NamedTuple

import trustme

from aims.core.fetch import Network

PATIENCE = 60.0


class Seen(NamedTuple):
    """A request that arrived. headers: by lower-case name."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Seen], Iterable[bytes]]
"""What a site answers: pieces that are sent one after the other."""


def answer(body: bytes = b"", status: int = 200, **headers: str) -> list[bytes]:
    """A whole answer. Underscores in the names of headers stand for hyphens."""
    given = {"Content-Length": str(len(body))} | {n.replace("_", "-"): value for n, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in given.items())]
    return ["\r\n".join([*lines, "", ""]).encode(errors="surrogateescape"), body]


def found(location: str, status: int = 302) -> list[bytes]:
    """A redirect."""
    return answer(b"", status, Location=location)


def silent(_: Seen) -> list[bytes]:
    """What a canary answers."""
    return answer(b"the inside")


class Site:
    """A server on one loopback port. connections: how many were accepted; requests: what they asked.

    asked: for which names TLS was begun. gone: set when the test is over, for scripts that wait. ended: counts the
    connections that are over.
    """

    def __init__(self, script: Script, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.place: tuple[str, int] = self._listener.getsockname()[:2]
        self.script = script
        self.connections = 0
        self.requests: list[Seen] = []
        self.asked: list[str | None] = []
        self.gone = threading.Event()
        self.ended = threading.Semaphore(0)
        self._tls = tls
        self._open: set[socket.socket] = set()
        if tls is not None:
            tls.sni_callback = lambda _, name, __: self.asked.append(name)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening and let go of everybody."""
        self.gone.set()
        for each in (self._listener, *list(self._open)):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self.gone.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection, suppress(OSError, ValueError):
            talk = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with talk:
                while (seen := _read(talk)) is not None:
                    self.requests.append(seen)
                    for piece in self.script(seen):
                        talk.sendall(piece)
                    if seen.headers.get("connection") == "close":
                        break
        self._open.discard(connection)
        self.ended.release()


def _read(talk: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = talk.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += talk.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Seen(method, path, headers, body)


class Outside:
    """Names, their addresses, and who answers there.

    names: the addresses of each name; one that is missing has none. looked_up: every look-up, in order.
    inside: what answers wherever nobody of the outside does.
    """

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self.names: dict[str, Sequence[str]] = {}
        self.looked_up: list[str] = []
        self.routes: dict[tuple[str, int], tuple[str, int]] = {}
        self._addresses = 0
        self.inside = {4: Site(silent)}
        if _has_ipv6():
            self.inside[6] = Site(silent, host="::1")
        self._sites = [*self.inside.values()]

    @property
    def network(self) -> Network:
        """The way there."""
        return Network(self.look_up, _Everywhere(self), self.trust)

    def look_up(self, name: str) -> Sequence[str]:
        """The addresses of a name."""
        self.looked_up.append(name)
        if name not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "there is no such name")
        return self.names[name]

    def trust(self) -> ssl.SSLContext:
        """A context that trusts this world's authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.authority.configure_trust(context)
        return context

    def site(
        self, name: str, script: Script, *, port: int = 443, certificate: str | None = None, address: str = ""
    ) -> Site:
        """Serve a name at a public address: with TLS on port 443, without on port 80.

        certificate: the name in it, if it is another one.
        """
        address = address or next(iter(self.names.get(name, ())), "") or self._new_address()
        tls = None
        if port == 443:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(certificate or name).configure_cert(tls)
        site = Site(script, tls=tls, host="::1" if ":" in address and 6 in self.inside else "127.0.0.1")
        self.names.setdefault(name, [address])
        self.routes[address, port] = site.place
        self._sites.append(site)
        return site

    def _new_address(self) -> str:
        self._addresses += 1
        return str(IPv4Address("93.0.0.0") + self._addresses)

    def private(self, script: Script, *, tls: ssl.SSLContext | None = None) -> Site:
        """Serve at a loopback port under its own number, as a provider in the operator's own network would."""
        site = Site(script, tls=tls)
        self.routes[site.place] = site.place
        self._sites.append(site)
        return site

    @property
    def leaks(self) -> int:
        """How many connections went inside."""
        return sum(each.connections for each in self.inside.values())

    def close(self) -> None:
        """End every site."""
        for each in self._sites:
            each.close()


class _Everywhere(Mapping[tuple[str, int], tuple[str, int]]):
    """Routes for all places there are: those of the sites, and the canaries for the rest."""

    def __init__(self, world: Outside) -> None:
        self._world = world

    def __getitem__(self, place: tuple[str, int]) -> tuple[str, int]:
        inside = self._world.inside
        canary = inside.get(6 if ":" in place[0] else 4, inside[4])
        return self._world.routes.get(place, canary.place)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._world.routes)

    def __len__(self) -> int:
        return len(self._world.routes)


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
