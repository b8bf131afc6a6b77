"""Who leaves takes no key along: the place and the keys that go with it end in one transaction."""

from sqlalchemy import bindparam, update

from aims.accounts import members, users
from aims.core.clock import now
from aims.core.db import Tx
from aims.keys.tables import api_keys

_REVOKE_ALL = (
    update(api_keys)
    .where(api_keys.c.user_id == bindparam("user"), api_keys.c.revoked_at.is_(None))
    .values(revoked_at=now())
)
_REVOKE = _REVOKE_ALL.where(api_keys.c.workspace_id == bindparam("workspace"))


def leave(tx: Tx, workspace_id: str, user_id: str) -> int:
    """Take somebody's place in a workspace away and end their keys there, as `revoke` does. How many keys ended.

    Raises NotFound, or Conflict for the last owner.
    """
    members.leave(tx, workspace_id, user_id)
    return tx.run(_REVOKE, user=user_id, workspace=workspace_id)


def remove_user(tx: Tx, user_id: str) -> int:
    """Remove a person from every workspace, and end all keys that are theirs. How many keys ended.

    The address is forgotten; what they made, what it cost and their name stay.

    Raises NotFound, or Conflict for the last owner of a workspace.
    """
    members.leave_all(tx, user_id)
    revoked = tx.run(_REVOKE_ALL, user=user_id)
    users.forget(tx, user_id)
    return revoked
