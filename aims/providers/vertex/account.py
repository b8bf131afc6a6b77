"""A service account, from the JSON that Google gives out for it.

Source: google-auth 2.63.0 (`google.oauth2.service_account`), read 2026-11-28.
"""

import re
from dataclasses import dataclass, field

import msgspec

from aims.core.errors import Blocked, Invalid
from aims.core.fetch import parse
from aims.providers.connection import Connection

TOKENS = "https://oauth2.googleapis.com/token"
# Where Google gives out tokens: the account's file says which, and nobody else may be sent what it signs.
GIVERS = frozenset(
    {TOKENS, "https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/oauth2/v4/token"}
)
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]{1,99}")


class _File(msgspec.Struct):
    type: str
    project_id: str
    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str = TOKENS


@dataclass(frozen=True, slots=True)
class Account:
    """One service account. private_key: RSA, as PEM; it is shown nowhere. token_uri: where it gets its tokens."""

    project: str
    email: str
    private_key: str = field(repr=False)
    private_key_id: str = field(repr=False)
    token_uri: str


def read(connection: Connection) -> Account:
    """The account that a connection is made with.

    Raises Invalid, and tells nothing of the key.
    """
    try:
        found = msgspec.json.decode(connection.key, type=_File)
    except msgspec.MsgspecError:
        raise _wrong("it has to be the whole JSON of a service account") from None
    if found.type != "service_account" or not found.client_email or "PRIVATE KEY" not in found.private_key:
        raise _wrong("it has to be the JSON of a service account, with its private key")
    if not _PROJECT.fullmatch(found.project_id):
        raise _wrong("its `project_id` is none")
    if found.token_uri not in GIVERS and not _same_place(found.token_uri, connection.url):
        raise _wrong("its `token_uri` is not Google's")
    return Account(
        found.project_id, found.client_email, found.private_key, found.private_key_id, found.token_uri
    )


def _same_place(url: str, other: str) -> bool:
    """Whether it lies where the operator's own address leads, as an emulator's does."""
    try:
        return parse(url).origin == parse(other).origin
    except Blocked:
        return False


def _wrong(what: str) -> Invalid:
    return Invalid(f"The setting AIMS_VERTEX_KEY is wrong: {what}.")
