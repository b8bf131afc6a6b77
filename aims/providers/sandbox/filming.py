"""The child's side of the sandbox's films: an order in, the bytes of one MP4 out."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from PIL import Image

from aims.providers import contract
from aims.providers.sandbox import brushes, compose, edit, scene, signature
from aims.providers.sandbox import draw as painter
from aims.providers.sandbox.drawing import seed as seed_of
from aims.providers.sandbox.motion import clip, music, reel, sets, shots, warp
from aims.providers.sandbox.motion.passage import PassageFilm
from aims.providers.sandbox.motion.scenes import SceneFilm
from aims.providers.sandbox.noise import generator

DEFAULT_SECONDS, LONGEST_SECONDS = 5.0, 60.0
LINES = {"480p": 480, "540p": 540, "580p": 580, "720p": 720, "1080p": 1080, "1440p": 1440, "4k": 2160}
SMALLEST, LARGEST = 64, 4096
# Larger films are drawn at this many pixels and enlarged, so that a 4K order fits into a child's memory.
WORKED_PIXELS = 1920 * 1088


@dataclass(frozen=True, slots=True)
class _Take:
    """All that the films of one order have in common. work: the size at which it is drawn; count: of frames."""

    read: scene.Scene
    heard: shots.Heard
    work: tuple[int, int]
    count: int
    seed: int

    def shot(self, kind: str) -> shots.Shot:
        return shots.choose(self.heard, kind, generator(self.seed, self.read.layout, "shot"))


def film(job: bytes) -> bytes:
    """Film the output at one position of an order: the same order and position give the same bytes.

    Raises Invalid for a reference that cannot be read.
    """
    position, order = msgspec.msgpack.decode(job, type=tuple[int, contract.Order])
    pictures = {
        role: [edit.read_picture(each.data) for each in order.references if each.role == role]
        for role in ("start", "end", "reference")
    }
    endings = [clip.ending(each.data) for each in order.references if each.role == "clip"]
    sources = (
        [picture for picture, _ in endings] + pictures["start"] + pictures["end"] + pictures["reference"]
    )
    size = size_of(order, sources[0].size if sources else None)
    seconds = min(LONGEST_SECONDS, max(1 / reel.RATE, order.duration or DEFAULT_SECONDS))
    heard = shots.hear(order.prompt)
    take = _Take(
        read=brushes.prepared(scene.read(heard.rest, order.negative_prompt)),
        heard=heard,
        work=_worked(size),
        count=max(1, round(seconds * reel.RATE)),
        seed=seed_of(order, position),
    )
    if endings:
        frames = _over_picture(take, *endings[0])
    elif pictures["start"] and pictures["end"]:
        frames = _passage(take, pictures["start"][0], pictures["end"][0])
    elif pictures["end"]:
        frames = _passage(take, _drawn(take), pictures["end"][0])
    elif pictures["start"]:
        frames = _over_picture(take, pictures["start"][0])
    else:
        frames = _scene(take, pictures["reference"])
    sound = None
    if order.audio:
        dark = compose.palette_of(take.read, take.seed).dark
        length = take.count / reel.RATE
        sound = music.soundtrack(take.read, dark, length, take.seed, continues=bool(endings))
    return reel.write(_signed(frames, take.work), size, sound)


def size_of(order: contract.Order, shape: tuple[int, int] | None) -> tuple[int, int]:
    """The pixels of a film, both even: those that were asked for, else the resolution's lines in the right shape.

    shape: the size of what it is made from, whose shape it takes when the order leaves that open.
    """
    if order.width and order.height:
        return _even(order.width), _even(order.height)
    named = str(order.parameters.get("aspect_ratio") or "auto")
    wide, _, tall = named.partition(":")
    if wide.isdecimal() and tall.isdecimal() and int(tall) and int(wide):
        ratio = int(wide) / int(tall)
    else:
        ratio = shape[0] / shape[1] if shape else 16 / 9
    ratio = min(4.0, max(0.25, ratio))
    resolution = str(order.parameters.get("resolution") or "720p").lower().removeprefix("true_")
    lines = LINES.get(resolution, 720)
    longer = lines * max(ratio, 1 / ratio)
    return (_even(longer), _even(lines)) if ratio >= 1 else (_even(lines), _even(longer))


def _even(side: float) -> int:
    return max(SMALLEST, min(LARGEST, round(side / 2) * 2))


def _worked(size: tuple[int, int]) -> tuple[int, int]:
    shrink = min(1.0, math.sqrt(WORKED_PIXELS / (size[0] * size[1])))
    return max(2, round(size[0] * shrink)), max(2, round(size[1] * shrink))


def _drawn(take: _Take) -> Image.Image:
    """The prompt as one finished picture without the mark."""
    order = painter.Order(take.heard.rest, *take.work, seed=take.seed, mark=False)
    return painter.paint(order).convert("RGB")


def _scene(take: _Take, references: list[Image.Image]) -> Iterable[Image.Image]:
    shot = take.shot(compose.kind_of(take.read))
    if sets.whole(take.read) and not references:
        flow = 1.0 if compose.kind_of(take.read) == "abstract" else 0.0
        made = warp.PictureFilm(_drawn(take), shot, take.read, take.count, take.seed, flow=flow)
        return made.frames()
    if references:
        # The guests are to be looked at, so the camera keeps them in view.
        shot = shots.shortened(shot, 0.45)
    made = SceneFilm(take.read, shot, take.work, take.count, take.seed)
    if references:
        made.invite(references)
    return made.frames()


def _over_picture(
    take: _Take, picture: Image.Image, before: tuple[float, float] = (0.0, 0.0)
) -> Iterable[Image.Image]:
    ground = warp.covering(picture, take.work)
    return warp.PictureFilm(ground, take.shot("picture"), take.read, take.count, take.seed, before).frames()


def _passage(take: _Take, first: Image.Image, last: Image.Image) -> Iterable[Image.Image]:
    one, two = warp.covering(first, take.work), warp.covering(last, take.work)
    return PassageFilm(one, two, take.shot("picture"), take.read, take.count, take.seed).frames()


def _signed(frames: Iterable[Image.Image], size: tuple[int, int]) -> Iterator[Image.Image]:
    """The frames with the sandbox's mark in their corner, drawn once."""
    label = signature.sign(Image.new("RGBA", size))
    box = label.getchannel("A").getbbox() or (0, 0, 1, 1)
    label = label.crop(box)
    for frame in frames:
        frame.paste(label.convert("RGBX"), box[:2], label.getchannel("A"))
        yield frame
