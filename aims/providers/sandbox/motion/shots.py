"""Reads from the words of a prompt how the camera moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from aims.providers.sandbox import words

# The camera moves that a prompt can name; `_CLEAR` words mean one wherever they stand.
_CLEAR = words.table(
    {
        "pan": "panning",
        "truck": "tracking trucking",
        "push": "dolly flythrough approaching pushin",
        "pull": "pullback pullout",
        "zoom": "zoom zooming",
        "orbit": "orbit orbiting circling revolve revolving",
        "rise": "aerial ascending craning birdseye flyover",
        "sink": "descending lowering",
        "tilt": "tilting",
        "reveal": "reveal revealing unveil unveiling",
        "still": "static motionless tripod locked",
        "vertigo": "vertigo dollyzoom",
        "handheld": "handheld shaky",
        "lapse": "timelapse hyperlapse",
    }
)
# These are also names of things and ordinary verbs, so they count only beside a word of the camera.
_BESIDE = words.table(
    {
        "pan": "pan sweep",
        "truck": "track follow slide glide travel",
        "push": "push approach forward closer fly advance",
        "pull": "pull back backward away retreat",
        "orbit": "circle around rotate arc spin",
        "rise": "drone crane rise lift ascend climb",
        "sink": "descend lower sink drop dive",
        "tilt": "tilt",
        "still": "still fixed stationary steady",
    }
)
_CAMERA = frozenset(["camera", "shot", "lens", "view", "viewpoint", "footage", "cinematography"])
_SIDES = words.table({"left": "left", "right": "right", "up": "up upward", "down": "down downward"})
_SPEED = words.table(
    {
        "0.55": "slow slowly gentle gently calm subtle lazy",
        "1.6": "fast quick quickly rapid rapidly swift whip",
    }
)
_NAMES = {
    ("time", "lapse"): "timelapse",
    ("hyper", "lapse"): "hyperlapse",
    ("dolly", "zoom"): "dollyzoom",
    ("fly", "through"): "flythrough",
    ("hand", "held"): "handheld",
    ("push", "in"): "pushin",
    ("pushes", "in"): "pushin",
    ("pull", "back"): "pullback",
    ("pulls", "back"): "pullback",
    ("pulls", "out"): "pullout",
}
MODIFIERS = frozenset({"handheld", "lapse"})
_REACH = 5


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is: x and y as shares of the room beside the frame (-1..1), and its magnification (>= 1)."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One camera move from `start` to `end`.

    flat: 0 keeps the depths apart, 1 turns or magnifies everything alike. shake: of a camera in the hand.
    pivot: the depth that stays in place while the camera goes around it, or 0. tempo: how fast the scene lives.
    far_zoom: how the far is magnified at the end beside the near, for the move of that name.
    """

    name: str
    start: Pose
    end: Pose
    flat: float = 0.0
    shake: float = 0.0
    pivot: float = 0.0
    tempo: float = 1.0
    far_zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a prompt says about the camera, and the words that are left for the scene.

    sides: left, right, up, down, where they were said of the camera. speed: 1 is normal.
    """

    moves: tuple[str, ...]
    sides: frozenset[str]
    speed: float
    rest: str


def hear(prompt: str) -> Heard:
    """Takes the words of the camera out of a prompt."""
    spoken = _joined(words.tokens(prompt))
    places = [at for at, word in enumerate(spoken) if word in _CAMERA]
    moves: list[str] = []
    taken = set(places)
    for at, word in enumerate(spoken):
        beside = any(abs(at - place) <= _REACH for place in places) or _directed(spoken, at)
        if word in {"in", "out"} and at and words.meanings(spoken[at - 1], _CLEAR)[:1] == ("zoom",):
            moves += ["pull"] if word == "out" else []
            taken.add(at)
            continue
        meant = words.meanings(word, _CLEAR) or (words.meanings(word, _BESIDE) if beside else ())
        moves += [name for name in meant if name not in moves]
        if meant:
            taken.add(at)
    sides: set[str] = set()
    speed = 1.0
    named = sorted(taken) if moves else []
    for at, word in enumerate(spoken):
        if any(abs(at - other) <= _REACH for other in named) and word.isalnum():
            sides.update(words.meanings(word, _SIDES))
            speeds = words.meanings(word, _SPEED)
            speed = float(speeds[0]) if speeds else speed
            if speeds or words.meanings(word, _SIDES):
                taken.add(at)
    rest = " ".join(word for at, word in enumerate(spoken) if at not in taken)
    return Heard(tuple(moves), frozenset(sides), speed, rest)


def _directed(spoken: list[str], at: int) -> bool:
    """Whether a direction follows, as in "pan left", "tilt up" and "track to the right"."""
    after = spoken[at + 1 : at + 4]
    after = after[2:] if after[:2] == ["to", "the"] else after[:1]
    return bool(after) and (
        after[0] in {"around", "forward", "backward"} or bool(words.meanings(after[0], _SIDES))
    )


def _joined(spoken: list[str]) -> list[str]:
    """Words that belong together become one."""
    out: list[str] = []
    for word in spoken:
        pair = _NAMES.get((out[-1], word)) if out else None
        if pair:
            out[-1] = pair
        else:
            out.append(word)
    return out


DEFAULTS = {
    "outdoors": ("push", "truck", "rise", "orbit", "truck", "pull"),
    "space": ("push", "truck", "orbit", "push"),
    "depths": ("truck", "push", "orbit"),
}


def choose(heard: Heard, kind: str, rng: np.random.Generator) -> Shot:
    """The shot that was asked for; if none was, one that suits the kind of scene, by chance."""
    moves, sides, speed = heard.moves, heard.sides, heard.speed
    main = next((name for name in moves if name not in MODIFIERS), "")
    main = "zoom" if "zoom" in moves else main
    if main == "zoom":
        shot = replace(_shot("pull" if "pull" in moves else "push", sides, rng), name="zoom", flat=0.85)
    elif main:
        shot = _shot(main, sides, rng)
    elif moves:
        shot = _shot("push" if "handheld" in moves else "still", sides, rng)
    else:
        choice = DEFAULTS.get(kind, ("push", "pull", "orbit"))
        shot, speed = _shot(choice[int(rng.integers(len(choice)))], sides, rng), 0.8
    if "handheld" in moves:
        shot = replace(shot, name="handheld" if shot.name == "push" else shot.name, shake=1.0)
    if "lapse" in moves:
        shot = replace(shot, name="lapse" if shot.name == "still" else shot.name, tempo=7.0)
    return _sped(shot, speed)


def _sped(shot: Shot, speed: float) -> Shot:
    """The same move over a shorter or a longer way."""
    if speed >= 1:
        return replace(shot, tempo=shot.tempo * min(1.5, speed))
    return shortened(shot, speed)


def shortened(shot: Shot, share: float) -> Shot:
    """The middle part of a move, a share of its way."""
    middle = Pose(*((a + b) / 2 for a, b in zip(_values(shot.start), _values(shot.end), strict=True)))
    start = _between(middle, shot.start, share)
    return replace(shot, start=start, end=_between(middle, shot.end, share))


def _values(pose: Pose) -> tuple[float, float, float]:
    return pose.x, pose.y, pose.zoom


def _between(one: Pose, other: Pose, share: float) -> Pose:
    return Pose(*(a + (b - a) * share for a, b in zip(_values(one), _values(other), strict=True)))


def _shot(name: str, sides: frozenset[str], rng: np.random.Generator) -> Shot:
    way = -1.0 if "left" in sides else 1.0 if "right" in sides or rng.random() < 0.5 else -1.0
    lean = 0.25 * way
    match name:
        case "pan":
            return Shot(name, Pose(-0.95 * way), Pose(0.95 * way), flat=0.75)
        case "truck":
            return Shot(name, Pose(-0.95 * way, 0, 1.03), Pose(0.95 * way, 0, 1.03))
        case "pull":
            return Shot(name, Pose(lean, 0, 1.34), Pose(0, 0, 1.0))
        case "orbit":
            return Shot(name, Pose(-0.9 * way, 0, 1.04), Pose(0.9 * way, 0, 1.12), pivot=0.8)
        case "rise":
            return Shot(name, Pose(0, 0.9, 1.1), Pose(lean * 0.6, -0.9, 1.0))
        case "sink":
            return Shot(name, Pose(0, -0.9, 1.0), Pose(lean * 0.6, 0.85, 1.1))
        case "tilt":
            down = "down" in sides
            return Shot(name, Pose(0, -0.95 if down else 0.95), Pose(0, 0.95 if down else -0.95), flat=0.8)
        case "reveal":
            return Shot(name, Pose(-0.9 * way, 0.6, 1.42), Pose(0.1 * way, -0.2, 1.0))
        case "still":
            return Shot(name, Pose(), Pose())
        case "vertigo":
            return Shot(name, Pose(0, 0, 1.0), Pose(0, 0, 1.22), far_zoom=1.5)
        case _:
            up = 0.25 if "up" in sides else -0.15
            return Shot("push", Pose(-lean, 0, 1.0), Pose(lean, up, 1.34))


def overscan(shot: Shot) -> tuple[float, float]:
    """How much wider and taller than the frame the set is, so that the camera never looks past its edge."""
    wide = 1.07 + 0.27 * max(abs(shot.start.x), abs(shot.end.x)) ** 1.5
    tall = 1.06 + 0.24 * max(abs(shot.start.y), abs(shot.end.y)) ** 1.5
    return wide, tall


def eased(share: float) -> float:
    """The way that is behind at `share` of the time: it starts and ends softly and is even between."""
    return share - 0.8 * math.sin(2 * math.pi * share) / (2 * math.pi)
