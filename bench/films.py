"""Films for the gallery: prompts that stand nowhere in the code, each task once, and sheets of their frames."""

import io
import time
from pathlib import Path

import av
import msgspec
from PIL import Image, ImageDraw

from aims.providers import Order, Source
from aims.providers.sandbox import draw, filming

PROMPTS = (
    "a lighthouse on a cliff in a thunderstorm at night, waves crashing",
    "a red car driving along a desert road at sunset, tracking shot",
    "cherry blossoms drifting past a temple in spring, orbit shot",
    "fireworks over a harbor town at night, slow zoom out",
    "a sailing boat on a calm lake in front of mountains at dawn, drone shot rising",
    "a fox walking through a snowy pine forest, camera follows to the right",
    "watercolor painting of a village by the sea, camera pans left",
    "cinematic shot of a hot air balloon over green hills at golden hour",
)
SIZE, SECONDS = (1280, 720), 4.0
MOMENTS = (0.0, 0.25, 0.5, 0.75, 1.0)
WIDE, TALL = 320, 180


def show(into: Path) -> None:
    """Films each prompt and each task once into a folder, with a sheet of each kind; prints what they took."""
    begun = time.process_time()
    films = {prompt: _film(prompt, seed=at + 1) for at, prompt in enumerate(PROMPTS)}
    each = (time.process_time() - begun) / len(films)
    worked = {name: _film(prompt, *sources) for name, (prompt, *sources) in _tasks().items()}
    clip = Source("clip", next(iter(worked.values())))
    worked["extend: the camera rises"] = _film("the camera rises", clip)
    for name, group in (("films", films), ("film-tasks", worked)):
        for at, data in enumerate(group.values()):
            (into / f"{name}-{at + 1:02}.mp4").write_bytes(data)
        _sheet(group).save(into / f"{name}.png")
    print(f"{len(films)} films and {len(worked)} tasks of films in {into}")
    print(f"{SECONDS:.0f} s of {SIZE[1]}p with sound take {each:.1f} s of one core (mean)")


def _tasks() -> dict[str, tuple[str, *tuple[Source, ...]]]:
    coast = draw.picture(draw.Order("a lighthouse on a rocky coast at noon", 1280, 720, seed=4, mark=False))
    night = draw.picture(
        draw.Order("a lighthouse on a rocky coast at night with stars", 1280, 720, seed=4, mark=False)
    )
    fox = draw.picture(draw.Order("a red fox icon on white background", 512, 512, seed=2, mark=False))
    fruit = draw.picture(draw.Order("a bowl of fruit on a table", 512, 640, seed=2, mark=False))
    return {
        "image to video: slow push in, waves": ("slow push in, waves", Source("start", coast)),
        "image to video: pan right, snow falls": ("pan right, snow falls", Source("start", night)),
        "first and last frame": ("night falls", Source("start", coast), Source("end", night)),
        "references": ("a meadow with mountains", Source("reference", fox), Source("reference", fruit)),
    }


def _film(prompt: str, *sources: Source, seed: int = 1) -> bytes:
    order = Order(
        nonce="gallery",
        model="",
        endpoint="",
        kind="video",
        prompt=prompt,
        negative_prompt="",
        parameters={},
        count=1,
        first=0,
        of=1,
        seed=seed,
        width=SIZE[0],
        height=SIZE[1],
        duration=SECONDS,
        audio=True,
        references=sources,
    )
    return filming.film(msgspec.msgpack.encode((0, order)))


def _sheet(films: dict[str, bytes]) -> Image.Image:
    """A row for every film: its frames at the moments, and its name below them."""
    below = 18
    whole = Image.new("RGB", (WIDE * len(MOMENTS), (TALL + below) * len(films)), "#f4f2ee")
    pen = ImageDraw.Draw(whole)
    for row, (name, data) in enumerate(films.items()):
        top = row * (TALL + below)
        with av.open(io.BytesIO(data), "r") as film:
            count = film.streams.video[0].frames
            wanted = {round(moment * (count - 1)): column for column, moment in enumerate(MOMENTS)}
            for at, frame in enumerate(film.decode(video=0)):
                if at in wanted:
                    tile = frame.to_image().resize((WIDE, TALL), Image.Resampling.LANCZOS)
                    whole.paste(tile, (wanted[at] * WIDE, top))
        pen.text((4, top + TALL + 3), name, fill="#333333")
    return whole
