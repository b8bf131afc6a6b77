"""What counts as made is a file that opens, is stored here and was fetched without the key (PRV-10)."""

from typing import Any

import pytest
from emulated import Emulator, made
from serving import Person

from aims.generation import downloads
from aims.generation.collect import OUT_OF_REACH, UNUSABLE

pytestmark = pytest.mark.usefixtures("quick")
START = 100_000
FILM: dict[str, Any] = {"kind": "video", "model": "fal-ai/veo3.1/lite", "duration": 4}


@pytest.mark.parametrize(
    ("steps", "sentence", "asked"),
    [
        ("output=403", OUT_OF_REACH, 1),
        ("output=410", OUT_OF_REACH, 1),
        ("output=404", OUT_OF_REACH, downloads.TRIES),
        ("output=reset", OUT_OF_REACH, downloads.TRIES),
        ("output=short", OUT_OF_REACH, downloads.TRIES),
        ("output=vast", OUT_OF_REACH, 1),
        ("output=page", UNUSABLE["image"], 1),
        ("output=empty", UNUSABLE["image"], 1),
        ("output=corrupt", UNUSABLE["image"], 1),
        ("output=other", UNUSABLE["image"], 1),
    ],
)
def test_prv_10_what_cannot_be_had_is_given_back_and_not_bought_again(
    steps: str, sentence: str, asked: int, person: Person, emulator: Emulator
):
    end = made(person, f"Spoilt {steps}", steps)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert [each["error"] for each in end.view["outputs"]] == [sentence]
    assert (end.state, end.cost_outcome) == ("done", "absorbed")
    # A kept connection that breaks is a question that is asked once more, by itself.
    assert asked <= len(emulator.calls("output", str(end.request_id))) <= asked * 2
    assert len(emulator.calls("submit", f"Spoilt {steps}")) == 1


@pytest.mark.parametrize("steps", ["output=other", "output=corrupt", "output=page"])
def test_prv_10_a_film_has_to_play(steps: str, person: Person):
    end = made(person, f"A film {steps}", steps, **FILM)

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    assert [each["error"] for each in end.view["outputs"]] == [UNUSABLE["video"]]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("steps", ["output=500/ok", "output=drip/ok", "output=hang/ok"])
def test_prv_10_what_passes_is_fetched_again(steps: str, person: Person, emulator: Emulator):
    end = made(person, f"In the end {steps}", steps)

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert len(emulator.calls("output", str(end.request_id))) == steps.count("/") + 1
    assert len(emulator.calls("submit", f"In the end {steps}")) == 1


@pytest.mark.parametrize("where", ["elsewhere", "inside"])
def test_prv_10_an_address_that_is_not_the_providers_is_never_asked(
    where: str, person: Person, emulator: Emulator
):
    end = made(person, f"Lies {where}", f"where={where}")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    assert [each["error"] for each in end.view["outputs"]] == [OUT_OF_REACH]
    assert emulator.calls("output", str(end.request_id)) == []


def test_what_is_fewer_or_withheld_is_given_back(person: Person):
    fewer = made(person, "One less", "result=fewer", n=3)
    unsafe = made(person, "None of them", "result=unsafe", n=2)

    assert [each["status"] for each in fewer.view["outputs"]] == ["completed", "completed", "failed"]
    assert (fewer.status, fewer.cost_outcome) == ("completed", "posted")
    assert fewer.charged * 3 == (fewer.charged + fewer.view["credits"]["refunded"]) * 2
    assert (unsafe.status, unsafe.charged, unsafe.cost_outcome) == ("failed", 0, "absorbed")


def test_a_picture_and_a_film_come_home(person: Person):
    picture, film = made(person, "A picture"), made(person, "A film", **FILM)

    for end, kind in ((picture, "image/png"), (film, "video/mp4")):
        (output,) = end.view["outputs"]
        got = person.served.client.get(output["url"])
        assert (got.status_code, got.headers["content-type"]) == (200, kind)
