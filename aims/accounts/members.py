"""Who has a place in which workspace, and as what. A workspace that has an owner keeps one.

A new place and a removal hold the person. What can take an owner away holds the workspace (a removal: all of the
person's) before one guarded statement decides: two owners who leave at once cannot both see the other.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Text, bindparam, delete, or_, select, update

from aims.accounts.actor import ROLES
from aims.accounts.tables import members, workspaces
from aims.accounts.users import hold_user
from aims.core.clock import now
from aims.core.db import Tx, insert
from aims.core.errors import Conflict, Invalid, NotFound

_mine = (members.c.workspace_id == bindparam("workspace")) & (members.c.user_id == bindparam("user"))
_other = members.alias("other")
_place = members.alias("place")


def _another_owner_than(place: FromClause) -> ColumnElement[bool]:
    return (
        select(_other.c.user_id)
        .where(
            _other.c.workspace_id == place.c.workspace_id,
            _other.c.user_id != place.c.user_id,
            _other.c.role == "owner",
        )
        .correlate(place)
        .exists()
    )


_another_owner = _another_owner_than(members)
_only_owner_of = (
    select(_place.c.workspace_id, workspaces.c.name)
    .join(workspaces, workspaces.c.id == _place.c.workspace_id)
    .where(
        _place.c.user_id == bindparam("user"),
        _place.c.role == "owner",
        ~_another_owner_than(_place),
    )
)

_HOLD = (
    select(workspaces.c.id).where(workspaces.c.id == bindparam("workspace")).with_for_update(key_share=True)
)
_HOLD_ALL = (
    select(workspaces.c.id)
    .where(workspaces.c.id.in_(select(members.c.workspace_id).where(members.c.user_id == bindparam("user"))))
    # In one order, so that two of these never wait for each other.
    .order_by(workspaces.c.id)
    .with_for_update(key_share=True)
)
_NEW = insert(members).values(created_at=now())
_JOIN = _NEW.on_conflict_do_nothing(index_elements=["workspace_id", "user_id"])
_CHANGE = (
    update(members)
    .where(
        _mine,
        or_(members.c.role != "owner", bindparam("new_role", type_=Text()) == "owner", _another_owner),
    )
    .values(role=bindparam("new_role", type_=Text()))
)
_LEAVE = delete(members).where(_mine, or_(members.c.role != "owner", _another_owner))
_LEAVE_ALL = delete(members).where(members.c.user_id == bindparam("user"), ~_only_owner_of.exists())
_ONLY_OWNER = _only_owner_of.order_by(workspaces.c.name).limit(10)
_ROLE = select(members.c.role).where(_mine)
_HOLD_ROLE = _ROLE.with_for_update(key_share=True)
_OF_USER = (
    select(
        members.c.workspace_id,
        workspaces.c.name.label("workspace_name"),
        members.c.role,
    )
    .where(members.c.user_id == bindparam("user"))
    .join(workspaces, workspaces.c.id == members.c.workspace_id)
    .order_by(workspaces.c.id)
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's place in a workspace."""

    user_id: str
    workspace_id: str
    workspace_name: str
    role: str


def places_of(tx: Tx, user_id: str) -> list[Member]:
    """The places of a person, in the oldest workspace first."""
    return [
        Member(user_id, row.workspace_id, row.workspace_name, row.role)
        for row in tx.all(_OF_USER, user=user_id)
    ]


def join(tx: Tx, workspace_id: str, user_id: str, role: str) -> None:
    """Give a person a place in a workspace.

    Raises Invalid for a role that is none, NotFound, or Conflict for somebody who has a place there.
    """
    _known(role)
    hold_user(tx, user_id)
    if not tx.run(_JOIN, workspace_id=workspace_id, user_id=user_id, role=role):
        raise Conflict(
            f"This person is in the workspace already, as {tx.value(_ROLE, workspace=workspace_id, user=user_id)}. "
            "`aims users change --role` gives another role.",
            code="already_a_member",
        )


def change_role(tx: Tx, workspace_id: str, user_id: str, role: str) -> None:
    """Give a member another role. Their keys are limited by it from now on.

    Raises Invalid for a role that is none, NotFound, or Conflict for the last owner.
    """
    _known(role)
    tx.one(_HOLD, workspace=workspace_id)
    if not tx.run(_CHANGE, workspace=workspace_id, user=user_id, new_role=role):
        raise _refused(tx, workspace_id, user_id)


def leave(tx: Tx, workspace_id: str, user_id: str) -> None:
    """Take a member's place away. Called by `keys.leave`, which ends their keys with it.

    Raises NotFound, or Conflict for the last owner.
    """
    tx.one(_HOLD, workspace=workspace_id)
    if not tx.run(_LEAVE, workspace=workspace_id, user=user_id):
        raise _refused(tx, workspace_id, user_id)


def leave_all(tx: Tx, user_id: str) -> None:
    """Take all the places of a person away. Called by `keys.remove_user`.

    Raises NotFound, or Conflict for the last owner of any workspace; then no place is taken.
    """
    hold_user(tx, user_id)
    tx.all(_HOLD_ALL, user=user_id)
    if not tx.run(_LEAVE_ALL, user=user_id) and (left := tx.all(_ONLY_OWNER, user=user_id)):
        raise last_owner(", ".join(row.name for row in left))


def hold_role(tx: Tx, workspace_id: str, user_id: str) -> str:
    """The role of a member, which nobody changes before the transaction ends.

    Raises Invalid for somebody who is not in the workspace.
    """
    role = tx.value(_HOLD_ROLE, workspace=workspace_id, user=user_id)
    if role is None:
        raise Invalid.field(
            "user", "This person is not in the workspace. `aims users join` gives a place there."
        )
    return role


def seat(tx: Tx, workspace_id: str, owner_id: str) -> None:
    """Make somebody the owner of a workspace that is being made.

    Raises NotFound if they were removed meanwhile.
    """
    hold_user(tx, owner_id)
    tx.run(_NEW, workspace_id=workspace_id, user_id=owner_id, role="owner")


def last_owner(where: str) -> Conflict:
    """The sentence for what would leave a workspace without an owner."""
    return Conflict(
        f"There is no other owner of {where}. Make somebody else an owner there first "
        "(`aims users join` or `aims users change`, with --role owner).",
        code="last_owner",
    )


def _refused(tx: Tx, workspace_id: str, user_id: str) -> Exception:
    """Why a place was not changed, found out only when it was not."""
    if tx.value(_ROLE, workspace=workspace_id, user=user_id) is None:
        return NotFound("This person is not in the workspace.")
    return last_owner("the workspace")


def _known(role: str) -> None:
    if role not in ROLES:
        raise Invalid.field("role", f"A role is one of {', '.join(ROLES)}.")
