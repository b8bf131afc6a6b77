"""Calls, which are answered when they are over."""

from dataclasses import dataclass

from emulators import work


@dataclass(slots=True)
class Call(work.Job):
    """One call that was taken. pictures: how many it was given to work from."""

    pictures: int = 0

    @property
    def count(self) -> int:
        """How many pictures it makes."""
        return int(self.body.get("n", 1))

    @property
    def units(self) -> int:
        """What it costs: the pictures that are made, those that are then refused too."""
        return self.count


class Work(work.Work[Call]):
    """All calls."""
