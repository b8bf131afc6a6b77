"""API keys: issued once, shown once, stored as a keyed hash, checked inside the transaction that spends.

A key belongs to one workspace and carries scopes, a rate limit, an expiry and a credit cap. Its limit and cap are exact
across processes because they are one guarded update of its row.
"""

from aims.keys.api_keys import IssuedKey, KeyRecord, Ring, issue, list_keys, revoke
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
    "list_keys",
    "recount",
    "revoke",
    "valid",
    "would_admit",
]
