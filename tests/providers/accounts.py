"""What each provider wants as its key: a word, or the whole JSON of an account that signs."""

import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SIGNS = frozenset({"vertex"})
PROJECT = "tested-project"


@cache
def private_key() -> str:
    """An RSA key, made once for all tests of a process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def key_for(name: str, word: str, url: str | None = None) -> str:
    """The key of a provider. word: what it is, or what is told of it. url: where tokens are had; None at Google's."""
    if name not in SIGNS:
        return word
    said = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": word,
        "private_key": private_key(),
        "client_email": f"studio@{PROJECT}.iam.gserviceaccount.com",
    }
    return json.dumps(said | ({"token_uri": f"{url}/token"} if url else {}), indent=2)
