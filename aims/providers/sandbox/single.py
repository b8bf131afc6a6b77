"""One subject that fills the picture: portraits, and emblems on a plain ground."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from aims.providers.sandbox import cast, landscape
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.cast import Place, place
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, brighter, from_hue, luma, mix, turned
from aims.providers.sandbox.scene import Scene, Thing


def portrait(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """A bust, or another subject seen close, in front of soft light."""
    rng = generator(key, "portrait")
    others = [t for t in scene.things if t.name != "portrait" and t.name in cast.SUBJECTS]
    asked = next(t for t in scene.things if t.name == "portrait")
    if set(scene.places) - {"room", "table", "space"} or scene.weather or scene.trees:
        landscape.paint(canvas, scene, palette, key)
        canvas.wash(palette.sky[3], 0.2, 0.2)
    else:
        backdrop(canvas, palette, scene, rng)
    if not others or others[0].name in {"person", "woman"}:
        colours = asked.colours + (others[0].colours if others else ())
        height = min(canvas.h * 0.88, canvas.w * 1.05)
        spot = Place(canvas.w * spread(0.44, 0.56, rng), canvas.h + height * 0.06, height)
        place(canvas, None, Thing(_sitter(scene), colours=colours), spot, generator(key, "bust"))
        others = others[1:]
    elif others[0].name in cast.PEOPLE:
        height = min(canvas.h * 1.5, canvas.w * 1.75)
        spot = Place(canvas.w * 0.5, canvas.h + height * 0.42, height)
        place(canvas, None, others[0], spot, generator(key, "bust"))
    else:
        height = min(canvas.h, canvas.w) * 0.9
        spot = Place(canvas.w * 0.5, canvas.h * 0.5 + height * 0.5, height, bool(rng.random() < 0.5), 0.8)
        place(canvas, None, others[0], spot, generator(key, "bust"))
    for index, thing in enumerate(others[1:] if others else []):
        height = 0.28 * thing.size
        spot = Place(canvas.w * (0.15 if index % 2 else 0.85), canvas.h * 0.96, height)
        place(canvas, None, thing, spot, generator(key, thing.name))


def cutout(size: tuple[int, int], scene: Scene, palette: Palette, key: str) -> Image.Image:
    """The subjects alone on a transparent ground (RGBA); a scene without subjects becomes a round badge."""
    short = min(size)
    out = Image.new("RGBA", size)
    things = emblem_things(scene)
    if [t.name for t in things] == ["portrait"]:
        things = [Thing(_sitter(scene))]
    if not things:
        canvas = Canvas.blank(*size)
        landscape.paint(canvas, scene, palette, key)
        cover = Image.new("L", (size[0] * 2, size[1] * 2))
        r, x, y = short * 0.94, size[0], size[1]
        ImageDraw.Draw(cover).ellipse((x - r, y - r, x + r, y + r), fill=255)
        out.paste(canvas.image, (0, 0), cover.reduce(2))
        return out
    items = [(thing, copy) for thing in things for copy in range(min(4, thing.count))]
    for index, (thing, copy) in enumerate(items):
        height = short * 0.9 / (1 + 0.4 * (len(items) - 1)) * min(1.1, max(0.6, thing.size))
        tile = cast.tile_of(
            cast.SUBJECTS[thing.name], thing, height * 2, generator(key, thing.name, copy), False
        ).reduce(2)
        across = (index - (len(items) - 1) / 2) * size[0] / (len(items) + 0.4)
        box = tile.getbbox() or (0, 0, *tile.size)
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        at = (round(size[0] / 2 + across - middle[0]), round(size[1] / 2 - middle[1]))
        layer = Image.new("RGBA", size)
        layer.paste(tile, at)
        out = Image.alpha_composite(out, layer)
    return out


def _sitter(scene: Scene) -> str:
    """Whose bust it is, from the words for people."""
    old = (
        "an old"
        if scene.spoken
        & {"old", "elderly", "aged", "grandmother", "grandfather", "grandma", "grandpa", "wise"}
        else "a"
    )
    if scene.spoken & {
        "woman",
        "girl",
        "lady",
        "queen",
        "princess",
        "mother",
        "grandmother",
        "grandma",
        "bride",
        "she",
        "her",
    }:
        return f"bust of {old} woman"
    if (
        scene.spoken
        & {"man", "boy", "king", "prince", "gentleman", "father", "grandfather", "grandpa", "he", "his"}
        or old != "a"
    ):
        return f"bust of {old} man"
    return "portrait"


def backdrop(canvas: Canvas, palette: Palette, scene: Scene, rng: np.random.Generator) -> None:
    """Out-of-focus light behind a portrait."""
    first = mix(palette.sky[0], palette.near, 0.2)
    second = palette.sky[2] if not scene.colours else mix(palette.sky[2], scene.colours[0], 0.6)
    if scene.backdrop is not None:
        first = second = scene.backdrop
    canvas.shaded([(0, 0), (canvas.w, 0), (canvas.w, canvas.h), (0, canvas.h)], first, second)
    canvas.glow(canvas.w * 0.5, canvas.h * 0.42, 0.75, mix(second, palette.sun, 0.4), 0.7)
    for _ in range(16):
        x, y = rng.random() * canvas.w, rng.random() * canvas.h
        canvas.glow(x, y, spread(0.05, 0.16, rng), mix(palette.sun, second, 0.3), spread(0.15, 0.4, rng))


def emblem(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    """The subjects as a sign on a plain ground: a disc, a shield-like round or rays behind them."""
    rng = generator(key, "emblem")
    things = emblem_things(scene)
    if not things:
        return
    own = scene.colours or things[0].colours
    lead = turned(own[0], spread(-18, 18, rng)) if own else from_hue(rng.random() * 360, 0.5, 0.55)
    if not scene.colours and own:
        # The subject carries the colour; its ground is a lighter relative.
        lead = mix(lead, (255, 255, 255), 0.4)
    ground = brighter(lead, 0.82) if luma(lead) < 180 else mix(lead, (40, 40, 70), 0.75)
    canvas.box(0, 0, canvas.w, canvas.h, scene.backdrop or ground)
    x, y, r = canvas.w / 2, canvas.h / 2, 0.42
    # On a ground that was named, or where little is wanted, the subject stands alone and large.
    bare = scene.backdrop is not None or bool(scene.spoken & {"minimalist", "minimal", "minimalistic"})
    if bare and scene.colours:
        things = [replace(t, colours=t.colours or scene.colours) for t in things]
    elif "origami" not in scene.brushes and not bare:
        sign(canvas, (x, y), r, lead, rng)
    for index, item in enumerate(things):
        height = (0.74 if bare else 0.62) / (1 + 0.35 * (len(things) - 1)) * min(1.15, item.size)
        across = (index - (len(things) - 1) / 2) * 0.3
        place(canvas, None, item, Place(x + across, y + height * 0.5, height), generator(key, item.name))


def emblem_things(scene: Scene) -> list[Thing]:
    """What a sign shows: up to three subjects, the head of the first when a head is asked for."""
    things = [t for t in scene.things if t.name in cast.SUBJECTS and t.name != "portrait"][:3]
    if not things:
        return [t for t in scene.things if t.name in cast.SUBJECTS][:1]
    head = f"head of {things[0].name}"
    if head in cast.SUBJECTS and any(t.name == "portrait" for t in scene.things):
        things[0] = replace(things[0], name=head)
    return things


def sign(canvas: Canvas, centre: tuple[float, float], r: float, lead: Rgb, rng: np.random.Generator) -> None:
    """The flat shape behind an emblem."""
    x, y = centre
    kind = int(rng.integers(4))
    soft = mix(lead, (255, 255, 255), 0.35)
    if kind == 0:
        canvas.oval(x, y, r, r, lead)
        canvas.oval(x, y, r * 0.94, r * 0.94, soft)
    elif kind == 1:
        for ray in range(24):
            a, b = ray / 24 * math.tau, (ray + 0.5) / 24 * math.tau
            canvas.polygon(
                [
                    (x, y),
                    (x + math.cos(a) * r, y + math.sin(a) * r),
                    (x + math.cos(b) * r, y + math.sin(b) * r),
                ],
                soft,
            )
        canvas.oval(x, y, r * 0.78, r * 0.78, brighter(soft, 0.3))
    elif kind == 2:
        corner = r * 0.86
        canvas.box(x - corner, y - corner, x + corner, y + corner, soft)
        canvas.box(x - corner, y + corner * 0.84, x + corner, y + corner, lead)
    else:
        points = [
            (x + math.cos(a / 6 * math.tau + 0.5236) * r, y + math.sin(a / 6 * math.tau + 0.5236) * r)
            for a in range(6)
        ]
        canvas.polygon(points, lead)
        canvas.polygon([(x + (px - x) * 0.9, y + (py - y) * 0.9) for px, py in points], turned(soft, 12))
