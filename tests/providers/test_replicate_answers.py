"""Whatever Replicate answers, or does not, has an end, a code and a clean sentence (PRV-02, 03, 05 to 10)."""

import pytest
from emulated import Emulator, is_clean, made
from serving import Person

from aims.generation import downloads
from aims.generation.collect import OUT_OF_REACH, UNUSABLE
from aims.providers import Order

PROVIDER = "replicate"
START = 100_000
MIB = 1 << 20


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("kind", "code", "cost"),
    [
        ("nsfw", "content_refused", "absorbed"),
        ("sensitive", "content_refused", "absorbed"),
        ("failed", "provider_error", "absorbed"),
        ("early", "provider_error", None),
    ],
)
def test_prv_07_a_prediction_that_failed_says_why_and_is_not_charged(
    kind: str, code: str, cost: str | None, person: Person, emulator: Emulator
):
    """A machine's time is billed whatever it came to, and ours to bear; one that never began cost nothing."""
    end = made(person, f"Ends with {kind}", f"end={kind}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("failed", code, cost)
    assert len(emulator.calls("submit", f"Ends with {kind}")) == 1
    is_clean(end, PROVIDER)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", ["missing", "wrong", "words"])
def test_prv_08_an_output_without_files_is_written_off(step: str, person: Person):
    end = made(person, f"An output that is {step}", f"result={step}")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    is_clean(end, PROVIDER)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "script",
    [
        "status=back/unknown/stranger/ok",
        "status=404/502/ok",
        "status=429/ok",
        "status=401/ok",
        "status=reset/html/ok",
        "work=0.5, status=done/ok",
        "submit=elsewhere",
    ],
)
def test_prv_09_what_is_odd_for_a_while_still_comes_home(script: str, person: Person, emulator: Emulator):
    """The last of them names addresses at a stranger's, who is not asked."""
    end = made(person, f"Odd {script}", script)

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert len(emulator.calls("submit", f"Odd {script}")) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("script", ["status=404", "status=500", "status=stranger"])
def test_prv_09_what_is_lost_after_it_was_taken_ends_and_is_written_off(
    script: str, person: Person, emulator: Emulator
):
    end = made(person, f"Gone {script}", script)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.cost_outcome) == ("unknown", "absorbed")
    assert len(emulator.calls("submit", f"Gone {script}")) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("steps", "sentence", "asked"),
    [
        ("output=403", OUT_OF_REACH, 1),
        ("output=404", OUT_OF_REACH, downloads.TRIES),
        ("output=reset", OUT_OF_REACH, downloads.TRIES),
        ("output=page", UNUSABLE["image"], 1),
        ("output=corrupt", UNUSABLE["image"], 1),
        ("output=other", UNUSABLE["image"], 1),
        ("where=elsewhere", OUT_OF_REACH, 0),
        ("where=inside", OUT_OF_REACH, 0),
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


@pytest.mark.usefixtures("quick")
def test_prv_10_what_is_fewer_is_given_back(person: Person):
    end = made(person, "One less", "result=fewer", n=3)

    assert [each["status"] for each in end.view["outputs"]] == ["completed", "completed", "failed"]
    assert (end.status, end.cost_outcome) == ("completed", "posted")


def an_order(prompt: str) -> Order:
    """A small order in Replicate's words."""
    endpoint = "black-forest-labs/flux-1.1-pro"
    return Order(
        nonce="n" * 32, model=endpoint, endpoint=endpoint, kind="image", prompt=prompt, negative_prompt="",
        parameters={}, count=1, first=0, of=1, input={"prompt": prompt},
    )  # fmt: skip
