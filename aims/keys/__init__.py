"""API keys: issued once, shown once, stored as a keyed hash, checked inside the transaction that spends.

A key belongs to one workspace and carries scopes, a rate limit, an expiry and a credit cap. Its limit and cap are exact
across processes because they are one guarded update of its row. A key may be somebody's: then their role in the
workspace limits it, and it ends when they leave.
"""

from aims.keys.api_keys import IssuedKey, KeyRecord, Ring, issue, keys_of, list_keys, revoke, workspace_of
from aims.keys.leaving import leave, remove_user
from aims.keys.limits import Admission, ReadLimits, admit, give_back, recount, would_admit
from aims.keys.validity import valid

__all__ = [
    "Admission",
    "IssuedKey",
    "KeyRecord",
    "ReadLimits",
    "Ring",
    "admit",
    "give_back",
    "issue",
    "keys_of",
    "leave",
    "list_keys",
    "recount",
    "remove_user",
    "revoke",
    "valid",
    "workspace_of",
    "would_admit",
]
