"""Pictures and films: where their bytes lie, what is known of them, and who may see them.

Bytes are on the disk, synced, before a row names them; a row names them before anybody is told of them.
"""

from aims.media.assets import Asset, at, keep

__all__ = ["Asset", "at", "keep"]
