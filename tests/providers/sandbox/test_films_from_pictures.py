"""Films made from something: a first picture, a last one, references, a clip that goes on."""

import itertools

import numpy as np
import pytest
from drawn_pictures import picture
from filmed import SIZE, alike, apart, colours_near, made, order, shown, source
from PIL import Image, ImageOps

from aims.providers import Source
from aims.providers.sandbox.motion import clip, reel

BOX = (0, 0, SIZE[0], SIZE[1] - 14)


def seen(image: Image.Image) -> Image.Image:
    """A picture as a film shows it: cut to its shape, without the row in which the mark stands."""
    return ImageOps.fit(image, SIZE, Image.Resampling.BICUBIC).crop(BOX)


@pytest.fixture(scope="module")
def noon() -> Image.Image:
    return picture("a lighthouse by the sea at noon", seed=4)


@pytest.fixture(scope="module")
def fruit() -> Image.Image:
    return picture("a bowl of fruit on a table", seed=2)


def test_a_film_from_a_picture_begins_with_exactly_it_and_moves_over_it(noon: Image.Image) -> None:
    frames = shown(made(order("slow push in", references=[source("start", noon)]))).frames
    assert apart(frames[0].crop(BOX), seen(noon)) < 6
    assert alike(frames[0].crop(BOX), seen(noon)) > 0.985
    assert apart(frames[-1], frames[0]) > 4
    assert alike(frames[-1], frames[0]) > 0.3, "it is still that picture"


@pytest.mark.parametrize(
    "words", ["push in", "zoom out", "pan left", "orbit", "tilt up", "tracking shot", "static shot"]
)
def test_every_move_over_a_picture_begins_softly(words: str, noon: Image.Image) -> None:
    frames = shown(made(order(words, references=[source("start", noon)], seconds=0.75))).frames
    steps = [apart(one, two) for one, two in itertools.pairwise(frames)]
    assert max(steps) < 16, "no frame jumps"
    assert steps[0] < 6


def test_a_film_between_two_pictures_begins_with_one_and_ends_with_the_other(
    noon: Image.Image, fruit: Image.Image
) -> None:
    wanted = order("it changes", references=[source("start", noon), source("end", fruit)])
    frames = [frame.crop(BOX) for frame in shown(made(wanted)).frames]
    assert apart(frames[0], seen(noon)) < 6
    assert apart(frames[-1], seen(fruit)) < 6
    assert alike(frames[0], seen(noon)) > 0.985
    assert alike(frames[-1], seen(fruit)) > 0.985
    nearer = [apart(frame, seen(fruit)) for frame in frames]
    assert nearer[0] > nearer[len(nearer) // 2] > nearer[-1]
    steps = [apart(one, two) for one, two in itertools.pairwise(frames)]
    assert max(steps) < nearer[0] / 3, "a passage, not a cut"


def test_references_appear_with_their_colours() -> None:
    plain = order("a meadow with mountains", size=(320, 180), seconds=1)
    loud = Image.new("RGB", (120, 160), (250, 20, 220))
    loud.paste((20, 240, 230), (0, 80, 120, 160))
    loud.paste((255, 255, 255), (50, 0, 60, 160))
    without = shown(made(plain)).frames[-1]
    wanted = order(
        "a meadow with mountains", size=(320, 180), seconds=1, references=[source("reference", loud)]
    )
    with_it = shown(made(wanted)).frames[-1]
    for colour in ((250, 20, 220), (20, 240, 230)):
        assert colours_near(without, colour) < 30
        assert colours_near(with_it, colour) > 900


def test_every_reference_appears() -> None:
    colours = [(240, 20, 20), (20, 20, 240), (250, 230, 20)]
    cards = []
    for colour in colours:
        card = Image.new("RGB", (100, 100), colour)
        card.paste((255, 255, 255), (0, 0, 100, 20))
        cards.append(source("reference", card))
    last = shown(made(order("a snowy forest", size=(320, 180), references=cards))).frames[-1]
    assert all(colours_near(last, colour) > 200 for colour in colours)


def test_a_subject_on_a_plain_ground_is_cut_out_of_it() -> None:
    ball = Image.new("RGB", (200, 200), (255, 255, 255))
    ball.paste((220, 30, 200), (60, 60, 140, 140))
    last = shown(
        made(order("a night forest", size=(320, 180), references=[source("reference", ball)]))
    ).frames[-1]
    assert colours_near(last, (220, 30, 200)) > 400
    assert colours_near(last, (255, 255, 255), 25) < 400, "its white ground came along"


def test_a_clip_goes_on_from_its_last_frame_for_the_asked_time(noon: Image.Image) -> None:
    before = made(order("pan right", references=[source("start", noon)], seconds=1))
    wanted = order("the camera rises", references=[Source("clip", before)], seconds=1)
    after = shown(made(wanted))
    assert len(after.frames) == 24
    last = shown(before).frames[-1]
    assert apart(after.frames[0], last) < 6
    assert alike(after.frames[0], last) > 0.985
    assert apart(after.frames[-1], last) > 2


def test_an_extension_takes_the_shape_of_its_clip(noon: Image.Image) -> None:
    before = made(order("static", size=(120, 160), references=[source("start", noon)], seconds=0.25))
    wanted = order(
        "go on",
        size=None,
        seconds=0.25,
        parameters={"resolution": "480p", "aspect_ratio": "auto"},
        references=[Source("clip", before)],
    )
    assert shown(made(wanted)).size == (480, 640)


def test_the_motion_of_a_clip_is_known_at_its_end() -> None:
    wide = np.random.default_rng(5).integers(0, 255, (9, 24, 3)).astype(np.uint8)
    long = Image.fromarray(wide).resize((480, 108), Image.Resampling.BICUBIC)

    def frames() -> list[Image.Image]:
        return [long.crop((4 * at, 0, 4 * at + SIZE[0], SIZE[1])).convert("RGBX") for at in range(24)]

    image, (x, y) = clip.ending(reel.write(frames(), SIZE, None))
    assert apart(image, frames()[-1].convert("RGB")) < 6
    assert x == pytest.approx(4 * 24 / SIZE[0], rel=0.15)
    assert y == pytest.approx(0, abs=0.02)
