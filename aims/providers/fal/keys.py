"""The keys that fal signs its messages with, as it publishes them, and whether a signature is by one of them.

Source: fal.ai/docs, webhooks (read 22 November 2026): a JWKS of Ed25519 keys, any of which may have signed, kept for at
most a day.
"""

import asyncio
import base64
import binascii
from collections.abc import Collection
from time import monotonic
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from aims.core.errors import Blocked, Unavailable, Unreachable
from aims.core.fetch import Fetcher
from aims.core.log import logger

FETCH_SECONDS = 10.0
LARGEST = 64 << 10
MOST_KEYS = 32
REST_SECONDS = 60.0
"""However many messages come with a signature that is not known: so long is not asked again."""
KEPT_SECONDS = 24 * 3600.0
KEY_BYTES = 32


class _Published(msgspec.Struct):
    keys: list[dict[str, Any]]


class PublishedKeys:
    """Asked for at one address, that of the connection; nothing in a message leads anywhere else."""

    def __init__(self, url: str, allowed: Collection[str], fetcher: Fetcher) -> None:
        self._url = url
        self._allowed = allowed
        self._fetcher = fetcher
        self._asking = asyncio.Lock()
        self._keys: tuple[Ed25519PublicKey, ...] = ()
        self._asked_at = self._kept_since = float("-inf")
        self._failed = False

    async def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether a published key has signed that. What no known key has signed makes it ask for newer ones.

        Raises Unavailable when that cannot be found out now.
        """
        if self._verifies(signature, message):
            return True
        async with self._asking:
            if monotonic() - self._asked_at >= REST_SECONDS:
                await self._ask()
        if self._verifies(signature, message):
            return True
        if self._failed or not self._fresh():
            raise Unavailable(
                "The keys that such messages are signed with cannot be had at the moment. Send it again later.",
                code="keys_unavailable",
                retry_after=REST_SECONDS,
            )
        return False

    def _fresh(self) -> tuple[Ed25519PublicKey, ...]:
        return self._keys if monotonic() - self._kept_since < KEPT_SECONDS else ()

    def _verifies(self, signature: bytes, message: bytes) -> bool:
        for key in self._fresh():
            try:
                key.verify(signature, message)
            except InvalidSignature:
                continue
            return True
        return False

    async def _ask(self) -> None:
        self._asked_at, self._failed = monotonic(), True
        try:
            got = await self._fetcher.origins(
                "GET", self._url, self._allowed, deadline=FETCH_SECONDS, cap=LARGEST, hops=0
            )
        except (Blocked, Unreachable) as error:
            logger.warning("provider's signing keys not fetched", provider="fal", reason=error.code)
            return
        found = _read(got.body) if got.status == 200 else ()
        if not found:
            logger.warning("provider's signing keys not understood", provider="fal", status=got.status)
            return
        self._keys, self._kept_since, self._failed = found, monotonic(), False


def _read(body: bytes) -> tuple[Ed25519PublicKey, ...]:
    try:
        published = msgspec.json.decode(body, type=_Published)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ()
    return tuple(key for each in published.keys[:MOST_KEYS] if (key := _key(each)) is not None)


def _key(said: dict[str, Any]) -> Ed25519PublicKey | None:
    text = said.get("x")
    if said.get("kty") != "OKP" or said.get("crv") != "Ed25519" or not isinstance(text, str):
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return Ed25519PublicKey.from_public_bytes(raw) if len(raw) == KEY_BYTES else None
