"""Pictures and films: where their bytes lie, what is known of them, and who may see them.

Bytes are on the disk, synced, before a row names them; a row names them before anybody is told of them.
"""

from aims.media.assets import Asset, at, find, keep, thumbnail_key
from aims.media.sharing import Shared, share, shared, shares_of, unshare
from aims.media.uploads import Kept, Uploads, files, forget_keys

__all__ = [
    "Asset",
    "Kept",
    "Shared",
    "Uploads",
    "at",
    "files",
    "find",
    "forget_keys",
    "keep",
    "share",
    "shared",
    "shares_of",
    "thumbnail_key",
    "unshare",
]
