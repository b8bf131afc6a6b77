"""Who is asking: people, the workspaces they share, and the actor that a request is made as.

Everything else belongs to a workspace. The first start makes one owner and one workspace. A place in a workspace is
taken away by `aims.keys`, together with the keys that go with it.
"""

from aims.accounts.actor import ANY, ROLES, SCOPES, SPENDING, Actor, withheld
from aims.accounts.members import Member, change_role, hold_role, join, places_of
from aims.accounts.users import User, all_users, change_user, create_user, find_user
from aims.accounts.workspaces import (
    Workspace,
    all_workspaces,
    create_workspace,
    find_workspace,
    has_owner,
)

__all__ = [
    "ANY",
    "ROLES",
    "SCOPES",
    "SPENDING",
    "Actor",
    "Member",
    "User",
    "Workspace",
    "all_users",
    "all_workspaces",
    "change_role",
    "change_user",
    "create_user",
    "create_workspace",
    "find_user",
    "find_workspace",
    "has_owner",
    "hold_role",
    "join",
    "places_of",
    "withheld",
]
