"""What steers the sandbox from within a prompt."""

import time
from contextlib import suppress

import pytest

from aims.core.errors import Invalid
from aims.providers.sandbox.directives import Directive, read, take_out


@pytest.mark.parametrize(
    ("prompt", "left", "meaning"),
    [
        ("A barn", "A barn", Directive()),
        ("A barn [sandbox: delay=5s]", "A barn", Directive(delay=5)),
        ("[SandBox:DELAY=250ms] A barn", "A barn", Directive(delay=0.25)),
        ("A barn [sandbox: delay=10m]", "A barn", Directive(delay=600)),
        ("A barn [sandbox: delay=0.5s, fail=2]", "A barn", Directive(delay=0.5, fail=2)),
        ("A [sandbox: fail=all] barn [sandbox: error=busy]", "A  barn", Directive(fail=-1, error="busy")),
        ("A barn [sandbox: error = Refused]", "A barn", Directive(error="refused")),
        ("A barn [sandbox:]", "A barn", Directive()),
        ("A barn [sandbox: ,, ]", "A barn", Directive()),
        ("A barn [sandbox: delay=1s, delay=2s]", "A barn", Directive(delay=2)),
        ("A [red] barn [sandbox", "A [red] barn [sandbox", Directive()),
        ("A barn [sandboxes: fail=1]", "A barn [sandboxes: fail=1]", Directive()),
    ],
)
def test_a_directive_is_taken_out_and_means(prompt: str, left: str, meaning: Directive):
    found, text = take_out(prompt)

    assert found == left
    assert read(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "explode", "explode=1", "delay", "delay=", "delay=5", "delay=5h", "delay=-1s", "delay=1e3s", "delay=601s",
        "delay=11m", "delay=٥s", "fail", "fail=", "fail=-1", "fail=1.5", "fail=9999", "fail=²", "error=", "error=fire",
        "=", "delay=1s; fail=1",
    ],
)  # fmt: skip
def test_what_it_does_not_know_is_named(text: str):
    with pytest.raises(Invalid) as refusal:
        take_out(f"A barn [sandbox: {text}]")

    assert refusal.value.code == "unknown_directive"
    assert refusal.value.details[0].field == "prompt"


def test_no_prompt_makes_it_slow():
    for prompt in (
        "[sandbox:" * 5000,
        "[sandbox: " + "x," * 20_000,
        "[" * 50_000,
        "[sandbox:" + " " * 40_000 + "]",
    ):
        began = time.process_time()
        with suppress(Invalid):
            take_out(prompt)
        assert time.process_time() - began < 1
