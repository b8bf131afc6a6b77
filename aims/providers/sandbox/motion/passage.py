"""The passage from a first picture to a last one: one move goes through both while the one turns into the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image

from aims.providers.sandbox.motion import weather
from aims.providers.sandbox.motion.reel import RATE
from aims.providers.sandbox.motion.shots import Shot, eased
from aims.providers.sandbox.motion.warp import Drift, Warped, drift_of
from aims.providers.sandbox.noise import Field, cloud_field, generator
from aims.providers.sandbox.scene import Scene

# The change happens within these shares of the time; before and after, one picture has the frame for itself.
_FROM, _UNTIL = 0.1, 0.9
_SOFT = 8
# How much of the change all parts of the frame go through together: little makes a wipe, much a dissolve.
_BLEND = 1.4


class PassageFilm:
    """A film whose first frame is exactly one picture and whose last frame is exactly another."""

    def __init__(
        self, first: Image.Image, last: Image.Image, shot: Shot, scene: Scene, count: int, seed: int
    ) -> None:
        self.count = count
        self._ends = first.convert("RGBX"), last.convert("RGBX")
        self._first, self._last = Warped(first), Warped(last)
        # Both are seen from one point, or the world would jump sideways in the middle.
        self._first.focus = self._last.focus = (0.5, 0.5)
        end = drift_of(shot)
        self._drift = replace(end, zoom=1 + (end.zoom - 1) * 0.85) if shot.name != "still" else Drift()
        key = f"{seed}/{scene.layout}"
        self._order = _order(self._first, self._last, key)
        self._falling = weather.effects(weather.named(scene, "picture"), first.size, key, (232, 236, 240))

    def frames(self) -> Iterator[Image.Image]:
        """The frames (RGBX), one after another."""
        for at in range(self.count):
            yield self.frame(at)

    def frame(self, at: int) -> Image.Image:
        """The frame at one place in the film."""
        if at == 0 or at == self.count - 1:
            return self._ends[0] if at == 0 else self._ends[1]
        share, seconds = at / (self.count - 1), at / RATE
        frame = self._between(share, seconds)
        for effect in self._falling:
            effect.draw(frame, seconds)
        edge = min(at, self.count - 1 - at)
        soft = min(_SOFT, self.count // 4)
        if edge < soft:
            return Image.blend(self._ends[0] if share < 0.5 else self._ends[1], frame, edge / soft)
        return frame

    def _between(self, share: float, seconds: float) -> Image.Image:
        way = eased(share)
        done = min(1.0, max(0.0, (share - _FROM) / (_UNTIL - _FROM)))
        if done <= 0:
            return self._first.seen(self._moved(way), seconds)
        if done >= 1:
            return self._last.seen(self._moved(way - 1), seconds)
        one, two = self._first.seen(self._moved(way), seconds), self._last.seen(self._moved(way - 1), seconds)
        level = np.clip((done * (1 + _BLEND) - self._order) / _BLEND, 0, 1)
        level = level * level * (3 - 2 * level)
        mask = Image.fromarray((level * 255).astype(np.uint8)).resize(one.size, Image.Resampling.BILINEAR)
        one.paste(two, (0, 0), mask)
        return one

    def _moved(self, way: float) -> Drift:
        """The move after `way` of it; before its start, where the last picture comes from, it is negative."""
        end = self._drift
        return Drift(end.x * way, end.y * way, max(0.82, end.zoom**way), end.depth)


def _order(first: Warped, last: Warped, key: str) -> Field:
    """When each part of the frame turns, 0 first to 1 last: where they differ least, and the far before the near."""
    wide, tall = 96, max(8, round(96 * first.size[1] / first.size[0]))
    cloud = cloud_field(generator(key, "passage"), wide, tall, (2, 1.5), 1)
    near = (first.near + last.near) / 2 + 0.5
    depth = Image.fromarray((near * 255).clip(0, 255).astype(np.uint8)).resize(
        (wide, tall), Image.Resampling.BOX
    )
    field = 0.35 * cloud + 0.65 * np.asarray(depth, np.float32) / 255
    low, high = float(field.min()), float(field.max())
    return ((field - low) / max(1e-6, high - low)).astype(np.float32)
