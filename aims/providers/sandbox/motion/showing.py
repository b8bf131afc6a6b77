"""Shows layers through the camera: each frame is looked up in pictures that are twice as large."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aims.providers.sandbox.motion.camera import Camera
from aims.providers.sandbox.motion.layers import Layer
from aims.providers.sandbox.motion.shots import Pose
from aims.providers.sandbox.noise import Field

# For rows of the frame (y, in pixels), how far each is pushed to the right.
Sway = Callable[[Field], Field]


def show(
    frame: Image.Image,
    layer: Layer,
    camera: Camera,
    pose: Pose,
    moved: tuple[float, float] = (0.0, 0.0),
    sway: Sway | None = None,
    cover: float = 1.0,
) -> None:
    """Pastes what the camera sees of a layer onto the frame (RGBX).

    moved: how far the layer has moved on the set, in its pixels. cover: 0 leaves it out, 1 shows it whole.
    """
    if layer.flat:
        _lie(frame, layer, camera, pose, sway)
        return
    window = camera.window(pose, layer.near)
    zoom = frame.width / window.wide
    left = (layer.left + moved[0] - window.left) * zoom
    top = (layer.top + moved[1] - window.top) * zoom
    x0, x1 = _inside(left, layer.size[0] * zoom, frame.width)
    y0, y1 = _inside(top, layer.size[1] * zoom, frame.height)
    if x1 - x0 < 1 or y1 - y0 < 1:
        return
    one = zoom * layer.grain
    start, size = ((x0 - left) / one, (y0 - top) / one), (x1 - x0, y1 - y0)
    if layer.grain > 1:
        patch = _soft(layer.picture, start, size, one)
    elif sway is not None:
        rows = np.arange(y0, y1, dtype=np.float32)
        down = ((rows - top) / one).astype(np.int32)
        first = np.rint(start[0] - sway(rows) / one)
        columns = (np.arange(size[0], dtype=np.float32) / one).astype(np.int32) + first.astype(np.int32)[
            :, None
        ]
        patch = _looked_up(layer, down, columns)
    else:
        scale = (1 / one, 0.0, start[0], 0.0, 1 / one, start[1])
        patch = layer.picture.transform(size, Image.Transform.AFFINE, scale, Image.Resampling.NEAREST)
    if layer.name == "base":
        frame.paste(patch, (x0, y0))
        return
    mask = patch.getchannel("X")
    if cover < 1:
        mask = mask.point([round(value * cover) for value in range(256)])
    frame.paste(patch, (x0, y0), mask)


def _soft(picture: Image.Image, start: tuple[float, float], size: tuple[int, int], one: float) -> Image.Image:
    """A soft sky at half the frame's size, doubled: nobody sees it, and it takes a quarter of the time."""
    box = (
        max(0.0, start[0]),
        max(0.0, start[1]),
        min(float(picture.width), start[0] + size[0] / one),
        min(float(picture.height), start[1] + size[1] / one),
    )
    half = ((size[0] + 1) // 2, (size[1] + 1) // 2)
    return picture.resize(half, Image.Resampling.BILINEAR, box).resize(size, Image.Resampling.NEAREST)


def _lie(frame: Image.Image, layer: Layer, camera: Camera, pose: Pose, sway: Sway | None) -> None:
    """Ground or water: every row is as far away as it lies, so that what stands on it does not slide."""
    share = np.linspace(0, 1, 33, dtype=np.float32)
    windows = [camera.window(pose, layer.far + (layer.near - layer.far) * float(s)) for s in share]
    zooms = np.array([frame.width / window.wide for window in windows], np.float32)
    lefts = np.array([window.left for window in windows], np.float32)
    tops = np.array([window.top for window in windows], np.float32)
    at_rows = (layer.top + share * layer.size[1] - tops) * zooms
    rows = np.arange(max(0, int(np.ceil(at_rows[0]))), frame.height, dtype=np.float32)
    if len(rows) < 1:
        return
    where = np.interp(rows, at_rows, share).astype(np.float32)
    zoom, left = np.interp(where, share, zooms), np.interp(where, share, lefts)
    push = sway(rows) if sway is not None else np.zeros(len(rows), np.float32)
    first = ((left - push / zoom - layer.left) / layer.grain).astype(np.float32)
    step = (1 / (zoom * layer.grain)).astype(np.float32)
    columns = (first[:, None] + step[:, None] * np.arange(frame.width, dtype=np.float32)).astype(np.int32)
    patch = _looked_up(layer, (where * layer.picture.height).astype(np.int32), columns)
    frame.paste(patch, (0, int(rows[0])), patch.getchannel("X"))


def _looked_up(layer: Layer, down: NDArray[np.int32], columns: NDArray[np.int32]) -> Image.Image:
    """The pixels of a layer at one row, and the columns, for every row of the patch."""
    if layer.words is None:
        layer.words = np.array(layer.picture).view(np.uint32).reshape(-1)
    wide, tall = layer.picture.size
    np.clip(columns, 0, wide - 1, out=columns)
    columns += (np.clip(down, 0, tall - 1) * wide)[:, None]
    seen = np.take(layer.words, columns)
    return Image.frombuffer("RGBX", (columns.shape[1], columns.shape[0]), seen.tobytes(), "raw", "RGBX", 0, 1)


def _inside(start: float, length: float, most: int) -> tuple[int, int]:
    """The whole pixels of a stretch that lie in the frame."""
    return max(0, int(np.ceil(start - 1e-6))), min(most, int(np.floor(start + length + 1e-6)))


@lru_cache(maxsize=64)
def glow_disc(side: int) -> Image.Image:
    """A soft round light as a mask."""
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    away = np.clip(1 - np.hypot(axis[None, :], axis[:, None]), 0, 1)
    return Image.fromarray((away**2 * 255).astype(np.uint8))
