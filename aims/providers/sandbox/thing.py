"""One kind of subject in a picture."""

from __future__ import annotations

from dataclasses import dataclass

from aims.providers.sandbox.palette import Rgb


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of subject: how many, how big (1 is normal), in which colours and where."""

    name: str
    count: int = 1
    size: float = 1.0
    colours: tuple[Rgb, ...] = ()
    side: str = ""
    # How an animal moves: "running", "lying", or nothing for standing.
    pose: str = ""
