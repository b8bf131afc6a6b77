"""Puts the subjects of a scene on the stage: size, place, light, shadow and reflection."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from aims.providers.sandbox import (
    antiquity,
    dishes,
    food,
    heads,
    keepsakes,
    landmarks,
    objects,
    people,
    quadrupeds,
    spread_out,
    vehicles,
    wildlife,
)
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.landscape import Stage
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, luma, mix, turned
from aims.providers.sandbox.pen import MARGIN, Pen, Subject, look
from aims.providers.sandbox.scene import Scene, Thing

SUBJECTS: dict[str, Subject] = {
    **quadrupeds.SUBJECTS,
    **wildlife.SUBJECTS,
    **people.SUBJECTS,
    **vehicles.SUBJECTS,
    **landmarks.SUBJECTS,
    **antiquity.SUBJECTS,
    **food.SUBJECTS,
    **dishes.SUBJECTS,
    **heads.SUBJECTS,
    **objects.SUBJECTS,
    **keepsakes.SUBJECTS,
}
BUILDINGS = frozenset([*landmarks.SUBJECTS, *antiquity.SUBJECTS])
PEOPLE = frozenset(people.SUBJECTS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one subject stands: centre x and foot y in canvas units, its height, and its way of standing."""

    x: float
    foot: float
    height: float
    flip: bool = False
    shadow: float = 0.0
    mirrored: bool = False


def place(
    canvas: Canvas, palette: Palette | None, thing: Thing, spot: Place, rng: np.random.Generator
) -> None:
    """Draws one subject; `palette` is the light that falls on it, None shows its own colours."""
    canvas.layer(thing.name, spot.foot, spot.flip)
    subject = SUBJECTS[thing.name]
    tile = tile_of(subject, thing, spot.height * canvas.scale, rng, palette is not None and palette.dark)
    if palette is not None:
        tile = _lit(tile, palette)
    if spot.flip:
        tile = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if spot.shadow:
        ground = palette.near if palette is not None else (40, 36, 60)
        _shadow(canvas, spot, ground)
    half = spot.height / 2
    left = round((spot.x - half * MARGIN) * canvas.scale)
    top = round((spot.foot - half * (1 + MARGIN)) * canvas.scale)
    if spot.mirrored:
        under = tile.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        fade = under.getchannel("A").point(lambda value: value * 0.35)
        foot = round((spot.foot - half * 0.45) * canvas.scale)
        below = under.crop((0, round(under.height * 0.2), under.width, under.height))
        canvas.stamp(below, (left, foot), fade.crop((0, round(under.height * 0.2), *fade.size)))
    canvas.stamp(tile, (left, top), tile.getchannel("A"))


def tile_of(
    subject: Subject, thing: Thing, pixels: float, rng: np.random.Generator, lamp: bool
) -> Image.Image:
    """The subject alone on a transparent square tile, `pixels` high without its margin."""
    main: Rgb = thing.colours[0] if thing.colours else turned(subject.colour, float(rng.normal(0, 7)))
    if luma(main) < 30:
        main = mix(main, (70, 72, 90), 0.3)
    pen = Pen.blank(round(min(4200.0, pixels)))
    subject.drawing(pen, replace(look(main, thing.colours[1:], lamp), pose=thing.pose), rng)
    return pen.tile


def _lit(tile: Image.Image, palette: Palette) -> Image.Image:
    light = mix(palette.ambient, (255, 255, 255), 0.35)
    share = palette.backlit * 0.28
    table: list[int] = []
    for channel in range(3):
        table += [
            round(value * light[channel] / 255 * (1 - share) + palette.near[channel] * share)
            for value in range(256)
        ]
    return tile.point([*table, *range(256)])


def _shadow(canvas: Canvas, spot: Place, colour: Rgb) -> None:
    wide = max(4, round(spot.height * spot.shadow * canvas.scale))
    tall = max(2, wide // 7)
    small = Image.new("L", (48, 16))
    axis_x, axis_y = np.linspace(-1, 1, 48)[None, :], np.linspace(-1, 1, 16)[:, None]
    small = Image.fromarray((np.clip(1 - np.hypot(axis_x, axis_y), 0, 1) ** 0.7 * 130).astype(np.uint8))
    mask = small.resize((wide, tall), Image.Resampling.BILINEAR)
    at = (round(spot.x * canvas.scale - wide / 2), round(spot.foot * canvas.scale - tall / 2))
    canvas.stamp(colour, at, mask)


def on_stage(canvas: Canvas, scene: Scene, palette: Palette, stage: Stage, key: str) -> None:
    """Places every subject of an outdoor scene, far ones first."""
    rng = generator(key, "cast")
    things = [thing for thing in scene.things if thing.name in SUBJECTS and thing.name != "portrait"]
    spots: list[tuple[float, Thing, Place]] = []
    slots = _slots(canvas, things, stage, rng)
    for index, thing in enumerate(things):
        for copy in range(thing.count):
            spot = _spot(canvas, thing, index == 0, copy, slots[index][copy], stage, scene, rng)
            rank = -9 if SUBJECTS[thing.name].home == "span" else (9 if index == 0 else 0)
            spots.append((spot.foot + rank, thing, spot))
    spots = _apart(canvas, spots, things)
    if len(things) > 1 and scene.spoken & {"riding", "rides", "ride", "rode"}:
        spots = _mounted(spots, things)
    for order, (_, thing, spot) in enumerate(sorted(spots, key=lambda item: item[0])):
        if SUBJECTS[thing.name].home == "span":
            canvas.layer(thing.name, spot.foot)
            _deck(canvas, palette, thing, spot)
        place(canvas, palette, thing, spot, generator(key, thing.name, order))


def _apart(
    canvas: Canvas, spots: list[tuple[float, Thing, Place]], things: list[Thing]
) -> list[tuple[float, Thing, Place]]:
    """Moves single subjects off those that would hide them; a side that was named is kept."""
    if len(things) < 2:
        return spots
    moved: list[tuple[float, Thing, Place]] = []
    # Buildings and what has a side stay; the others find room between them.
    fixed = {t.name for t in things if t.side or t.count > 1 or t.name in BUILDINGS} or {things[0].name}
    for rank, thing, spot in sorted(spots, key=lambda entry: entry[1].name not in fixed):
        if SUBJECTS[thing.name].home != "span" and thing.name not in fixed:
            others = [
                spread_out.box(s.x, s.foot, s.height) for _, t, s in moved if SUBJECTS[t.name].home != "span"
            ]
            spot = replace(spot, x=spread_out.free_x(spot.x, spot.foot, spot.height, others, canvas.w))
        moved.append((rank, thing, spot))
    return moved


def _mounted(
    spots: list[tuple[float, Thing, Place]], things: list[Thing]
) -> list[tuple[float, Thing, Place]]:
    """Seats the first subject on the second."""
    mount = next(spot for _, thing, spot in spots if thing is things[1])
    height = max(mount.height, 0.4)
    across = (mount.x + next(spot.x for _, thing, spot in spots if thing is things[0])) / 2
    under = replace(mount, x=across, height=height)
    rider = Place(across, under.foot - height * 0.36, height * 0.72, under.flip)
    rest = [entry for entry in spots if entry[1] is not things[0] and entry[1] is not things[1]]
    return [*rest, (20.0, things[1], under), (21.0, things[0], rider)]


def _deck(canvas: Canvas, palette: Palette, thing: Thing, spot: Place) -> None:
    """The roadway of a bridge, from one edge of the picture to the other."""
    tone = palette.on_thing(thing.colours[0] if thing.colours else SUBJECTS[thing.name].colour)
    y, unit = spot.foot - spot.height / 2, spot.height / 2
    canvas.box(0, y + 0.30 * unit, canvas.w, y + 0.42 * unit, mix(tone, palette.near, 0.3))
    canvas.box(0, y + 0.26 * unit, canvas.w, y + 0.32 * unit, tone)
    for pillar in range(-3, 4):
        x = spot.x + pillar * unit * 1.9
        if pillar:
            canvas.box(
                x - unit * 0.05, y + 0.4 * unit, x + unit * 0.05, spot.foot, mix(tone, palette.near, 0.35)
            )


def _slots(canvas: Canvas, things: list[Thing], stage: Stage, rng: np.random.Generator) -> list[list[float]]:
    """The x of every copy of every subject: neighbours keep apart, the first stays near the middle."""
    away = -1.0 if stage.sky.x > canvas.w / 2 else 1.0
    main = canvas.w * (0.5 + away * spread(0.02, 0.12, rng))
    sides = {"left": 0.22, "right": 0.78, "centre": 0.5}
    found: list[list[float]] = []
    rest = [0.5 + away * 0.3, 0.5 - away * 0.3, 0.5 - away * 0.12, 0.5 + away * 0.42]
    for index, thing in enumerate(things):
        centre = main if index == 0 else canvas.w * rest[(index - 1) % 4]
        if index == 0 and len(things) > 1:
            centre = canvas.w * (0.5 - away * (0.06 if len(things) > 2 else 0.14))
        centre = canvas.w * sides.get(thing.side, centre / canvas.w)
        reach = min(canvas.w * 0.84, 0.3 * (thing.count - 1) * max(0.7, min(1.3, canvas.w)))
        copies = []
        for copy in range(thing.count):
            share = copy / max(1, thing.count - 1) - 0.5 if thing.count > 1 else 0.0
            jitter = spread(-0.03, 0.03, rng) if thing.count > 1 else 0.0
            copies.append(min(canvas.w * 0.93, max(canvas.w * 0.07, centre + share * reach + jitter)))
        found.append(copies)
    return found


def _spot(
    canvas: Canvas,
    thing: Thing,
    first: bool,
    copy: int,
    x: float,
    stage: Stage,
    scene: Scene,
    rng: np.random.Generator,
) -> Place:
    subject = SUBJECTS[thing.name]
    home = subject.home
    room = min(1.0, canvas.h)
    height = (
        subject.height
        * thing.size
        * ((1.5 if subject.height < 0.4 else 1.25) if first else 0.9)
        * (1.0 if thing.count < 3 else 0.74)
    )
    if thing.name in BUILDINGS and not first:
        height *= 0.85
    flip = bool(rng.random() < 0.5)
    height = min(height, room * 0.92, canvas.w * 0.98)
    if home == "sky" or thing.side == "sky":
        low = stage.horizon * (0.62 if not first else 0.55)
        foot = max(height * 1.02, low + spread(-0.3, 0.2, rng) * stage.horizon)
        if thing.count > 1:
            height *= spread(0.6, 1.05, rng)
        return Place(x, foot, height, flip and thing.name not in {"rocket"})
    if home == "span":
        height = min(0.62, canvas.w * 0.36) * thing.size
        return Place(canvas.w / 2, stage.horizon + height * 0.42, height, mirrored=bool(stage.water))
    deep = canvas.h - stage.horizon
    if home in {"road", "ground"} and any(t.name == "bridge" for t in scene.things):
        span = min(0.62, canvas.w * 0.36)
        if home == "road" or thing.name in PEOPLE:
            return Place(x, stage.horizon + span * 0.07, min(height * 0.62, 0.26), flip)
    if stage.water and home in {"water", "deep"}:
        foot = stage.water + deep * (0.34 if first else 0.16) + deep * 0.12 * (copy % 3)
        foot = min(foot, (stage.shore if stage.shore < canvas.h else canvas.h * 0.97) - 0.03)
        return Place(x, foot, min(height, 0.6), flip, mirrored=True)
    if home == "shore" and stage.water:
        foot = stage.water + deep * 0.12
        if thing.side != "centre":
            x = canvas.w * (0.24 if x < canvas.w / 2 else 0.76)
        return Place(x, foot, min(height, foot * 0.8), flip)
    if stage.water and stage.shore >= canvas.h and home in {"ground", "road", "any", "table"}:
        if home == "road" and first and "cliffs" in scene.places:
            x = canvas.w * 0.5
        # Open water leaves no ground: subjects of the land stand on the near edge.
        return Place(x, canvas.h * 0.985 - 0.02 * (copy % 2), height, flip, 0.9)
    near = stage.ground if first else stage.ground - deep * 0.12
    if thing.size < 0.8 or thing.side == "distance":
        near = stage.mid
    foot = near + deep * 0.06 * (copy % 3) + spread(-0.01, 0.02, rng)
    foot = max(foot, height * 0.98 + 0.02)
    wide = 0.5 if thing.name in BUILDINGS or thing.name in PEOPLE else 0.9
    return Place(x, min(foot, canvas.h * 0.985), height, flip, wide)
