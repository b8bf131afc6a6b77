"""Owns the Agent Skills: texts that tell a coding agent how to make pictures and films with this studio.

They lie in `skills/` at the repository's root, where agents' installers look for them, and are packed into the wheel.
"""

from aims.skills.shelf import Skill, every, find

__all__ = ["Skill", "every", "find"]
