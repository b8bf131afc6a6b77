"""Water: mirrored skies, waves, glints under the sun, surf and beaches."""

from __future__ import annotations

import numpy as np
from PIL import Image

from aims.providers.sandbox.canvas import Canvas, Point, smooth
from aims.providers.sandbox.noise import cloud_field, spread, waves
from aims.providers.sandbox.palette import Palette, Rgb, brighter, mix
from aims.providers.sandbox.sky import Sky


def mirror(
    canvas: Canvas, palette: Palette, line: float, tint: Rgb, clarity: float, rng: np.random.Generator
) -> None:
    """Fills everything below `line` with a rippled reflection of what stands above it.

    clarity: 0 is open sea, 1 a still lake.
    """
    top = round(line * canvas.scale)
    deep = canvas.image.height - top
    if deep < 4 or top < 4:
        return
    source = canvas.image.crop((0, max(0, top - round(deep * 1.25)), canvas.image.width, top))
    small_w, small_h = min(512, canvas.image.width), max(4, min(512, deep) // 2 * 2)
    flipped = source.resize((small_w, small_h), Image.Resampling.BILINEAR, reducing_gap=1.0).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    field = np.asarray(flipped, np.float32)
    depth = np.linspace(0, 1, small_h, dtype=np.float32)
    sway = np.sin(depth**0.6 * 70 + rng.random() * 6) * (1.2 + depth * 7) * (1.4 - clarity)
    sway += cloud_field(rng, small_h, 1, (small_h / 5, 1), 2)[0] * 5 * (1.3 - clarity) - 2
    columns = (np.arange(small_w)[None, :] + np.round(sway)[:, None].astype(np.int64)).clip(0, small_w - 1)
    field = np.take_along_axis(field, columns[..., None], axis=1)
    body = np.array(tint, np.float32)
    far_body = np.array(mix(tint, palette.sky[3], 0.55), np.float32)
    own = far_body + (body - far_body) * depth[:, None, None] ** 0.7
    keep = (0.34 + 0.48 * clarity) * (1 - 0.45 * depth[:, None, None])
    field = own + (field - own) * keep
    enlarged = Image.fromarray(field.clip(0, 255).astype(np.uint8)).resize(
        (canvas.image.width, deep), Image.Resampling.BILINEAR
    )
    canvas.image.paste(enlarged, (0, top))


def ripples(
    canvas: Canvas, palette: Palette, line: float, tint: Rgb, rng: np.random.Generator, rough: float
) -> None:
    """Short wave strokes, dark troughs and light crests, growing towards the viewer."""
    deep = canvas.h - line
    light = mix(palette.sky[3], (255, 255, 255), 0.15)
    dark = mix(tint, palette.near, 0.55)
    for index in range(int(120 * max(1.0, canvas.w) * (0.6 + rough))):
        t = rng.random() ** 1.2
        y = line + 0.004 + deep * t
        half = (0.008 + 0.06 * t) * spread(0.5, 1.3, rng)
        x = rng.random() * canvas.w
        colour = mix(tint, light if index % 2 else dark, 0.22 + 0.25 * rough)
        lift = half * 0.10 * (0.4 + rough)
        canvas.polygon(
            smooth([(x - half, y), (x, y - lift), (x + half, y), (x, y + lift * 0.6)], steps=3), colour
        )


def glints(canvas: Canvas, palette: Palette, sky: Sky, line: float, rng: np.random.Generator) -> None:
    """The path of light that the sun or the moon lays on the water."""
    deep = canvas.h - line
    colour = brighter(mix(palette.sun, palette.sky[3], 0.15), 0.2)
    for _ in range(95):
        t = rng.random() ** 1.15
        width = sky.radius * (0.35 + 1.5 * t)
        x = sky.x + float(rng.normal(0, 0.5)) * width
        half = (0.006 + 0.035 * t) * spread(0.5, 1.2, rng)
        y = line + 0.003 + deep * t * 0.94
        thick = (0.0012 + 0.0042 * t) * spread(0.6, 1.2, rng)
        canvas.polygon([(x - half, y), (x, y - thick), (x + half, y), (x, y + thick)], colour)


def surf(canvas: Canvas, palette: Palette, sand: Rgb, top: float, rng: np.random.Generator) -> None:
    """A beach in the foreground with wet sand and two lines of foam."""
    line = waves(rng, 60, 0.5 * canvas.w, 2)
    slope = np.linspace(0, spread(-0.1, 0.1, rng), 60)
    xs = np.linspace(-0.02, canvas.w + 0.02, 60)
    rise = (canvas.h - top) * 0.3
    shore = top + (1 - line) * rise + slope
    foam = mix((250, 252, 252), palette.sky[3], 0.25 if not palette.dark else 0.6)
    shallow = mix(foam, palette.sky[1], 0.45)
    wet, dry = mix(sand, palette.near, 0.35), sand
    edges = ((-0.05, shallow), (-0.028, foam), (-0.012, wet), (0.05, mix(wet, dry, 0.6)), (0.085, dry))
    for offset, colour in edges:
        wobble = np.sin(xs * 23 + offset * 300) * 0.006 + np.sin(xs * 51 + offset * 90) * 0.003
        points = list(zip(xs.tolist(), (shore + offset + wobble).tolist(), strict=True))
        shape = [*points, (canvas.w + 0.02, canvas.h + 0.02), (-0.02, canvas.h + 0.02)]
        if colour == dry:
            canvas.shaded(shape, dry, mix(dry, palette.near, 0.22))
        else:
            canvas.polygon(shape, colour)
    for _ in range(90):
        x, y = rng.random() * canvas.w, canvas.h - rng.random() ** 1.5 * (canvas.h - top) * 0.6
        at = float(np.interp(x, xs, shore)) + 0.1
        if y > at:
            canvas.oval(x, y, 0.002, 0.0014, mix(dry, palette.near, 0.3))


def breaker(canvas: Canvas, palette: Palette, line: float, tint: Rgb, rng: np.random.Generator) -> None:
    """Rows of big stylised waves: a rising back, a hooked crest with foam, a dark hollow."""
    deep = canvas.h - line
    foam = mix((250, 253, 255), palette.sky[2], 0.18)
    for row in range(4):
        t = (row + 1) / 4
        y = line + deep * (0.1 + 0.62 * t**1.2)
        tall, step = deep * (0.14 + 0.22 * t), 0.2 + 0.34 * t
        body = mix(mix(tint, palette.sky[3], 0.32 * (1 - t)), palette.near, 0.18 * t)
        crest = mix(body, foam, 0.35)
        canvas.shaded(
            [(-0.02, y), (canvas.w + 0.02, y), (canvas.w + 0.02, canvas.h + 0.02), (-0.02, canvas.h + 0.02)],
            body,
            mix(body, palette.near, 0.35),
        )
        x = -step * rng.random() - step * 0.5
        while x < canvas.w + step:
            _wave(
                canvas, (x, y + tall * 0.12), (step, tall * spread(0.7, 1.15, rng)), (crest, body, foam), rng
            )
            x += step * spread(0.85, 1.05, rng)


def _wave(
    canvas: Canvas, foot: Point, size: Point, colours: tuple[Rgb, Rgb, Rgb], rng: np.random.Generator
) -> None:
    (x, y), (step, tall) = foot, size
    crest, body, foam = colours
    back = smooth(
        [
            (x - step * 0.6, y),
            (x - step * 0.1, y - tall * 0.35),
            (x + step * 0.25, y - tall * 0.95),
            (x + step * 0.5, y - tall),
        ],
        closed=False,
    )
    hook = smooth(
        [(x + step * 0.5, y - tall), (x + step * 0.66, y - tall * 0.78), (x + step * 0.64, y - tall * 0.6)],
        closed=False,
    )
    hollow = smooth(
        [
            (x + step * 0.64, y - tall * 0.6),
            (x + step * 0.42, y - tall * 0.66),
            (x + step * 0.4, y - tall * 0.3),
            (x + step * 0.75, y),
        ],
        closed=False,
    )
    canvas.shaded([*back, *hook, *hollow], crest, body)
    rim = [
        (px + step * 0.015, py + tall * (0.06 + 0.1 * index / len(back)))
        for index, (px, py) in enumerate(back)
    ]
    canvas.polygon([*back[4:], *hook, *hollow[:4], *reversed(rim[4:])], foam)
    for _ in range(9):
        dx, dy = spread(0.4, 0.78, rng), spread(0.5, 1.12, rng)
        size_drop = tall * spread(0.012, 0.035, rng)
        canvas.oval(x + step * dx, y - tall * dy, size_drop, size_drop, foam)
