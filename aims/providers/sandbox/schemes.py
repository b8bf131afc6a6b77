"""Named sets of colours ("primary colours", "earth tones") and the colour that is named for the background."""

from __future__ import annotations

from aims.providers.sandbox import vocabulary, words
from aims.providers.sandbox.palette import Rgb, rgb

# Each line: the words that name the set, then its colours.
_SCHEMES = {
    "primary": "d8262c 1f57b8 f5cb1d",
    "secondary": "ee7d22 3c9a48 7b3fa6",
    "pastel": "f7c5cc c3e4d0 c9d4f2 fbe7b8 dcc8ec",
    "earth earthy": "a0522d c98a4b 6b6a3a e0c49a 5a3a28",
    "monochrome monochromatic grayscale greyscale": "2b2b2e 5c5c62 93939a c6c6cc",
    "rainbow": "e03a3a f08a24 f5d02e 3fae4a 2f6fd6 7a3fb8",
    "warm": "d8392b ef7d2a f6b73c a8324a f4d9a0",
    "cool": "1f5fae 2a9bb0 57c0a8 4a4aa8 b8dcec",
    "jewel": "0f6b4f 1c3f94 8c1d40 6a2c91 d49a1f",
    "autumn autumnal": "b5421e d9822b e0b040 7a3b1f 6b6a2e",
    "neutral": "d9d0c3 a89f91 6f675c efe9df 4a443d",
}
_NAMES = {word: colours for line, colours in _SCHEMES.items() for word in line.split()}
_HEADS = frozenset(
    ["color", "colors", "colour", "colours", "palette", "tone", "tones", "hue", "hues", "shades"]
)
_GROUNDS = frozenset(["background", "backdrop", "backgrounds"])
_SOFTENERS = frozenset(["plain", "solid", "pure", "flat", "clean", "simple", "seamless", "studio", "blank"])
_COLOURS = words.table(vocabulary.COLOURS)


def named(spoken: list[str]) -> tuple[tuple[Rgb, ...], frozenset[int]]:
    """The colours of the set that is named, and the places of the words that name it."""
    for index, word in enumerate(spoken):
        after = spoken[index + 1 : index + 3]
        if word in _NAMES and _HEADS.intersection(after[:1] if after[:1] != ["colored"] else after):
            return tuple(rgb(colour) for colour in _NAMES[word].split()), frozenset({index, index + 1})
    return (), frozenset()


def of_tones(tones: tuple[str, ...]) -> tuple[Rgb, ...]:
    """The colours of a picture of which only the warmth is said."""
    tone = next((name for name in tones if name in {"warm", "cool"}), "")
    return tuple(rgb(colour) for colour in _NAMES[tone].split()) if tone else ()


def backdrop(spoken: list[str]) -> tuple[Rgb | None, frozenset[int]]:
    """The colour that stands before "background", and the places of both words."""
    for index, word in enumerate(spoken):
        if word not in _GROUNDS:
            continue
        start = index - 1
        while start >= 0 and spoken[start] in _SOFTENERS:
            start -= 1
        found = words.meanings(spoken[start], _COLOURS) if start >= 0 else ()
        if found:
            return rgb(found[0]), frozenset(range(start, index + 1))
    return None, frozenset()
