"""Brushes that build a picture from pieces: pixels, tiles, glass, triangles, paper, thread and wool."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from aims.providers.sandbox import surface
from aims.providers.sandbox.noise import spread
from aims.providers.sandbox.palette import Rgb, mix


def _cells(image: Image.Image, across: int) -> tuple[np.ndarray, int, int]:
    """Colours of square cells, `across` along the short side."""
    s = surface.short(image)
    columns, rows = max(2, round(across * image.width / s)), max(2, round(across * image.height / s))
    return np.asarray(image.resize((columns, rows), Image.Resampling.BOX), np.int16), columns, rows


def pixels(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Chunky pixels in a small palette, with dithering."""
    bright = surface.rich(surface.curved(image, (12, 10, 34), (255, 255, 248), 1.15), 1.4)
    cells, columns, rows = _cells(bright, 84)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
    dither = np.tile(bayer, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None] * 30
    small = Image.fromarray(np.clip(cells + dither, 0, 255).astype(np.uint8))
    small = small.quantize(20, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return small.resize(image.size, Image.Resampling.NEAREST)


def mosaic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Square stones with grout and some gold."""
    size, s = image.size, surface.short(image)
    cells, columns, rows = _cells(surface.rich(image, 1.35), 62)
    tones = cells + rng.normal(0, 15, (rows, columns, 1)) + rng.normal(0, 6, cells.shape)
    gold = rng.random((rows, columns)) < 0.05
    tones[gold] = tones[gold] * 0.35 + np.array((232, 184, 72)) * 0.7
    out = Image.new("RGB", size, (64, 56, 52))
    pen, gap = ImageDraw.Draw(out), max(1.0, s * 0.0016)
    wide, tall = size[0] / columns, size[1] / rows
    fills = np.clip(tones, 0, 255).astype(int)
    jolts = rng.normal(0, 0.05, (rows, columns, 4))
    for row in range(rows):
        for column in range(columns):
            j, fill = jolts[row, column], fills[row, column].tolist()
            x0, y0 = (column + j[0]) * wide + gap, (row + j[1]) * tall + gap
            x1, y1 = (column + 1 + j[2]) * wide - gap, (row + 1 + j[3]) * tall - gap
            if x1 > x0 and y1 > y0:
                pen.rectangle((x0, y0, x1, y1), fill=tuple(fill))
                pen.line((x0, y0, x1, y0), fill=tuple(min(255, c + 34) for c in fill))
    return out


def _net(
    size: tuple[int, int], across: int, jitter: float, rng: np.random.Generator
) -> tuple[np.ndarray, int, int]:
    """A jittered grid of points in pixels: rows x columns x 2; the border stays on the border."""
    s = min(size)
    columns, rows = max(2, round(across * size[0] / s)), max(2, round(across * size[1] / s))
    xs, ys = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    shift = rng.normal(0, jitter, (rows + 1, columns + 1, 2)).clip(-0.45, 0.45)
    shift[[0, -1], :, 1], shift[:, [0, -1], 0] = 0, 0
    net = np.stack([xs + shift[..., 0] + 0.5 * 0, ys + shift[..., 1]], axis=-1)
    net[..., 0] *= size[0] / columns
    net[..., 1] *= size[1] / rows
    return net, columns, rows


def _triangles(
    image: Image.Image, across: int, jitter: float, rng: np.random.Generator
) -> list[tuple[list[tuple[float, float]], Rgb, int]]:
    net, columns, rows = _net(image.size, across, jitter, rng)
    small = np.asarray(image.resize((columns * 3, rows * 3), Image.Resampling.BOX), np.int16)
    found = []
    for row in range(rows):
        for column in range(columns):
            a, b, c, d = (
                tuple(net[row + j, column + i].tolist()) for j, i in ((0, 0), (0, 1), (1, 1), (1, 0))
            )
            halves = ((a, b, c), (a, c, d)) if (row + column) % 2 else ((a, b, d), (b, c, d))
            for part, corners in enumerate(halves):
                cx = sum(p[0] for p in corners) / 3 / image.width * columns * 3
                cy = sum(p[1] for p in corners) / 3 / image.height * rows * 3
                tone = small[min(rows * 3 - 1, int(cy)), min(columns * 3 - 1, int(cx))].tolist()
                found.append((list(corners), (tone[0], tone[1], tone[2]), part))
    return found


def low_poly(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Flat shaded triangles in studio light."""
    out = Image.new("RGB", image.size)
    pen = ImageDraw.Draw(out)
    for corners, tone, part in _triangles(surface.rich(image, 1.2), 27, 0.22, rng):
        light = float(rng.normal(0, 0.07)) + (0.06 if part else -0.05)
        pen.polygon(
            corners,
            fill=mix(tone, (255, 255, 255) if light > 0 else (10, 14, 40), min(0.3, abs(light) * 1.7)),
        )
    ys, xs = (
        np.linspace(-1, 1, 48, dtype=np.float32)[:, None],
        np.linspace(-1, 1, 48, dtype=np.float32)[None, :],
    )
    lamp = 1.22 - 0.34 * np.hypot(xs + 0.5, ys + 0.6)
    return surface.shaded(surface.curved(out, (30, 34, 66), (255, 255, 255)), lamp)


def origami(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Large folded facets with bright creases on plain paper."""
    size, s = image.size, surface.short(image)
    ground = mix(_mean(image), (250, 246, 238), 0.82)
    out = surface.vignette(Image.new("RGB", size, ground), 0.25, mix(ground, (60, 50, 60), 0.6))
    layer, wide = Image.new("RGB", size, ground), max(1, s // 420)
    cover = Image.new("L", size, 0)
    pen, stencil = ImageDraw.Draw(layer), ImageDraw.Draw(cover)
    cx, cy = size[0] / 2, size[1] / 2
    for corners, tone, part in _triangles(surface.rich(image, 1.5), 9, 0.16, rng):
        middle = (sum(p[0] for p in corners) / 3, sum(p[1] for p in corners) / 3)
        if abs(middle[0] - cx) / size[0] + abs(middle[1] - cy) / size[1] > 0.56:
            continue
        shade = (0.2, -0.16)[part] + float(rng.normal(0, 0.07))
        paper = mix(tone, (255, 252, 246), 0.2)
        pen.polygon(
            corners,
            fill=mix(paper, (255, 255, 255) if shade > 0 else (30, 24, 50), min(0.5, abs(shade) * 1.4)),
        )
        pen.line([*corners, corners[0]], fill=mix(paper, (255, 255, 255), 0.65), width=wide)
        stencil.polygon(corners, fill=255)
    shadow = surface.blurred(cover.convert("L"), 0.018)
    drop = round(s * 0.02)
    out.paste(
        mix(ground, (40, 30, 50), 0.6),
        (drop, drop, drop + size[0], drop + size[1]),
        shadow.point(lambda v: v * 0.7),
    )
    out.paste(layer, (0, 0), cover)
    return surface.textured(out, surface.paper(size, rng, 0.05))


def origami_figure(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A subject on plain ground, folded from small facets."""
    out, wide = Image.new("RGB", image.size), max(1, surface.short(image) // 520)
    pen = ImageDraw.Draw(out)
    for corners, tone, part in _triangles(surface.rich(image, 1.3), 24, 0.2, rng):
        shade = (0.16, -0.13)[part] + float(rng.normal(0, 0.04))
        paper = mix(tone, (255, 252, 246), 0.1)
        lit = mix(paper, (255, 255, 255) if shade > 0 else (30, 24, 50), min(0.4, abs(shade) * 1.3))
        pen.polygon(corners, fill=lit)
        pen.line([*corners, corners[0]], fill=mix(lit, (255, 255, 255), 0.35), width=wide)
    return surface.textured(surface.vignette(out, 0.25, (60, 50, 70)), surface.paper(image.size, rng, 0.06))


def _mean(image: Image.Image) -> Rgb:
    tone = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return (int(tone[0]), int(tone[1]), int(tone[2])) if isinstance(tone, tuple) else (200, 200, 200)


def stained_glass(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Jewel-coloured panes in black lead, lit from behind."""
    size, s = image.size, surface.short(image)
    bright = surface.rich(surface.curved(image, (18, 12, 30), (255, 255, 245), 1.3), 2.1)
    net, columns, rows = _net(size, 12, 0.27, rng)
    small = np.asarray(bright.resize((columns * 2, rows * 2), Image.Resampling.BOX), np.int16)
    out, wide = Image.new("RGB", size, (12, 10, 14)), max(2, round(s * 0.006))
    pen = ImageDraw.Draw(out)
    for row in range(rows):
        for column in range(columns):
            a, b, c, d = (
                tuple(net[row + j, column + i].tolist()) for j, i in ((0, 0), (0, 1), (1, 1), (1, 0))
            )
            parts = ((a, b, c), (a, c, d)) if (row * 7 + column * 3) % 3 == 0 else ((a, b, c, d),)
            for part, corners in enumerate(parts):
                tone = small[row * 2 + part, column * 2 + part] + rng.normal(0, 16, 3)
                pen.polygon(corners, fill=tuple(np.clip(tone, 0, 255).astype(int).tolist()))
                pen.line([*corners, corners[0]], fill=(12, 10, 14), width=wide)
    lead = np.asarray(surface.shown(surface.lines(image, 0.005, 34, 30)), np.float32) / 255
    out = surface.inked(out, (12, 10, 14), lead.astype(np.float32, copy=False), size)
    ripple = surface.stained(size, rng, 24, 2)
    out = surface.bloom(surface.shaded(out, 1 + (ripple - 0.5) * 0.5), 0.02, 0.5)
    ImageDraw.Draw(out).rectangle(
        (0, 0, size[0] - 1, size[1] - 1), outline=(16, 14, 18), width=round(s * 0.02)
    )
    return out


def cubist(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Overlapping facets that each show the picture from another side, in ochre and grey."""
    size, s = image.size, surface.short(image)
    base = surface.toned(
        image, ((28, 24, 26), (104, 84, 66), (176, 138, 88), (206, 190, 160), (240, 230, 208))
    )
    base = Image.blend(base, surface.rich(image, 0.7), 0.3)
    out = base.copy()
    line = max(1, s // 300)
    for _ in range(30):
        x, y, r = rng.random() * size[0], rng.random() * size[1], s * spread(0.1, 0.28, rng)
        turn, sides = rng.random() * 6.28, int(rng.integers(3, 6))
        rim = [
            (
                x + math.cos(turn + k / sides * math.tau) * r * spread(0.6, 1.2, rng),
                y + math.sin(turn + k / sides * math.tau) * r * spread(0.6, 1.2, rng),
            )
            for k in range(sides)
        ]
        x0, y0 = max(0, int(min(p[0] for p in rim))), max(0, int(min(p[1] for p in rim)))
        x1, y1 = min(size[0], int(max(p[0] for p in rim)) + 1), min(size[1], int(max(p[1] for p in rim)) + 1)
        if x1 - x0 < 4 or y1 - y0 < 4:
            continue
        dx, dy = int(rng.normal(0, s * 0.06)), int(rng.normal(0, s * 0.06))
        sx, sy = min(max(0, x0 + dx), size[0] - (x1 - x0)), min(max(0, y0 + dy), size[1] - (y1 - y0))
        part = base.crop((sx, sy, sx + x1 - x0, sy + y1 - y0))
        shade = 0.78 + 0.5 * rng.random()
        part = part.point([min(255, int(v * shade)) for v in range(256)] * 3)
        stencil = Image.new("1", part.size)
        local = [(px - x0, py - y0) for px, py in rim]
        ImageDraw.Draw(stencil).polygon(local, fill=1)
        out.paste(part, (x0, y0), stencil)
        ImageDraw.Draw(out).line([*rim, rim[0]], fill=(34, 28, 28), width=line)
    return out


def paper_cut(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Layers of coloured card, each with a crisp edge and a real shadow."""
    size, s = image.size, surface.short(image)
    light = surface.blurred(image.convert("L"), 0.006)
    small = surface.rich(image, 1.4).resize((size[0] // 8 + 1, size[1] // 8 + 1), Image.Resampling.BOX)
    tones = np.asarray(small, np.float32)
    small_light = np.asarray(light.resize(small.size, Image.Resampling.NEAREST))
    edges = np.quantile(small_light, np.linspace(0, 1, 8)[1:-1])
    steps = np.digitize(np.arange(256), edges)
    level = steps[small_light]
    stops = [tones[level == k].mean(axis=0) if (level == k).any() else np.full(3, 128.0) for k in range(7)]
    out = Image.merge("RGB", [light.point([int(stops[k][c]) for k in steps]) for c in range(3)])
    half = light.resize((max(2, size[0] // 2), max(2, size[1] // 2)), Image.Resampling.BOX)
    height = np.asarray(half.point([int((6 - k) * 42) for k in steps]), np.float32) / 252
    drop = max(1, round(s * 0.006))
    above = surface.blurred(
        surface.shown(np.roll(height, (drop, drop), (0, 1)).astype(np.float32, copy=False)), 0.006
    )
    shadow = np.clip((np.asarray(above, np.float32) / 255 - height) * 4.5, 0, 1)
    out = surface.inked(out, (22, 16, 40), (shadow * 0.55).astype(np.float32, copy=False), size)
    return surface.textured(_window(out, rng), surface.paper(size, rng, 0.07))


def _window(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The picture behind two frames of white card with wavy inner edges."""
    size, s = image.size, surface.short(image)
    for depth, tone in ((0.075, (226, 214, 204)), (0.045, (250, 247, 241))):
        cover = Image.new("L", size, 255)
        turns, phase = np.linspace(0, math.tau, 120, endpoint=False), rng.random() * 6
        reach = 1 - 0.035 * np.sin(turns * 7 + phase)
        half_x, half_y = size[0] / 2 - s * depth, size[1] / 2 - s * depth
        # A rounded square: the higher the power, the squarer the window.
        xs = np.sign(np.cos(turns)) * np.abs(np.cos(turns)) ** 0.35 * half_x * reach + size[0] / 2
        ys = np.sign(np.sin(turns)) * np.abs(np.sin(turns)) ** 0.35 * half_y * reach + size[1] / 2
        ImageDraw.Draw(cover).polygon(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=0)
        shade = surface.blurred(cover, 0.014).point([int(v * 0.55) for v in range(256)])
        drop = round(s * 0.012)
        image.paste((24, 18, 40), (drop, drop, drop + size[0], drop + size[1]), shade)
        image.paste(tone, (0, 0, *size), cover)
    return image


def clay(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Rounded plasticine with fingerprints in warm light."""
    size = image.size
    soft = surface.limited(
        surface.rich(surface.curved(surface.blurred(image, 0.009), (52, 34, 34), (255, 240, 220), 1.05), 1.3),
        14,
    )
    soft = surface.blurred(soft, 0.004)
    out = surface.bevelled(soft, 0.009, 5.5)
    print_ = surface.stained(size, rng, 7, 2)
    swirl = 0.5 + 0.5 * np.sin(print_ * 130)
    out = surface.shaded(out, 1 + (swirl - 0.5) * 0.17 * np.clip(print_ * 2 - 0.6, 0, 1))
    return surface.vignette(surface.shaded(out, 1 + surface.grain(size, rng, 6) * 0.06), 0.4, (70, 30, 20))


def toy(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Smooth rounded shapes in soft light and rich colour."""
    soft = surface.rich(
        surface.curved(surface.blurred(image, 0.003), (34, 20, 70), (255, 255, 255), 1.1), 1.65
    )
    out = surface.bevelled(soft, 0.014, 3.2)
    return surface.bloom(out, 0.05, 0.75)


def flat_shapes(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Few large shapes in a limited palette with space around them."""
    size, s = image.size, surface.short(image)
    plain = surface.limited(surface.blurred(surface.curved(image, (40, 46, 84), (255, 250, 240)), 0.008), 5)
    plain = plain.filter(ImageFilter.MedianFilter(5)) if s < 900 else plain
    ground = mix(_mean(image), (252, 248, 240), 0.86)
    inset = 0.12
    cover = Image.new("L", size, 0)
    pen = ImageDraw.Draw(cover)
    r = s * (0.5 - inset)
    if 0.8 < size[0] / size[1] < 1.25:
        pen.ellipse((size[0] / 2 - r, size[1] / 2 - r, size[0] / 2 + r, size[1] / 2 + r), fill=255)
    else:
        pen.rounded_rectangle(
            (s * inset, s * inset, size[0] - s * inset, size[1] - s * inset), s * 0.12, fill=255
        )
    out = Image.new("RGB", size, ground)
    out.paste(plain, (0, 0), cover)
    return out


def embroidery(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Satin stitches in coloured thread on linen, in a wooden hoop."""
    size, s = image.size, surface.short(image)
    thread = surface.limited(
        surface.rich(surface.curved(image, (30, 20, 40), (255, 250, 240), 1.05), 1.5), 18
    )
    level = np.asarray(thread.convert("L"), np.int16) // 24
    sheen = np.where(level % 2 == 0, surface.hatching(size, 88, 30), surface.hatching(size, 88, -35))
    out = surface.shaded(thread, 1.28 - sheen * 0.75)
    out = surface.inked(out, (30, 22, 34), surface.lines(thread, 0.003, 14, 40) * 0.5, size)
    weave = surface.hatching(size, 150, 0) * 0.5 + surface.hatching(size, 150, 90) * 0.5
    linen = surface.textured(Image.new("RGB", size, (226, 214, 190)), 1 - weave * 0.22)
    cover = Image.new("L", size, 0)
    x, y, r = size[0] / 2, size[1] / 2, s * 0.445
    ring = ImageDraw.Draw(linen)
    for width, tone in ((0.035, (122, 80, 44)), (0.029, (190, 140, 86)), (0.012, (214, 170, 116))):
        outer = r + s * width
        ring.ellipse((x - outer, y - outer, x + outer, y + outer), fill=tone)
    ring.rectangle((x - s * 0.03, y - r - s * 0.06, x + s * 0.03, y - r - s * 0.01), fill=(206, 172, 92))
    ImageDraw.Draw(cover).ellipse((x - r, y - r, x + r, y + r), fill=255)
    linen.paste(out, (0, 0), cover)
    return linen


def knitted(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Rows of V-shaped wool stitches."""
    size, _s = image.size, surface.short(image)
    rows_across = 52
    cells, columns, rows = _cells(
        surface.rich(surface.curved(image, (46, 30, 40), (255, 244, 226)), 1.25), rows_across
    )
    cells = cells // 20 * 20 + rng.normal(0, 5, (rows, columns, 1))
    base = Image.fromarray(np.clip(cells, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    px = np.arange(size[0], dtype=np.float32) / size[0] * columns
    py = np.arange(size[1], dtype=np.float32) / size[1] * rows
    fold = np.abs((px % 1) - 0.5)
    slant = (py[:, None] + fold[None, :] * 1.15) % 1
    groove = (
        np.clip(np.abs(slant - 0.5) * 2.3 - 0.35, 0, 1) ** 1.6
        + np.clip(0.12 - fold, 0, 1)[None, :] * 5
        + np.clip(fold - 0.43, 0, 1)[None, :] * 7
    )
    wool = surface.grain(size, rng, 1.6) * 0.14
    return surface.shaded(base, 1.22 - groove * 0.8 + wool)
