"""Indoors: a room with a window, and still lifes on a table."""

from __future__ import annotations

import numpy as np

from aims.providers.sandbox import cast, landscape
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, brighter, from_hue, mix, rgb
from aims.providers.sandbox.scene import Scene, Thing

FURNITURE = ("sofa", "bed", "chair", "piano", "books", "lamp", "plant")


def paint(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """Paints the room or the table, and what is in it."""
    rng = generator(key, "indoors")
    wall = _wall_tone(scene, palette, rng)
    if "room" in scene.places:
        _room(canvas, scene, palette, wall, key, rng)
    else:
        _table(canvas, scene, palette, wall, key, rng)


def _wall_tone(scene: Scene, palette: Palette, rng: np.random.Generator) -> Rgb:
    tones = ("e6d8c3", "cfd8d2", "d8c9d2", "c7d3df", "e3cdb8", "b9c7b0")
    wall = rgb(tones[int(rng.integers(6))])
    if scene.colours:
        wall = mix(wall, scene.colours[0], 0.7)
    wall = mix(wall, palette.sky[2], 0.15)
    return mix(wall, (36, 34, 62), 0.55) if palette.dark else wall


def _things(scene: Scene) -> list[Thing]:
    return [t for t in scene.things if t.name in cast.SUBJECTS and t.name != "portrait"]


def _table(
    canvas: Canvas, scene: Scene, palette: Palette, wall: Rgb, key: str, rng: np.random.Generator
) -> None:
    edge = canvas.h * spread(0.64, 0.7, rng)
    canvas.shaded([(0, 0), (canvas.w, 0), (canvas.w, edge), (0, edge)], mix(wall, (30, 26, 50), 0.22), wall)
    lamp = canvas.w * (0.25 if rng.random() < 0.5 else 0.75)
    canvas.glow(lamp, canvas.h * 0.2, 0.8, brighter(wall, 0.5), 0.6)
    wood = mix(from_hue(spread(18, 34, rng), 0.42, 0.42), (30, 26, 50), 0.45 if palette.dark else 0.0)
    cloth = scene.colours[1] if len(scene.colours) > 1 else None
    top = cloth if cloth is not None else wood
    canvas.shaded(
        [(0, edge), (canvas.w, edge), (canvas.w, canvas.h), (0, canvas.h)],
        brighter(top, 0.16),
        mix(top, (30, 20, 30), 0.3),
    )
    canvas.box(0, edge, canvas.w, edge + 0.006, brighter(top, 0.35))
    for _ in range(14):
        y, x = edge + (canvas.h - edge) * rng.random(), rng.random() * canvas.w
        canvas.line([(x, y), (x + spread(0.1, 0.4, rng), y + 0.002)], 0.0018, mix(top, (30, 20, 30), 0.22))
    things = _things(scene) or [Thing("vase"), Thing("apple", 2), Thing("cup")]
    _arrange(canvas, palette, things, edge, key, rng)


def _arrange(
    canvas: Canvas, palette: Palette, things: list[Thing], edge: float, key: str, rng: np.random.Generator
) -> None:
    items = [(thing, copy) for thing in things for copy in range(min(5, thing.count))]
    spots = np.linspace(0.5 - 0.16 * (len(items) - 1), 0.5 + 0.16 * (len(items) - 1), len(items)).clip(
        0.12, 0.88
    )
    order = sorted(range(len(items)), key=lambda i: cast.SUBJECTS[items[i][0].name].height, reverse=True)
    light = palette if palette.dark else None
    for rank, index in enumerate(order):
        thing, copy = items[index]
        subject = cast.SUBJECTS[thing.name]
        scale = 1.85 if len(items) == 1 else (1.45 if len(items) < 4 else 1.05)
        height = min(max(0.24, subject.height) * scale * thing.size, canvas.h * 0.8, canvas.w * 0.8)
        foot = edge + (canvas.h - edge) * (0.2 + 0.3 * rank / max(1, len(items))) + 0.02
        foot = max(foot, height + 0.03)
        x = canvas.w * float(spots[index])
        place(
            canvas,
            light,
            thing,
            Place(x, min(foot, canvas.h * 0.97), height, False, 1.0),
            generator(key, thing.name, copy),
        )


def _room(
    canvas: Canvas, scene: Scene, palette: Palette, wall: Rgb, key: str, rng: np.random.Generator
) -> None:
    edge = canvas.h * 0.7
    canvas.shaded([(0, 0), (canvas.w, 0), (canvas.w, edge), (0, edge)], mix(wall, (30, 26, 50), 0.14), wall)
    floor = mix(rgb("a8774c"), (30, 26, 50), 0.5 if palette.dark else 0.05)
    canvas.shaded(
        [(0, edge), (canvas.w, edge), (canvas.w, canvas.h), (0, canvas.h)],
        brighter(floor, 0.12),
        mix(floor, (30, 20, 30), 0.25),
    )
    for plank in range(-8, 9):
        x = canvas.w / 2 + plank * 0.09
        canvas.line(
            [(x, edge), (canvas.w / 2 + plank * 0.24, canvas.h)], 0.002, mix(floor, (30, 20, 30), 0.25)
        )
    canvas.box(0, edge - 0.03, canvas.w, edge, brighter(wall, 0.4))
    left = rng.random() < 0.5
    wide, tall = min(0.4, canvas.w * 0.4), canvas.h * 0.42
    x0 = canvas.w * 0.1 if left else canvas.w * 0.9 - wide
    _window(canvas, scene, palette, (x0, canvas.h * 0.12, wide, tall), wall, key)
    if not palette.dark:
        slant = 0.16 if left else -0.16
        beam = [
            (x0 + slant, edge + 0.05),
            (x0 + wide + slant, edge + 0.05),
            (x0 + wide + slant * 2.2, canvas.h * 0.95),
            (x0 + slant * 2.2, canvas.h * 0.95),
        ]
        canvas.polygon(beam, mix(floor, (255, 236, 190), 0.45))
    px = canvas.w * 0.74 if left else canvas.w * 0.26
    _painting(canvas, palette, wall, px)
    canvas.oval(
        canvas.w * 0.5,
        canvas.h * 0.88,
        canvas.w * 0.34,
        canvas.h * 0.07,
        mix(from_hue(rng.random() * 360, 0.5, 0.4), floor, 0.3),
    )
    _furnish(canvas, scene, palette, left, key, rng)
    if palette.dark:
        canvas.glow(px, canvas.h * 0.55, 0.6, (255, 200, 120), 0.3)


def _painting(canvas: Canvas, palette: Palette, wall: Rgb, px: float) -> None:
    canvas.box(px - 0.1, canvas.h * 0.16, px + 0.1, canvas.h * 0.36, mix(wall, (60, 40, 40), 0.6))
    for stripe in range(4):
        canvas.box(
            px - 0.09,
            canvas.h * 0.17 + stripe * canvas.h * 0.045,
            px + 0.09,
            canvas.h * 0.215 + stripe * canvas.h * 0.045,
            mix(palette.sky[stripe], palette.near, 0.1),
        )


def _furnish(
    canvas: Canvas, scene: Scene, palette: Palette, left: bool, key: str, rng: np.random.Generator
) -> None:
    things = _things(scene)
    names = {thing.name for thing in things}
    spare = [Thing(name) for name in FURNITURE if name not in names]
    filler = (
        [spare[int(rng.integers(2))], Thing("plant")]
        if len(things) < 3 and not names & set(FURNITURE[:4])
        else [Thing("lamp")]
    )
    light = palette if palette.dark else None
    for index, thing in enumerate(filler):
        x = canvas.w * ((0.72, 0.1) if left else (0.28, 0.9))[index % 2]
        place(
            canvas,
            light,
            thing,
            Place(
                x,
                canvas.h * 0.82,
                cast.SUBJECTS[thing.name].height * (1.35 if index == 0 and thing.name != "lamp" else 0.8),
                False,
                0.9,
            ),
            generator(key, thing.name),
        )
    for index, thing in enumerate(things):
        for copy in range(min(4, thing.count)):
            across = 0.5 + (index - (len(things) - 1) / 2) * 0.24 + (copy - (thing.count - 1) / 2) * 0.16
            height = min(max(0.26, cast.SUBJECTS[thing.name].height) * 1.25 * thing.size, canvas.h * 0.75)
            place(
                canvas,
                light,
                thing,
                Place(canvas.w * across, canvas.h * 0.93, height, False, 0.8),
                generator(key, thing.name, copy),
            )


def _window(
    canvas: Canvas,
    scene: Scene,
    palette: Palette,
    box: tuple[float, float, float, float],
    wall: Rgb,
    key: str,
) -> None:
    x, y, wide, tall = box
    size = (max(4, round(wide * canvas.scale)), max(4, round(tall * canvas.scale)))
    view = Canvas.blank(*size)
    landscape.paint(view, scene, palette, key + "/view")
    frame = brighter(wall, 0.55)
    canvas.box(x - 0.025, y - 0.025, x + wide + 0.025, y + tall + 0.025, mix(frame, wall, 0.3))
    canvas.image.paste(view.image, (round(x * canvas.scale), round(y * canvas.scale)))
    canvas.box(x + wide / 2 - 0.008, y, x + wide / 2 + 0.008, y + tall, frame)
    canvas.box(x, y + tall * 0.45, x + wide, y + tall * 0.45 + 0.014, frame)
    canvas.box(x - 0.05, y + tall + 0.02, x + wide + 0.05, y + tall + 0.05, frame)
    drape = mix(palette.sky[1], (150, 60, 70), 0.5)
    for side in (0, 1):
        edge = x - 0.05 if side == 0 else x + wide + 0.05
        inner = edge + (0.1 if side == 0 else -0.1)
        canvas.polygon(
            [
                (edge, y - 0.05),
                (inner, y - 0.05),
                ((edge * 2 + inner) / 3, y + tall * 0.7),
                (inner, y + tall + 0.12),
                (edge, y + tall + 0.12),
            ],
            drape,
        )
    canvas.box(x - 0.08, y - 0.06, x + wide + 0.08, y - 0.045, mix(drape, (40, 26, 30), 0.6))
