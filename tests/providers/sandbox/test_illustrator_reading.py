"""What a word means depends on its company: toppings, palettes, grounds, kinds of temples, poses."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_pictures import distance, picture, pixels

from aims.providers.sandbox import cast, composition, scene, single, spread_out
from aims.providers.sandbox.noise import generator


def names(prompt: str) -> list[str]:
    """The subjects that a prompt is read as."""
    return [thing.name for thing in scene.read(prompt).things]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a stack of pancakes with berries and maple syrup", ["pancakes"]),
        ("spaghetti with tomatoes and basil leaves", ["pasta"]),
        ("chicken soup with parsley", ["soup"]),
        ("a bowl of mushroom soup", ["soup"]),
        ("an apple pie and an apple", ["pie", "apple"]),
        ("pizza with a cup of coffee", ["pizza", "cup"]),
        ("a cat with a fish", ["cat", "fish"]),
        ("a maple and a rose", ["tree", "rose"]),
        ("a burger with fries", ["burger", "fries"]),
    ],
)
def test_what_food_is_served_with_stays_food(prompt: str, expected: list[str]) -> None:
    """Flavours and toppings are no subjects of their own; another dish, or any other subject, is one."""
    assert names(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("ancient greek temple ruins at sunset", ["ruins"]),
        ("a roman temple", ["classicaltemple"]),
        ("marble columns of a temple", ["classicaltemple"]),
        ("a temple in Kyoto with cherry blossoms", ["temple"]),
        ("a buddhist temple", ["temple"]),
        ("a pagoda", ["temple"]),
        ("ruins of a castle", ["castle"]),
    ],
)
def test_a_temple_belongs_to_its_country(prompt: str, expected: list[str]) -> None:
    """Columns for the ancient world, a pagoda for words of Asia, broken columns for ruins."""
    assert names(prompt) == expected


def test_a_material_is_no_place() -> None:
    """A wood table stands in no wood, a stone bridge beside no stone."""
    assert "forest" not in scene.read("a cup on a wood table").places
    assert names("a stone bridge") == ["bridge"]
    assert "forest" in scene.read("a path in the wood").places


def covered(drawn: np.ndarray, colour: tuple[int, int, int]) -> float:
    """The share of a picture that is near a colour."""
    return float((np.abs(drawn - np.array(colour)).max(axis=2) < 40).mean())


def test_a_named_set_of_colours_is_used() -> None:
    """Primary colours are red, blue and yellow, and no green."""
    drawn = pixels(picture("abstract overlapping circles and triangles in bold primary colors"))
    for colour in ((216, 38, 44), (31, 87, 184), (245, 203, 29)):
        assert covered(drawn, colour) > 0.03
    assert covered(drawn, (60, 160, 70)) == 0
    warm, cool = (
        pixels(picture(f"abstract waves in {tone} tones")).mean(axis=(0, 1)) for tone in ("warm", "cool")
    )
    assert warm[0] - warm[2] > cool[0] - cool[2] + 40


def test_the_shapes_that_are_named_are_the_shapes() -> None:
    """The words choose the shapes of a composition; a lone circle keeps its own picture."""
    assert composition.shapes_of(frozenset(["overlapping", "circles", "and", "triangles"])) == (
        "circle",
        "triangle",
    )
    assert composition.shapes_of(frozenset({"abstract", "circles"})) == ()
    drawn = [
        picture(f"abstract {shape} in earth tones") for shape in ("triangles", "squares", "spirals", "stars")
    ]
    assert min(distance(drawn[0], other) for other in drawn[1:]) > 3


def test_a_named_background_is_the_background() -> None:
    """The colour before the word background fills the corners, and it dyes nothing else."""
    drawn = pixels(picture("abstract red squares and lines on a black background"))
    assert covered(drawn, (28, 28, 34)) > 0.1


def test_a_sign_shows_the_head_when_a_head_is_asked_for() -> None:
    """The named subject, its head alone, in the named colour on the named ground."""
    read = scene.read("minimalist fox head logo, flat orange shapes on white background")
    assert [thing.name for thing in single.emblem_things(read)] == ["head of fox"]
    assert [thing.name for thing in single.emblem_things(scene.read("a fox logo"))] == ["fox"]
    drawn = pixels(picture("minimalist fox head logo, flat orange shapes on white background"))
    assert drawn[:20, :20].min() > 235
    assert covered(drawn, (240, 127, 35)) > 0.08
    other = pixels(picture("minimalist wolf head logo, flat blue shapes on yellow background"))
    assert other[:20, :20, 2].max() < 80 < 200 < other[:20, :20, 0].min()
    assert covered(other, (47, 111, 214)) > 0.05


def test_a_subject_on_a_plain_ground_stands_alone() -> None:
    """A colour named for the background leaves no table, and people keep their place."""
    assert scene.read("a red apple on a white background").icon
    assert not scene.read("a red apple on a table").icon
    assert not scene.read("portrait of a woman, grey background").icon


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_boat_is_not_behind_the_lighthouse(seed: int) -> None:
    """Each subject of a scene leaves the others most of their room."""
    prompt = "a lighthouse on a rocky shore, a red sailing boat, clouds and hills at noon"
    with_boat, without = (pixels(picture(text, seed)) for text in (prompt, prompt.replace("red", "blue")))
    changed = np.abs(with_boat - without).max(axis=2) > 60
    assert changed.mean() > 0.005
    assert spread_out.free_x(0.5, 1.0, 0.3, [spread_out.box(0.5, 1.0, 0.4)], 1.0) != 0.5
    assert spread_out.free_x(0.2, 1.0, 0.2, [spread_out.box(0.8, 1.0, 0.4)], 1.0) == 0.2


@pytest.mark.parametrize("animal", ["horse", "dog", "cat"])
def test_a_verb_gives_an_animal_its_pose(animal: str) -> None:
    """Running, sleeping and standing animals differ; other verbs leave an animal standing."""
    poses = [
        scene.read(f"a {animal} {verb} in a meadow").things[0].pose
        for verb in ("running", "asleep", "eating")
    ]
    assert poses == ["running", "lying", ""]
    drawn = [
        cast.tile_of(
            cast.SUBJECTS[animal], scene.Thing(animal, pose=pose), 96, generator(1, "pose"), lamp=False
        )
        for pose in poses
    ]
    heights = [tile.getbbox() for tile in drawn]
    assert heights[0] is not None
    assert heights[1] is not None
    assert heights[2] is not None
    assert heights[1][1] > heights[2][1]
    assert distance(drawn[0].convert("RGB"), drawn[2].convert("RGB")) > 0.4


def test_a_colour_before_the_ground_dyes_the_ground() -> None:
    """A planet that somebody stands on is ground, in the colour that is named; a planet alone is a ball."""
    read = scene.read("an astronaut on a red desert planet")
    assert [thing.name for thing in read.things] == ["astronaut"]
    assert read.land_colours
    assert names("a red planet with a ring") == ["planet"]
    ground = [
        pixels(picture(f"an astronaut on a {tone} desert planet at noon"))[150:].mean(axis=(0, 1))
        for tone in ("red", "blue")
    ]
    assert ground[0][0] - ground[0][2] > ground[1][0] - ground[1][2] + 40


def test_two_moons_are_two_moons() -> None:
    """The number before the moons is kept."""
    found = [
        scene.read(f"{count} over a desert").moons
        for count in ("two moons", "three moons", "a moon", "the sun")
    ]
    assert found == [2, 3, 1, 0]
    one, two = (pixels(picture(f"{count} over a desert at night")) for count in ("one moon", "two moons"))
    assert (two[:110].min(axis=2) > 200).mean() > 0
    assert np.abs(one - two)[:110].max() > 60


def test_a_coastal_road_has_its_sea_and_cliffs() -> None:
    """Cliffs stand by the sea when there is one and are mountains otherwise."""
    assert set(scene.read("a car on a coastal cliff road").places) == {"sea", "cliffs", "road"}
    assert scene.read("a hiker on a cliff").places == ("mountains",)
    plain, steep = (picture(f"the sea at noon{more}") for more in ("", ", cliffs"))
    assert distance(plain, steep) > 8


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_watercolour_keeps_hard_contours(seed: int) -> None:
    """Washes end in edges; a picture that is only blurred has none."""
    grey = picture("a house by a lake at noon, watercolor", seed, 256).convert("L")
    inner = np.asarray(grey, np.float64)[60:-60, 60:-60]
    assert np.percentile(np.abs(np.diff(inner, axis=1)), 99) > 17
