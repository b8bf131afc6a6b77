"""Pictures and films: where their bytes lie, what is known of them, and who may see them.

Bytes are on the disk, synced, before a row names them; a row names them before anybody is told of them.
"""

from aims.media.assets import Asset, all_keys, at, find, keep, thumbnail_key
from aims.media.library import MediaView, Wanted, browse, show
from aims.media.sharing import Shared, living, share, share_url, shared, shares_of, unshare
from aims.media.trash import restore, throw_away
from aims.media.uploads import Kept, Uploads, files, forget_keys

__all__ = [
    "Asset",
    "Kept",
    "MediaView",
    "Shared",
    "Uploads",
    "Wanted",
    "all_keys",
    "at",
    "browse",
    "files",
    "find",
    "forget_keys",
    "keep",
    "living",
    "restore",
    "share",
    "share_url",
    "shared",
    "shares_of",
    "show",
    "throw_away",
    "thumbnail_key",
    "unshare",
]
