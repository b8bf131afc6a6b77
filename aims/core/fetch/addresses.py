"""What an address on the web says, read once and strictly, and which addresses of machines may be asked.

Nothing else reads the text of a URL: the request is built from these parts, so that no second parser can find another
host in it (`http://127.0.0.1:6666\\@1.1.1.1/` has a different one for each library).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

from aims.core.errors import Blocked

LONGEST = 8192
PORTS = {"http": 80, "https": 443}
PUBLIC_PORTS = frozenset(PORTS.values())

# No space, no control character and no backslash: libraries drop or turn them, each in its own way.
_TEXT = re.compile(r"[!-\[\]-~\u00a1-\ud7ff\ue000-\U0010ffff]+")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# What a resolver may take for a number (`127.1`, `0x7f000001`, `0177.0.0.1`) though it is no address in four parts.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")

# Python calls some of these global, in some versions. RFC 6890 and its registries; the clouds' own addresses.
_INSIDE_4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_GLOBAL_6 = IPv6Network("2000::/3")
_INSIDE_6 = tuple(IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# An IPv6-only network reaches the IPv4 world through this prefix; the last four bytes are the address that counts.
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. host: a name in ASCII, or an address without brackets. path: with the query, encoded."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What may share credentials: scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_literal(self) -> bool:
        """Whether the host is an address, which nobody needs to look up."""
        return ":" in self.host or _NUMBER.fullmatch(self.host) is not None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    def join(self, location: str) -> "Target":
        """Where a redirect from here leads.

        Raises Blocked.
        """
        return parse(urljoin(str(self), location))


@lru_cache(maxsize=1024)
def parse(url: str) -> Target:
    """Read an http or https address. Nothing is looked up.

    Raises Blocked for any other scheme, a name or password before the host, an address that is not written in full, and
    everything that two libraries could understand differently.
    """
    if len(url) > LONGEST or not _TEXT.fullmatch(url):
        raise Blocked
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme, parts.port
        if scheme not in PORTS or "@" in parts.netloc or port == 0:
            raise Blocked
        host = _host(parts.netloc, parts.hostname or "")
    except ValueError:
        raise Blocked from None
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return Target(scheme, host, port or PORTS[scheme], path)


def parse_public(url: str) -> Target:
    """Read an address and refuse what is certainly not public, without looking anything up.

    Raises Blocked, also for a port other than 80 and 443 and for a host that is written as an address inside.
    """
    target = parse(url)
    if target.port not in PUBLIC_PORTS or (target.is_literal and not is_public(target.host)):
        raise Blocked
    return target


def _host(netloc: str, host: str) -> str:
    if "[" in netloc:
        if "%" in host:
            raise Blocked
        return IPv6Address(host).compressed
    name = host.encode("idna").decode().lower().removesuffix(".")
    if _NUMBER.fullmatch(name):
        return str(IPv4Address(name))
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise Blocked
    return name


def is_public(address: str) -> bool:
    """Whether a machine's address, as text, belongs to the public internet and to nobody's inside."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is None:
            return ip.is_global and ip in _GLOBAL_6 and not any(ip in each for each in _INSIDE_6)
        ip = inner
    return ip.is_global and not any(ip in each for each in _INSIDE_4)
