"""The client commands as a person or a program runs them: the installed program, in a home of its own."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import machine
import pytest
from typing_in import Said

# The studio behind a socket belongs to the tests of the web face, which need not be among those that run.
sys.path.append(str(Path(__file__).parents[1] / "web"))
# As does the connection that breaks to the tests of the client.
sys.path.append(str(Path(__file__).parents[1] / "client"))

from between import Between
from serving import Person, Served

AIMS = str(Path(sys.executable).with_name("aims"))
PATIENCE = 60.0
SMALL = ("--model", "fal-ai/nano-banana-2", "--resolution", "0.5K")
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH")


@dataclass(slots=True)
class Shell:
    """Where somebody types: a folder, which is the home too, and what the environment says."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def env(self, **more: str) -> dict[str, str]:
        """The environment of a command."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {**kept, "HOME": str(self.folder), "PYTHONUTF8": "1", **self.environment, **more}

    def __call__(self, *words: str, stdin: str | None = None, **environment: str) -> Said:
        """Run `aims` with these words. stdin: what is piped in; None: nothing is connected."""
        done = subprocess.run(
            [AIMS, *words],
            capture_output=True,
            encoding="utf-8",
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            env=self.env(**environment),
            cwd=self.folder,
            timeout=PATIENCE,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def script(self, text: str) -> Said:
        """Run a line of shell in which `aims` is the installed program."""
        path = f"{Path(AIMS).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            ["sh", "-c", text],
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            env=self.env(PATH=path),
            cwd=self.folder,
            timeout=PATIENCE,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def on_a_terminal(self, *words: str, **environment: str) -> "Terminal":
        """Run `aims` with a terminal as standard input and standard error; standard output is a file."""
        return Terminal(self, words, environment)


class Terminal:
    """A command on a terminal. seen: what it wrote there so far."""

    def __init__(self, shell: Shell, words: tuple[str, ...], environment: dict[str, str]) -> None:
        ours, theirs = pty.openpty()
        self._ours, self.seen = ours, ""
        self._out = shell.folder / "out.txt"
        with self._out.open("w") as out:
            self.process = subprocess.Popen(
                [AIMS, *words],
                stdin=theirs,
                stdout=out,
                stderr=theirs,
                env=shell.env(**{"TERM": "xterm", "COLUMNS": "100"} | environment),
                cwd=shell.folder,
                start_new_session=True,
            )
        os.close(theirs)

    def until(self, words: str) -> "Terminal":
        """Wait until it has written these words."""
        while words not in self.seen:
            assert self._read(), f"it ended, and never wrote {words!r}: {self.seen!r}"
        return self

    def type(self, text: str) -> "Terminal":
        """Type."""
        os.write(self._ours, text.encode())
        return self

    def interrupt(self) -> "Terminal":
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self

    def ended(self) -> Said:
        """Wait until it has ended. `err` is what it wrote on the terminal."""
        while self._read():
            pass
        code = self.process.wait(PATIENCE)
        os.close(self._ours)
        return Said(code, self._out.read_text("utf-8"), self.seen)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing more was written for {PATIENCE:.0f} s: {self.seen!r}"
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # Linux says so when the other end is closed.
            return False
        self.seen += piece.decode("utf-8", "replace")
        return bool(piece)


def shown(said: Said) -> dict[str, list[str]]:
    """The `key: value` lines of a result, each key with its values."""
    found: dict[str, list[str]] = {}
    for line in said.out.splitlines():
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value)
    return found


def config_of(shell: Shell) -> dict[str, Any]:
    """What is kept in the home."""
    return json.loads((shell.folder / ".aims" / "config.json").read_text())


@pytest.fixture(scope="session")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The studio that the client commands talk to."""
    home = tmp_path_factory.mktemp("remote")
    machine.new_sqlite(home / "studio.db")
    studio = Served(home, None).start()
    yield studio
    studio.stop()


@pytest.fixture
def between(remote: Served) -> Iterator[Between]:
    """A connection to the studio that breaks on demand."""
    server = Between(remote.base)
    yield server
    server.close()


@pytest.fixture
def bob(remote: Served) -> Iterator[Person]:
    """Bob, with 1,000 credits. The studio's books are checked afterwards."""
    yield remote.person(1000)
    found = remote.breaches()
    assert not found, "\n".join(map(str, found))


@pytest.fixture
def stranger(tmp_path: Path) -> Shell:
    """A shell without a key."""
    return Shell(tmp_path)


@pytest.fixture
def aims(bob: Person, stranger: Shell) -> Callable[..., Said]:
    """Bob's shell: his key and his studio are in the environment."""
    stranger.environment = {"AIMS_API_KEY": bob.text, "AIMS_BASE_URL": bob.served.base}
    return stranger
