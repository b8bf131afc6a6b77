"""What an emulator prints when somebody starts it by hand: the line that it says connects to it does."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typing_in import Said

ROOT = Path(__file__).parents[2]
NAMES = ("automatic1111", "comfyui", "fal", "google", "openai", "replicate", "vertex")


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("name", NAMES)
def test_the_line_that_an_emulator_prints_connects_to_it(name: str, run: Callable[..., Said]):
    emulator = subprocess.Popen(
        [sys.executable, "-m", f"emulators.{name}", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert emulator.stdout is not None
        serving, connecting, *_ = (emulator.stdout.readline().strip() for _ in range(4))
        line = connecting.removeprefix("or, while it runs: ").replace(
            "./dev aims", f"{sys.executable} -m aims"
        )
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, env=os.environ, timeout=60, check=False
        )
        checked = run("providers", "check", name, "--json")
    finally:
        emulator.terminate()
        emulator.wait(30)
        assert emulator.stdout is not None
        emulator.stdout.close()

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{name} is connected" in done.stdout
    assert [each["standing"] for each in checked.json] == ["valid"]
    words = re.fullmatch(
        r"(?:AIMS_[A-Z0-9]+_KEY(?:_FILE)?=\S+ )?(AIMS_[A-Z0-9]+_BASE_URL)=\S+ \./dev serve", serving
    )
    assert words is not None, serving
    assert words[1] == f"AIMS_{name.upper()}_BASE_URL"
