"""The brushes by name: how each changes the scene before it is drawn, and the picture afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox import film, linework, movements, strokes, surface, tiles, worlds
from aims.providers.sandbox.noise import generator, stable_number
from aims.providers.sandbox.scene import Scene

Finish = Callable[[Image.Image, np.random.Generator], Image.Image]


@dataclass(frozen=True, slots=True)
class Brush:
    """One brush.

    rank: worlds (0) come before media (1) and the camera (2). coarse: True when it hides fine edges, so that the
    drawing under it needs no smoothing. hour and tones are given to scenes that have none.
    """

    finish: Finish
    rank: int = 1
    coarse: bool = False
    hour: str = ""
    tones: tuple[str, ...] = ()


def _tattoo(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    skin = Image.new("RGB", image.size, (222, 178, 146))
    drawn = linework.ink(surface.blurred(image, 0.004), rng).convert("L")
    skin.paste((34, 52, 60), (0, 0, *image.size), drawn.point([int((255 - v) * 0.9) for v in range(256)]))
    return surface.vignette(
        surface.shaded(skin, 1 + surface.grain(image.size, rng, 4) * 0.06), 0.5, (120, 70, 50)
    )


def _doodle(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    size, s = image.size, surface.short(image)
    sheet = Image.new("RGB", size, (252, 251, 246))
    pen = ImageDraw.Draw(sheet)
    for row in range(1, int(size[1] / (s / 24)) + 1):
        pen.line((0, row * s / 24, size[0], row * s / 24), fill=(190, 210, 236), width=max(1, s // 600))
    pen.line((s * 0.1, 0, s * 0.1, size[1]), fill=(240, 150, 160), width=max(1, s // 400))
    edge = surface.lines(image, 0.004, 8, 10)
    again = np.roll(surface.lines(image, 0.002, 8, 10), (2, -2), (0, 1)) * 0.7
    shade = np.clip((0.55 - surface.plane(image) - surface.hatching(size, 62, 50) * 0.5) * 3, 0, 0.7)
    sheet = surface.inked(sheet, (30, 52, 150), np.maximum(edge, again), size)
    return surface.inked(sheet, (30, 52, 150), shade, size)


BRUSHES: dict[str, Brush] = {
    "watercolor": Brush(strokes.watercolor, coarse=True),
    "oil": Brush(strokes.oil, coarse=True),
    "acrylic": Brush(strokes.acrylic, coarse=True),
    "gouache": Brush(strokes.gouache, coarse=True),
    "impressionist": Brush(strokes.impressionist, coarse=True),
    "pointillist": Brush(strokes.pointillist, coarse=True),
    "pastel": Brush(strokes.pastel, coarse=True),
    "inkwash": Brush(strokes.ink_wash, coarse=True),
    "surreal": Brush(strokes.surreal, 0),
    "pencil": Brush(linework.pencil, coarse=True),
    "ink": Brush(linework.ink, coarse=True),
    "doodle": Brush(_doodle, coarse=True),
    "charcoal": Brush(linework.charcoal, coarse=True),
    "chalkboard": Brush(linework.chalkboard, coarse=True),
    "blueprint": Brush(linework.blueprint, coarse=True),
    "crayon": Brush(linework.crayon, coarse=True),
    "comic": Brush(linework.comic, coarse=True),
    "anime": Brush(linework.cartoon, coarse=True, tones=("vivid",)),
    "etching": Brush(linework.etching, coarse=True),
    "linocut": Brush(linework.linocut, coarse=True),
    "woodblock": Brush(linework.woodblock, coarse=True),
    "screenprint": Brush(linework.screen_print, coarse=True),
    "risograph": Brush(linework.risograph, coarse=True),
    "popart": Brush(linework.pop_art, coarse=True),
    "tattoo": Brush(_tattoo, coarse=True),
    "pixel": Brush(tiles.pixels, coarse=True),
    "mosaic": Brush(tiles.mosaic, coarse=True),
    "lowpoly": Brush(tiles.low_poly, coarse=True),
    "origami": Brush(tiles.origami, coarse=True),
    "stainedglass": Brush(tiles.stained_glass, coarse=True),
    "cubist": Brush(tiles.cubist),
    "papercut": Brush(tiles.paper_cut, coarse=True),
    "clay": Brush(tiles.clay, coarse=True),
    "cartoon3d": Brush(tiles.toy, coarse=True),
    "flat": Brush(tiles.flat_shapes, coarse=True),
    "embroidery": Brush(tiles.embroidery, coarse=True),
    "knitted": Brush(tiles.knitted, coarse=True),
    "neon": Brush(worlds.neon, 0, coarse=True),
    "cyberpunk": Brush(worlds.cyberpunk, 0, coarse=True, hour="night", tones=("neon",)),
    "vaporwave": Brush(worlds.vaporwave, 0, coarse=True),
    "artdeco": Brush(movements.art_deco, 0),
    "artnouveau": Brush(movements.art_nouveau, 0),
    "gothic": Brush(worlds.gothic, 0, hour="night"),
    "steampunk": Brush(worlds.steampunk, 0),
    "cosmic": Brush(worlds.cosmic, 0, coarse=True, hour="night"),
    "fantasy": Brush(worlds.fantasy, 0, hour="golden"),
    "solarpunk": Brush(worlds.solarpunk, 0, hour="noon"),
    "retrofuture": Brush(worlds.retro_future, 0),
    "graffiti": Brush(movements.graffiti, coarse=True),
    "sticker": Brush(movements.sticker, coarse=True),
    "storybook": Brush(movements.storybook, coarse=True),
    "analog": Brush(film.analog, 2, coarse=True),
    "cinematic": Brush(film.cinematic, 2),
    "noir": Brush(film.noir, 2, coarse=True),
    "monochrome": Brush(film.monochrome, 2),
    "sepia": Brush(film.sepia, 2, coarse=True),
    "polaroid": Brush(film.polaroid, 2),
    "macro": Brush(film.macro, 2),
    "longexposure": Brush(film.long_exposure, 2, hour="dusk"),
    "studio": Brush(film.studio, 2),
    "glitch": Brush(film.glitch, 2, coarse=True),
    "infrared": Brush(film.infrared, 2),
    "double": Brush(film.double_exposure, 2),
}


def chosen(scene: Scene) -> list[str]:
    """The brushes of a scene in the order they work: at most one of each rank, the first named wins."""
    picked: dict[int, str] = {}
    for name in scene.brushes:
        # A sign is made of flat shapes already.
        if name in BRUSHES and not (name == "flat" and scene.icon and scene.things):
            picked.setdefault(BRUSHES[name].rank, name)
    return [picked[rank] for rank in sorted(picked)]


def prepared(scene: Scene) -> Scene:
    """The scene as its brushes want it."""
    for name in chosen(scene):
        brush = BRUSHES[name]
        if brush.hour and not scene.hour:
            scene = replace(scene, hour=brush.hour)
        if name == "origami" and scene.things:
            scene = replace(scene, icon=True)
        if name == "macro" and scene.things:
            # The lens is on the middle, so that is where the subject stands.
            nearest = replace(scene.things[0], side="centre")
            scene = replace(scene, things=(nearest, *scene.things[1:]))
        scene = replace(scene, tones=tuple(dict.fromkeys((*scene.tones, *brush.tones))))
    return scene


def coarse(scene: Scene) -> bool:
    """True when the drawing is going to lose its fine edges anyway."""
    return any(BRUSHES[name].coarse for name in chosen(scene))


def finished(image: Image.Image, scene: Scene, seed: int) -> Image.Image:
    """The picture after its brushes; style words that nobody knows turn its colours a little."""
    names = chosen(scene)
    for name in names:
        finish = tiles.origami_figure if name == "origami" and scene.icon else BRUSHES[name].finish
        image = finish(image, generator(seed, scene.layout, name))
    if scene.unknown and not names and not scene.scheme and scene.backdrop is None:
        image = hinted(image, scene.unknown)
    return image


def hinted(image: Image.Image, words: tuple[str, ...]) -> Image.Image:
    """Colours shifted by unknown words: always the same for the same words, never much."""
    shift = np.random.Generator(np.random.PCG64(stable_number("hint", *words))).random(7)
    low = tuple(int(34 * value) for value in shift[:3])
    high = tuple(int(255 - 38 * value) for value in shift[3:6])
    graded = surface.curved(image, (low[0], low[1], low[2]), (high[0], high[1], high[2]), 1.02)
    return surface.rich(graded, 0.8 + 0.5 * float(shift[6]))
