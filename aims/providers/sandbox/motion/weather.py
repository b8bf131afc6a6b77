"""What falls, floats and glows in front of a scene: rain, snow, petals, fireflies, embers, bubbles, dust, fog."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox import words
from aims.providers.sandbox.motion.showing import glow_disc
from aims.providers.sandbox.noise import cloud_field, generator, spread
from aims.providers.sandbox.palette import Rgb
from aims.providers.sandbox.scene import Scene


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of floating thing. count: for a square frame; sizes, speeds and the band are in short sides.

    fall, drift: a second's way down and to the right. wobble: how far it swings. blink: whether it glows and fades.
    soft: a round light, or else a flake with two sides. band: between which heights it starts, 0 top to 1 bottom.
    """

    count: int
    small: float
    large: float
    fall: float
    drift: float
    wobble: float
    colours: tuple[Rgb, ...]
    level: int = 255
    blink: bool = False
    soft: bool = True
    band: tuple[float, float] = (0.0, 1.0)


KINDS: dict[str, Kind] = {
    "snow": Kind(260, 0.004, 0.02, 0.16, 0.03, 0.02, ((252, 253, 255),)),
    "petals": Kind(60, 0.008, 0.017, 0.13, 0.1, 0.05, ((255, 196, 214), (246, 140, 176)), soft=False),
    "leaves": Kind(
        44, 0.011, 0.022, 0.17, 0.12, 0.06, ((226, 128, 42), (196, 66, 38), (236, 178, 60)), soft=False
    ),
    "confetti": Kind(
        90, 0.007, 0.014, 0.22, 0.03, 0.05, ((255, 96, 120), (90, 200, 255), (255, 214, 90)), soft=False
    ),
    "fireflies": Kind(
        46, 0.03, 0.075, -0.012, 0.012, 0.05, ((255, 236, 140),), 215, blink=True, band=(0.4, 0.97)
    ),
    "embers": Kind(70, 0.01, 0.028, -0.2, 0.05, 0.04, ((255, 150, 60),), 235, blink=True),
    "bubbles": Kind(46, 0.008, 0.024, -0.13, 0.0, 0.02, ((214, 246, 255),), 150),
    "dust": Kind(40, 0.006, 0.018, -0.012, 0.02, 0.02, ((255, 244, 214),), 110, blink=True),
    "sparkle": Kind(40, 0.012, 0.04, -0.01, 0.0, 0.01, ((255, 252, 235),), 220, blink=True),
}
_WORDS = words.table(
    {
        "snow": "snow snowy snowfall snowing snowflake blizzard",
        "petals": "petal blossom sakura",
        "leaves": "autumn leaf",
        "confetti": "confetti celebration party birthday",
        "embers": "ember spark campfire bonfire volcano lava forge dragon fire",
        "bubbles": "bubble underwater",
        "fireflies": "firefly fireflies",
        "dust": "dusty sunbeam attic desert",
        "sparkle": "magic magical sparkle sparkling glitter fairy enchanted crystal",
        "rain": "rain rainy raining downpour drizzle thunderstorm",
        "fog": "fog foggy mist misty haze hazy smoke smoky steam",
    }
)
_DENSEST = 900


def named(scene: Scene, kind: str) -> list[str]:
    """What floats or falls in a scene, from its weather and its words."""
    found = [name for word in sorted(scene.spoken) for name in words.meanings(word, _WORDS)[:1]]
    weather = scene.weather
    found += ["snow"] * ("snowfall" in weather) + [
        n for n in ("rain", "fog", "petals", "fireflies") if n in weather
    ]
    if kind == "depths":
        found.append("bubbles")
    if kind in {"indoors", "portrait", "emblem"} and not {"snow", "rain"} & set(found):
        found.append("dust")
    if kind in {"indoors", "depths", "space"}:
        found = [name for name in found if name not in {"rain", "snow", "leaves", "fog"}]
    if "leaves" in found and not {"falling", "fall", "blowing", "autumn", "swirling"} & scene.spoken:
        found.remove("leaves")
    denied = {name for word in scene.denied for name in words.meanings(word, _WORDS)}
    return [name for name in dict.fromkeys(found) if name not in denied][:3]


class Floating:
    """Many small things of one kind, each on a path of its own that never ends."""

    def __init__(self, kind: Kind, frame: tuple[int, int], key: str) -> None:
        self.kind = kind
        self._unit = float(min(frame))
        self._w, self._h = frame[0] / self._unit, frame[1] / self._unit
        rng = generator(key, "floating", kind.colours, kind.count)
        count = min(_DENSEST, round(kind.count * self._w * self._h))
        self._near = rng.random(count) ** 2.2
        self._x, self._y = rng.random(count) * (self._w + 0.2), rng.random(count)
        self._phase, self._pace = rng.random(count) * math.tau, 0.6 + rng.random(count) * 0.9
        self._discs: dict[int, Image.Image] = {}

    def draw(self, frame: Image.Image, seconds: float) -> None:
        """Draws them as they are after so many seconds."""
        kind, speed = self.kind, 0.45 + 0.9 * self._near
        low, high = kind.band
        swing = np.sin(seconds * 1.3 * self._pace + self._phase)
        across = self._x + kind.drift * speed * seconds + kind.wobble * swing
        down = low * self._h + self._y * (high - low) * self._h + kind.fall * speed * seconds
        across = np.mod(across, self._w + 0.2) - 0.1
        if (low, high) == (0.0, 1.0):
            down = np.mod(down, self._h + 0.16) - 0.08
        size = kind.small + (kind.large - kind.small) * self._near
        level = np.full(len(size), float(kind.level))
        if kind.blink:
            level *= np.clip(0.5 + 0.75 * np.sin(seconds * 2.1 * self._pace + self._phase * 3), 0, 1)
        for index, colour in enumerate(kind.colours):
            mask = Image.new("L", frame.size)
            pen = ImageDraw.Draw(mask)
            for at in range(index, len(size), len(kind.colours)):
                x, y, wide = across[at] * self._unit, down[at] * self._unit, size[at] * self._unit
                if kind.soft:
                    disc = self._disc(max(2, round(wide * 1.6)))
                    mask.paste(int(level[at]), (round(x - disc.width / 2), round(y - disc.height / 2)), disc)
                else:
                    _flake(
                        pen, float(x), float(y), float(wide), seconds * 2.4 * self._pace[at] + self._phase[at]
                    )
            frame.paste(colour, (0, 0), mask)

    def _disc(self, side: int) -> Image.Image:
        if side not in self._discs:
            disc = glow_disc(side)
            # A snowflake has a body; only lights are all glow.
            self._discs[side] = disc if self.kind.blink else disc.point([min(255, v * 3) for v in range(256)])
        return self._discs[side]


def _flake(pen: ImageDraw.ImageDraw, x: float, y: float, wide: float, turn: float) -> None:
    """A petal or a leaf that tumbles."""
    along, across = wide * 0.7, wide * 0.42 * math.sin(turn * 0.9)
    c, s = math.cos(turn * 0.55), math.sin(turn * 0.55)
    rim = ((1.0, 0.0), (0.2, 1.0), (-1.0, 0.4), (-0.7, -1.0), (0.3, -1.0))
    shape = [(along * u, across * v) for u, v in rim]
    pen.polygon([(x + u * c - v * s, y + u * s + v * c) for u, v in shape], fill=225)


class Rain:
    """Rain in three depths, all of it leaning one way."""

    def __init__(self, frame: tuple[int, int], colour: Rgb, key: str) -> None:
        rng = generator(key, "rain")
        self._unit = float(min(frame))
        self._w, self._h = frame[0] / self._unit, frame[1] / self._unit
        count = min(_DENSEST, round(240 * self._w * self._h))
        self._x, self._y, self._near = rng.random(count), rng.random(count), rng.random(count)
        self._lean, self._colour = spread(0.08, 0.26, rng), colour

    def draw(self, frame: Image.Image, seconds: float) -> None:
        """Draws the drops of one moment, as long as the shutter is open."""
        mask = Image.new("L", frame.size)
        pen = ImageDraw.Draw(mask)
        fall = (1.5 + 1.5 * self._near) * seconds
        ys = (np.mod(self._y * (self._h + 0.2) + fall, self._h + 0.2) - 0.1) * self._unit
        xs = np.mod(self._x * (self._w + 0.3) - fall * self._lean, self._w + 0.3) - 0.15
        xs = xs * self._unit
        long = (0.03 + 0.05 * self._near) * self._unit
        wide = max(1, round(self._unit / 640))
        for x, y, length, near in zip(
            xs.tolist(), ys.tolist(), long.tolist(), self._near.tolist(), strict=True
        ):
            pen.line(
                (x, y, x - length * self._lean, y + length),
                fill=int(70 + 90 * near),
                width=wide + (near > 0.85),
            )
        frame.paste(self._colour, (0, 0), mask)


class Fog:
    """Two banks of mist that drift past one another."""

    def __init__(self, frame: tuple[int, int], colour: Rgb, key: str, strength: float) -> None:
        rng = generator(key, "fog")
        self._colour = colour
        self._small = (max(32, frame[0] // 8), max(24, frame[1] // 8))
        wide, tall = self._small
        self._banks = [cloud_field(rng, wide * 2, tall, (6 + 3 * bank, 3 + bank), 4) for bank in range(2)]
        rise = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
        self._body = (0.15 + 0.95 * np.exp(-(((rise - 0.7) / 0.34) ** 2))) * strength

    def draw(self, frame: Image.Image, seconds: float) -> None:
        """Lays the mist of one moment over the frame."""
        wide = self._small[0]
        total = np.zeros_like(self._body)
        for index, bank in enumerate(self._banks):
            shift = (seconds * (0.02, -0.013)[index] + 0.3 * index) * wide
            first = math.floor(shift) % (wide * 2)
            part = shift - math.floor(shift)
            doubled = np.concatenate([bank, bank[:, ::-1]], axis=1)
            doubled = np.concatenate([doubled, doubled], axis=1)
            here = doubled[:, first : first + wide + 1]
            total = total + here[:, :-1] * (1 - part) + here[:, 1:] * part
        level = np.clip((total * 0.9 - 0.35) * self._body, 0, 0.85)
        mask = Image.fromarray((level * 255).astype(np.uint8)).resize(frame.size, Image.Resampling.BILINEAR)
        frame.paste(self._colour, (0, 0), mask)


def effects(names: list[str], frame: tuple[int, int], key: str, light: Rgb) -> list[Floating | Rain | Fog]:
    """What draws each of the named kinds; light: the colour that rain and fog take from the sky."""
    found: list[Floating | Rain | Fog] = []
    for name in names:
        if name == "rain":
            found.append(Rain(frame, light, key))
        elif name == "fog":
            found.append(Fog(frame, light, key, 0.8))
        else:
            found.append(Floating(KINDS[name], frame, key))
    return found
