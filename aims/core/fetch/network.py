"""How names and addresses are reached. The defaults are the real world; only a test's own code gives others."""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aims.core.log import logger

# Where systems keep the authorities that they trust, for a Python that was built for another system.
_AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


def look_up(name: str) -> Sequence[str]:
    """Every address of a name, as the system's resolver has them. Blocks; runs in a thread.

    Raises OSError when there is none.
    """
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def trust() -> ssl.SSLContext:
    """A context that checks certificates against the system's authorities.

    `ssl.create_default_context` lets SSL_CERT_FILE choose them and SSLKEYLOGFILE write the keys down; this does not.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    built_in = ssl.get_default_verify_paths()
    for path in (built_in.openssl_cafile, *_AUTHORITIES):
        if Path(path).is_file():
            context.load_verify_locations(cafile=path)
            break
    if Path(built_in.openssl_capath).is_dir():
        context.load_verify_locations(capath=built_in.openssl_capath)
    elif not context.get_ca_certs():
        logger.warning("no certificate authorities", looked_in=_AUTHORITIES)
    return context


@dataclass(frozen=True, slots=True)
class Network:
    """What the fetcher stands on.

    look_up: the addresses of a name, as text; raises OSError when there is none. routes: for an address and port that
    have passed the guard, the address and port that are dialled in their place. trust: makes the TLS context.
    """

    look_up: Callable[[str], Sequence[str]] = look_up
    routes: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    trust: Callable[[], ssl.SSLContext] = trust
