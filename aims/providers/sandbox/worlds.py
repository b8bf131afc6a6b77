"""Brushes that move a picture into another world: neon, cyberpunk, vaporwave, gothic, steampunk, the cosmos, folk tales."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from aims.providers.sandbox import outer_space, surface
from aims.providers.sandbox.canvas import Canvas, smooth
from aims.providers.sandbox.cast import SUBJECTS, tile_of
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.palette import Rgb, mix
from aims.providers.sandbox.scene import Thing


def _canvas(image: Image.Image) -> Canvas:
    scale = float(min(image.size))
    return Canvas(image, scale, image.width / scale, image.height / scale)


def _stamp(
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
    light = Image.fromarray(picked).resize(size, Image.Resampling.BILINEAR)
    glow = surface.inked((0, 0, 0), light, tube, size)
    out = ImageChops.screen(
        wall, surface.blurred(glow, 0.03).point([min(255, v * 2) for v in range(256)] * 3)
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
    canvas = _canvas(out)
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
    canvas = _canvas(out)
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
        _stamp(canvas, "palm", canvas.w * side, floor + 0.1, 0.62, (26, 6, 58), 1.0, rng)
    scan = (np.arange(size[1]) * 300 // surface.short(image) % 2).astype(np.float32)
    return surface.textured(
        surface.bloom(canvas.image, 0.02, 0.6), np.repeat((1 - 0.14 * scan)[:, None], 8, axis=1)
    )


def art_deco(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Gold on black: sunburst, stepped frame, symmetry."""
    size = image.size
    gold: Rgb = (214, 172, 88)
    half = image.crop((0, 0, (size[0] + 1) // 2, size[1]))
    sym = Image.new("RGB", size)
    sym.paste(half.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (size[0] - half.width, 0))
    sym.paste(half, (0, 0))
    base = Image.blend(image, sym, 0.5)
    base = surface.toned(
        surface.flat(base.convert("L").convert("RGB"), 6),
        ((12, 12, 18), (22, 44, 50), (110, 84, 40), gold, (248, 228, 170)),
    )
    canvas = _canvas(base)
    x, y = canvas.w / 2, canvas.h * 0.62
    ray = Image.new("L", size)
    pen = ImageDraw.Draw(ray)
    for index in range(24):
        a, b = math.pi * (1 + index / 24), math.pi * (1 + (index + 0.42) / 24)
        pen.polygon(
            [
                (x * canvas.scale, y * canvas.scale),
                *[
                    ((x + math.cos(t) * 2.5) * canvas.scale, (y + math.sin(t) * 2.5) * canvas.scale)
                    for t in (a, b)
                ],
            ],
            fill=84,
        )
    canvas.image.paste(gold, (0, 0, *size), ray)
    black: Rgb = (12, 12, 18)
    for step, (inset, wide) in enumerate(((0.0, 0.05), (0.06, 0.007), (0.078, 0.003))):
        tone = black if step == 0 else gold
        for box in (
            (inset, inset, canvas.w - inset, inset + wide),
            (inset, canvas.h - inset - wide, canvas.w - inset, canvas.h - inset),
            (inset, inset, inset + wide, canvas.h - inset),
            (canvas.w - inset - wide, inset, canvas.w - inset, canvas.h - inset),
        ):
            canvas.box(*box, tone)
    for sx, sy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        for step in range(4):
            r = 0.17 - step * 0.04
            cx, cy = canvas.w * sx, canvas.h * sy
            canvas.box(
                min(cx, cx + (r if sx == 0 else -r)),
                min(cy, cy + (r if sy == 0 else -r)),
                max(cx, cx + (r if sx == 0 else -r)),
                max(cy, cy + (r if sy == 0 else -r)),
                gold if step % 2 else black,
            )
    return canvas.image


def art_nouveau(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Muted gold and green, dark flowing outlines, a border of vines."""
    size = image.size
    muted = surface.toned(
        image, ((38, 46, 34), (92, 104, 66), (164, 150, 92), (216, 194, 138), (248, 236, 204))
    )
    base = surface.limited(Image.blend(muted, surface.rich(image, 0.8), 0.3), 9)
    out = surface.inked(base, (44, 32, 22), surface.lines(image, 0.006, 8, 10), size)
    canvas = _canvas(out)
    cream: Rgb = (240, 226, 188)
    border = 0.085
    for box in (
        (0, 0, canvas.w, border),
        (0, canvas.h - border, canvas.w, canvas.h),
        (0, 0, border, canvas.h),
        (canvas.w - border, 0, canvas.w, canvas.h),
    ):
        canvas.box(*box, cream)
    green, dark = (86, 112, 62), (52, 42, 28)
    for side in (0, 1):
        x0 = border / 2 if side == 0 else canvas.w - border / 2
        path = smooth([(x0 + 0.026 * math.sin(t * 1.57), canvas.h * t / 12) for t in range(13)], closed=False)
        canvas.line(path, 0.009, green)
        for step in range(2, len(path) - 2, 6):
            px, py = path[step]
            out_x = px + (0.028 if (step // 6) % 2 else -0.028)
            canvas.oval(out_x, py, 0.015, 0.008, green)
            if (step // 6) % 3 == 0:
                for petal in range(5):
                    a = petal * 1.2566
                    canvas.oval(px + math.cos(a) * 0.013, py + math.sin(a) * 0.013, 0.01, 0.01, (196, 96, 78))
                canvas.oval(px, py, 0.007, 0.007, (232, 190, 90))
    for edge in (border / 2, canvas.h - border / 2):
        path = smooth(
            [(canvas.w * t / 12, edge + 0.022 * math.sin(t * 1.57)) for t in range(13)], closed=False
        )
        canvas.line(path, 0.008, green)
    for inset in (0.004, border):
        for line in (
            [
                (inset, inset),
                (canvas.w - inset, inset),
                (canvas.w - inset, canvas.h - inset),
                (inset, canvas.h - inset),
                (inset, inset),
            ],
        ):
            canvas.line(line, 0.005, dark)
    return canvas.image


def gothic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Moonlit and cold, seen through a pointed arch, with mist and ravens."""
    size = image.size
    cold = surface.toned(
        image, ((10, 10, 18), (46, 50, 70), (96, 102, 126), (156, 160, 180), (220, 220, 228))
    )
    canvas = _canvas(Image.blend(cold, surface.curved(image, (0, 0, 0), (200, 130, 140)), 0.22))
    canvas.glow(canvas.w * 0.68, canvas.h * 0.26, 0.34, (214, 220, 240), 0.7)
    canvas.oval(canvas.w * 0.68, canvas.h * 0.26, 0.075, 0.075, (232, 232, 226))
    mist = (
        np.clip(surface.stained(size, rng, 3, 4) * 1.3 - 0.35, 0, 1)
        * np.linspace(0, 0.9, size[1] // 4 or 8, dtype=np.float32)[: max(8, size[1] // 4), None]
    )
    canvas = _canvas(surface.inked(canvas.image, (132, 136, 154), mist, size))
    _stamp(canvas, "flock", canvas.w * 0.36, canvas.h * 0.42, 0.34, (8, 6, 12), 1.0, rng)
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
    canvas = _canvas(Image.blend(brass, image, 0.25))
    steam = np.clip(surface.stained(size, rng, 3.2, 4) * 1.5 - 0.75, 0, 0.6)
    canvas = _canvas(surface.inked(canvas.image, (246, 232, 206), steam, size))
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
    out = _canvas(ImageChops.screen(Image.blend(base, image, 0.3), _fading(heaven.image)))
    outer_space.stars(out, rng)
    return surface.bloom(out.image, 0.02, 0.4)


def fantasy(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Golden shafts of light, a far castle, sparkling air."""
    size = image.size
    warm = surface.rich(surface.curved(image, (24, 14, 44), (255, 236, 190), 1.08), 1.3)
    canvas = _canvas(warm)
    x = canvas.w * (0.2 if rng.random() < 0.5 else 0.8)
    _stamp(canvas, "castle", x, canvas.h * 0.62, 0.34, (150, 122, 150), 0.75, rng)
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
    canvas = _canvas(surface.inked(fresh, (122, 214, 112), ys, size))
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
    canvas = _canvas(base)
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
    _stamp(canvas, "rocket", canvas.w * 0.82, canvas.h * 0.36, 0.28, (252, 238, 206), 1.0, rng)
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


def graffiti(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Spray paint on brick: bold outlines, drips and splatters."""
    size = image.size
    paint = surface.rich(surface.curved(surface.limited(image, 9), (20, 10, 50), (255, 255, 255), 1.35), 2.0)
    wall = bricks(size, (156, 88, 70), (196, 184, 172), rng)
    fade = np.clip(surface.stained(size, rng, 5, 4) * 1.4 - 0.05, 0, 1)
    ys, xs = np.linspace(-1, 1, fade.shape[0])[:, None], np.linspace(-1, 1, fade.shape[1])[None, :]
    cloud = np.clip((1.12 - np.maximum(np.abs(xs), np.abs(ys)) - (0.5 - fade) * 0.4) * 9, 0, 1).astype(
        np.float32
    )
    mixed = surface.inked(wall, Image.blend(paint, ImageChops.multiply(paint, wall), 0.5), cloud, size)
    edge = surface.lines(paint, 0.008, 14, 8)
    out = surface.inked(mixed, (255, 255, 255), np.roll(edge, (-3, -3), (0, 1)) * 0.9, size)
    canvas = _canvas(surface.inked(out, (14, 12, 18), edge, size))
    tones: tuple[Rgb, ...] = ((255, 40, 130), (40, 220, 230), (255, 220, 40), (120, 230, 70), (255, 255, 255))
    for _ in range(16):
        x, y, tall, wide = (
            rng.random() * canvas.w,
            canvas.h * spread(0.4, 0.85, rng),
            spread(0.06, 0.24, rng),
            spread(0.004, 0.009, rng),
        )
        tone = tones[int(rng.integers(5))]
        canvas.line([(x, y), (x, y + tall)], wide, tone)
        canvas.oval(x, y + tall, wide * 0.9, wide * 1.2, tone)
    for _ in range(160):
        r = 0.006 * rng.random() ** 3 + 0.001
        canvas.oval(rng.random() * canvas.w, rng.random() * canvas.h, r, r, tones[int(rng.integers(5))])
    return canvas.image


def sticker(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A die-cut sticker with a thick white border and a small shadow."""
    size, s = image.size, surface.short(image)
    inner = surface.rich(surface.flat(surface.curved(image, (10, 10, 30), (255, 255, 255), 1.2), 7), 1.6)
    inner = surface.inked(inner, (16, 14, 24), surface.lines(image, 0.006, 9, 8), size)
    ground = Image.new("RGB", size, (222, 226, 232))
    x, y = size[0] / 2, size[1] / 2

    def shape(grow: float) -> Image.Image:
        cover = Image.new("L", size, 0)
        pen = ImageDraw.Draw(cover)
        rx, ry = size[0] * 0.5 - s * (0.13 - grow), size[1] * 0.5 - s * (0.13 - grow)
        pen.rounded_rectangle((x - rx, y - ry, x + rx, y + ry), s * (0.2 + grow), fill=255)
        return cover

    shadow = surface.blurred(shape(0.05).convert("RGB"), 0.014).convert("L").point(lambda v: v * 0.5)
    drop = round(s * 0.014)
    ground.paste((70, 74, 90), (drop, drop, drop + size[0], drop + size[1]), shadow)
    ground.paste((255, 255, 255), (0, 0, *size), shape(0.055))
    ground.paste((20, 18, 28), (0, 0, *size), shape(0.008))
    ground.paste(inner, (0, 0), shape(0.0))
    gloss = (
        np.clip(
            1 - np.abs(np.linspace(-1, 1, 64)[None, :] + np.linspace(-1, 1, 64)[:, None] + 0.75) * 5, 0, 1
        )
        * 0.25
    )
    ground.paste(
        (255, 255, 255),
        (0, 0, *size),
        ImageChops.multiply(shape(0.0), surface.shown(gloss.astype(np.float32)).resize(size)),
    )
    return ground


def storybook(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Warm gentle colours, soft pencil texture, edges that fade into the page."""
    size = image.size
    warm = surface.rich(surface.curved(image, (72, 50, 46), (255, 242, 212), 0.9), 1.05)
    stroke = surface.hatching(size, 84, 62) * 0.5 + surface.grain(size, rng, 2) * 0.4
    out = surface.shaded(warm, 1.16 - stroke * 0.34)
    out = surface.inked(out, (98, 66, 50), surface.lines(image, 0.003, 8, 18) * 0.75, size)
    ys, xs = (
        np.linspace(-1, 1, 96, dtype=np.float32)[:, None],
        np.linspace(-1, 1, 96, dtype=np.float32)[None, :],
    )
    wobble = surface.stained((384, 384), rng, 6, 3)[:96, :96]
    fade = np.clip((1.05 - (np.abs(xs) ** 3.4 + np.abs(ys) ** 3.4) - (wobble - 0.5) * 0.5) * 3.2, 0, 1)
    return surface.inked((252, 244, 226), out, fade, size)
