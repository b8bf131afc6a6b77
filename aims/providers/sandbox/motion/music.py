"""A quiet score: four chords, soft voices and a few plucked notes, in a mood that the words set."""

from __future__ import annotations

import math

import numpy as np

from aims.providers.sandbox import words
from aims.providers.sandbox.motion import sounds
from aims.providers.sandbox.motion.reel import SAMPLES
from aims.providers.sandbox.noise import Field, generator, spread
from aims.providers.sandbox.scene import Scene

# Chords as steps of the scale above the key, three or four voices each; four of them make a turn.
_BRIGHT = (
    ((0, 4, 7, 14), (9, 12, 16, 19), (5, 9, 12, 16), (7, 11, 14, 17)),
    ((0, 4, 7, 11), (7, 11, 14, 19), (9, 12, 16, 21), (5, 9, 12, 19)),
    ((5, 9, 12, 16), (0, 4, 7, 14), (7, 11, 14, 21), (9, 12, 16, 19)),
)
_DARK = (
    ((0, 3, 7, 14), (8, 12, 15, 19), (3, 7, 10, 15), (10, 14, 17, 22)),
    ((0, 3, 7, 10), (5, 8, 12, 15), (8, 12, 15, 20), (7, 10, 14, 17)),
    ((0, 7, 12, 15), (3, 10, 15, 19), (10, 14, 17, 21), (5, 8, 12, 17)),
)
_MOODS = words.table(
    {
        "sad": "night dark moody sad lonely melancholy storm rain noir gothic mystery mysterious ghost haunted winter "
        "fog thunder eerie dystopian ruins abandoned",
        "lively": "happy joyful party celebration dance festival fast race racing running fun playful carnival",
    }
)
_EDGE = 0.25
_LOUDEST = 0.82


def soundtrack(scene: Scene, dark: bool, seconds: float, seed: int, *, continues: bool = False) -> Field:
    """What is heard with a film: float32, 2 channels, exactly as long as the film, never louder than 0.82.

    continues: whether it goes on from another film, so that it must not fade in.
    """
    count, key = round(seconds * SAMPLES), f"{seed}/{scene.layout}"
    names = sounds.named(scene.spoken, scene.denied, dark)
    quiet = bool({"music", "score", "melody"} & scene.denied)
    out = sounds.ambience(names, count, key)
    if not quiet:
        out += score(scene, dark, count, key) * (0.5 if names else 1.0)
    elif not names:
        out += sounds.ambience(["wind"], count, key) * 0.5
    return _mastered(out, continues)


def score(scene: Scene, dark: bool, count: int, key: str) -> Field:
    """The music alone."""
    rng = generator(key, "score")
    moods = {mood for word in scene.spoken for mood in words.meanings(word, _MOODS)}
    lively = "lively" in moods
    sad = "sad" in moods or (dark and not lively)
    turns = _DARK if sad else _BRIGHT
    chords = turns[int(rng.integers(len(turns)))]
    root = 110.0 * 2 ** (int(rng.integers(-5, 5)) / 12)
    bar = int(SAMPLES * (1.5 if lively else spread(2.0, 2.6, rng)))
    out = np.zeros((2, count), np.float32)
    for at in range(count // bar + 2):
        chord = chords[at % 4]
        for voice, step in enumerate(chord):
            pan = (voice / (len(chord) - 1) - 0.5) * 1.2
            sounds.strike(out, (at * bar) - bar // 3, _pad(root * 2 ** (step / 12), bar, rng), pan)
        sounds.strike(out, at * bar - bar // 3, _pad(root / 2 * 2 ** (chord[0] / 12), bar, rng) * 0.9, 0.0)
        beats = 8 if lively else 4
        for beat in range(beats):
            if rng.random() < (0.8 if lively else 0.5):
                step = chord[int(rng.integers(len(chord)))] + 12 * int(rng.integers(1, 3))
                when = at * bar + beat * bar // beats
                sounds.strike(out, when, _pluck(root * 2 ** (step / 12), rng), spread(-0.7, 0.7, rng))
    return _roomy(out, rng)


def _pad(tone: float, bar: int, rng: np.random.Generator) -> Field:
    """One soft voice that overlaps its neighbours."""
    length = bar + 2 * bar // 3
    t = np.arange(length, dtype=np.float32) / SAMPLES
    shape = np.sin(np.pi * np.clip(np.arange(length) / length, 0, 1)) ** 1.2
    slow = 1 + 0.0016 * np.sin(t * spread(3.5, 5, rng) + rng.random() * 6)
    wave = np.sin(math.tau * tone * t * slow)
    wave += 0.4 * np.sin(math.tau * tone * 2.003 * t) + 0.16 * np.sin(math.tau * tone * 3.001 * t)
    return (wave * shape * 0.075).astype(np.float32)


def _pluck(tone: float, rng: np.random.Generator) -> Field:
    """A note like that of a small wooden harp."""
    t = np.arange(int(SAMPLES * 1.4), dtype=np.float32) / SAMPLES
    wave = np.sin(math.tau * tone * t) * np.exp(-t * 3.4)
    wave += 0.35 * np.sin(math.tau * tone * 3.01 * t) * np.exp(-t * 9)
    return (wave * np.clip(t * 400, 0, 1) * spread(0.05, 0.1, rng)).astype(np.float32)


def _roomy(dry: Field, rng: np.random.Generator) -> Field:
    """The sound in a large room: its echo is noise that dies away."""
    t = np.arange(int(SAMPLES * 1.3), dtype=np.float32) / SAMPLES
    echo = rng.standard_normal((2, len(t)), dtype=np.float32) * np.exp(-t * 4.6).astype(np.float32)
    echo /= np.sqrt((echo**2).sum(axis=1, keepdims=True))
    size = 1 << (dry.shape[1] + len(t) - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(echo, size), size)[:, : dry.shape[1]]
    return (dry * 0.75 + wet * 0.4).astype(np.float32)


def _mastered(out: Field, continues: bool) -> Field:
    """At an even loudness, without a click at either end, and below the ceiling."""
    edge = min(int(SAMPLES * _EDGE), out.shape[1] // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, edge, dtype=np.float32))
    short = min(edge, SAMPLES // 100)
    if continues:
        out[:, :short] *= np.linspace(0, 1, short, dtype=np.float32)
    else:
        out[:, :edge] *= ramp
    out[:, -edge:] *= ramp[::-1]
    loud = float(np.sqrt((out**2).mean()))
    out = out * (0.13 / max(1e-6, loud))
    # Soft ceiling: peaks bend instead of breaking.
    return (np.tanh(out / _LOUDEST) * _LOUDEST).astype(np.float32)
