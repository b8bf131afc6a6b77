"""Workspaces: what a team shares. Keys, credits and pictures belong to one."""

from dataclasses import dataclass

from sqlalchemy import func, insert, select

from aims.accounts.members import seat
from aims.accounts.tables import members, workspaces
from aims.core.clock import now
from aims.core.db import Tx
from aims.core.errors import Invalid, NotFound

_INSERT_WORKSPACE = insert(workspaces).values(created_at=now())
_COUNT_OWNERS = select(func.count()).select_from(members).where(members.c.role == "owner")
_ALL = select(workspaces).order_by(workspaces.c.id)
_OWNER = select(members.c.user_id).where(members.c.role == "owner").order_by(members.c.created_at).limit(1)

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as the operator sees it. `created_at` is in microseconds since 1970 UTC."""

    id: str
    name: str
    created_at: int


def has_owner(tx: Tx) -> bool:
    """Whether the first start has happened."""
    return bool(tx.value(_COUNT_OWNERS))


def create_workspace(tx: Tx, workspace_id: str, name: str, *, owner_id: str | None = None) -> None:
    """Add a workspace; its owner is `owner_id`, else the owner of the instance.

    Raises Invalid for an empty or overlong name, NotFound for an owner who was removed.
    """
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise Invalid.field("name", f"A workspace's name has 1 to {NAME_LENGTH} characters.")
    owner_id = owner_id or tx.value(_OWNER)
    tx.run(_INSERT_WORKSPACE, id=workspace_id, name=name)
    if owner_id:
        seat(tx, workspace_id, owner_id)


def all_workspaces(tx: Tx) -> list[Workspace]:
    """Every workspace, oldest first."""
    return [Workspace(row.id, row.name, row.created_at) for row in tx.all(_ALL)]


def find_workspace(tx: Tx, name_or_id: str | None) -> Workspace:
    """The workspace with that id or name; without one, the only workspace.

    Raises NotFound, or Invalid when the choice is not clear.
    """
    found = all_workspaces(tx)
    if name_or_id is not None:
        found = [one for one in found if name_or_id in (one.id, one.name)]
    if not found:
        raise NotFound("There is no such workspace. `aims workspaces list` shows those there are.")
    if len(found) > 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in found[:10])
        raise Invalid(f"There are {len(found)} workspaces: say which with --workspace (name or id): {names}.")
    return found[0]
