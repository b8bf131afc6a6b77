"""Which studio is asked, and with which key: an argument, then the environment, then the file, then the default.

The file is `~/.aims/config.json`, `{"apiKey": ..., "baseUrl": ...}`, which only its owner may read.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aims.client.errors import NotConfigured

HERE = "http://127.0.0.1:8787/api/v1"
"""The studio that `aims serve` starts on this machine."""
_KEY = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True, slots=True)
class Config:
    """A key, None where there is none, and the base URL, which ends with `/api/v1`."""

    api_key: str | None
    base_url: str


def path() -> Path:
    """Where the file is, whether it exists or not."""
    return Path.home() / ".aims" / "config.json"


def find(api_key: str | None = None, base_url: str | None = None) -> Config:
    """What holds now.

    Raises NotConfigured for a key or an address that cannot be one, or a file that cannot be read.
    """
    key, address = (
        api_key or os.environ.get("AIMS_API_KEY"),
        base_url or os.environ.get("AIMS_BASE_URL"),
    )
    kept = {} if key and address else read()
    key = (key or kept.get("apiKey") or "").strip() or None
    if key is not None and not _KEY.fullmatch(key):
        raise NotConfigured("The API key has spaces or characters that no key has. Copy it again.")
    return Config(key, address_of(address or kept.get("baseUrl") or HERE))


def address_of(text: str) -> str:
    """A base URL with its `/api/v1`, whether it was written or not.

    Raises NotConfigured for what is no http or https address.
    """
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or not address.isprintable() or " " in address:
        raise NotConfigured(f"The base URL {text!r} is no address such as {HERE}.")
    return address if address.endswith("/api/v1") else f"{address}/api/v1"


def read() -> dict[str, str]:
    """What the file says; nothing when there is none.

    Raises NotConfigured for one that cannot be read.
    """
    try:
        found = json.loads(path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise NotConfigured(f"{path()} cannot be read ({error}). Mend it, or log in again.") from None
    if not isinstance(found, dict):
        raise NotConfigured(f"{path()} is not what `aims login` writes. Mend it, or log in again.")
    return {name: value for name, value in found.items() if isinstance(value, str)}


def save(api_key: str, base_url: str) -> Path:
    """Write the file, for its owner alone; what else it has is kept. Returns where it is.

    Raises NotConfigured when it cannot be written.
    """
    file = path()
    kept: dict[str, str] = {}
    with contextlib.suppress(NotConfigured):
        kept = read()
    text = json.dumps(kept | {"apiKey": api_key, "baseUrl": base_url}, indent=2) + "\n"
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        # The mode is there before the first byte of the key is.
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
        new.replace(file)
    except OSError as error:
        raise NotConfigured(f"{file} cannot be written: {error.strerror}.") from None
    return file


def forget() -> bool:
    """Take the file away. False when there was none.

    Raises NotConfigured when that cannot be done.
    """
    try:
        path().unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise NotConfigured(f"{path()} cannot be taken away: {error.strerror}.") from None
    return True
