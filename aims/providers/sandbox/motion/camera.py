"""The camera: which part of a layer it sees at which moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aims.providers.sandbox.motion.shots import Pose, Shot, eased


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a set that one depth shows: left, top, width and height in pixels of the set."""

    left: float
    top: float
    wide: float
    tall: float


@dataclass(frozen=True, slots=True)
class Camera:
    """A shot over a set of `room` pixels, seen in a frame of `frame` pixels."""

    shot: Shot
    frame: tuple[int, int]
    room: tuple[int, int]
    phases: tuple[float, ...]
    focus: tuple[float, float]

    @classmethod
    def over(
        cls,
        shot: Shot,
        frame: tuple[int, int],
        room: tuple[int, int],
        focus: tuple[float, float] | None,
        rng: np.random.Generator,
    ) -> Camera:
        """A camera with a hand of its own. focus: the point of the frame that it goes towards, or its middle."""
        phases = tuple(float(v) for v in rng.random(4) * math.tau)
        return cls(shot, frame, room, phases, focus or (frame[0] / 2, frame[1] / 2))

    def pose(self, share: float, seconds: float) -> Pose:
        """Where the camera is at `share` (0..1) of the film, `seconds` after its start."""
        along = eased(share)
        one, two = self.shot.start, self.shot.end
        a, b, c, d = self.phases
        # Even a resting camera breathes a little, or the eye takes the film for a still.
        hand = 0.012 + 0.16 * self.shot.shake
        quick = 1 + 1.2 * self.shot.shake
        x = math.sin(seconds * 1.1 * quick + a) + 0.5 * math.sin(seconds * 2.7 * quick + b)
        y = math.sin(seconds * 0.9 * quick + c) + 0.5 * math.sin(seconds * 3.1 * quick + d)
        return Pose(
            _within(one.x + (two.x - one.x) * along + hand * x),
            _within(one.y + (two.y - one.y) * along + hand * y),
            one.zoom * (two.zoom / one.zoom) ** along,
        )

    def window(self, pose: Pose, depth: float) -> Window:
        """What the camera sees at a depth: 0 is infinitely far, 1 is near."""
        shot = self.shot
        moved = depth + (1 - depth) * shot.flat
        zoom = 1 + (pose.zoom - 1) * moved
        if shot.far_zoom != 1:
            gone = (pose.zoom - 1) / max(1e-6, shot.end.zoom - 1)
            zoom = 1 + (pose.zoom - 1) * depth + (shot.far_zoom - 1) * (1 - depth) * gone
        wide, tall = self.frame[0] / zoom, self.frame[1] / zoom
        spare = (self.room[0] - self.frame[0]) / 2, (self.room[1] - self.frame[1]) / 2
        across = moved - shot.pivot
        left = spare[0] * (1 + pose.x * across) + self.focus[0] * (1 - 1 / zoom)
        top = spare[1] * (1 + pose.y * moved) + self.focus[1] * (1 - 1 / zoom)
        return Window(
            min(max(0.0, left), self.room[0] - wide), min(max(0.0, top), self.room[1] - tall), wide, tall
        )


def _within(value: float) -> float:
    return min(1.0, max(-1.0, value))
