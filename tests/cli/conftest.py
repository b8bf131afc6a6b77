"""A data folder of the test's own, and the command line as a person types it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import machine
import pytest
from remotely import aims, between, bob, remote, stranger
from typing_in import Said

__all__ = ["aims", "between", "bob", "remote", "stranger"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this instance lives: nothing is there yet."""
    path = tmp_path / "home"
    monkeypatch.setenv("AIMS_HOME", str(path))
    return path


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command line, in this process."""
    from aims.cli import run as run_aims

    def type_in(*arguments: str) -> Said:
        capfd.readouterr()
        try:
            code = run_aims(list(arguments))
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Said(code, *capfd.readouterr())

    return type_in


@pytest.fixture
def process(home: Path) -> Callable[..., Said]:
    """The command line, as a process."""

    def start(*arguments: str, **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "aims", *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture
def made(home: Path, run: Callable[..., Said]) -> dict[str, str]:
    """An instance that is set up: what `aims init --json` printed."""
    home.mkdir()
    machine.new_sqlite(home / "studio.db")
    return run("init", "--json").json
