"""Films of a scene: every frame is put together from the set's layers, the living things and the weather."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from aims.providers.sandbox import brushes, compose
from aims.providers.sandbox.cast import SUBJECTS
from aims.providers.sandbox.motion import actors, guests, heavens, weather
from aims.providers.sandbox.motion.camera import Camera
from aims.providers.sandbox.motion.layers import Layer
from aims.providers.sandbox.motion.reel import RATE
from aims.providers.sandbox.motion.sets import FilmSet, build
from aims.providers.sandbox.motion.shots import Pose, Shot
from aims.providers.sandbox.motion.showing import Sway, glow_disc, show
from aims.providers.sandbox.noise import Field, generator
from aims.providers.sandbox.palette import Rgb, brighter, mix
from aims.providers.sandbox.scene import Scene

_SWAYING = frozenset(
    ["near", "tree", "palm", "flower", "rose", "sunflower", "plant", "reef", "christmastree"]
)
_NIGHT_BIRDS = frozenset(["bat", "bats"])


class SceneFilm:
    """One film of a prompt's scene. size: pixels of a frame; count: how many frames it has."""

    def __init__(self, scene: Scene, shot: Shot, size: tuple[int, int], count: int, seed: int) -> None:
        self.count = count
        if "leaves" in weather.named(scene, compose.kind_of(scene)):
            # Leaves that fall are drawn for every frame, and are not a subject that stands there.
            scene = replace(scene, things=tuple(t for t in scene.things if t.name != "leaf"))
        self._whole, cinema = size, "cinematic" in brushes.chosen(scene)
        # The bars of the cinema leave less of the frame, and the scene is composed for what they leave.
        self.size = size = _between_bars(size) if cinema else size
        self._length = count / RATE
        self._set = build(scene, size, seed, shot)
        self._shot = _followed(shot, self._set)
        rng = generator(self._set.key, "camera")
        self._camera = Camera.over(self._shot, size, self._set.room, _focus(self._set, size), rng)
        self._paths = {
            id(layer): actors.path_of(layer, scene, self._set.unit, size[0], self._length, 1.0)
            for layer in self._set.layers
        }
        self._tempo = self._shot.tempo
        self._phase = float(generator(self._set.key, "sway").random() * math.tau)
        self._sky(scene)
        names = weather.named(scene, self._set.kind)
        light = mix(self._set.palette.sky[3], (255, 255, 255), 0.35)
        self._falling = weather.effects(names, size, self._set.key, light)
        self._cinema = _grade() if cinema else None

    def _sky(self, scene: Scene) -> None:
        stage, size, key = self._set.stage, self.size, self._set.key
        self._clouds: heavens.Clouds | None = None
        self._birds: heavens.Birds | None = None
        self._over: list[heavens.Fireworks | heavens.Meteors] = []
        self._flashes: list[float] = []
        self._glints: Glints | None = None
        if stage is None:
            return
        horizon = stage.horizon * self._set.unit - (self._set.room[1] - size[1]) / 2
        if not self._set.brushed:
            self._clouds = heavens.Clouds(
                self._set.layers[0], scene, self._set.palette, stage, self._set.unit, key
            )
        dull = scene.weather & {"rain", "lightning", "fog", "snowfall", "fireworks"}
        asked = bool(scene.spoken & {"bird", "birds", "gull", "gulls", "seagull", "seagulls"})
        built = {"street"} & set(scene.places)
        if not self._set.palette.dark and not scene.denied & {"bird", "birds"}:
            chance = float(generator(key, "are there birds").random())
            if asked or (not dull and not built and chance < 0.55):
                tone = mix(self._set.palette.near, self._set.palette.sky[1], 0.2)
                self._birds = heavens.Birds(size, horizon, tone, key)
        if "fireworks" in scene.weather:
            self._over.append(heavens.Fireworks(size, horizon, self._length, key))
        if "meteor" in scene.weather:
            self._over.append(heavens.Meteors(size, horizon, self._length, key))
        if "lightning" in scene.weather:
            self._flashes = heavens.flashes(self._length, key)
        if stage.water:
            self._glints = Glints(self._set, size)

    def invite(self, pictures: list[Image.Image]) -> None:
        """Brings reference pictures into the scene; each floats in its place."""
        guests.bring(self._set, pictures, self.size)
        for at, layer in enumerate(layer for layer in self._set.layers if layer.name == "guest"):
            self._paths[id(layer)] = _floating(at, self._set.unit, self._length)

    def frames(self) -> Iterator[Image.Image]:
        """The frames (RGBX), one after another; each is used before the next is made."""
        for at in range(self.count):
            yield self.frame(at)

    def frame(self, at: int) -> Image.Image:
        """The frame at one place in the film."""
        share, seconds = at / max(1, self.count - 1), at / RATE
        pose = self._camera.pose(share, seconds)
        bolt = heavens.flash(self._flashes, seconds) if self._flashes else 0.0
        frame = Image.new("RGBX", self.size)
        for index, layer in enumerate(self._set.layers):
            self._layer(frame, layer, index, pose, seconds, bolt)
        for effect in self._falling:
            effect.draw(frame, seconds)
        if bolt > 0.02:
            frame = ImageChops.add(frame, Image.new("RGBX", frame.size, tuple([round(70 * bolt)] * 3 + [0])))
        if self._cinema is None:
            return frame
        whole = Image.new("RGBX", self._whole)
        whole.paste(frame.point(self._cinema), (0, (self._whole[1] - self.size[1]) // 2))
        return whole

    def _layer(
        self, frame: Image.Image, layer: Layer, index: int, pose: Pose, seconds: float, bolt: float
    ) -> None:
        if layer.name == "bolt":
            if bolt > 0.05:
                show(frame, layer, self._camera, pose, cover=min(1.0, bolt * 1.6))
            return
        path = self._paths.get(id(layer))
        moved = path(seconds) if path is not None else (0.0, 0.0)
        cover = 1.0
        if index == 0 and self._clouds is not None:
            layer = self._clouds.layer(seconds, self._length, self._tempo)
        if layer.name == "lights" and self._tempo > 2:
            moved = (0.0, -0.1 * self._set.unit * (seconds - self._length / 2) / self._length)
        if layer.name == "lights" and self._set.palette.dark:
            cover = 0.9 + 0.1 * math.sin(seconds * 2.3 + self._phase)
        show(frame, layer, self._camera, pose, moved, self._sway_of(layer, index, seconds), cover)
        self._after(frame, layer, index, pose, moved, seconds)

    def _after(
        self,
        frame: Image.Image,
        layer: Layer,
        index: int,
        pose: Pose,
        moved: tuple[float, float],
        seconds: float,
    ) -> None:
        """What belongs just in front of a layer: birds and bursts before the land, light on water, flames."""
        layers = self._set.layers
        last_of_sky = layer.name in {"base", "lights"} and (
            index + 1 == len(layers) or layers[index + 1].name not in {"base", "lights", "bolt"}
        )
        bursting = layer.name == "far" if any(each.name == "far" for each in layers) else last_of_sky
        for burst in self._over if bursting else ():
            burst.draw(frame, seconds)
        if last_of_sky and self._birds is not None:
            still, now = self._camera.window(Pose(), 0.2), self._camera.window(pose, 0.2)
            self._birds.draw(frame, seconds, (still.left - now.left, still.top - now.top))
        if layer.name == "water" and self._glints is not None:
            self._glints.draw(frame, self._camera, pose, layer, seconds * min(2.0, self._tempo))
        if layer.name in actors.FLAMES:
            _flame(frame, layer, self._camera, pose, moved, seconds)

    def _sway_of(self, layer: Layer, index: int, seconds: float) -> Sway | None:
        unit, phase = float(min(self.size)), self._phase + index
        tempo = min(2.2, self._tempo)
        if layer.name == "water":
            top = layer.top - (self._set.room[1] - self.size[1]) / 2

            def ripple(rows: Field) -> Field:
                deep = np.clip((rows - top) / unit, 0, 1)
                wave = np.sin(deep**0.5 * 95 - seconds * 2.6 * tempo + phase)
                slow = np.sin(deep * 26 + seconds * 1.1 * tempo + phase * 2)
                return ((0.0006 + 0.006 * deep) * unit * (wave + 0.6 * slow)).astype(np.float32)

            return ripple
        if index == 0 and "aurora" in self._set.scene.weather:

            def curtain(rows: Field) -> Field:
                wave = np.sin(rows / unit * 5 + seconds * 0.9 + phase) + np.sin(
                    rows / unit * 9 - seconds * 0.6
                )
                return (0.012 * unit * wave).astype(np.float32)

            return curtain
        if layer.name in _SWAYING and self._set.kind in {"outdoors", "depths"}:
            return self._breeze(layer, unit, phase, seconds * tempo)
        return None

    def _breeze(self, layer: Layer, unit: float, phase: float, seconds: float) -> Sway:
        spoken = self._set.scene.spoken
        strong = (
            2.2
            if spoken & {"wind", "windy", "storm", "stormy", "breeze"} or self._set.kind == "depths"
            else 1.0
        )
        top, tall = layer.top - (self._set.room[1] - self.size[1]) / 2, max(1.0, layer.size[1])
        still = layer.name == "near" and bool({"street", "city", "village"} & set(self._set.scene.places))

        def bend(rows: Field) -> Field:
            high = np.clip(1 - (rows - top) / tall, 0, 1)
            wave = math.sin(seconds * 1.4 + phase) + 0.5 * math.sin(seconds * 2.3 + phase * 2)
            return (0.0045 * unit * strong * high**1.5 * wave * (0 if still else 1)).astype(np.float32)

        return bend


class Glints:
    """Light that dances on water: under the sun or the moon a path of it, elsewhere a few sparks."""

    def __init__(self, film_set: FilmSet, size: tuple[int, int]) -> None:
        assert film_set.stage is not None
        rng = generator(film_set.key, "glints")
        light, unit = film_set.stage.sky, film_set.unit
        self._unit = unit
        self._colour: Rgb = brighter(mix(film_set.palette.sun, film_set.palette.sky[3], 0.2), 0.45)
        count, low = 150, film_set.stage.water * unit
        deep = film_set.room[1] - low
        t = rng.random(count) ** 1.2
        wide = light.radius * unit * (0.5 + 2.2 * t)
        path = light.x * unit + rng.normal(0, 0.6, count) * wide
        loose = rng.random(count) * film_set.room[0]
        share = 0.72 if light.shown else 0.0
        self._x = np.where(rng.random(count) < share, path, loose)
        self._y = low + 0.004 * unit + deep * t * 0.96
        self._half = (0.006 + 0.03 * t) * unit * (0.5 + rng.random(count))
        self._often, self._phase = 0.5 + rng.random(count) * 1.4, rng.random(count) * math.tau
        self._level = 235 if light.shown else 120

    def draw(self, frame: Image.Image, camera: Camera, pose: Pose, layer: Layer, seconds: float) -> None:
        """Draws those that shine at one moment."""
        rise = max(
            0, int((layer.top - camera.window(pose, layer.far).top) * frame.width / camera.frame[0]) - 4
        )
        if rise >= frame.height:
            return
        mask = Image.new("L", (frame.width, frame.height - rise))
        pen = ImageDraw.Draw(mask)
        shine = np.sin(seconds * self._often * math.tau + self._phase)
        tall = max(1.0, layer.size[1])
        thick = max(0.8, self._unit * 0.0022)
        for at in np.flatnonzero(shine > 0.1).tolist():
            share = min(1.0, max(0.0, (self._y[at] - layer.top) / tall))
            # Where the water carries it, row by row.
            window = camera.window(pose, layer.far + (layer.near - layer.far) * share)
            zoom = frame.width / window.wide
            x, y = (self._x[at] - window.left) * zoom, (self._y[at] - window.top) * zoom - rise
            half, lift = self._half[at] * zoom * (0.6 + 0.4 * shine[at]), thick * zoom * (0.5 + share)
            pen.polygon(
                [(x - half, y), (x, y - lift), (x + half, y), (x, y + lift)],
                fill=round(self._level * min(1.0, shine[at] * 1.3)),
            )
        frame.paste(self._colour, (0, rise), mask)


def _flame(
    frame: Image.Image, layer: Layer, camera: Camera, pose: Pose, moved: tuple[float, float], seconds: float
) -> None:
    """Warm light around a flame, never still."""
    below, reach = actors.FLAMES[layer.name]
    window = camera.window(pose, layer.near)
    zoom = frame.width / window.wide
    x = (layer.centre[0] + moved[0] - window.left) * zoom
    y = (layer.top + below * layer.size[1] + moved[1] - window.top) * zoom
    phase = layer.left * 0.37
    flicker = 0.7 + 0.16 * math.sin(seconds * 9 + phase) + 0.14 * math.sin(seconds * 23.7 + phase * 2)
    side = round(max(layer.size) * 2.4 * reach * zoom * (0.9 + 0.1 * flicker) / 12) * 12
    if side > 4:
        disc = glow_disc(side).point([round(v * 0.5 * flicker) for v in range(256)])
        frame.paste((255, 186, 92), (round(x - side / 2), round(y - side / 2)), disc)


def _focus(film_set: FilmSet, size: tuple[int, int]) -> tuple[float, float] | None:
    """The point of the frame that a camera goes towards: the subject, or else the horizon."""
    spare = (film_set.room[0] - size[0]) / 2, (film_set.room[1] - size[1]) / 2
    subjects = [layer for layer in film_set.layers if layer.name in SUBJECTS]
    horizon = film_set.stage.horizon * film_set.unit - spare[1] if film_set.stage is not None else size[1] / 2
    if not subjects:
        return size[0] / 2, horizon
    main = max(subjects, key=lambda layer: layer.size[0] * layer.size[1])
    x, y = main.centre[0] - spare[0], main.centre[1] - spare[1]
    low, high = 0.12, 0.88
    inside = min(max(x, size[0] * low), size[0] * high), min(max(y, size[1] * low), size[1] * high)
    # Between the subject and the horizon, so that neither leaves the frame.
    own = 1.0 if film_set.stage is None else (0.9 if y < horizon else 0.65)
    return inside[0], inside[1] * own + horizon * (1 - own)


def _floating(at: int, unit: float, length: float) -> actors.Path:
    """A picture that floats in and then sways in its place."""

    def path(now: float) -> tuple[float, float]:
        come = max(0.0, 1 - now / min(1.0, length / 3)) ** 3
        sway = math.sin(now * 1.3 + at * 1.7), math.sin(now * 1.7 + at * 2.3)
        return 0.006 * unit * sway[0], 0.009 * unit * sway[1] + 0.16 * unit * come

    return path


def _followed(shot: Shot, film_set: FilmSet) -> Shot:
    """A camera that goes along with the one who moves, whichever way that is."""
    if shot.name != "truck":
        return shot
    ways = [actors.moves(layer, film_set.scene) for layer in film_set.layers]
    way = next((way for way in ways if way), 0.0)
    if way and way * (shot.end.x - shot.start.x) < 0:
        return replace(shot, start=shot.end, end=shot.start)
    return shot


def _between_bars(size: tuple[int, int]) -> tuple[int, int]:
    wide, tall = size
    return wide, min(tall, round(wide / 2.39)) if wide > tall else round(tall * 0.88)


def _grade() -> list[int]:
    """The tones of the cinema, as a table for four planes: cool shadows, warm lights, a little more contrast."""
    table: list[int] = []
    for low, high in ((-6, 258), (6, 246), (20, 222), (0, 255)):
        for value in range(256):
            t = value / 255
            curved = t + 0.1 * math.sin((t - 0.5) * 2 * math.pi) * 0.5 if high != 255 else t
            table.append(min(255, max(0, round(low + (high - low) * curved))))
    return table
