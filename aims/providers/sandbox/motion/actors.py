"""How the subjects of a scene move by themselves: they drive, sail, swim, fly, walk, float and burn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from aims.providers.sandbox import words
from aims.providers.sandbox.cast import PEOPLE, SUBJECTS
from aims.providers.sandbox.motion.layers import Layer
from aims.providers.sandbox.noise import generator
from aims.providers.sandbox.scene import Scene

Path = Callable[[float], tuple[float, float]]
# Nobody crosses more than this share of the frame's width, so that the subject stays in the picture.
LONGEST = 0.4


@dataclass(frozen=True, slots=True)
class Gait:
    """How one kind moves, in short sides: its way a second forward and up, and its swing and how often a second."""

    forward: float = 0.0
    up: float = 0.0
    swing: float = 0.0
    often: float = 0.4
    sideways: float = 0.0


_GAITS: dict[str, Gait] = {
    **dict.fromkeys(("car", "motorcycle", "truck"), Gait(0.13, swing=0.0016, often=3.1)),
    **dict.fromkeys(("train", "bicycle"), Gait(0.09, swing=0.0012, often=2.6)),
    "tractor": Gait(0.04, swing=0.002, often=2.2),
    **dict.fromkeys(("sailboat", "galleon"), Gait(0.035, swing=0.007, often=0.3)),
    "ship": Gait(0.03, swing=0.004, often=0.22),
    "boat": Gait(0.02, swing=0.006, often=0.4),
    "duck": Gait(0.03, swing=0.004, often=0.6),
    "fish": Gait(0.07, swing=0.012, often=0.6),
    **dict.fromkeys(("whale", "turtle", "submarine"), Gait(0.045, swing=0.016, often=0.25)),
    **dict.fromkeys(("dolphin", "shark"), Gait(0.08, swing=0.018, often=0.4)),
    **dict.fromkeys(("jellyfish", "octopus"), Gait(0.008, 0.02, 0.02, 0.4)),
    "plane": Gait(0.14, 0.012, 0.003),
    "helicopter": Gait(0.05, 0.004, 0.008, 0.7),
    "balloon": Gait(0.016, 0.008, 0.006, 0.2),
    "toyballoon": Gait(0.02, 0.035, 0.006, 0.5, 0.012),
    "rocket": Gait(0.0, 0.09, 0.002, 6.0),
    "ufo": Gait(0.05, 0.0, 0.014, 0.5, 0.02),
    "kite": Gait(0.0, 0.0, 0.02, 0.35, 0.035),
    "flock": Gait(0.06, 0.006, 0.012, 0.6),
    "eagle": Gait(0.05, 0.01, 0.012, 0.3),
    "dragon": Gait(0.05, 0.01, 0.018, 0.7),
    **dict.fromkeys(("butterfly", "bee"), Gait(0.025, 0.0, 0.02, 1.3, 0.02)),
    "bat": Gait(0.07, 0.0, 0.02, 1.6),
    **dict.fromkeys(("astronaut", "ghost"), Gait(0.012, 0.006, 0.016, 0.25, 0.01)),
    "planet": Gait(0.004, 0.0, 0.0),
}
_MANNERS = words.table(
    {
        "walk": "walk stroll wander hike march cross",
        "run": "run running race racing gallop chase sprint jump leap",
        "rest": "parked docked anchored moored standing still asleep sleep rest wait stationary",
    }
)
_BEASTS = words.table(
    {
        "beast": "dog fox wolf horse unicorn bear panda elephant deer lion tiger cow sheep pig giraffe zebra mouse "
        "camel cat rabbit monkey owl penguin flamingo chicken crab frog snake snail dinosaur bird"
    }
)


def path_of(
    layer: Layer, scene: Scene, unit: float, wide: float, seconds: float, tempo: float
) -> Path | None:
    """The way of a subject over time in pixels of the set, or None for what stays where it is.

    unit: the short side of the set; wide: the width of the frame; seconds: the length of the film.
    """
    gait = _gait(layer.name, scene)
    if gait is None:
        return None
    rng = generator(layer.name, layer.left, layer.top)
    phase, quick = float(rng.random()) * math.tau, 0.8 + 0.4 * float(rng.random())
    ahead = -1.0 if layer.flip else 1.0
    far = gait.forward * quick * unit * seconds * min(2.0, tempo)
    pace = min(far, LONGEST * wide) / max(1e-6, seconds)
    lift = min(gait.up * unit * seconds, 0.3 * unit) / max(1e-6, seconds)

    def path(now: float) -> tuple[float, float]:
        turn = math.tau * gait.often * now * quick + phase
        since = now - seconds / 2
        bounce = -abs(math.sin(turn)) if gait.often > 1.8 else math.sin(turn)
        aside = gait.sideways * math.sin(turn * 0.6 + 1.0)
        return ahead * pace * since + aside * unit, -lift * since + gait.swing * bounce * unit

    return path


def moves(layer: Layer, scene: Scene) -> float:
    """Which way a subject goes over the ground or the sea: -1 left, 1 right, 0 if it does not."""
    gait = _gait(layer.name, scene)
    if gait is None or gait.forward < 0.03:
        return 0.0
    return -1.0 if layer.flip else 1.0


def _gait(name: str, scene: Scene) -> Gait | None:
    manners = {name for word in scene.spoken for name in words.meanings(word, _MANNERS)}
    if name in _GAITS:
        gait = _GAITS[name]
        return Gait(0, 0, gait.swing * 0.6, gait.often, gait.sideways) if "rest" in manners else gait
    subject = SUBJECTS.get(name)
    if subject is None or subject.home not in {"ground", "any"} or name.startswith(("head of", "bust of")):
        return None
    living = subject.height < 1.2 and (name in PEOPLE or name in _BEASTS)
    if not living:
        return None
    posed = next((thing.pose for thing in scene.things if thing.name == name), "")
    if posed == "running" or "run" in manners:
        return Gait(0.1, swing=0.022, often=2.1)
    if "walk" in manners:
        return Gait(0.035, swing=0.006, often=1.9)
    return None if posed == "lying" else Gait(swing=0.0022, often=0.35)


FLAMES: dict[str, tuple[float, float]] = {
    "campfire": (0.45, 0.9),
    "candle": (0.1, 0.5),
    "lantern": (0.15, 0.45),
    "lamp": (0.25, 0.5),
    "rocket": (0.92, 0.6),
}
"""What gives light: how far below its top, as a share of its height, and how far that reaches."""
