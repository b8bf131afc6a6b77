"""People: who can have a place in workspaces, and keys of their own."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, bindparam, func, insert, or_, select, update

from aims.accounts.tables import members, users
from aims.core.clock import now
from aims.core.db import IntegrityError, Tx
from aims.core.errors import Conflict, Invalid, NotFound

NAME_LENGTH = 100
EMAIL_LENGTH = 254
_EMAIL = re.compile(r"[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)*")

_there = (users.c.id == bindparam("user")) & users.c.removed_at.is_(None)
_INSERT = insert(users).values(created_at=now())
_ALL = select(users).where(users.c.removed_at.is_(None)).order_by(users.c.created_at, users.c.id)
_NAMED = _ALL.where(
    or_(
        users.c.id == bindparam("called"),
        users.c.email == bindparam("address"),
        users.c.name == bindparam("called"),
    )
)
_HOLD = select(users.c.id).where(_there).with_for_update(key_share=True)
_CHANGE = (
    update(users)
    .where(_there)
    .values(
        name=func.coalesce(bindparam("new_name", type_=Text), users.c.name),
        email=func.coalesce(bindparam("new_email", type_=Text), users.c.email),
    )
)
# Whoever has a place is not removed, whatever was seen before.
_REMOVE = (
    update(users)
    .where(_there, ~select(members.c.user_id).where(members.c.user_id == users.c.id).exists())
    .values(removed_at=now(), email=None)
)


@dataclass(frozen=True, slots=True)
class User:
    """A person. `created_at` is in microseconds since 1970 UTC."""

    id: str
    name: str
    email: str | None
    created_at: int


def address(text: str) -> str:
    """An e-mail address in its one form: small letters, composed.

    Raises Invalid.
    """
    found = unicodedata.normalize("NFC", text.strip()).lower()
    if len(found) > EMAIL_LENGTH or not found.isprintable() or not _EMAIL.fullmatch(found):
        raise Invalid.field("email", "An e-mail address looks like ada@example.com.")
    return found


def create_user(tx: Tx, user_id: str, name: str, email: str | None = None) -> User:
    """Add a person, who has no place in any workspace yet.

    Raises Invalid, naming the field, or Conflict for an address that somebody else has.
    """
    name, email = _name(name), address(email) if email is not None else None
    try:
        tx.run(_INSERT, id=user_id, name=name, email=email)
    except IntegrityError:
        raise _taken(email) from None
    return find_user(tx, user_id)


def change_user(tx: Tx, user_id: str, name: str | None = None, email: str | None = None) -> None:
    """Give a person another name, another address, or both; None leaves it as it is.

    Raises Invalid, Conflict as `create_user` does, and NotFound.
    """
    name = _name(name) if name is not None else None
    email = address(email) if email is not None else None
    try:
        if not tx.run(_CHANGE, user=user_id, new_name=name, new_email=email):
            raise no_user()
    except IntegrityError:
        raise _taken(email) from None


def all_users(tx: Tx) -> list[User]:
    """Everybody who was not removed, in the order in which they came."""
    return [_user(row) for row in tx.all(_ALL)]


def find_user(tx: Tx, called: str) -> User:
    """The person with that id, e-mail address or name; a name has to be clear.

    Raises NotFound, or Invalid when several have that name.
    """
    wanted = unicodedata.normalize("NFC", called.strip())
    found = [_user(row) for row in tx.all(_NAMED, called=wanted, address=wanted.lower())]
    # An id or an address is one person's, whoever may have it as a name.
    found = [one for one in found if wanted == one.id or wanted.lower() == one.email] or found
    if not found:
        raise no_user()
    if len(found) > 1:
        ids = ", ".join(f"{one.email or 'no address'} ({one.id})" for one in found[:10])
        raise Invalid(f"There are {len(found)} people of this name: say which by address or id: {ids}.")
    return found[0]


def hold_user(tx: Tx, user_id: str) -> None:
    """Let nobody remove this person before the transaction ends.

    Raises NotFound if they are removed already.
    """
    if tx.one(_HOLD, user=user_id) is None:
        raise no_user()


def forget(tx: Tx, user_id: str) -> None:
    """Remove a person who has no place any more. The address is forgotten; the name stays for the books.

    Raises Conflict while there is a place.
    """
    if not tx.run(_REMOVE, user=user_id):
        raise Conflict("This person was given a place in a workspace meanwhile. Try again.")


def no_user() -> NotFound:
    """The sentence for somebody who is not there, or not any more."""
    return NotFound("There is no such person. `aims users list` shows those there are.")


def _name(text: str) -> str:
    name = unicodedata.normalize("NFC", text.strip())
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        raise Invalid.field("name", f"A person's name has 1 to {NAME_LENGTH} characters, on one line.")
    return name


def _taken(email: str | None) -> Conflict:
    return Conflict(f"Somebody else has the address {email}.", code="email_taken")


def _user(row: Any) -> User:
    return User(row.id, row.name, row.email, row.created_at)
