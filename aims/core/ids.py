"""Identifiers: time-ordered ids for rows, and unguessable tokens for addresses."""

import secrets

import uuid_utils


def new_id() -> str:
    """A UUIDv7 as text: sorts by the time it was made, so that keyset pages follow insertion order."""
    return str(uuid_utils.uuid7())


def token() -> str:
    """128 random bits as 32 hexadecimal characters, for addresses that must not be guessed."""
    return secrets.token_hex(16)


def looks_like_id(text: str) -> bool:
    """Whether `text` has the shape of an id; anything else is answered like an unknown id, without a query."""
    return len(text) == 36 and text.count("-") == 4 and text.replace("-", "").isalnum() and text.isascii()
