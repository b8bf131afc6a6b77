"""Outdoor compositions: sky, far land, water, near land, in that order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aims.providers.sandbox import coast, growth, land, mountains, sky, town, water
from aims.providers.sandbox.canvas import Canvas
from aims.providers.sandbox.noise import generator, spread
from aims.providers.sandbox.palette import Palette, Rgb, dyed, mix, rgb
from aims.providers.sandbox.scene import Scene

WET = {"sea", "lake", "beach", "island"}
BUILT = {"city", "street", "village"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where subjects may stand once the land is painted, all in canvas units.

    ground: y of the foreground. mid: y of the middle distance. water: y of the waterline, or 0 without water.
    """

    sky: sky.Sky
    horizon: float
    ground: float
    mid: float
    water: float
    shore: float


def horizon_of(scene: Scene, canvas: Canvas, rng: np.random.Generator) -> float:
    """The height of the horizon for the places of a scene."""
    places = set(scene.places)
    if places & WET:
        share = spread(0.56, 0.64, rng)
    elif places & {"city", "street"}:
        share = 0.72
    elif "mountains" in places or "volcano" in places:
        share = spread(0.7, 0.76, rng)
    elif "forest" in places:
        share = 0.66
    else:
        share = spread(0.56, 0.64, rng)
    return canvas.h * share


def surface_of(scene: Scene, palette: Palette) -> Rgb:
    """The colour of open ground before light falls on it."""
    if "snow" in scene.weather or "snowfield" in scene.places:
        return land.SNOW
    places = scene.places
    if "desert" in places or "beach" in places:
        ground = land.SAND
    elif "canyon" in places or "moonscape" in places:
        ground = land.CLAY
    elif "volcano" in places:
        ground = rgb("4d4a46")
    elif scene.hour == "golden":
        ground = rgb("c8a23f")
    elif "meadow" in places and scene.spoken & {"wheat", "wheatfield", "savanna", "savannah", "harvest"}:
        ground = rgb("d8b24c")
    elif "lavender" in scene.spoken:
        ground = rgb("8d74c4")
    else:
        ground = land.GRASS
    if scene.land_colours:
        ground = mix(ground, scene.land_colours[0], 0.75)
    elif scene.colours:
        ground = dyed(ground, scene.colours[-1], 0.55)
    return ground


def paint(canvas: Canvas, scene: Scene, palette: Palette, key: str) -> Stage:
    """Paints everything but the subjects and tells where they may stand."""
    rng = generator(key, "land")
    horizon = horizon_of(scene, canvas, rng)
    hidden = min(0.55, 0.62 * canvas.w) if set(scene.places) & {"mountains", "volcano"} else 0.0
    hidden = max(hidden, 0.42 if set(scene.places) & {"city", "forest"} else 0.0)
    light = sky.plan(
        canvas, palette, scene.hour or "noon", scene.weather, horizon, hidden, generator(key, "sun")
    )
    sky.paint(canvas, palette, light, scene.weather, generator(key, "sky"))
    if scene.moons > 1:
        sky.companions(canvas, palette, light, scene.moons - 1, generator(key, "moons"))
    if "fireworks" in scene.weather:
        canvas.layer("fireworks")
        sky.fireworks(canvas, light, generator(key, "fireworks"))
    canvas.layer("far", horizon)
    surface = surface_of(scene, palette)
    wet = bool(set(scene.places) & WET)
    if wet:
        canvas.wash(mix(palette.far, palette.sky[3], 0.3), 0.0, 0.25, horizon - 0.06, horizon)
    _far(canvas, scene, palette, light, rng, wet)
    waterline = 0.0
    if wet:
        waterline = horizon
        canvas.layer("water", horizon)
        _water(canvas, scene, palette, light, rng)
    else:
        canvas.layer("ground", horizon)
        _ground(canvas, scene, palette, light, surface, rng)
    canvas.layer("near", canvas.h)
    ground, shore = _near(canvas, scene, palette, light, surface, rng)
    mid = horizon + (canvas.h - horizon) * (0.3 if wet else 0.34)
    return Stage(light, horizon, ground, mid, waterline, shore)


def _far(
    canvas: Canvas, scene: Scene, palette: Palette, light: sky.Sky, rng: np.random.Generator, wet: bool
) -> None:
    places, horizon = set(scene.places), light.horizon
    snowy = (
        "snow" in scene.weather
        or "snowfield" in places
        or bool(scene.spoken & {"alps", "alpine", "himalaya", "snowcapped", "everest"})
    )
    if "mountains" in places:
        white = snowy or (palette.backlit < 0.5 and rng.random() < 0.6)
        mountains.mountains(canvas, palette, horizon, white, rng, light.x)
    if "volcano" in places:
        mountains.volcano(canvas, palette, horizon, rng)
    if "canyon" in places:
        mountains.mesas(canvas, palette, horizon, rng)
    if "hills" in places and wet:
        land.hills(canvas, palette, horizon - 0.14, horizon, land.GRASS, rng, 3)
    if "forest" in places and wet:
        growth.treeline(canvas, palette, horizon - 0.05, horizon, scene.trees, snowy, rng)
    if "island" in places:
        spots = land.island(
            canvas,
            palette,
            (canvas.w * spread(0.4, 0.66, rng), horizon + 0.012),
            min(0.34, canvas.w * 0.3),
            rng,
        )
        for index, (x, y) in enumerate(spots):
            growth.palm(canvas, palette, (x, y + 0.01), spread(0.17, 0.26, rng), -1 if index < 2 else 1, rng)
    if places & {"city"}:
        town.skyline(canvas, palette, horizon, rng, "neon" in scene.tones)
    if "village" in places and wet:
        town.village(canvas, palette, horizon, rng)
    if "lake" in places and not places & {"mountains", "forest", "city", "hills", "village", "volcano"}:
        land.hills(canvas, palette, horizon - 0.12, horizon, land.PINE, rng, 2)
        growth.treeline(canvas, palette, horizon - 0.03, horizon, scene.trees, snowy, rng)


def _water(canvas: Canvas, scene: Scene, palette: Palette, light: sky.Sky, rng: np.random.Generator) -> None:
    places, horizon = set(scene.places), light.horizon
    base = (
        rgb("1f7fa0")
        if places & {"beach", "island"} and not palette.dark
        else mix(palette.sky[0], rgb("1d5f86"), 0.4)
    )
    if palette.backlit > 0.5:
        base = mix(palette.sky[0], palette.sky[1], 0.35)
    if scene.water_colours:
        base = mix(dyed(base, scene.water_colours[0], 0.8), palette.near, 0.4 * palette.backlit)
    calm = "lake" in places or "calm" in scene.spoken or "reflection" in scene.spoken
    rough = bool(
        scene.weather & {"lightning"}
        or scene.hour == "storm"
        or scene.spoken & {"wave", "waves", "surf", "wavy"}
    )
    water.mirror(canvas, palette, horizon, base, 0.95 if calm else 0.35, rng)
    if light.shown:
        water.glints(canvas, palette, light, horizon, rng)
    water.ripples(canvas, palette, horizon, base, rng, 0.15 if calm else (1.0 if rough else 0.5))
    if rough and "beach" not in places:
        water.breaker(canvas, palette, horizon, base, rng)


def _ground(
    canvas: Canvas, scene: Scene, palette: Palette, light: sky.Sky, surface: Rgb, rng: np.random.Generator
) -> None:
    places, horizon = set(scene.places), light.horizon
    if "desert" in places:
        land.dunes(canvas, palette, horizon, surface, rng, light.x)
    elif places & {"city", "street"} or "canyon" in places:
        pass
    elif "mountains" in places or "volcano" in places:
        below = surface if palette.backlit < 0.5 and "volcano" not in places else land.PINE
        land.hills(canvas, palette, horizon - 0.02, canvas.h, below, rng, 3)
    elif places & {"snowfield", "moonscape"}:
        land.hills(canvas, palette, horizon, canvas.h, surface, rng, 3)
    else:
        land.hills(canvas, palette, horizon - 0.05, canvas.h, surface, rng, 4)


def _near(
    canvas: Canvas, scene: Scene, palette: Palette, light: sky.Sky, surface: Rgb, rng: np.random.Generator
) -> tuple[float, float]:
    """Foreground growth, roads and shores; gives the ground line and the shore line."""
    places, horizon = set(scene.places), light.horizon
    snowy = "snow" in scene.weather or "snowfield" in places
    deep = canvas.h - horizon
    shore = canvas.h
    if "river" in places:
        land.river(canvas, palette, horizon, rng)
    if "waterfall" in places:
        land.waterfall(canvas, palette, horizon, rng)
    if "beach" in places:
        shore = horizon + deep * 0.42
        water.surf(canvas, palette, palette.at_depth(land.SAND, 0.9), shore, rng)
        if "palm" in scene.trees:
            growth.palm(canvas, palette, (canvas.w * spread(0.05, 0.16, rng), canvas.h * 0.97), 0.62, 1, rng)
            growth.palm(canvas, palette, (canvas.w * spread(0.86, 0.95, rng), canvas.h * 0.99), 0.5, -1, rng)
    if "street" in places:
        town.street(canvas, palette, rng, "neon" in scene.tones, bool(scene.weather & {"rain"}))
    elif "city" in places and not places & WET:
        town.foreground(canvas, palette, horizon, rng, "neon" in scene.tones, bool(scene.weather & {"rain"}))
    if "village" in places and not places & WET:
        town.village(canvas, palette, horizon + deep * 0.22, rng)
    if "forest" in places and not places & WET:
        growth.forest(canvas, palette, horizon, scene.trees, snowy, rng)
    elif scene.denied & {"tree", "trees", "forest"}:
        pass
    elif "mountains" in places and not places & (WET | BUILT | {"desert", "canyon"}):
        growth.treeline(canvas, palette, canvas.h - deep * 0.34, canvas.h + 0.02, ("conifer",), snowy, rng)
    if "meadow" in places:
        growth.flowers(canvas, palette, horizon + deep * 0.18, scene.colours, "lavender" in scene.spoken, rng)
    if "cliffs" in places:
        coast.paint(canvas, palette, horizon, surface, "road" in places, rng)
    elif "road" in places:
        land.road(canvas, palette, horizon, rng)
    if places & {"lake", "river"} and "beach" not in places:
        growth.reeds(canvas, palette, rng)
    ground = canvas.h - deep * (0.16 if deep < 0.5 else 0.22)
    return ground, shore
