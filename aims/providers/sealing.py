"""Seals the keys of connections for the database: AES-256-GCM, under a key that serves no other purpose.

What a seal is bound to is part of it: it opens for the same words only, so that a sealed key cannot be moved to another
workspace, another provider or another address.
"""

import hashlib
import os
from base64 import b64decode, b64encode

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aims.core.errors import Broken
from aims.core.secrets import Secrets

PURPOSE = "connections"
# As NIST SP 800-38D, section 5.2.1.1, recommends it; drawn at random for each of the few seals of one key.
NONCE_BYTES = 12


class Unopened(Broken):
    """The seal was made with another secret, for something else, or was changed since."""


class Vault:
    """Seals and opens with the keys that one master secret gives. It is shown without them."""

    def __init__(self, secrets: Secrets) -> None:
        self._cipher = AESGCM(secrets.key(PURPOSE))
        self.key_id = hashlib.sha256(secrets.key(f"{PURPOSE} id")).hexdigest()[:16]

    def seal(self, text: str, *bound: str) -> str:
        """The text so that only `open` with the same secret and the same words gives it back."""
        nonce = os.urandom(NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), _words(bound))).decode()

    def open(self, sealed: str, *bound: str) -> str:
        """What was sealed.

        Raises Unopened.
        """
        try:
            data = b64decode(sealed, validate=True)
            return self._cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _words(bound)).decode()
        except (InvalidTag, ValueError):
            raise Unopened(
                "The key of this connection cannot be opened: it was sealed with another secret, or changed since. "
                "`aims providers connect` takes it anew."
            ) from None


def _words(bound: tuple[str, ...]) -> bytes:
    """As a list, so that no two lists of words are the same bytes."""
    return msgspec.json.encode([PURPOSE, *bound])
