"""What an endpoint's address may look like. Where it leads is asked anew at each sending, by the guarded fetcher."""

import re
from urllib.parse import urlsplit

from aims.core.errors import Blocked, Invalid
from aims.core.fetch import parse_public

LONGEST = 2000
PORTS = frozenset({None, 80, 443})
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


def check(value: object) -> str:
    """The address, when it has the form of one that can be sent to.

    Raises Invalid, naming the field.
    """
    if not isinstance(value, str) or not value:
        raise _wrong("Say where to send the events: `url` is an address such as `https://example.com/hooks`.")
    if len(value) > LONGEST:
        raise _wrong(f"`url` has at most {LONGEST:,} characters.")
    if not _PLAIN.fullmatch(value):
        raise _wrong(
            "`url` has plain ASCII characters and no spaces. Write a name such as `bücher.de` in its xn-- form."
        )
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise _wrong("`url` is not an address. Check the part between `//` and the next `/`.") from None
    if parts.scheme not in ("http", "https"):
        raise _wrong("`url` begins with `https://` or `http://`.")
    if not host or not _HOST.fullmatch(host) or "\\" in value:
        raise _wrong("`url` names no host. It looks like `https://example.com/hooks`.")
    if "@" in parts.netloc:
        raise _wrong("`url` must not carry a user name or a password. Check the signature instead.")
    if port not in PORTS:
        raise _wrong("`url` has port 80 or 443, or none.")
    if "#" in value:
        raise _wrong("`url` has no `#` part: it would not be sent.")
    try:
        # What the fetcher would refuse each time is refused once.
        parse_public(value)
    except Blocked:
        raise _wrong("`url` is no public address that can be sent to. Name a host of the internet.") from None
    return value


def _wrong(sentence: str) -> Invalid:
    return Invalid.field("url", sentence)
