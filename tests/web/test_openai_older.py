"""The routes for OpenAI's client, tried with the last one before its current major: many programs still have it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OLDER = Path(sys.prefix) / "older"
SUITE = ("test_openai_images.py", "test_openai_videos.py", "test_openai_errors.py")


@pytest.mark.timeout(600)
def test_the_major_before_is_understood_as_well():
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(OLDER), os.environ.get("PYTHONPATH", ""))),
    }
    for name in [each for each in environment if each.startswith("PYTEST_")]:
        del environment[name]
    asked = subprocess.run(
        [sys.executable, "-c", "import openai; print(openai.__version__)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.startswith("2."), "./dev test installs it; see `dev`"

    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            *(HERE / each for each in SUITE),
        ],
        env=environment,
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-6000:]
    assert " passed" in run.stdout
