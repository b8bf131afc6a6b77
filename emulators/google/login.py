"""Google's login for service accounts: a signed statement is exchanged for a token, as RFC 7523 has it."""

import base64
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKENS = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME = 3599


class Wrong(Exception):
    """A statement that no token is given for."""


class Login:
    """Knows one account, and the tokens that it was given."""

    def __init__(self, account: str) -> None:
        said = json.loads(account)
        key = load_pem_private_key(said["private_key"].encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.project = str(said["project_id"])
        self._email = said["client_email"]
        self._public = key.public_key()
        self._tokens: set[str] = set()

    def exchange(self, form: str) -> dict[str, Any]:
        """A token for a statement.

        Raises Wrong.
        """
        fields = {name: values[0] for name, values in parse_qs(form).items()}
        if fields.get("grant_type") != GRANT:
            raise Wrong("unsupported_grant_type")
        self._check(fields.get("assertion", ""))
        token = f"ya29.emulated-{secrets.token_urlsafe(24)}"
        self._tokens.add(token)
        return {"access_token": token, "expires_in": LIFETIME, "token_type": "Bearer"}

    def knows(self, header: str) -> bool:
        """Whether a header has a token that was given out here."""
        return header.removeprefix("Bearer ") in self._tokens and header.startswith("Bearer ")

    def forget(self) -> None:
        """No token is good any more."""
        self._tokens.clear()

    def _check(self, statement: str) -> None:
        try:
            head, says, signature = statement.split(".")
            self._public.verify(_bytes(signature), f"{head}.{says}".encode(), padding.PKCS1v15(), SHA256())
            told, claims = json.loads(_bytes(head)), json.loads(_bytes(says))
        except (ValueError, InvalidSignature):
            raise Wrong("invalid_grant") from None
        moment = time.time()
        fresh = claims["iat"] - 60 <= moment <= claims["exp"] <= claims["iat"] + 3600
        if told["alg"] != "RS256" or claims["iss"] != self._email or claims["aud"] != TOKENS or not fresh:
            raise Wrong("invalid_grant")
        if SCOPE not in claims["scope"].split():
            raise Wrong("invalid_scope")


def new_account() -> str:
    """The JSON of an account that is good for nothing but an emulator."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    said = {
        "type": "service_account",
        "project_id": "emulated-project",
        "private_key_id": "emulated",
        "private_key": pem,
        "client_email": "studio@emulated-project.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": TOKENS,
    }
    return json.dumps(said)


def with_tokens_at(account: str, url: str) -> str:
    """The same account, which gets its tokens from the emulator at this address."""
    return json.dumps(json.loads(account) | {"token_uri": f"{url}/token"}, indent=2)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
