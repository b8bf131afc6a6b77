"""Sign what is sent, so that a receiver knows that it is ours and not an old one sent again.

Standard Webhooks 1.0.0: HMAC-SHA-256 over `id.timestamp.body`.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

from aims.core.secrets import Secrets

PREFIX = "whsec_"


class Signer:
    """Knows the secret of every endpoint: derived from the instance's master secret and the endpoint's own salt."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.key("webhooks")

    def secret(self, salt: str) -> str:
        """The secret that belongs to a salt, as a receiver is given it: `whsec_` and the base64 of 32 bytes."""
        return PREFIX + b64encode(hmac.digest(self._key, salt.encode(), "sha256")).decode()

    def headers(self, event_id: str, timestamp: int, body: bytes, salts: Sequence[str]) -> dict[str, str]:
        """The three headers of an attempt, with a signature for each salt. timestamp: seconds, of this attempt."""
        signatures = [sign(self.secret(salt), event_id, timestamp, body) for salt in salts]
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One signature: `v1,` and the base64 of the HMAC."""
    signed = b".".join((event_id.encode(), str(timestamp).encode(), body))
    digest = hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, "sha256")
    return f"v1,{b64encode(digest).decode()}"
