"""Brushes that move a picture into another world: neon, cyberpunk, vaporwave, gothic, steampunk, the cosmos."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from aims.providers.sandbox import outer_space, surface
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.cast import SUBJECTS, tile_of
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.palette import Rgb, mix
from aims.providers.sandbox.scene import Thing


def canvas_of(image: Image.Image) -> Canvas:
    """The picture as a canvas, to draw on in units of its short side."""
    scale = float(min(image.size))
    return Canvas(image, scale, image.width / scale, image.height / scale)


def stamp(
    canvas: Canvas,
    name: str,
    x: float,
    foot: float,
    height: float,
    colour: Rgb,
    cover: float,
    rng: np.random.Generator,
) -> None:
    """A subject as a silhouette of one colour."""
    tile = tile_of(SUBJECTS[name], Thing(name), height * canvas.scale, rng, False)
    mask = tile.getchannel("A").point(lambda value: int(value * cover))
    left, top = round((x - height * 0.625) * canvas.scale), round((foot - height * 1.125) * canvas.scale)
    canvas.image.paste(colour, (left, top, left + tile.width, top + tile.height), mask)


def neon(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Everything as glowing tubes of pink and cyan on a dark wall."""
    size, s = image.size, surface.short(image)
    wall = bricks(size, (30, 22, 46), (20, 14, 32), rng)
    tube = surface.lines(surface.blurred(image, 0.003), 0.006, 9, 16)
    tones = np.array([(255, 50, 160), (40, 235, 255), (190, 90, 255), (255, 200, 70)], np.float32)
    small = image.resize((24, max(2, 24 * size[1] // size[0])), Image.Resampling.BOX).convert("HSV")
    hue = np.asarray(small, np.uint8)[..., 0]
    picked = tones[np.array([0, 0, 3, 1, 1, 2, 2, 0])[(hue // 32)]].astype(np.uint8)
    # Where lines are dense their glow would flood the wall.
    calm = min(1.0, max(0.3, 0.09 / max(0.01, float(tube.mean()))))
    light = Image.fromarray(picked).resize(size, Image.Resampling.BILINEAR)
    glow = surface.inked((0, 0, 0), light, tube, size)
    out = ImageChops.screen(
        wall, surface.blurred(glow, 0.03).point([min(255, int(v * 2 * calm)) for v in range(256)] * 3)
    )
    out = ImageChops.screen(
        out, surface.blurred(glow, 0.006).point([min(255, int(v * 1.5)) for v in range(256)] * 3)
    )
    core = np.clip((tube - 0.5) * 1.6, 0, 1)
    return (
        surface.vignette(surface.inked(out, (255, 245, 255), core * 0.85, size), 0.5, (6, 2, 14))
        if s
        else out
    )


def bricks(size: tuple[int, int], brick: Rgb, joint: Rgb, rng: np.random.Generator) -> Image.Image:
    """A brick wall."""
    s = min(size)
    wall = Image.new("RGB", size, joint)
    pen, tall, wide, gap = ImageDraw.Draw(wall), s / 22, s / 9, max(1, s / 300)
    for row in range(int(size[1] / tall) + 1):
        for column in range(-1, int(size[0] / wide) + 1):
            x = (column + 0.5 * (row % 2)) * wide
            tone = mix(brick, (255, 255, 255) if rng.random() < 0.5 else (0, 0, 0), 0.14 * rng.random())
            pen.rectangle((x + gap, row * tall + gap, x + wide - gap, (row + 1) * tall - gap), fill=tone)
    return wall


def cyberpunk(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Night, haze, magenta and cyan signs, wet reflections."""
    size, s = image.size, surface.short(image)
    dark = surface.rich(surface.curved(image, (6, 0, 26), (200, 206, 255), 1.35), 1.4)
    ys, xs = (
        np.linspace(0, 1, 64, dtype=np.float32)[:, None],
        np.linspace(0, 1, 64, dtype=np.float32)[None, :],
    )
    out = surface.inked(dark, (255, 20, 150), np.clip(0.55 - xs - (ys - 0.5) * 0.2, 0, 0.36), size)
    out = surface.inked(out, (0, 220, 255), np.clip(xs - 0.45 - (ys - 0.5) * 0.2, 0, 0.34), size)
    canvas = canvas_of(out)
    for side in (0, 1):
        for _ in range(4):
            x = spread(0.02, 0.13, rng) if side == 0 else canvas.w - spread(0.05, 0.16, rng)
            y, tall = canvas.h * spread(0.08, 0.55, rng), spread(0.1, 0.24, rng)
            tone = ((255, 40, 150), (30, 235, 255), (255, 210, 60), (170, 80, 255))[int(rng.integers(4))]
            canvas.glow(x + 0.018, y + tall / 2, 0.2, tone, 0.6)
            canvas.box(x, y, x + 0.036, y + tall, mix(tone, (20, 10, 40), 0.75))
            for mark in range(int(tall / 0.034)):
                my = y + 0.008 + mark * 0.034
                canvas.box(x + 0.008, my, x + 0.028, my + 0.006, tone)
                canvas.box(x + 0.015, my, x + 0.021, my + 0.022, tone)
                canvas.box(x + 0.008, my + 0.016, x + 0.028, my + 0.022, tone)
    deep = round(size[1] * 0.2)
    wet = canvas.image.crop((0, size[1] - 3 * deep, size[0], size[1] - deep)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    wet = wet.resize((max(2, size[0] // 3), max(2, deep // 12)), Image.Resampling.BOX).resize(
        (size[0], deep), Image.Resampling.BILINEAR
    )
    fade = np.repeat(np.linspace(0, 0.85, 64, dtype=np.float32)[:, None], 4, axis=1)
    canvas.image.paste(wet, (0, size[1] - deep), surface.shown(fade).resize((size[0], deep)))
    return surface.bloom(canvas.image, 0.025, 0.75) if s else out


def vaporwave(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Pink and teal, a striped sun, palms and an endless glowing grid."""
    size = image.size
    out = surface.toned(
        image, ((44, 10, 92), (150, 40, 170), (255, 110, 190), (255, 178, 196), (150, 250, 240))
    )
    canvas = canvas_of(out)
    floor = canvas.h * 0.7
    x, y, r = canvas.w * 0.5, floor * 0.55, min(0.26, canvas.w * 0.26)
    canvas.glow(x, y, r * 2, (255, 120, 190), 0.7)
    top = floor
    for step in range(40):
        a, b = -1 + step / 20, -1 + (step + 1) / 20
        half = r * math.sqrt(max(0.0, 1 - ((a + b) / 2) ** 2))
        if a > 0 and (step % 4) >= 3 - int(a * 2):
            continue
        canvas.box(
            x - half,
            y + a * r,
            x + half,
            y + b * r + 0.001,
            mix((255, 232, 110), (255, 60, 160), (a + 1) / 2),
        )
    canvas.shaded(
        [(0, top), (canvas.w, top), (canvas.w, canvas.h), (0, canvas.h)], (84, 14, 120), (22, 6, 58)
    )
    line = (70, 240, 250)
    for row in range(12):
        ly = top + (canvas.h - top) * (row / 12) ** 1.9
        canvas.line(
            [(0, ly), (canvas.w, ly)], 0.0014 + 0.003 * row / 12, mix(line, (255, 90, 200), 1 - row / 12)
        )
    for column in range(-14, 15):
        canvas.line([(x + column * 0.05, top), (x + column * 0.3, canvas.h)], 0.0025, line)
    for side in (0.1, 0.9):
        stamp(canvas, "palm", canvas.w * side, floor + 0.1, 0.62, (26, 6, 58), 1.0, rng)
    scan = (np.arange(size[1]) * 300 // surface.short(image) % 2).astype(np.float32)
    return surface.textured(
        surface.bloom(canvas.image, 0.02, 0.6), np.repeat((1 - 0.14 * scan)[:, None], 8, axis=1)
    )


def gothic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Moonlit and cold, seen through a pointed arch, with mist and ravens."""
    size = image.size
    cold = surface.toned(
        image, ((10, 10, 18), (46, 50, 70), (96, 102, 126), (156, 160, 180), (220, 220, 228))
    )
    canvas = canvas_of(Image.blend(cold, surface.curved(image, (0, 0, 0), (200, 130, 140)), 0.22))
    canvas.glow(canvas.w * 0.68, canvas.h * 0.26, 0.34, (214, 220, 240), 0.7)
    canvas.oval(canvas.w * 0.68, canvas.h * 0.26, 0.075, 0.075, (232, 232, 226))
    mist = (
        np.clip(surface.stained(size, rng, 3, 4) * 1.3 - 0.35, 0, 1)
        * np.linspace(0, 0.9, size[1] // 4 or 8, dtype=np.float32)[: max(8, size[1] // 4), None]
    )
    canvas = canvas_of(surface.inked(canvas.image, (132, 136, 154), mist, size))
    stamp(canvas, "flock", canvas.w * 0.36, canvas.h * 0.42, 0.34, (8, 6, 12), 1.0, rng)
    frame = Image.new("L", size, 255)
    pen = ImageDraw.Draw(frame)
    s, w, h = canvas.scale, canvas.w, canvas.h
    left, right, spring = w * 0.07, w * 0.93, h * 0.42
    arch = [(left, h * 0.985), (left, spring)]
    for t in np.linspace(0, 1, 20):
        arch.append(
            (
                left + (w / 2 - left) * (1 - math.cos(t * 1.2)) / (1 - math.cos(1.2)),
                spring - (spring - h * 0.03) * math.sin(t * 1.2) / math.sin(1.2),
            )
        )
    arch += [(w - px, py) for px, py in reversed(arch)]
    pen.polygon([(px * s, py * s) for px, py in arch], fill=0)
    canvas.image.paste((12, 9, 14), (0, 0, *size), frame)
    canvas.line([*arch, arch[0]], 0.012, (44, 36, 44))
    canvas.line([*arch, arch[0]], 0.004, (150, 26, 40))
    canvas.box(w / 2 - 0.007, h * 0.03, w / 2 + 0.007, h, (12, 9, 14))
    canvas.box(left, spring - 0.006, right, spring + 0.006, (12, 9, 14))
    return canvas.image


def steampunk(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Brass, rivets, cogs in the corners, steam and gaslight."""
    size = image.size
    brass = surface.toned(
        image, ((30, 18, 12), (94, 56, 28), (168, 112, 54), (222, 172, 98), (252, 232, 184))
    )
    canvas = canvas_of(Image.blend(brass, image, 0.25))
    steam = np.clip(surface.stained(size, rng, 3.2, 4) * 1.5 - 0.75, 0, 0.6)
    canvas = canvas_of(surface.inked(canvas.image, (246, 232, 206), steam, size))
    for x, y, r in (
        (0.04, 0.05, 0.2),
        (0.2, 0.0, 0.1),
        (0.97, 0.95, 0.23),
        (0.78, 1.02, 0.12),
        (0.99, 0.66, 0.09),
        (0.02, 0.34, 0.09),
    ):
        cog(canvas, canvas.w * x, canvas.h * y, r, mix((184, 124, 52), (90, 60, 30), rng.random() * 0.6))
    edge: Rgb = (74, 46, 24)
    for box in (
        (0, 0, canvas.w, 0.026),
        (0, canvas.h - 0.026, canvas.w, canvas.h),
        (0, 0, 0.026, canvas.h),
        (canvas.w - 0.026, 0, canvas.w, canvas.h),
    ):
        canvas.box(*box, edge)
    for index in range(int(canvas.w / 0.07) + 1):
        for y in (0.013, canvas.h - 0.013):
            canvas.oval(0.035 + index * 0.07, y, 0.007, 0.007, (206, 156, 82))
    for index in range(int(canvas.h / 0.07) + 1):
        for x in (0.013, canvas.w - 0.013):
            canvas.oval(x, 0.035 + index * 0.07, 0.007, 0.007, (206, 156, 82))
    canvas.glow(canvas.w * 0.5, canvas.h * 0.3, 0.6, (255, 196, 96), 0.35)
    return canvas.image


def cog(canvas: Canvas, x: float, y: float, r: float, tone: Rgb) -> None:
    """A brass cogwheel."""
    teeth, rim = max(10, int(r * 90)), []
    for step in range(teeth * 4):
        out = r if step % 4 in {0, 1} else r * 0.86
        a = step / (teeth * 4) * math.tau
        rim.append((x + math.cos(a) * out, y + math.sin(a) * out))
    dark = mix(tone, (30, 16, 8), 0.55)
    canvas.polygon([(px + r * 0.04, py + r * 0.05) for px, py in rim], (34, 20, 12))
    canvas.polygon(rim, tone)
    canvas.oval(x, y, r * 0.68, r * 0.68, dark)
    for spoke in range(5):
        a = spoke * 1.2566
        canvas.line([(x, y), (x + math.cos(a) * r * 0.7, y + math.sin(a) * r * 0.7)], r * 0.13, tone)
    canvas.oval(x, y, r * 0.24, r * 0.24, mix(tone, (255, 226, 150), 0.3))
    canvas.oval(x, y, r * 0.1, r * 0.1, dark)


def _fading(heaven: Image.Image) -> Image.Image:
    """The heavens, full above and faint below."""
    fade = np.repeat(np.clip(np.linspace(1.25, -0.1, 64, dtype=np.float32), 0.12, 1)[:, None], 4, axis=1)
    return surface.textured(heaven, fade)


def cosmic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The picture dissolves in nebulae and stars."""
    size = image.size
    heaven = Canvas.blank(*size)
    outer_space.nebula(heaven, (96, 60, 230), (230, 60, 170), False, rng)
    base = surface.toned(image, ((6, 6, 26), (40, 28, 100), (96, 64, 178), (170, 140, 232), (250, 236, 255)))
    out = canvas_of(ImageChops.screen(Image.blend(base, image, 0.3), _fading(heaven.image)))
    outer_space.stars(out, rng)
    return surface.bloom(out.image, 0.02, 0.4)


def fantasy(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Golden shafts of light, a far castle, sparkling air."""
    size = image.size
    warm = surface.rich(surface.curved(image, (24, 14, 44), (255, 236, 190), 1.08), 1.3)
    canvas = canvas_of(warm)
    x = canvas.w * (0.2 if rng.random() < 0.5 else 0.8)
    stamp(canvas, "castle", x, canvas.h * 0.62, 0.34, (150, 122, 150), 0.75, rng)
    shafts = Image.new("L", size)
    pen = ImageDraw.Draw(shafts)
    for _ in range(7):
        at, wide, lean = (
            spread(0.2, 0.8, rng) * size[0],
            spread(0.02, 0.09, rng) * size[0],
            spread(-0.5, 0.5, rng) * size[0],
        )
        pen.polygon(
            [
                (at, -10),
                (at + wide * 0.4, -10),
                (at + lean + wide * 2, size[1] * 0.95),
                (at + lean - wide, size[1] * 0.95),
            ],
            fill=70,
        )
    canvas.image.paste(
        (255, 226, 150), (0, 0, *size), surface.blurred(shafts.convert("RGB"), 0.02).convert("L")
    )
    for _ in range(60):
        px, py, r = rng.random() * canvas.w, rng.random() * canvas.h, 0.001 + 0.003 * rng.random()
        canvas.glow(px, py, r * 7, (255, 236, 170), 0.6)
        canvas.oval(px, py, r, r, (255, 252, 232))
    return surface.vignette(surface.bloom(canvas.image, 0.05, 0.6), 0.5, (36, 14, 50))


def solarpunk(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Bright and green: turbines, hanging gardens, a hopeful sun."""
    size = image.size
    fresh = surface.rich(surface.curved(image, (8, 46, 40), (255, 255, 226), 0.98), 1.35)
    ys = np.repeat(np.linspace(0.1, 0.4, 64, dtype=np.float32)[:, None], 4, axis=1)
    canvas = canvas_of(surface.inked(fresh, (122, 214, 112), ys, size))
    canvas.glow(canvas.w * 0.72, canvas.h * 0.2, 0.55, (255, 240, 150), 0.85)
    canvas.oval(canvas.w * 0.72, canvas.h * 0.2, 0.07, 0.07, (255, 252, 222))
    for x, tall in ((0.14, 0.46), (0.3, 0.32), (0.9, 0.38)):
        base = canvas.h * 0.74
        top = (canvas.w * x, base - tall)
        canvas.line([(canvas.w * x, base), top], 0.008, (246, 250, 246))
        turn = rng.random() * 2
        for blade in range(3):
            a = turn + blade * 2.094
            canvas.polygon(
                [
                    (top[0] - math.sin(a) * 0.008, top[1] + math.cos(a) * 0.008),
                    (top[0] + math.cos(a) * tall * 0.45, top[1] + math.sin(a) * tall * 0.45),
                    (top[0] + math.sin(a) * 0.008, top[1] - math.cos(a) * 0.008),
                ],
                (246, 250, 246),
            )
    for index in range(int(26 * canvas.w)):
        x, reach = canvas.w * rng.random(), spread(0.04, 0.2, rng)
        green = mix((60, 150, 70), (150, 210, 90), rng.random())
        for step in range(int(reach / 0.018)):
            canvas.oval(x + 0.008 * (-1) ** step, step * 0.018, 0.012, 0.009, green)
        if index % 4 == 0:
            canvas.oval(x, reach, 0.013, 0.013, (255, 170, 190))
    for _ in range(int(40 * canvas.w)):
        x, y, r = canvas.w * rng.random(), canvas.h + 0.01, spread(0.02, 0.06, rng)
        canvas.oval(x, y, r, r, mix((40, 120, 60), (120, 190, 80), rng.random()))
    return canvas.image


def retro_future(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The future of the fifties: teal and orange, atoms, fins and starbursts."""
    size = image.size
    base = surface.toned(
        image, ((16, 58, 72), (38, 128, 132), (232, 122, 62), (248, 190, 112), (252, 238, 206))
    )
    canvas = canvas_of(base)
    for _ in range(9):
        x, y, r = rng.random() * canvas.w, canvas.h * spread(0.04, 0.5, rng), spread(0.02, 0.06, rng)
        for ray in range(4):
            a = ray * math.pi / 4
            long = r if ray % 2 == 0 else r * 0.55
            canvas.line(
                [
                    (x - math.cos(a) * long, y - math.sin(a) * long),
                    (x + math.cos(a) * long, y + math.sin(a) * long),
                ],
                0.004,
                (252, 238, 206),
            )
        canvas.oval(x, y, r * 0.2, r * 0.2, (232, 92, 52))
    s = canvas.scale
    for cx, cy in ((0.16, 0.2), (0.86, 0.74)):
        x, y = canvas.w * cx, canvas.h * cy
        for turn in (0.0, 60.0, 120.0):
            ring = [
                (
                    x
                    + math.cos(a) * 0.12 * math.cos(math.radians(turn))
                    - math.sin(a) * 0.04 * math.sin(math.radians(turn)),
                    y
                    + math.cos(a) * 0.12 * math.sin(math.radians(turn))
                    + math.sin(a) * 0.04 * math.cos(math.radians(turn)),
                )
                for a in np.linspace(0, math.tau, 40)
            ]
            canvas.line(ring, 0.005, (20, 66, 78))
        canvas.oval(x, y, 0.022, 0.022, (232, 92, 52))
    stamp(canvas, "rocket", canvas.w * 0.82, canvas.h * 0.36, 0.28, (252, 238, 206), 1.0, rng)
    for step in range(3):
        r = 0.5 - step * 0.12
        canvas.draw.arc(
            (
                (canvas.w * 0.5 - r) * s,
                (canvas.h * 0.98 - r) * s,
                (canvas.w * 0.5 + r) * s,
                (canvas.h * 0.98 + r) * s,
            ),
            180,
            360,
            fill=(20, 66, 78),
            width=max(1, round(0.012 * s)),
        )
    return surface.shaded(canvas.image, 1 + surface.grain(size, rng, 1.8) * 0.24)
