"""Who is asking: people, the workspaces they share, and the actor that a request is made as.

Everything else belongs to a workspace. The first start makes one owner and one workspace.
"""

from aims.accounts.actor import ANY, SCOPES, Actor
from aims.accounts.workspaces import (
    Workspace,
    all_workspaces,
    create_owner,
    create_workspace,
    find_workspace,
    has_owner,
)

__all__ = [
    "ANY",
    "SCOPES",
    "Actor",
    "Workspace",
    "all_workspaces",
    "create_owner",
    "create_workspace",
    "find_workspace",
    "has_owner",
]
