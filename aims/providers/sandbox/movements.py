"""Brushes named for art movements and their crafts: deco, nouveau, the future of the fifties, graffiti, stickers."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from aims.providers.sandbox import surface, worlds
from aims.providers.sandbox.canvas import smooth
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.palette import Rgb
from aims.providers.sandbox.worlds import canvas_of


def art_deco(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Gold on black: sunburst, stepped frame, symmetry."""
    size = image.size
    gold: Rgb = (214, 172, 88)
    base = surface.toned(
        surface.flat(image.convert("L").convert("RGB"), 6),
        ((12, 12, 18), (22, 44, 50), (110, 84, 40), gold, (248, 228, 170)),
    )
    canvas = canvas_of(base)
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
    canvas = canvas_of(out)
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


def graffiti(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Spray paint on brick: bold outlines, drips and splatters."""
    size = image.size
    paint = surface.rich(surface.curved(surface.limited(image, 9), (20, 10, 50), (255, 255, 255), 1.35), 2.0)
    wall = worlds.bricks(size, (156, 88, 70), (196, 184, 172), rng)
    fade = np.clip(surface.stained(size, rng, 5, 4) * 1.4 - 0.05, 0, 1)
    ys, xs = np.linspace(-1, 1, fade.shape[0])[:, None], np.linspace(-1, 1, fade.shape[1])[None, :]
    cloud = np.clip((1.12 - np.maximum(np.abs(xs), np.abs(ys)) - (0.5 - fade) * 0.4) * 9, 0, 1).astype(
        np.float32
    )
    mixed = surface.inked(wall, Image.blend(paint, ImageChops.multiply(paint, wall), 0.5), cloud, size)
    edge = surface.lines(paint, 0.008, 14, 8)
    out = surface.inked(mixed, (255, 255, 255), np.roll(edge, (-3, -3), (0, 1)) * 0.9, size)
    canvas = canvas_of(surface.inked(out, (14, 12, 18), edge, size))
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
