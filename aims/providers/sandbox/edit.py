"""Edits: reference pictures changed as the prompt asks, and everything else left as it was."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
from PIL import Image, ImageChops, ImageOps

from aims.core.errors import Invalid
from aims.providers.sandbox import brushes, cast, compose, sky, surface
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import dyed, for_hour, mix, with_colours
from aims.providers.sandbox.scene import Scene

# How an hour of day tints a picture: dark, bright, contrast and saturation.
LIGHT: dict[str, tuple[tuple[int, int, int], tuple[int, int, int], float, float]] = {
    "night": ((0, 0, 18), (92, 112, 190), 1.1, 0.7),
    "dusk": ((10, 6, 40), (176, 150, 220), 1.0, 0.85),
    "sunset": ((30, 4, 20), (255, 190, 130), 1.05, 1.1),
    "dawn": ((30, 24, 40), (255, 226, 206), 0.95, 1.0),
    "golden": ((26, 12, 0), (255, 222, 160), 1.05, 1.05),
    "noon": ((0, 6, 12), (255, 255, 255), 1.12, 1.1),
    "storm": ((8, 10, 16), (150, 162, 178), 1.0, 0.5),
    "overcast": ((24, 28, 32), (214, 220, 224), 0.88, 0.55),
    "winter": ((30, 38, 50), (240, 246, 255), 0.92, 0.55),
}
BEHIND = frozenset(["background", "backdrop", "behind", "surroundings", "setting"])


def opened(references: tuple[bytes, ...], size: tuple[int, int]) -> list[Image.Image]:
    """The reference pictures, cut to fill width x height; Invalid when one is not a picture."""
    return [ImageOps.fit(read_picture(data), size, Image.Resampling.BICUBIC) for data in references]


def read_picture(data: bytes) -> Image.Image:
    """A reference as an upright RGB picture; Invalid when it is none."""
    try:
        with Image.open(io.BytesIO(data)) as held:
            return _plain(ImageOps.exif_transpose(held) or held)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid.field("references", "A reference is not a picture we can read.") from error


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "P", "PA"}:
        layered = image.convert("RGBA")
        ground = Image.new("RGB", image.size, (255, 255, 255))
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return image.convert("RGB")


def paint(references: list[Image.Image], scene: Scene, seed: int, mask: bytes | None) -> Image.Image:
    """The edited picture, as large as the references; a mask (white is editable) limits the change."""
    first = references[0]
    if len(references) > 1:
        base = collage(references, generator(seed, "collage"))
    else:
        base = first
    changed = _changed(base, scene, seed, len(references) == 1)
    if mask is None:
        return changed
    try:
        with Image.open(io.BytesIO(mask)) as held:
            cover = held.convert("L").resize(base.size, Image.Resampling.BILINEAR)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid.field("mask", "The mask is not a picture we can read.") from error
    out = base.copy()
    out.paste(changed, (0, 0), cover)
    return out


def collage(pictures: list[Image.Image], rng: np.random.Generator) -> Image.Image:
    """All pictures side by side in a frame, each clearly visible."""
    size = pictures[0].size
    count = len(pictures)
    columns = (
        math.ceil(math.sqrt(count * size[0] / size[1] - 1e-9))
        if count > 2
        else (2 if size[0] * 1.3 >= size[1] else 1)
    )
    columns = max(1, min(count, columns))
    rows = math.ceil(count / columns)
    gap = max(2, round(min(size) * 0.014))
    out = Image.new("RGB", size, (244, 241, 234))
    order = list(range(count))
    for row in range(rows):
        here = order[row * columns : (row + 1) * columns]
        top, low = round(row * size[1] / rows), round((row + 1) * size[1] / rows)
        for index, which in enumerate(here):
            left, right = round(index * size[0] / len(here)), round((index + 1) * size[0] / len(here))
            box = (left + gap, top + gap, right - gap, low - gap)
            if box[2] > box[0] and box[3] > box[1]:
                part = ImageOps.fit(
                    pictures[which], (box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC
                )
                out.paste(part, box[:2])
    return out


def _changed(base: Image.Image, scene: Scene, seed: int, single: bool) -> Image.Image:
    out = base
    if scene.spoken & BEHIND and (scene.places or scene.weather or scene.hour):
        return _brushed(_new_background(out, scene, seed), scene, seed)
    if scene.hour in LIGHT and not (scene.weather & {"rainbow"} and scene.hour == "noon"):
        low, high, contrast, strength = LIGHT[scene.hour]
        out = surface.rich(surface.curved(out, low, high, contrast), strength)
    out = _toned(out, scene)
    out = _weathered(out, scene, seed)
    out = _with_subjects(out, scene, seed)
    out = _brushed(out, scene, seed)
    if out is base and single:
        out = _reimagined(out, scene, seed)
    return out


def _brushed(image: Image.Image, scene: Scene, seed: int) -> Image.Image:
    for name in brushes.chosen(scene):
        image = brushes.BRUSHES[name].finish(image, generator(seed, "edit", name))
    return image


def _toned(image: Image.Image, scene: Scene) -> Image.Image:
    for tone in scene.tones:
        if tone == "warm":
            image = surface.curved(image, (18, 6, 0), (255, 236, 192))
        elif tone == "cool":
            image = surface.curved(image, (0, 8, 24), (214, 232, 255))
        elif tone == "vivid" and "rainbow" not in scene.weather:
            image = surface.rich(surface.curved(image, (0, 0, 0), (255, 255, 255), 1.12), 1.7)
        elif tone == "muted":
            image = surface.rich(surface.curved(image, (34, 34, 38), (232, 230, 226), 0.9), 0.5)
        elif tone == "moody":
            image = surface.vignette(surface.curved(image, (4, 4, 16), (176, 180, 200), 1.15), 0.8)
        elif tone == "dreamy":
            image = surface.bloom(surface.curved(image, (40, 30, 60), (255, 244, 250), 0.9), 0.04, 0.6)
        elif tone == "neon":
            image = surface.bloom(
                surface.rich(surface.curved(image, (16, 0, 44), (255, 214, 255), 1.2), 1.9), 0.03, 0.7
            )
    if scene.colours:
        lead = scene.colours[0]
        stops = (
            mix(lead, (8, 8, 16), 0.85),
            mix(lead, (20, 20, 30), 0.35),
            mix(dyed((190, 190, 190), lead, 0.8), (255, 255, 255), 0.2),
            (250, 248, 244),
        )
        image = Image.blend(image, surface.toned(image, stops), 0.55)
    return image


def _weathered(image: Image.Image, scene: Scene, seed: int) -> Image.Image:
    weather, rng = scene.weather, generator(seed, "weather")
    if not weather:
        return image
    canvas = Canvas(
        image.copy(), float(min(image.size)), image.width / min(image.size), image.height / min(image.size)
    )
    palette = for_hour(scene.hour or "noon", rng)
    horizon = canvas.h * 0.62
    light = sky.Sky(
        canvas.w * spread(0.3, 0.7, rng),
        canvas.h * 0.2,
        0.07,
        horizon,
        scene.hour == "night" or "moon" in weather,
        True,
    )
    if weather & {"rainbow", "aurora"}:
        _overlaid(canvas, weather, light, rng)
    if "stars" in weather or scene.hour == "night":
        sky.stars(canvas, rng, canvas.h * 0.4, 200)
    if weather & {"moon", "sun"}:
        sky.disc(canvas, palette, light, rng)
    if "lightning" in weather:
        sky.lightning(canvas, light, rng)
    if "fireworks" in weather:
        sky.fireworks(canvas, light, rng)
    if "fog" in weather:
        canvas.wash((226, 230, 234), 0.25, 0.75, 0, canvas.h)
    if "clouds" in weather:
        _clouded(canvas, rng)
    if "snow" in weather:
        canvas.image = surface.inked(canvas.image, (244, 248, 255), _upper_edges(image), image.size)
        canvas = Canvas(canvas.image, canvas.scale, canvas.w, canvas.h)
    falling = weather | ({"snowfall"} if "snow" in weather else set())
    sky.falling(canvas, palette, frozenset(falling), rng)
    return canvas.image


def _upper_edges(image: Image.Image) -> np.ndarray:
    """Where snow lies: on the upper side of dark shapes, and along the lower part."""
    small = image.convert("L").resize((256, max(2, 256 * image.height // image.width)), Image.Resampling.BOX)
    light = np.asarray(small, np.float32) / 255
    step = np.zeros_like(light)
    step[3:] = light[:-3] - light[3:]
    ground = np.linspace(-0.5, 0.62, light.shape[0], dtype=np.float32)[:, None]
    return np.clip(np.clip(step * 3.2, 0, 0.9) + np.clip(ground, 0, 1) * (0.35 + 0.65 * light), 0, 0.9)


def _overlaid(canvas: Canvas, weather: frozenset[str], light: sky.Sky, rng: np.random.Generator) -> None:
    wide, tall = 384, max(8, round(384 * canvas.h / canvas.w))
    air = np.asarray(canvas.image.resize((wide, tall), Image.Resampling.BOX), np.float32)
    before = air.copy()
    xs = (np.arange(wide, dtype=np.float32) + 0.5) / wide * canvas.w
    ys = (np.arange(tall, dtype=np.float32) + 0.5) / tall * canvas.h
    if "rainbow" in weather:
        radius = min(canvas.w * 0.5, canvas.h * 0.62)
        away = np.hypot(xs[None, :] - canvas.w / 2, ys[:, None] - canvas.h * 0.68)
        sky.paint_rainbow(air, (away - radius * 0.8) / (radius * 0.2), 0.75)
        fade = np.clip((canvas.h * 0.66 - ys[:, None]) * 12, 0, 1)[..., None]
        air = before + (air - before) * fade
    if "aurora" in weather:
        sky.aurora(air, xs, ys, light, rng)
    # The difference is laid over the sharp picture, so that the edit keeps its detail.
    rise = np.clip(air - before, 0, 255).astype(np.uint8)
    fall = np.clip(before - air, 0, 255).astype(np.uint8)
    size = canvas.image.size
    lifted = ImageChops.add(canvas.image, Image.fromarray(rise).resize(size, Image.Resampling.BICUBIC))
    canvas.image.paste(
        ImageChops.subtract(lifted, Image.fromarray(fall).resize(size, Image.Resampling.BICUBIC))
    )


def _clouded(canvas: Canvas, rng: np.random.Generator) -> None:
    field = surface.stained(canvas.image.size, rng, 3.5, 5)
    ramp = np.clip(np.linspace(1.3, -0.9, field.shape[0], dtype=np.float32), 0, 1)[:, None]
    mask = surface.shown(np.clip(field * 2.2 - 0.85, 0, 1) * ramp).resize(
        canvas.image.size, Image.Resampling.BICUBIC
    )
    canvas.image.paste((250, 251, 253), (0, 0, *canvas.image.size), mask)


def _with_subjects(image: Image.Image, scene: Scene, seed: int) -> Image.Image:
    things = [t for t in scene.things if t.name in cast.SUBJECTS]
    if not things:
        return image
    canvas = Canvas(
        image.copy(), float(min(image.size)), image.width / min(image.size), image.height / min(image.size)
    )
    sides = {"left": 0.24, "right": 0.76, "centre": 0.5}
    rng = generator(seed, "added")
    for index, thing in enumerate(things[:3]):
        subject = cast.SUBJECTS[thing.name]
        height = min(0.62, max(0.24, subject.height) * 1.15 * thing.size)
        for copy in range(min(4, thing.count)):
            across = sides.get(thing.side, (0.7, 0.3, 0.5)[(index + copy) % 3] + spread(-0.06, 0.06, rng))
            in_air = subject.home == "sky" or thing.side == "sky"
            foot = canvas.h * 0.1 + height if in_air else canvas.h * (0.95 - 0.03 * copy)
            spot = Place(canvas.w * across, foot, height, bool(rng.random() < 0.5), 0.0 if in_air else 0.9)
            place(canvas, None, thing, spot, generator(seed, thing.name, copy))
    return canvas.image


def _new_background(image: Image.Image, scene: Scene, seed: int) -> Image.Image:
    """The middle of the picture stays; the scene of the prompt comes behind it."""
    size = image.size
    behind = Canvas.blank(*size)
    compose.paint(behind, replace(scene, things=(), abstract=(), icon=False), seed)
    return Image.composite(image, behind.image, subject_cover(image))


def subject_cover(image: Image.Image) -> Image.Image:
    """Where the subject is: what differs from the border colours, near the middle."""
    wide, tall = 128, max(8, round(128 * image.height / image.width))
    small = np.asarray(image.resize((wide, tall), Image.Resampling.BOX), np.float32)
    upper = round(tall * 0.55)
    rim = np.concatenate(
        [small[:3].reshape(-1, 3), small[:upper, :3].reshape(-1, 3), small[:upper, -3:].reshape(-1, 3)]
    )
    places = np.linspace(0, len(rim) - 1, 40).astype(int)
    apart = np.min(np.linalg.norm(small[:, :, None, :] - rim[places][None, None], axis=3), axis=2)
    xs, ys = np.linspace(-1, 1, wide)[None, :], np.linspace(-1, 1, tall)[:, None]
    inside = (apart > 36) & (np.abs(xs) + 0.25 * np.clip(-ys, 0, 1) < 0.86)
    inside |= (np.abs(xs) < 0.16) & (np.abs(ys - 0.15) < 0.2)
    # Between its outermost points in a row everything belongs to the subject.
    cover = (
        np.maximum.accumulate(inside, axis=1) & np.maximum.accumulate(inside[:, ::-1], axis=1)[:, ::-1]
    ).astype(np.float32)
    soft = surface.blurred(surface.shown(cover), 0.012)
    return soft.resize(image.size, Image.Resampling.BICUBIC)


def _reimagined(image: Image.Image, scene: Scene, seed: int) -> Image.Image:
    """A request without a word we know still changes the picture: its colours turn by the words."""
    if scene.places:
        behind = Canvas.blank(*image.size)
        compose.paint(behind, scene, seed)
        ramp = surface.shown(np.repeat(np.linspace(0.75, 0.15, 32, dtype=np.float32)[:, None], 4, axis=1))
        return Image.composite(behind.image, image, ramp.resize(image.size, Image.Resampling.BILINEAR))
    palette = with_colours(for_hour("golden", generator(seed, *sorted(scene.spoken))), scene.colours, 0.6)
    graded = surface.toned(image, (palette.near, palette.far, palette.sky[2], palette.sky[3]))
    return Image.blend(brushes.hinted(image, scene.unknown or ("plain", str(seed))), graded, 0.3)
