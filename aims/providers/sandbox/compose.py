"""Chooses the kind of picture for a scene and paints it."""

from __future__ import annotations

from dataclasses import replace

from aims.providers.sandbox import landscape, sky
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.noise import generator
from aims.providers.sandbox.palette import Palette, for_hour, turned, with_colours
from aims.providers.sandbox.scene import Scene


def palette_of(scene: Scene, seed: int) -> Palette:
    """The palette of a scene: its hour, dyed by its colours."""
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
    return palette


def paint(canvas: Canvas, scene: Scene, seed: int) -> None:
    """Paints a scene over the whole canvas."""
    palette = palette_of(scene, seed)
    key = f"{seed}/{scene.layout}"
    landscape.paint(canvas, scene, palette, key)
    if "fog" in scene.weather:
        canvas.wash(palette.sky[3], 0.0, 0.35, canvas.h * 0.25, canvas.h * 0.7)
        canvas.wash(palette.sky[3], 0.35, 0.5, canvas.h * 0.7, canvas.h)
    sky.falling(canvas, palette, scene.weather, generator(key, "falling"))
