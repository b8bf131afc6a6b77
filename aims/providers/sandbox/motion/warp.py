"""Moves over a finished picture: what is low and what stands out in it is near, so it passes faster."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from aims.providers.sandbox import edit, words
from aims.providers.sandbox.motion import weather
from aims.providers.sandbox.motion.reel import RATE
from aims.providers.sandbox.motion.shots import Shot, eased
from aims.providers.sandbox.noise import Field, generator
from aims.providers.sandbox.scene import Scene

# Beyond its edges the picture goes on mirrored, for a camera that draws back. A share of each side.
_BEYOND = 0.12
_SOFT_START = 8
_WATERS = words.table(
    {
        "water": "water sea ocean lake river pond wave waterfall stream harbor harbour bay lagoon pool reflection"
    }
)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a camera has come over a picture: x and y as shares of its sides, its magnification, its parallax.

    depth: how much nearer things are magnified and moved more than farther ones; 0 moves all alike.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    depth: float = 0.0


def drift_of(shot: Shot) -> Drift:
    """Where a shot that begins on the whole picture ends."""
    way = 1.0 if shot.end.x >= shot.start.x else -1.0
    down = 1.0 if shot.end.y >= shot.start.y else -1.0
    match shot.name:
        case "still":
            return Drift(0, 0, 1.02, 0.2)
        case "pan":
            return Drift(0.062 * way, 0, 1.15, 0.05)
        case "truck":
            return Drift(0.06 * way, 0, 1.14, 0.6)
        case "orbit":
            return Drift(0.05 * way, 0, 1.16, 1.0)
        case "pull" | "reveal":
            return Drift(0, 0, 0.84, 0.35)
        case "zoom":
            closer = shot.end.zoom > shot.start.zoom
            return Drift(0, 0, 1.38 if closer else 0.84, 0.0)
        case "rise":
            return Drift(0, -0.06, 1.15, 0.45)
        case "sink":
            return Drift(0, 0.06, 1.15, 0.45)
        case "tilt":
            return Drift(0, 0.065 * down, 1.15, 0.05)
        case "vertigo":
            return Drift(0, 0, 1.16, -0.9)
        case _:
            return Drift(0.012 * way, 0, 1.24, 0.5)


class Warped:
    """A picture that a camera can move over. picture: RGB, as large as the frame."""

    def __init__(self, picture: Image.Image) -> None:
        self.size = picture.size
        wide, tall = picture.size
        self._pad = round(wide * _BEYOND), round(tall * _BEYOND)
        field = np.pad(
            np.asarray(picture), ((self._pad[1],) * 2, (self._pad[0],) * 2, (0, 0)), mode="reflect"
        )
        double = Image.fromarray(field).resize(
            (field.shape[1] * 2, field.shape[0] * 2), Image.Resampling.BICUBIC
        )
        self._words = np.array(double.convert("RGBX")).view(np.uint32).reshape(-1)
        self._double = double.size
        near = _nearness(picture)
        self.near = np.asarray(near.resize(picture.size, Image.Resampling.BICUBIC), np.float32) / 255 - 0.5
        self.focus = _focus(near)
        self._calm: Field | None = None

    def watered(self, picture: Image.Image) -> None:
        """Lets what looks like water in it ripple."""
        self._calm = _water_of(picture)

    def seen(self, drift: Drift, seconds: float, swell: float = 0.0, flow: float = 0.0) -> Image.Image:
        """What the camera sees (RGBX). swell: of the water, 0..1; flow: how far the whole picture flows, 0..1."""
        wide, tall = self.size
        fx, fy = self.focus[0] * wide, self.focus[1] * tall
        xs, ys = np.arange(wide, dtype=np.float32) + 0.5, np.arange(tall, dtype=np.float32) + 0.5
        across, shift = (xs - fx) / drift.zoom + fx + drift.x * wide, drift.x * wide
        down, sink = (ys - fy) / drift.zoom + fy + drift.y * tall, drift.y * tall
        closer = 1 / drift.zoom - 1
        u = drift.depth * ((xs - fx) * closer + shift * 0.8)
        v = drift.depth * ((ys - fy) * closer + sink * 0.8)
        columns = self.near * u[None, :]
        columns += across[None, :]
        rows = self.near * v[:, None]
        rows += down[:, None]
        unit = float(min(self.size))
        if swell and self._calm is not None:
            depth = ys / tall
            wave = np.sin(depth * 150 - seconds * 3.2) * 0.0025 + np.sin(depth * 47 + seconds * 1.9) * 0.003
            columns += self._calm * (wave * unit * swell)[:, None].astype(np.float32)
        if flow:
            columns += (np.sin(ys / unit * 7 + seconds * 1.3) * 0.012 * unit * flow)[:, None].astype(
                np.float32
            )
            rows += (np.sin(xs / unit * 6 - seconds * 1.1) * 0.012 * unit * flow)[None, :].astype(np.float32)
        return self._looked_up(columns, rows)

    def _looked_up(self, columns: Field, rows: Field) -> Image.Image:
        wide, tall = self._double
        columns += self._pad[0]
        columns *= 2
        rows += self._pad[1]
        rows *= 2
        at = np.clip(rows, 0, tall - 1, out=rows).astype(np.int32)
        at *= wide
        at += np.clip(columns, 0, wide - 1, out=columns).astype(np.int32)
        seen = np.take(self._words, at)
        return Image.frombuffer("RGBX", self.size, seen.tobytes(), "raw", "RGBX", 0, 1)


class PictureFilm:
    """A film that begins with exactly one picture and moves over it.

    before: the way that a clip was moving when it ended, in shares of the frame a second; the film goes on with it.
    """

    def __init__(
        self,
        picture: Image.Image,
        shot: Shot,
        scene: Scene,
        count: int,
        seed: int,
        before: tuple[float, float] = (0.0, 0.0),
        flow: float = 0.0,
    ) -> None:
        self.count = count
        self._picture = picture
        self._warped = Warped(picture)
        self._end, self._shot, self._before, self._flow = drift_of(shot), shot, before, flow
        key = f"{seed}/{scene.layout}"
        self._water = any(words.meanings(word, _WATERS) for word in scene.spoken)
        if self._water:
            self._warped.watered(picture)
        self._falling = weather.effects(weather.named(scene, "picture"), picture.size, key, (232, 236, 240))
        self._phase = generator(key, "hand").random(2) * math.tau

    def frames(self) -> Iterator[Image.Image]:
        """The frames (RGBX), one after another."""
        for at in range(self.count):
            yield self.frame(at)

    def frame(self, at: int) -> Image.Image:
        """The frame at one place in the film; the first is the picture."""
        plain = self._picture.convert("RGBX")
        if at == 0:
            return plain
        seconds = at / RATE
        frame = self._warped.seen(
            self._drift(at), seconds, min(1.0, seconds / 1.2), self._flow * min(1.0, seconds)
        )
        for effect in self._falling:
            effect.draw(frame, seconds)
        # What the film adds comes gently, so that nothing jumps after the first frame.
        lasting = _SOFT_START if not self._falling else _SOFT_START * 2
        return Image.blend(plain, frame, at / lasting) if at < lasting else frame

    def _drift(self, at: int) -> Drift:
        share, seconds = at / max(1, self.count - 1), at / RATE
        way, end = eased(share), self._end
        # The clip's own motion runs out within a second or so, while the new one begins.
        run_out = 0.7 * (1 - math.exp(-seconds / 0.7))
        hand = self._shot.shake * min(1.0, seconds)
        x = 0.006 * hand * math.sin(seconds * 2.3 + self._phase[0]) + self._before[0] * run_out
        y = 0.008 * hand * math.sin(seconds * 2.9 + self._phase[1]) + self._before[1] * run_out
        room = 0.1
        return Drift(
            min(room, max(-room, end.x * way + x)),
            min(room, max(-room, end.y * way + y)),
            end.zoom**way,
            end.depth,
        )


def covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture cut to fill a frame of `size` pixels."""
    return ImageOps.fit(picture, size, Image.Resampling.BICUBIC)


def _nearness(picture: Image.Image) -> Image.Image:
    """A soft guess at what is near, small: low is near, high is far, and the subject is nearer than its ground."""
    small = (96, max(8, round(96 * picture.height / picture.width)))
    ramp = np.repeat(np.linspace(0.4, 0.6, small[1], dtype=np.float32)[:, None], small[0], axis=1)
    subject = edit.subject_cover(picture.resize((384, max(16, round(384 * picture.height / picture.width)))))
    cover = np.asarray(subject.resize(small, Image.Resampling.BOX), np.float32) / 255
    share = float(cover.mean())
    # A subject that is nearly everything or nearly nothing says nothing about depth.
    strength = 0.3 if 0.03 < share < 0.6 else 0.0
    near = Image.fromarray((np.clip(ramp + strength * cover, 0, 1) * 255).astype(np.uint8))
    # Coarse to fine once more: a depth without steps leaves no tears, and bends no towers.
    return near.resize((12, 7), Image.Resampling.BOX).resize(small, Image.Resampling.BICUBIC)


def _focus(near: Image.Image) -> tuple[float, float]:
    """The point that a camera goes towards, as shares of the frame: the middle, drawn to what stands out."""
    field = np.asarray(near, np.float32)
    away = np.clip(field - np.median(field, axis=1, keepdims=True), 0, None) ** 2
    if float(away.max()) < 200:
        return 0.5, 0.5
    total = float(away.sum())
    x = float((away.sum(axis=0) * np.arange(field.shape[1])).sum()) / total / field.shape[1]
    y = float((away.sum(axis=1) * np.arange(field.shape[0])).sum()) / total / field.shape[0]
    return 0.5 + (x - 0.5) * 0.7, 0.5 + (y - 0.5) * 0.5


def _water_of(picture: Image.Image) -> Field:
    """Where water may be, 0..1: low in the picture, and no redder than it is blue."""
    small = picture.resize((160, max(8, round(160 * picture.height / picture.width))), Image.Resampling.BOX)
    field = np.asarray(small, np.float32)
    bluish = np.clip((field[..., 2] - field[..., 0] + 14) / 40, 0, 1)
    low = np.clip((np.linspace(0, 1, small.height, dtype=np.float32) - 0.42) * 5, 0, 1)[:, None]
    mask = Image.fromarray((bluish * low * 255).astype(np.uint8)).resize((24, 16), Image.Resampling.BOX)
    return (np.asarray(mask.resize(picture.size, Image.Resampling.BICUBIC), np.float32) / 255).astype(
        np.float32
    )
