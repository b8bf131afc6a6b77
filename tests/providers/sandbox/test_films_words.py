"""What the words of a prompt do to a film: the camera, what lives in it, and what is heard."""

import numpy as np
import pytest
from filmed import apart, made, moved_right, order, shown

from aims.providers.sandbox import scene
from aims.providers.sandbox.motion import music, shots, sounds, weather
from aims.providers.sandbox.noise import generator


@pytest.mark.parametrize(
    ("prompt", "move", "rest"),
    [
        ("a red boat, drone shot rising", "rise", "a red boat ,"),
        ("the camera slowly circles around a temple", "orbit", "temple"),
        ("slow zoom out from a castle", "zoom", "castle"),
        ("camera pans left across a city", "pan", "city"),
        ("dolly zoom on a man", "vertigo", "man"),
        ("tracking shot following a car", "truck", "car"),
        ("static shot of a lake", "still", "lake"),
        ("camera tilts up a tower", "tilt", "tower"),
        ("time-lapse of clouds over hills", "lapse", "clouds over hills"),
        ("handheld, a dog in a park", "handheld", "dog in a park"),
        ("pull back from a house", "pull", "house"),
        ("reveal a valley behind the trees", "reveal", "valley behind the trees"),
        ("a field, pan left", "pan", "a field"),
        ("tilt up, a tower", "tilt", "a tower"),
    ],
)
def test_words_of_the_camera_choose_the_move_and_are_not_in_the_picture(
    prompt: str, move: str, rest: str
) -> None:
    heard = shots.hear(prompt)
    assert shots.choose(heard, "outdoors", generator(1)).name == move
    assert rest in heard.rest
    assert not {"camera", "shot", "drone"} & set(heard.rest.split())


@pytest.mark.parametrize(
    "prompt", ["a crane by a train track", "a frying pan on a stove", "a drone on a still afternoon"]
)
def test_things_that_share_their_name_with_a_move_stay_in_the_picture(prompt: str) -> None:
    heard = shots.hear(prompt)
    assert heard.moves == ()
    assert heard.rest == prompt


def test_without_camera_words_the_seed_chooses() -> None:
    heard = shots.hear("mountains by a lake")
    assert len({shots.choose(heard, "outdoors", generator(seed)).name for seed in range(20)}) > 2


def test_the_camera_goes_where_it_is_told() -> None:
    left, right = (
        shown(made(order(f"a village by a lake, camera pans {side}", seconds=1))).frames
        for side in ("left", "right")
    )
    assert moved_right(left[6], left[18]) > 2, "a camera that turns left sees the scene go right"
    assert moved_right(right[6], right[18]) < -2


def test_a_slow_move_goes_less_far() -> None:
    def width(prompt: str) -> float:
        shot = shots.choose(shots.hear(prompt), "outdoors", generator(1))
        return shot.end.x - shot.start.x

    assert 0 < width("camera pans slowly to the right") < width("camera pans to the right")


def test_a_film_is_more_than_a_still_even_when_the_camera_rests() -> None:
    frames = shown(made(order("static shot, a sailing boat on the sea in the rain", seconds=1))).frames
    assert all(apart(one, two) > 0.4 for one, two in zip(frames[::4], frames[4::4], strict=False))


def test_two_prompts_give_two_films() -> None:
    one = shown(made(order("a desert at noon", seconds=0.25))).frames[3]
    two = shown(made(order("a city at night in the rain", seconds=0.25))).frames[3]
    assert apart(one, two) > 25


def test_the_near_passes_faster_than_the_far() -> None:
    frames = shown(
        made(order("pine trees in front of mountains, tracking shot to the right", seconds=1))
    ).frames
    wide, tall = frames[0].size
    sky = [frame.crop((0, 0, wide, tall // 5)) for frame in (frames[8], frames[16])]
    low = [frame.crop((0, tall * 3 // 5, wide, tall - 16)) for frame in (frames[8], frames[16])]
    assert abs(moved_right(*low)) > abs(moved_right(*sky)) + 1


@pytest.mark.parametrize(
    ("prompt", "kind", "names"),
    [
        ("a street in the rain", "outdoors", ["rain"]),
        ("falling snow in a forest", "outdoors", ["snow"]),
        ("a reef with fish", "depths", ["bubbles"]),
        ("fireflies over a meadow at night", "outdoors", ["fireflies"]),
        ("a forest in mist without rain", "outdoors", ["fog"]),
        ("a plain hill", "outdoors", []),
    ],
)
def test_what_falls_and_floats_is_read_from_the_words(prompt: str, kind: str, names: list[str]) -> None:
    assert weather.named(scene.read(prompt), kind) == names


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("waves on a beach", "sea"),
        ("a rainy street", "rain"),
        ("a desert in the wind", "wind"),
        ("a campfire at night", "fire"),
        ("a forest in spring", "birds"),
        ("a galaxy", "void"),
        ("lightning over hills", "thunder"),
        ("fireworks", "bursts"),
        ("a coral reef", "deep"),
    ],
)
def test_what_is_heard_is_read_from_the_words(prompt: str, name: str) -> None:
    read = scene.read(prompt)
    assert name in sounds.named(read.spoken, read.denied, dark=False)


@pytest.mark.parametrize("name", sorted(sounds.SOUNDS))
def test_every_sound_is_heard_and_as_long_as_it_was_asked(name: str) -> None:
    made_sound = sounds.ambience([name], 48_000, "key")
    assert made_sound.shape == (2, 48_000)
    assert np.isfinite(made_sound).all()
    assert float(np.sqrt((made_sound**2).mean())) > 0.003


def test_a_sound_track_never_clips_and_differs_with_prompt_and_seed() -> None:
    tracks = [
        music.soundtrack(scene.read(prompt), False, 1.0, seed)
        for prompt, seed in (("a storm at sea", 1), ("a storm at sea", 2), ("a happy party", 1))
    ]
    assert all(float(np.abs(track).max()) <= 0.82 for track in tracks)
    assert not np.allclose(tracks[0], tracks[1], atol=0.01)
    assert not np.allclose(tracks[0], tracks[2], atol=0.01)
