"""Puts reference pictures into a scene: cut out where their ground is plain, else as framed pictures that float."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from aims.providers.sandbox.motion.layers import Layer
from aims.providers.sandbox.motion.sets import FilmSet

MOST = 6
_PLAIN = 13.0
_APART = 30.0


def bring(film_set: FilmSet, pictures: list[Image.Image], frame: tuple[int, int]) -> None:
    """Adds a layer for every picture (RGB), side by side in front of the scene."""
    pictures = pictures[:MOST]
    count = len(pictures)
    rows = 1 if count <= 3 else 2
    across = -(-count // rows)
    room = film_set.room
    tall = min(frame[1] * (0.58 if rows == 1 else 0.4), frame[0] * 0.8 / across / 0.9)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, across)
        here = min(across, count - row * across)
        x = room[0] / 2 + frame[0] * ((column + 0.5) / here - 0.5) * min(0.84, 0.3 * here + 0.1)
        y = room[1] / 2 + frame[1] * (
            (0.06 if rows == 1 else (row - 0.5) * 0.44) + (0.02 if index % 2 else -0.02)
        )
        cut = _cut(picture)
        shown = (
            _fitted(cut, tall, frame[0] * 0.72 / here)
            if cut
            else _framed(picture, tall, frame[0] * 0.72 / here)
        )
        left, top = round(x - shown.width / 2), round(y - shown.height / 2)
        double = shown.resize((shown.width * 2, shown.height * 2), Image.Resampling.BICUBIC)
        red, green, blue, alpha = double.split()
        layer = Layer(
            "guest", Image.merge("RGBX", (red, green, blue, alpha)), left, top, float(top + shown.height)
        )
        layer.far = layer.near = 0.78 + 0.07 * (index % 3)
        layer.grain = 0.5
        film_set.layers.append(layer)


def _fitted(picture: Image.Image, tall: float, wide: float) -> Image.Image:
    scale = min(tall / picture.height, wide / picture.width)
    size = (max(2, round(picture.width * scale)), max(2, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _framed(picture: Image.Image, tall: float, wide: float) -> Image.Image:
    """The picture behind glass: round corners, a light rim, a soft shadow (RGBA)."""
    inner = _fitted(picture, tall * 0.94, wide * 0.94).convert("RGBA")
    rim = max(2, round(min(inner.size) * 0.022))
    soft = max(3, round(min(inner.size) * 0.05))
    size = (inner.width + 2 * (rim + soft), inner.height + 2 * (rim + soft))
    radius = rim * 3
    box = (soft, soft, size[0] - soft - 1, size[1] - soft - 1)
    out = Image.new("RGBA", size, (14, 12, 30, 0))
    shade = Image.new("L", size)
    ImageDraw.Draw(shade).rounded_rectangle(
        (box[0], box[1] + soft // 3, box[2], box[3] + soft // 3), radius, fill=150
    )
    out.putalpha(shade.filter(ImageFilter.GaussianBlur(soft * 0.45)))
    # Corners are drawn four times as large, so that they are smooth.
    for colour, inset in (((250, 249, 245, 255), 0), (None, rim)):
        cover = Image.new("L", (size[0] * 4, size[1] * 4))
        edge = (
            (box[0] + inset) * 4,
            (box[1] + inset) * 4,
            (box[2] - inset) * 4 + 3,
            (box[3] - inset) * 4 + 3,
        )
        ImageDraw.Draw(cover).rounded_rectangle(edge, max(1, radius - inset) * 4, fill=255)
        layer = Image.new("RGBA", size, colour or (0, 0, 0, 0))
        if colour is None:
            layer.paste(inner, (box[0] + rim, box[1] + rim))
        out.paste(layer, (0, 0), cover.reduce(4))
    return out


def _between(inside: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Everything between the first and the last true value along an axis."""
    ahead = np.maximum.accumulate(inside, axis=axis)
    return ahead & np.flip(np.maximum.accumulate(np.flip(inside, axis), axis=axis), axis)


def _cut(picture: Image.Image) -> Image.Image | None:
    """The subject alone (RGBA) when it stands on one plain colour; None when it does not."""
    small = picture.resize((160, max(16, round(160 * picture.height / picture.width))), Image.Resampling.BOX)
    field = np.asarray(small, np.float32)
    rim = np.concatenate(
        [field[:3].reshape(-1, 3), field[:, :3].reshape(-1, 3), field[:, -3:].reshape(-1, 3)]
    )
    ground = np.median(rim, axis=0)
    if float(np.abs(rim - ground).max(axis=1).mean()) > _PLAIN:
        return None
    apart = np.abs(np.asarray(picture, np.float32) - ground).max(axis=2)
    alpha = np.clip((apart - _APART * 0.5) / (_APART * 0.5), 0, 1)
    inside = alpha > 0.5
    if not 0.02 < float(inside.mean()) < 0.85:
        return None
    # Between its outermost points in a row and in a column, white eyes and white sails belong to it too.
    filled = _between(inside, 0) & _between(inside, 1)
    alpha = np.maximum(alpha, filled * (alpha > 0.02))
    out = picture.convert("RGBA")
    out.putalpha(Image.fromarray((alpha * 255).astype(np.uint8)))
    return out.crop(out.getchannel("A").point([0] * 40 + [255] * 216).getbbox() or (0, 0, *out.size))
