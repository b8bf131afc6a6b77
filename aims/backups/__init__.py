"""A whole studio in one folder or one file, taken while it runs, and a studio made of it again.

A backup is one moment of the database and every file that its rows name. What came after that moment is not in it, and
what is in it may have gone on elsewhere since: a restored studio sends nothing that it cannot know to be unsent.
"""

from aims.backups.manifest import Manifest
from aims.backups.restore import Restored, restore
from aims.backups.take import Taken, take

__all__ = ["Manifest", "Restored", "Taken", "restore", "take"]
