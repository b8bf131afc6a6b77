"""Small pictures on a terminal that shows pictures: what was made, right below the line that told of it.

Three ways are known. kitty's (also Ghostty, WezTerm): PNG in base64, in pieces of at most 4,096 bytes. iTerm2's: a
whole file in base64. Sixels (foot, mlterm, xterm where it is built in): six rows of pixels at a time, one colour after
the other. Sources: kitty's graphics protocol, iTerm2's inline images, DEC's VT330 manual.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from aims import client

if TYPE_CHECKING:
    from PIL.Image import Image

    from aims.client import AIMS, Generation

SIDE = 256
PIECE = 4096
COLOURS = 64
WAYS = ("kitty", "iterm", "sixel")
_KITTY = frozenset({"ghostty", "wezterm"})
_SIXEL = frozenset({"foot", "foot-extra", "mlterm", "contour"})


def way_of(environment: Mapping[str, str]) -> str | None:
    """How this terminal is shown pictures; None when it is not known to show any. `AIMS_PREVIEW` says it for certain:
    one of `WAYS`, or `off`."""
    said = environment.get("AIMS_PREVIEW", "").lower()
    if said:
        return said if said in WAYS else None
    program = environment.get("TERM_PROGRAM", "").lower()
    term = environment.get("TERM", "")
    # What is behind a multiplexer sees nothing of it.
    if environment.get("TMUX") or term.startswith(("screen", "tmux")):
        return None
    if "kitty" in term or "KITTY_WINDOW_ID" in environment or program in _KITTY:
        return "kitty"
    if program == "iterm.app" or environment.get("LC_TERMINAL") == "iTerm2":
        return "iterm"
    return "sixel" if term in _SIXEL or "sixel" in term else None


def show(aims: AIMS, generation: Generation) -> None:
    """Show what was made, on standard error. A preview that cannot be had is no reason to say anything."""
    way = way_of(os.environ)
    small = [
        msgspec.structs.replace(output, url=output.thumbnail_url)
        for output in generation.completed
        if output.thumbnail_url
    ]
    if way is None or not small or sys.stderr is None or not sys.stderr.isatty():
        return
    from PIL import Image

    with TemporaryDirectory(prefix="aims-") as folder:
        try:
            files = aims.save(msgspec.structs.replace(generation, outputs=small), f"{folder}/")
        except client.AIMSError:
            return
        for file in files:
            with Image.open(Path(file), formats=["WEBP", "PNG", "JPEG"]) as picture:
                picture.thumbnail((SIDE, SIDE))
                sys.stderr.write("".join(drawn(way, picture.convert("RGB"))) + "\n")
    sys.stderr.flush()


def drawn(way: str, picture: Image) -> Iterator[str]:
    """What a terminal is sent to show an RGB picture."""
    if way == "sixel":
        yield from _sixels(picture)
        return
    data = io.BytesIO()
    picture.save(data, "PNG")
    text = base64.b64encode(data.getvalue()).decode()
    if way == "iterm":
        yield f"\x1b]1337;File=inline=1;size={len(data.getvalue())};width={picture.width}px:{text}\a"
        return
    for start in range(0, len(text), PIECE):
        first = "a=T,f=100,q=2," if start == 0 else ""
        more = int(start + PIECE < len(text))
        yield f"\x1b_G{first}m={more};{text[start : start + PIECE]}\x1b\\"


def _sixels(picture: Image) -> Iterator[str]:
    few = picture.quantize(COLOURS)
    width, height = few.size
    pixels, palette = few.tobytes(), few.getpalette() or []
    yield f'\x1bPq"1;1;{width};{height}'
    for at in sorted(set(pixels)):
        red, green, blue = (round(value * 100 / 255) for value in palette[3 * at : 3 * at + 3])
        yield f"#{at};2;{red};{green};{blue}"
    for top in range(0, height, 6):
        rows = [pixels[y * width : (y + 1) * width] for y in range(top, min(top + 6, height))]
        for at in sorted(set().union(*rows)):
            bits = [sum((row[x] == at) << y for y, row in enumerate(rows)) for x in range(width)]
            yield f"#{at}{''.join(_run(bits))}$"
        yield "-"
    yield "\x1b\\"


def _run(bits: list[int]) -> Iterator[str]:
    """The columns of one colour, those that are alike counted."""
    start = 0
    for at in range(1, len(bits) + 1):
        if at == len(bits) or bits[at] != bits[start]:
            sign, count = chr(63 + bits[start]), at - start
            yield sign * count if count < 4 else f"!{count}{sign}"
            start = at
