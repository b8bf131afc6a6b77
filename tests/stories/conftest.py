"""The stories run the real program with what tests/faults has for that."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from instances import instance, new_instance

__all__ = ["instance", "new_instance"]
