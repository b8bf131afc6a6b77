"""Chooses the kind of picture for a scene and paints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aims.providers.sandbox import (
    abstract,
    cast,
    depths,
    indoors,
    isometric,
    landscape,
    outer_space,
    single,
    sky,
)
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.noise import generator
from aims.providers.sandbox.palette import Palette, dyed, for_hour, mix, turned, with_colours
from aims.providers.sandbox.scene import Scene


def palette_of(scene: Scene, seed: int) -> Palette:
    """The palette of a scene: its hour, dyed by its colours, turned by its tones."""
    rng = generator(seed, scene.layout, scene.hour, "palette")
    hour = (
        scene.hour
        or ("night" if "neon" in scene.tones else "")
        or ("noon", "dawn", "golden", "noon")[int(rng.integers(4))]
    )
    palette = for_hour(hour, rng)
    palette = with_colours(palette, scene.colours, 0.75)
    if scene.sky_colours:
        above = with_colours(palette, scene.sky_colours, 0.85)
        palette = replace(palette, sky=above.sky, far=above.far)
    return toned(palette, scene.tones)


def toned(palette: Palette, tones: tuple[str, ...]) -> Palette:
    """The palette after the mood words: warm, cool, vivid, muted, moody, neon."""
    sky, far, near, ambient = palette.sky, palette.far, palette.near, palette.ambient
    for tone in tones:
        tint = {
            "warm": (255, 176, 96),
            "cool": (96, 150, 255),
            "moody": (34, 40, 66),
            "neon": (150, 40, 220),
        }.get(tone)
        share = {"warm": 0.2, "cool": 0.22, "moody": 0.3, "neon": 0.28}.get(tone, 0.0)
        rich = {"vivid": 1.5, "muted": 0.45}.get(tone)
        if tint is not None:
            sky = (
                mix(sky[0], tint, share),
                mix(sky[1], tint, share),
                dyed(sky[2], tint, share),
                dyed(sky[3], tint, share),
            )
            far, ambient = mix(far, tint, share), mix(ambient, tint, share * 0.6)
        if rich is not None:
            sky = (
                turned(sky[0], 0, rich),
                turned(sky[1], 0, rich),
                turned(sky[2], 0, rich),
                turned(sky[3], 0, rich),
            )
            far, near = turned(far, 0, rich), turned(near, 0, rich)
    return replace(palette, sky=sky, far=far, near=near, ambient=ambient)


def kind_of(scene: Scene) -> str:
    """The kind of picture that a scene asks for."""
    places = set(scene.places)
    if "isometric" in scene.brushes:
        return "isometric"
    if scene.icon and scene.things:
        return "emblem"
    if "portrait" in {thing.name for thing in scene.things}:
        return "portrait"
    if "underwater" in places:
        return "depths"
    if "space" in places:
        return "space"
    if places & {"room", "table"} and not places - {"room", "table", "city", "hills", "meadow"}:
        return "indoors"
    return "abstract" if scene.abstract else "outdoors"


def paint(canvas: Canvas, scene: Scene, seed: int) -> None:
    """Paints a scene over the whole canvas."""
    _KINDS[kind_of(scene)](canvas, scene, palette_of(scene, seed), f"{seed}/{scene.layout}")


def _outdoors(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> None:
    stage = landscape.paint(canvas, scene, palette, key)
    cast.on_stage(canvas, scene, palette, stage, key)
    if "fog" in scene.weather:
        canvas.wash(palette.sky[3], 0.0, 0.35, canvas.h * 0.25, canvas.h * 0.7)
        canvas.wash(palette.sky[3], 0.35, 0.5, canvas.h * 0.7, canvas.h)
    sky.falling(canvas, palette, scene.weather, generator(key, "falling"))


_KINDS: dict[str, Callable[[Canvas, Scene, Palette, str], None]] = {
    "isometric": isometric.paint,
    "emblem": single.emblem,
    "portrait": single.portrait,
    "depths": depths.paint,
    "space": outer_space.paint,
    "indoors": indoors.paint,
    "abstract": abstract.paint,
    "outdoors": _outdoors,
}
