"""Colours of a scene: what the hour of day does to sky, land and things."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

import numpy as np

Rgb = tuple[int, int, int]


def rgb(text: str) -> Rgb:
    """A colour from six hex digits."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(one: Rgb, two: Rgb, share: float) -> Rgb:
    """The colour `share` of the way (0..1) from one to two."""
    t = min(1.0, max(0.0, share))
    return (
        round(one[0] + (two[0] - one[0]) * t),
        round(one[1] + (two[1] - one[1]) * t),
        round(one[2] + (two[2] - one[2]) * t),
    )


def lit(colour: Rgb, light: Rgb) -> Rgb:
    """A surface colour under a coloured light (255,255,255 leaves it as it is)."""
    return colour[0] * light[0] // 255, colour[1] * light[1] // 255, colour[2] * light[2] // 255


def brighter(colour: Rgb, amount: float) -> Rgb:
    """Towards white (positive, up to 1) or towards black (negative)."""
    return mix(colour, (255, 255, 255), amount) if amount >= 0 else mix(colour, (0, 0, 0), -amount)


def luma(colour: Rgb) -> float:
    """How bright a colour looks, 0..255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def turned(colour: Rgb, degrees: float, saturation: float = 1.0) -> Rgb:
    """The colour with its hue turned and its saturation scaled."""
    h, light, s = colorsys.rgb_to_hls(colour[0] / 255, colour[1] / 255, colour[2] / 255)
    r, g, b = colorsys.hls_to_rgb((h + degrees / 360) % 1.0, light, min(1.0, s * saturation))
    return round(r * 255), round(g * 255), round(b * 255)


def from_hue(degrees: float, lightness: float, saturation: float) -> Rgb:
    """A colour from hue (degrees), lightness and saturation (0..1)."""
    r, g, b = colorsys.hls_to_rgb((degrees % 360) / 360, lightness, saturation)
    return round(r * 255), round(g * 255), round(b * 255)


def dyed(colour: Rgb, dye: Rgb, amount: float) -> Rgb:
    """The colour moved towards the hue of a dye while it keeps most of its own brightness."""
    target_luma, dye_luma = luma(colour), luma(dye)
    if dye_luma < 1:
        return mix(colour, brighter(dye, 0.05), amount * 0.7)
    if target_luma > dye_luma:
        same = mix(dye, (255, 255, 255), (target_luma - dye_luma) / (256 - dye_luma) * 0.75)
    else:
        same = mix(dye, (0, 0, 0), (1 - target_luma / dye_luma) * 0.85)
    return mix(colour, same, amount)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours that one picture is painted with.

    sky: four stops from the zenith to the horizon. ambient: the light that falls on things.
    backlit: 0 (things show their own colour) .. 1 (pure silhouettes). dark: True when stars and lamps show.
    """

    sky: tuple[Rgb, Rgb, Rgb, Rgb]
    sun: Rgb
    far: Rgb
    near: Rgb
    ambient: Rgb
    backlit: float
    dark: bool
    accents: tuple[Rgb, ...] = ()

    def at_depth(self, surface: Rgb, depth: float) -> Rgb:
        """The colour of land: depth 0 fades into the horizon, 1 is the foreground."""
        own = mix(lit(surface, self.ambient), self.near, self.backlit * (0.35 + 0.65 * depth))
        haze = mix(self.far, self.sky[3], 0.25)
        return mix(haze, own, 0.12 + 0.88 * depth**0.8)

    def on_thing(self, colour: Rgb) -> Rgb:
        """The colour of a subject in this light; subjects keep more of their own colour than land does."""
        return mix(lit(colour, mix(self.ambient, (255, 255, 255), 0.25)), self.near, self.backlit * 0.3)


# zenith, upper, lower, horizon, sun, far land, near land
HOURS: dict[str, tuple[str, ...]] = {
    "sunset": (
        "2b1f55 8a3f72 ef6f59 ffc870 fff0c0 c9657a 22123a",
        "17295a 5f558f ea8a7d ffd9a0 fff4d6 a8708f 171a3c",
        "4a1440 ab2a4b f2602f ffbe4d ffe9a8 c04a45 28091f",
        "1f4272 8286b5 f5a98a ffe5b5 fff6e0 b0829a 1c2548",
    ),
    "dawn": (
        "5b82bd a9b6da f8cab6 fff0cb fffbe6 b3a6c6 2c3a5e",
        "6a8bc6 d4b3d0 ffb9a3 ffe9be fff6da bf98b4 34375e",
        "3f6aa5 8fb0d0 f3d3b4 fff1d0 fffbe8 9fb0c4 274058",
    ),
    "noon": (
        "2273c6 559fe0 a2d2ee e6f4f4 fffdf0 a4c6d8 2a5b48",
        "2f86d2 72b9e8 b8dff0 f5f6ea fffdf0 a9cbd0 31604a",
        "2a66b0 6ba6d8 b7d9e8 eaf0ea fffdf0 9fbfd2 27553f",
    ),
    "golden": (
        "6590b8 b3b8a8 f4cf88 ffebb4 fff7d8 d3ab7c 4a331f",
        "7a8fb0 d0b09a f7c37a ffe3a0 fff2cc cf9c74 48281c",
    ),
    "dusk": (
        "101c48 2e3b7c 6e70b0 dba3b6 f7e4da 5b5d9e 0c1132",
        "16163f 3f3674 8a6aa8 eab0a4 f7e4da 6a578f 110e2c",
    ),
    "night": (
        "050a20 0b183c 162c5e 2e4d84 f6f0dc 27406f 050918",
        "0a0722 1a1142 2c2262 4b3d86 f6eede 372f70 070418",
        "03121e 062638 0e4254 2a6d7a f2f2dc 1e5564 020d14",
    ),
    "storm": (
        "1b222c 36414e 5a6674 8d979d e6ebee 59656f 131920",
        "1f2230 3d3f55 63667c 9a9aa4 e6e6ee 5d6076 15161f",
    ),
    "overcast": (
        "8fa3ae b0c1ca d0dbdf e8ecea f7f7f2 bccad0 4b5d62",
        "8b97a8 aab4c2 cbd2da e6e6e4 f7f7f2 b4bec8 4a5462",
    ),
    "winter": (
        "7f9fc2 adc4da d7e3ec f4f4f2 fffaf0 bccfe0 56758f",
        "93a8c6 bfcade e4e2ea f9efe8 fffaf0 c4cee0 5f7290",
    ),
}
AMBIENT: dict[str, tuple[str, float, bool]] = {
    "sunset": ("ffcfae", 0.62, False),
    "dawn": ("ffeadb", 0.25, False),
    "noon": ("ffffff", 0.0, False),
    "golden": ("ffe6b8", 0.2, False),
    "dusk": ("9a94d2", 0.55, True),
    "night": ("6e86c8", 0.6, True),
    "storm": ("a8b4c0", 0.25, False),
    "overcast": ("dfe6e8", 0.08, False),
    "winter": ("eef4ff", 0.05, False),
}


def for_hour(hour: str, rng: np.random.Generator) -> Palette:
    """One of the palettes of an hour, slightly varied by the generator."""
    variants = HOURS[hour]
    stops = [rgb(part) for part in variants[int(rng.integers(len(variants)))].split()]
    turn = float(rng.normal(0, 5))
    stops = [turned(stop, turn) for stop in stops]
    light, backlit, dark = AMBIENT[hour]
    sky = (stops[0], stops[1], stops[2], stops[3])
    return Palette(sky, stops[4], stops[5], stops[6], rgb(light), backlit, dark)


def with_colours(palette: Palette, colours: tuple[Rgb, ...], amount: float) -> Palette:
    """The palette dyed by the colours a prompt asks for; the first colour leads."""
    if not colours:
        return palette
    lead, second = colours[0], colours[1 % len(colours)]

    def blend(colour: Rgb, share: float) -> Rgb:
        return dyed(dyed(colour, lead, amount * (1 - 0.5 * share)), second, amount * share * 0.8)

    sky = (
        blend(palette.sky[0], 0.0),
        blend(palette.sky[1], 0.2),
        blend(palette.sky[2], 0.7),
        blend(palette.sky[3], 0.9),
    )
    return replace(
        palette,
        sky=sky,
        far=blend(palette.far, 0.6),
        near=blend(palette.near, 0.2),
        ambient=mix(palette.ambient, dyed(palette.ambient, lead, amount), 0.6),
        accents=colours,
    )
