"""Sounds of places and weather, made from noise and tones.

A sound is float32, 2 channels x samples, about -1..1 at its loudest; `Rng` alone decides its details.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from aims.providers.sandbox import words
from aims.providers.sandbox.motion.reel import SAMPLES
from aims.providers.sandbox.noise import Field, generator, spread

Rng = np.random.Generator
Sound = Callable[[int, Rng], Field]


def noise(count: int, rng: Rng, low: float, high: float, tilt: float = 0.5) -> Field:
    """Noise between two frequencies (hertz), in two channels that differ; tilt 0 is white, 1 falls off to brown."""
    # A few seconds are enough: the ear does not notice when soft noise comes round again.
    length = min(count, SAMPLES * 5)
    frequency = np.fft.rfftfreq(length, 1 / SAMPLES).astype(np.float32)
    shape = (1 / np.maximum(frequency, 20) ** tilt) / (1 + (frequency / high) ** 4)
    shape *= (frequency / low) ** 2 / (1 + (frequency / low) ** 2)
    spectrum = np.fft.rfft(rng.standard_normal((2, length), dtype=np.float32)) * shape
    made = np.fft.irfft(spectrum, length).astype(np.float32)
    made *= 0.3 / max(1e-9, float(made.std()))
    return made if length == count else _looped(made, count)


def _looped(made: Field, count: int) -> Field:
    """Noise as long as it is needed; where it comes round again, one end fades into the other."""
    seam = SAMPLES // 4
    rise = np.linspace(0, 1, seam, dtype=np.float32)
    body = made[:, seam:].copy()
    body[:, -seam:] = body[:, -seam:] * np.sqrt(1 - rise) + made[:, :seam] * np.sqrt(rise)
    return np.tile(body, (1, count // body.shape[1] + 1))[:, :count]


def swell(count: int, rng: Rng, often: float, low: float, high: float) -> Field:
    """A loudness that comes and goes about `often` times a second, between two levels."""
    knots = max(4, int(count / SAMPLES * often * 2) + 4)
    levels = low + (high - low) * rng.random(knots)
    x = np.arange(0, count, 480) / count * (knots - 1)
    part = x - np.floor(x)
    part = part * part * (3 - 2 * part)
    at = np.minimum(np.floor(x).astype(int), knots - 2)
    coarse = levels[at] * (1 - part) + levels[at + 1] * part
    return np.interp(np.arange(count), np.arange(0, count, 480), coarse).astype(np.float32)


def strike(sound: Field, at: int, what: Field, pan: float) -> None:
    """Adds a short mono sound at a sample; pan -1 left to 1 right."""
    start, stop = max(0, at), min(sound.shape[1], at + len(what))
    if stop > start:
        piece = what[start - at : stop - at]
        sound[0, start:stop] += piece * math.sqrt((1 - pan) / 2)
        sound[1, start:stop] += piece * math.sqrt((1 + pan) / 2)


def _time(seconds: float) -> Field:
    return (np.arange(round(seconds * SAMPLES)) / SAMPLES).astype(np.float32)


def sea(count: int, rng: Rng) -> Field:
    """Waves that come in, break and draw back."""
    t = np.arange(count, dtype=np.float32) / SAMPLES
    out = noise(count, rng, 60, 500, 0.8) * 0.4
    for pace in (0.16, 0.23):
        cycle = np.mod(t * pace + rng.random(), 1)
        rise = np.clip(cycle / 0.45, 0, 1) ** 2 * np.clip((1 - cycle) / 0.55, 0, 1) ** 1.4
        out += noise(count, rng, 250, 5200, 0.55) * (rise * 0.9).astype(np.float32)
    return out


def rain(count: int, rng: Rng) -> Field:
    """Steady rain and single drops."""
    out = noise(count, rng, 900, 9000, 0.25) * 0.42 * swell(count, rng, 0.5, 0.8, 1.1)
    out += noise(count, rng, 90, 700, 0.7) * 0.14
    for _ in range(int(count / SAMPLES * 16)):
        t = _time(0.03)
        drop = np.sin(math.tau * spread(1400, 4200, rng) * t * (1 + 6 * t)) * np.exp(-t * 160)
        strike(
            out,
            int(rng.random() * count),
            (drop * spread(0.05, 0.2, rng)).astype(np.float32),
            spread(-0.9, 0.9, rng),
        )
    return out


def wind(count: int, rng: Rng) -> Field:
    """Gusts, with a faint whistle in them."""
    body = noise(count, rng, 120, 900, 0.75) * swell(count, rng, 0.35, 0.25, 1.0)
    return body + noise(count, rng, 500, 1500, 0.3) * swell(count, rng, 0.5, 0.0, 0.3) ** 2


def stream(count: int, rng: Rng) -> Field:
    """Running water."""
    return (
        noise(count, rng, 350, 6000, 0.4) * 0.5 * swell(count, rng, 3.0, 0.7, 1.1)
        + noise(count, rng, 80, 500) * 0.3
    )


def city(count: int, rng: Rng) -> Field:
    """The hum of streets, and cars that pass."""
    t = np.arange(count, dtype=np.float32) / SAMPLES
    out = noise(count, rng, 40, 420, 0.9) * 0.6
    for _ in range(int(count / SAMPLES * 0.5) + 1):
        when, way = rng.random() * count / SAMPLES, 1 if rng.random() < 0.5 else -1
        near = np.exp(-(((t - when) / 0.9) ** 2)).astype(np.float32)
        side = np.tanh((t - when) * way * 1.2).astype(np.float32)
        car = noise(count, rng, 120, 1400, 0.6) * near * 0.7
        out += car * np.stack([np.sqrt((1 - side) / 2), np.sqrt((1 + side) / 2)])
    return out


def birds(count: int, rng: Rng) -> Field:
    """Songbirds, two or three, each with a phrase of its own."""
    out = np.zeros((2, count), np.float32)
    for _ in range(3):
        base, pan, pace = spread(2400, 4600, rng), spread(-0.8, 0.8, rng), spread(1.0, 2.6, rng)
        notes = [(spread(0.8, 1.3, rng), spread(-0.3, 0.5, rng), spread(0.05, 0.14, rng)) for _ in range(4)]
        at = int(rng.random() * SAMPLES * pace * 0.7)
        while at < count:
            for pitch, bend, long in notes:
                t = _time(long)
                sweep = base * pitch * (t + bend * t * t / long * 0.5)
                shape = np.sin(np.pi * t / long) ** 1.5
                strike(out, at, (np.sin(math.tau * sweep) * shape * 0.2).astype(np.float32), pan)
                at += int((long + 0.05) * SAMPLES)
            at += int(spread(0.5, 1.3, rng) * pace * SAMPLES)
    return out


def crickets(count: int, rng: Rng) -> Field:
    """A summer night."""
    t = np.arange(count, dtype=np.float32) / SAMPLES
    out = noise(count, rng, 100, 600) * 0.06
    for _ in range(3):
        tone, pace, pan = spread(3900, 4900, rng), spread(14, 19, rng), spread(-0.8, 0.8, rng)
        chirp = np.clip(np.sin(math.tau * pace * t), 0, 1) * (
            np.sin(math.tau * spread(0.5, 0.9, rng) * t + 1) > -0.2
        )
        voice = (np.sin(math.tau * tone * t) * chirp * 0.09).astype(np.float32)
        strike(out, 0, voice, pan)
    return out


def fire(count: int, rng: Rng) -> Field:
    """Crackling wood over a low roar."""
    out = noise(count, rng, 60, 400, 0.8) * 0.3 * swell(count, rng, 2.0, 0.6, 1.1)
    for _ in range(int(count / SAMPLES * 22)):
        t = _time(spread(0.004, 0.02, rng))
        crack = rng.standard_normal(len(t)).astype(np.float32) * np.exp(-t * spread(250, 900, rng)).astype(
            np.float32
        )
        strike(out, int(rng.random() * count), crack * spread(0.08, 0.5, rng) ** 1.5, spread(-0.5, 0.5, rng))
    return out


def thunder(count: int, rng: Rng) -> Field:
    """Rolling thunder."""
    out = np.zeros((2, count), np.float32)
    at = int(spread(0.3, 0.8, rng) * SAMPLES)
    while at < count:
        t = _time(2.6)
        roll = noise(len(t), rng, 30, 260, 0.9)[0] * np.exp(-t * 1.3) * np.clip(t * 24, 0, 1)
        strike(out, at, (roll * 1.6).astype(np.float32), spread(-0.4, 0.4, rng))
        at += int(spread(1.4, 3.0, rng) * SAMPLES)
    return out


def deep(count: int, rng: Rng) -> Field:
    """Under water: everything muffled, and bubbles."""
    out = noise(count, rng, 35, 260, 0.8) * 0.7 * swell(count, rng, 0.3, 0.7, 1.0)
    for _ in range(int(count / SAMPLES * 4)):
        t = _time(spread(0.04, 0.1, rng))
        tone = spread(260, 800, rng)
        bubble = np.sin(math.tau * tone * (t + 3 * t * t)) * np.sin(np.pi * t / t[-1])
        strike(out, int(rng.random() * count), (bubble * 0.12).astype(np.float32), spread(-0.7, 0.7, rng))
    return out


def void(count: int, rng: Rng) -> Field:
    """A low drone between the stars."""
    t = np.arange(count, dtype=np.float32) / SAMPLES
    base = spread(42, 58, rng)
    left = sum(np.sin(math.tau * base * k * t + rng.random()) / k**1.4 for k in (1, 2, 3, 5))
    right = sum(np.sin(math.tau * (base * k + 0.21) * t + rng.random()) / k**1.4 for k in (1, 2, 3, 5))
    drone = np.stack([left, right]).astype(np.float32) * 0.3
    return drone * swell(count, rng, 0.2, 0.7, 1.0) + noise(count, rng, 200, 2500, 0.9) * 0.12


def engine(count: int, rng: Rng) -> Field:
    """A motor that runs evenly."""
    t = np.arange(count, dtype=np.float32) / SAMPLES
    turn = spread(38, 60, rng) * (t + 0.012 * np.sin(t * 2.1))
    buzz = sum(np.sin(math.tau * turn * k) / k for k in range(1, 9))
    mono = (np.asarray(buzz) * 0.16).astype(np.float32)
    return np.stack([mono, np.roll(mono, 40)]) + noise(count, rng, 80, 700, 0.8) * 0.25


def bursts(count: int, rng: Rng) -> Field:
    """Fireworks: a thud, then a crackle."""
    out = np.zeros((2, count), np.float32)
    at = int(spread(0.0, 0.3, rng) * SAMPLES)
    while at < count:
        t = _time(1.2)
        thud = noise(len(t), rng, 35, 300, 0.9)[0] * np.exp(-t * 6) * 1.5
        hiss = noise(len(t), rng, 2500, 9000, 0.1)[0] * np.exp(-t * 3) * (rng.random(len(t)) < 0.02) * 1.4
        strike(out, at, (thud + hiss).astype(np.float32), spread(-0.6, 0.6, rng))
        at += int(spread(0.4, 0.8, rng) * SAMPLES)
    return out


SOUNDS: dict[str, Sound] = {
    each.__name__: each
    for each in (sea, rain, wind, stream, city, birds, crickets, fire, thunder, deep, void, engine, bursts)
}
_WORDS = words.table(
    {
        "sea": "sea ocean beach wave surf coast shore island sail sailing boat ship lighthouse harbor harbour",
        "rain": "rain rainy raining downpour drizzle thunderstorm",
        "wind": "wind windy breeze storm stormy desert mountain snow snowy blizzard tundra canyon dune cliff balloon "
        "alps glacier kite plane hill savanna",
        "stream": "river stream waterfall brook creek fountain rapids",
        "city": "city street traffic downtown urban market crowd skyscraper avenue town metropolis",
        "birds": "bird forest meadow garden park village countryside spring jungle dawn morning field tree lake",
        "crickets": "night evening dusk firefly fireflies summer campsite moonlight moonlit",
        "fire": "fire campfire bonfire fireplace flame torch candle lava volcano dragon",
        "thunder": "thunder thunderstorm lightning",
        "deep": "underwater reef coralreef coral aquarium submarine jellyfish whale shark",
        "void": "space galaxy planet nebula cosmos astronaut spaceship rocket universe star alien",
        "engine": "car truck motorcycle train tractor helicopter engine racing",
        "bursts": "firework fireworks",
    }
)
_LOUDNESS = {"birds": 0.8, "crickets": 0.8, "void": 0.75, "engine": 0.55, "thunder": 0.9, "bursts": 0.9}
MOST = 3


def named(spoken: frozenset[str], denied: frozenset[str], dark: bool) -> list[str]:
    """The sounds that the words of a prompt bring with them, at most three."""
    found = [name for word in sorted(spoken) for name in words.meanings(word, _WORDS)]
    missing = {name for word in denied for name in words.meanings(word, _WORDS)[:1]}
    ranked = sorted(dict.fromkeys(found), key=lambda name: (-found.count(name), name))
    if dark or "deep" in ranked or "void" in ranked:
        ranked = [name for name in ranked if name != "birds"]
    if "deep" in ranked or "void" in ranked:
        ranked = [name for name in ranked if name in {"deep", "void", "engine"}]
    return [name for name in ranked if name not in missing][:MOST]


def ambience(names: list[str], count: int, key: str) -> Field:
    """The named sounds together, `count` samples long."""
    out = np.zeros((2, count), np.float32)
    for at, name in enumerate(names):
        out += SOUNDS[name](count, generator(key, "sound", name)) * _LOUDNESS.get(name, 0.7) * (0.8**at)
    return out
