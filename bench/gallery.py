"""A contact sheet of the sandbox: prompts that stand nowhere in the code, every style on one prompt, edits, films.

The prompts are in `bench/gallery_prompts.txt`, one a line, written by somebody who had not seen the illustrator.
`./dev gallery` draws them and prints how long a picture took and which two styles are closest.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from aims.catalog import Style, open_shelf
from aims.catalog.styling import styled
from aims.providers.sandbox.draw import Order, paint, picture
from bench import films

HERE = Path(__file__).parent
STYLE_PROMPT = "a lighthouse on a rocky shore, a sailing boat, clouds and hills at golden hour"
EDITS = (
    "Add a rainbow to the sky",
    "Make it night with stars and a moon",
    "Turn it into a watercolor painting",
    "Add falling snow",
    "Make it black and white",
    "Make the colours warmer",
    "Turn it into pixel art",
    "Add a hot air balloon",
    "Make it foggy",
    "Turn it into a stained glass window",
)
TILE = 256


def main(arguments: list[str]) -> int:
    """Draw the sheets into `--into`."""
    options = argparse.ArgumentParser(prog="./dev gallery")
    options.add_argument("--into", type=Path, default=HERE / "work" / "gallery")
    options.add_argument("--films", action="store_true", help="only the films")
    chosen = options.parse_args(arguments)
    into: Path = chosen.into
    into.mkdir(parents=True, exist_ok=True)
    films.show(into)
    if chosen.films:
        return 0
    prompts = [
        line.strip() for line in (HERE / "gallery_prompts.txt").read_text().splitlines() if line.strip()
    ]
    pictures = [paint(Order(prompt, 512, 512, seed=at + 1)) for at, prompt in enumerate(prompts)]
    sheet(pictures, 6).save(into / "prompts.png")
    for at, each in enumerate(pictures):
        each.convert("RGB").save(into / f"prompt-{at + 1:02}.png")
    styles = open_shelf().styles()
    drawn = [drawn_in(style) for style in styles]
    sheet(drawn, 8, [style.slug.removesuffix("-style") for style in styles]).save(into / "styles.png")
    sheet(edits(), 5, [words for edit in EDITS for words in ("before", edit)]).save(into / "edits.png")
    print(f"{len(pictures)} prompts, {len(drawn)} styles, {len(EDITS)} edits in {into}")
    print(f"a 1024 x 1024 picture takes {milliseconds(prompts):.0f} ms of one core, written as PNG (median)")
    print("closest styles: " + ", ".join(closest([s.slug for s in styles], drawn)))
    return 0


def drawn_in(style: Style) -> Image.Image:
    """The one prompt in one style."""
    return paint(
        Order(styled(style, STYLE_PROMPT), 512, 512, seed=7, negative_prompt=style.negative_prompt or "")
    )


def edits() -> list[Image.Image]:
    """Each edit's picture before and after, in turn."""
    before = ("a cabin by a lake in the mountains in summer", "a city street with houses and trees by day")
    pairs = []
    for at, words in enumerate(EDITS):
        source = Order(before[at % 2], 512, 512, seed=3 + at, mark=False)
        pairs += [paint(source), paint(Order(words, 512, 512, seed=1, references=(picture(source),)))]
    return pairs


def sheet(pictures: Iterable[Image.Image], across: int, names: list[str] | None = None) -> Image.Image:
    """Pictures in rows, each with its name below it, if there are names."""
    tiles = [each.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS) for each in pictures]
    below = 18 if names else 0
    rows = -(-len(tiles) // across)
    whole = Image.new("RGB", (across * TILE, rows * (TILE + below)), "#f4f2ee")
    pen = ImageDraw.Draw(whole)
    for at, tile in enumerate(tiles):
        left, top = at % across * TILE, at // across * (TILE + below)
        whole.paste(tile, (left, top))
        if names:
            pen.text((left + 4, top + TILE + 3), names[at][:40], fill="#333333")
    return whole


def milliseconds(prompts: list[str]) -> float:
    """Processor time of one full-size picture, encoded; the median over the first ten prompts."""
    took = []
    for at, prompt in enumerate(prompts[:10]):
        start = time.process_time()
        picture(Order(prompt, 1024, 1024, seed=at))
        took.append((time.process_time() - start) * 1000)
    return sorted(took)[len(took) // 2]


def closest(names: list[str], pictures: list[Image.Image]) -> list[str]:
    """The three pairs of pictures that look most alike: mean distance in CIELAB at 64 x 64 pixels."""
    small = [
        np.asarray(each.convert("RGB").resize((64, 64), Image.Resampling.BOX).convert("LAB"), dtype=np.int16)
        for each in pictures
    ]
    pairs = [
        (float(np.abs(small[a] - small[b]).mean()), names[a], names[b])
        for a in range(len(small))
        for b in range(a + 1, len(small))
    ]
    return [f"{one} ~ {other} ({distance:.1f})" for distance, one, other in sorted(pairs)[:3]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
