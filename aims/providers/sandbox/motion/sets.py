"""Builds the set of a film: the scene of a prompt as layers, larger than the frame, each at its depth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from aims.providers.sandbox import brushes, cast, compose, landscape
from aims.providers.sandbox.motion.layers import Finish, Layer, LayeredCanvas
from aims.providers.sandbox.motion.shots import Shot, overscan
from aims.providers.sandbox.palette import Palette
from aims.providers.sandbox.scene import Scene

# Painted at twice the size up to here, which smooths every edge; larger sets are painted as they are.
SMOOTH_PIXELS = 11_000_000
# Brushes that paint a frame or a page around the picture: their film keeps the finished picture in one piece.
FRAMED = frozenset(
    ["polaroid", "artdeco", "artnouveau", "sticker", "storybook", "stainedglass", "doodle", "macro", "double"]
)
# Film stocks are laid over the finished frames, not over the set.
ON_FRAME = frozenset(["cinematic"])
_SKY = frozenset(["base", "lights", "meteors", "fireworks", "bolt"])
FLAT_KINDS = frozenset(["isometric", "abstract", "emblem"])


@dataclass(slots=True)
class FilmSet:
    """A scene to film. room: its size in pixels; unit: its short side; stage: where land and light are, outdoors."""

    layers: list[Layer]
    room: tuple[int, int]
    unit: float
    kind: str
    scene: Scene
    palette: Palette
    stage: landscape.Stage | None
    key: str
    brushed: bool


def whole(scene: Scene) -> bool:
    """True when the scene is one flat picture, which has no depths to keep apart."""
    return compose.kind_of(scene) in FLAT_KINDS or bool(FRAMED & set(brushes.chosen(scene)))


def build(scene: Scene, frame: tuple[int, int], seed: int, shot: Shot) -> FilmSet:
    """Paints the set for a shot seen in a frame of `frame` pixels."""
    wide, tall = overscan(shot)
    room = (math.ceil(frame[0] * wide), math.ceil(frame[1] * tall))
    kind, key = compose.kind_of(scene), f"{seed}/{scene.layout}"
    palette = compose.palette_of(scene, seed)
    finish = finish_of(scene, seed)
    factor = 2 if room[0] * room[1] * 4 <= SMOOTH_PIXELS and not brushes.coarse(scene) else 1
    canvas = LayeredCanvas.of(room, factor, finish)
    stage = None
    if kind == "outdoors":
        # What moves by itself is left out here and drawn for every frame.
        weather = scene.weather - {"meteor", "fireworks"}
        bare = replace(scene, weather=weather if finish else weather | {"cloudless"})
        stage = landscape.paint(canvas, bare, palette, key)
        cast.on_stage(canvas, bare, palette, stage, key)
    else:
        compose.paint(canvas, scene, seed)
    layers = [layer for layer in canvas.done() if layer.name not in {"bubbles", "meteors"}]
    unit = float(min(room))
    for layer in layers:
        layer.far, layer.near = _depths(layer, kind, stage, room, unit)
    return FilmSet(layers, room, unit, kind, scene, palette, stage, key, finish is not None)


def finish_of(scene: Scene, seed: int) -> Finish | None:
    """What the brushes of a scene do to a layer, or None without brushes."""
    names = [name for name in brushes.chosen(scene) if name not in ON_FRAME]
    if not names:
        return None
    plain = replace(scene, brushes=tuple(names))

    def finish(image: Image.Image) -> Image.Image:
        return brushes.finished(image, plain, seed)

    return finish


def _depths(
    layer: Layer, kind: str, stage: landscape.Stage | None, room: tuple[int, int], unit: float
) -> tuple[float, float]:
    low = room[1]
    if stage is None:
        at = _INDOORS.get(kind, _across)(layer, layer.foot / low if layer.foot else 0.0)
        return at, at
    horizon = stage.horizon * unit

    def ground(y: float) -> float:
        return 0.4 + 0.6 * min(1.0, max(0.0, (y - horizon) / max(1.0, low - horizon)))

    if layer.name in _SKY:
        return 0.1, 0.1
    if layer.name == "far":
        return 0.3, 0.3
    if layer.flat:
        return ground(layer.top), ground(layer.top + layer.size[1])
    if layer.name == "near":
        return 0.8, 0.8
    subject = cast.SUBJECTS.get(layer.name)
    if subject is not None and subject.home == "sky":
        return 0.36, 0.36
    return ground(layer.foot), ground(layer.foot)


def _across(layer: Layer, foot: float) -> float:
    """Rooms, portraits and tables: what is behind, and what stands before it."""
    return (
        0.42
        if layer.name in {"base", "lights", "far", "water", "ground", "near"}
        else min(1.0, 0.72 + 0.3 * foot)
    )


def _space(layer: Layer, foot: float) -> float:
    return {"base": 0.12, "lights": 0.26, "planets": 0.5}.get(layer.name, 0.9)


def _depths_of_the_sea(layer: Layer, foot: float) -> float:
    if layer.name == "base":
        return 0.15
    return max(0.2, (foot - 0.62) * 2.6) if layer.name == "reef" else 0.45 + 0.5 * foot


_INDOORS: dict[str, Callable[[Layer, float], float]] = {"space": _space, "depths": _depths_of_the_sea}
