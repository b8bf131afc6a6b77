"""The login at Google: a signed statement is exchanged for a token, which is used until shortly before its end.

Source: RFC 7523, and google-auth 2.63.0 (`google.oauth2._client.jwt_grant`), read 2026-11-28.
"""

import asyncio
import base64
import re
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from aims.core.errors import Unreachable
from aims.core.fetch import Fetched, Fetcher
from aims.core.log import logger
from aims.providers.contract import Busy, Down, NoAccess
from aims.providers.vertex.account import TOKENS, Account
from aims.providers.wording import NOT_TAKEN, read, retry_after

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME = 3600
# A token is let go of this much before its end: a request may be on its way for a while.
EARLY = 120.0
# One that is not taken when it is younger than this is not to be mended by another.
FRESH = 60.0
LOGIN_SECONDS = 30.0
LARGEST_ANSWER = 1 << 20
# A token goes into a header: one word of it.
_LINE = re.compile(r"[!-~]{1,8192}")
AWAY = "The provider's login could not be reached."


class _Token(msgspec.Struct):
    access_token: str
    expires_in: Any = None


class Login:
    """Gives one account's token to everybody who asks, and gets a new one at most once at a time."""

    def __init__(self, account: Account, fetcher: Fetcher) -> None:
        self._account = account
        self._fetcher = fetcher
        self._token = ""
        self._since = self._until = 0.0
        self._getting = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good for some minutes at least. Until there is one, nothing was bought.

        Raises Down, Busy, NoAccess.
        """
        async with self._getting:
            if time.monotonic() >= self._until:
                self._since = time.monotonic()
                found = await self._get()
                seconds = found.expires_in if isinstance(found.expires_in, int | float) else LIFETIME
                self._token, self._until = found.access_token, self._since + max(seconds - EARLY, 0.0)
            return self._token

    def forget(self, token: str) -> bool:
        """Do not use this token any more: it was not taken. Whether it was an old one, so that a new one may be."""
        if token == self._token:
            self._until = 0.0
        return token != self._token or time.monotonic() - self._since > FRESH

    async def _get(self) -> _Token:
        where = urlsplit(self._account.token_uri)
        statement = await asyncio.to_thread(statement_of, self._account, int(time.time()))
        try:
            got = await self._fetcher.origins(
                "POST",
                self._account.token_uri,
                (f"{where.scheme}://{where.netloc}",),
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                body=urlencode({"grant_type": GRANT, "assertion": statement}).encode(),
                deadline=LOGIN_SECONDS,
                cap=LARGEST_ANSWER,
                hops=0,
            )
        except Unreachable:
            raise Down(AWAY) from None
        if got.status in (400, 401, 403):
            logger.warning("provider refuses the key", provider="vertex", status=got.status)
            raise NoAccess(NOT_TAKEN)
        if got.status == 429:
            raise Busy(
                "The provider is busy and asked to wait.",
                retry_after=retry_after(got.headers.get("retry-after")),
            )
        found = _token(got)
        if found is None:
            raise Down(AWAY)
        return found


def statement_of(account: Account, moment: int) -> str:
    """What the account says of itself, signed: a JSON Web Token by RS256, good for an hour from `moment`.

    Raises NoAccess when its key is none.
    """
    # Loading this takes a tenth of a second, and most studios are not connected here.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(account.private_key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoAccess(NOT_TAKEN) from None
    if not isinstance(key, RSAPrivateKey):
        raise NoAccess(NOT_TAKEN)
    head = {"alg": "RS256", "typ": "JWT", "kid": account.private_key_id}
    says = {"iss": account.email, "scope": SCOPE, "aud": TOKENS, "iat": moment, "exp": moment + LIFETIME}
    said = b".".join(_text(msgspec.json.encode(each)) for each in (head, says))
    return b".".join((said, _text(key.sign(said, PKCS1v15(), SHA256())))).decode()


def _text(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _token(got: Fetched) -> _Token | None:
    found = read(got, _Token) if got.status == 200 else None
    return found if found is not None and _LINE.fullmatch(found.access_token) else None
