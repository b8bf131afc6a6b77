"""What the operator says about a provider: its key, and where it is, from the environment or `aims.toml`."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

from aims.core.errors import Blocked, Invalid
from aims.core.fetch import Origins, parse
from aims.core.settings import Connected, Settings

MICROS = 1_000_000
_KEY = re.compile(r"[!-~]{1,1024}")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_DOCUMENT = re.compile(r"\{[ -~\t\r\n]{1,16384}\}")


class Kept(Connected):
    """A connection that is kept as a row. The environment, which may have one of its own, has no say in it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A provider that is connected. The key is shown nowhere.

    url: where it is asked, an origin without a trailing slash. output_origins: where else the operator says that
    outputs lie. key: empty where none is needed and none was given. account: the provider's id for the key's account,
    where the operator says it. unit_prices: what one of the provider's units costs, US dollars, by endpoint; where
    there are units of several sorts, by `endpoint:sort`.
    """

    url: str
    key: str = field(repr=False)
    output_origins: tuple[str, ...] = ()
    account: str = ""
    unit_prices: Mapping[str, Decimal] = field(default_factory=dict)

    def cost(self, endpoint: str, counts: Mapping[str, Decimal | int]) -> int | None:
        """What units cost at the operator's prices, in millionths of a US dollar; None where one of them is not known.

        counts: how many there are of each sort; a provider that has one sort only calls it by an empty name.
        """
        prices = {sort: self.unit_prices.get(f"{endpoint}:{sort}" if sort else endpoint) for sort in counts}
        known = {sort: price for sort, price in prices.items() if price is not None}
        if not known or any(count and sort not in known for sort, count in counts.items()):
            return None
        total = sum((counts[sort] * price for sort, price in known.items()), Decimal(0))
        return int((total * MICROS).to_integral_value())


def read(
    settings: Settings,
    name: str,
    url: str,
    *,
    also: str | None = None,
    keyless: bool = False,
    document: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Connection | None:
    """The connection to a provider; None when there is no key.

    url: its documented address, unless the operator gives another one. also: the variable in which the provider's own
    programs look for the key; not looked at where the variable of ours is there and empty, so that a key that somebody
    has for something else can be kept out. keyless: it needs no key; then it is connected by its address, which has to
    be given, and `url` is an example of one. document: its key is a whole file, such as the JSON of an account.

    Raises Invalid, naming the setting and never the key.
    """
    given = os.environ if environment is None else environment
    said = settings.connections.get(name, Connected())
    prefix = f"AIMS_{name.upper()}"
    called = partial(_called, prefix)
    if isinstance(said, Kept):
        given, called = {}, _called_in_a_row
    kept = said.key.get_secret_value() if said.key else ""
    key = given.get(f"{prefix}_KEY") or _from_file(given, f"{prefix}_KEY_FILE") or kept
    if also and f"{prefix}_KEY" not in given:
        key = key or given.get(also, "")
    key = key.strip()
    where = given.get(f"{prefix}_BASE_URL") or said.base_url or ""
    if not (where if keyless else key):
        return None
    if document and key and not _DOCUMENT.fullmatch(key):
        raise Invalid(f"{called('key')} is wrong: it has to be the whole text of the file.")
    if key and not document and not _KEY.fullmatch(key):
        raise Invalid(f"{called('key')} is wrong: a key has no spaces and only ASCII characters.")
    where = where or url
    listed = given.get(f"{prefix}_OUTPUT_ORIGINS", "").replace(",", " ").split()
    outputs = tuple(listed) or said.output_origins
    try:
        if parse(where).path != "/":
            raise Blocked
    except Blocked:
        raise Invalid(
            f"{called('base_url')} is wrong: it has to be an address such as {url}, without a path."
        ) from None
    try:
        Origins.of(outputs)
    except Blocked:
        raise Invalid(
            f"{called('output_origins')} is wrong: it has to be origins such as "
            "https://files.example.com or https://*.example.com, with commas between them."
        ) from None
    concurrency(settings, name, environment=environment)
    account = given.get(f"{prefix}_ACCOUNT") or said.account or ""
    return Connection(where.rstrip("/"), key, outputs, account.strip(), said.unit_prices)


def concurrency(settings: Settings, name: str, *, environment: Mapping[str, str] | None = None) -> int | None:
    """How many calls to a provider one process may work on at once, where the operator says it.

    Raises Invalid, naming the setting.
    """
    variable = f"AIMS_{name.upper()}_CONCURRENCY"
    text = (os.environ if environment is None else environment).get(variable, "").strip()
    if not text:
        return settings.connections.get(name, Connected()).concurrency
    if not _NUMBER.fullmatch(text):
        raise Invalid(f"The setting {variable} is wrong: it has to be a whole number from 1 to 9999.")
    return int(text)


def _called(prefix: str, setting: str) -> str:
    return f"The setting {prefix}_{setting.upper()}"


def _called_in_a_row(setting: str) -> str:
    return f"The {setting} of this connection"


def _from_file(given: Mapping[str, str], name: str) -> str:
    path = given.get(name)
    if not path:
        return ""
    try:
        return Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Invalid(f"The setting {name} cannot be read: {reason}.") from None
