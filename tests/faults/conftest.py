"""The fixtures of these tests, which the stories use too."""

from instances import instance, new_instance

__all__ = ["instance", "new_instance"]
