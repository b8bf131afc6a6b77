"""Turns what a request says about size into what the model takes, and into the pixels to expect."""

import math
from functools import lru_cache
from typing import NamedTuple

from .spec import Picture

EDGES = {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096}
LINES = {"360p": 360, "480p": 480, "540p": 540, "720p": 720, "1080p": 1080, "1440p": 1440, "4k": 2160}


class Frame(NamedTuple):
    """A picture's size, in the three ways that models speak of it.

    width, height: the pixels to expect; None where the model decides (an edit keeps the picture's shape).
    size, aspect_ratio, resolution: what the model is told, in our words; None where it takes no such thing.
    resolution_used: False when the request asked for a resolution and this frame has no room for it.
    """

    width: int | None
    height: int | None
    size: str | None
    aspect_ratio: str | None
    resolution: str | None
    resolution_used: bool = True


@lru_cache(maxsize=4096)
def frame(
    picture: Picture,
    *,
    size: tuple[int, int] | None,
    aspect_ratio: str | None,
    resolution: str | None,
) -> Frame:
    """The nearest thing to what was asked that the model takes.

    size: pixels, or None for auto. aspect_ratio: wins over `size` when given. resolution: wins over the
    number of pixels that `size` has.
    """
    auto = aspect_ratio == "auto" if aspect_ratio is not None else size is None
    # An aspect ratio takes the place of the size entirely, its number of pixels included.
    asked = None if aspect_ratio is not None else size
    ratio = 1.0 if auto else ratio_of(aspect_ratio) if aspect_ratio else _quotient(asked)
    if picture.takes == "ratios":
        return _by_ratio(picture, ratio, auto, asked, resolution)
    if auto:
        return Frame(None, None, "auto", None, None, resolution is None)
    if picture.takes == "sizes":
        width, height = _nearest_size(picture, ratio, asked)
        return Frame(width, height, f"{width}x{height}", None, None, resolution is None)
    found = _edge(picture, asked, resolution) if resolution and picture.resolutions else None
    if asked and found is None:
        width, height = fit(picture, *asked)
    else:
        edge = EDGES[found or picture.resolution]
        width, height = fit(picture, edge * math.sqrt(ratio), edge / math.sqrt(ratio))
    return Frame(width, height, f"{width}x{height}", None, found, resolution is None or found is not None)


def _by_ratio(
    picture: Picture, ratio: float, auto: bool, asked: tuple[int, int] | None, resolution: str | None
) -> Frame:
    found = _edge(picture, asked, resolution) if picture.resolutions else None
    used = resolution is None or found is not None
    if auto:
        return Frame(None, None, None, "auto", found, used)
    real = [name for name in picture.ratios if name != "auto"]
    name = min(real, key=lambda one: round(abs(math.log(ratio_of(one) / ratio)), 9))
    edge, ratio = EDGES[found or picture.resolution], ratio_of(name)
    width, height = fit(picture, edge * math.sqrt(ratio), edge / math.sqrt(ratio))
    return Frame(width, height, None, name, found, used)


def _edge(picture: Picture, asked: tuple[int, int] | None, resolution: str | None) -> str:
    """The resolution to use: the one asked for, else the one nearest to the size, else the model's own."""
    if resolution in picture.resolutions:
        return str(resolution)
    if resolution is not None:
        edge = float(EDGES[resolution])
    elif asked is not None:
        edge = math.sqrt(asked[0] * asked[1])
    else:
        return picture.resolution
    return min(picture.resolutions, key=lambda one: (round(abs(math.log(EDGES[one] / edge)), 9), EDGES[one]))


def _nearest_size(picture: Picture, ratio: float, asked: tuple[int, int] | None) -> tuple[int, int]:
    area = asked[0] * asked[1] if asked else EDGES[picture.resolution] ** 2

    def distance(size: tuple[int, int]) -> tuple[float, float]:
        width, height = size
        return round(abs(math.log(width / height / ratio)), 9), abs(math.log(width * height / area))

    return min(map(pixels_of, picture.sizes), key=distance)


def fit(picture: Picture, width: float, height: float) -> tuple[int, int]:
    """The nearest width and height within the model's limits, keeping the shape as far as they allow."""
    if width > height * picture.steepest:
        width, height = (
            math.sqrt(width * height * picture.steepest),
            math.sqrt(width * height / picture.steepest),
        )
    elif height > width * picture.steepest:
        width, height = (
            math.sqrt(width * height / picture.steepest),
            math.sqrt(width * height * picture.steepest),
        )
    area = width * height
    scale = 1.0
    if area < picture.least_area:
        scale = math.sqrt(picture.least_area / area)
    elif area > picture.most_area:
        scale = math.sqrt(picture.most_area / area)
    scale = min(scale, picture.longest / max(width, height))
    return _stepped(picture, width * scale, height * scale)


def _stepped(picture: Picture, width: float, height: float) -> tuple[int, int]:
    """Whole multiples of the step. Rounding may leave the limits by a step, which is taken back here."""
    step = picture.step
    wide, high = max(1, round(width / step)) * step, max(1, round(height / step)) * step
    while wide * high > picture.most_area or max(wide, high) > picture.longest:
        if wide >= high:
            wide -= step
        else:
            high -= step
    while wide * high < picture.least_area or max(wide, high) > min(wide, high) * picture.steepest:
        if wide <= high:
            wide += step
        else:
            high += step
    return wide, high


def film_pixels(resolution: str | None, aspect_ratio: str | None) -> tuple[int, int] | tuple[None, None]:
    """The pixels to expect of a film. The resolution names its shorter side; None where the model decides."""
    lines = LINES.get((resolution or "720p").removeprefix("true_"))
    if lines is None or aspect_ratio is None or aspect_ratio == "auto":
        return None, None
    ratio = ratio_of(aspect_ratio)
    longer = round(lines * max(ratio, 1 / ratio) / 2) * 2
    return (longer, lines) if ratio >= 1 else (lines, longer)


def ratio_of(name: str) -> float:
    """Width over height, of a name such as 16:9."""
    width, _, height = name.partition(":")
    return int(width) / int(height)


def pixels_of(name: str) -> tuple[int, int]:
    """Width and height, of a name such as 1024x1536."""
    width, _, height = name.partition("x")
    return int(width), int(height)


def _quotient(size: tuple[int, int] | None) -> float:
    return size[0] / size[1] if size else 1.0
