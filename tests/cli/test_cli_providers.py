"""Providers from the command line: where a key comes from, what is refused, and that none is ever shown."""

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import pytest
from typing_in import Said, refused

Run = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("made")

KEY = "typed-key-id:typed-key-secret"


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{machine.spare_port()}"


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "provider.key"
    path.write_text(f"  {KEY}\n")
    return str(path)


def connections(run: Run) -> list[dict[str, Any]]:
    return list(run("providers", "list", "--json").json["connections"])


def test_without_a_connection_every_provider_is_listed_as_one_that_has_none(run: Run):
    listed = run("providers", "list", "--json").json

    assert listed["connections"] == []
    assert {"fal", "google", "openai"} <= set(listed["not_connected"])
    assert "sandbox" not in listed["not_connected"]
    assert "not connected" in run("providers", "list").out
    assert run("providers", "check", "--json").json == []
    refused(run("providers", "check", "fal"), 1, "is not connected")


def test_one_that_cannot_be_reached_is_kept_only_by_somebody_who_says_so(
    run: Run, key_file: str, nobody: str
):
    """A key that nobody has looked at would end the drawings of the sandbox for good."""
    line = ("providers", "connect", "fal", "--key-file", key_file, "--base-url", nobody)
    refused(run(*line), 1, "With --no-check it is kept")
    assert connections(run) == []
    assert "AIMS_SANDBOX=always" not in run("doctor", "--json").out

    said = run(*line, "--no-check")
    (one,) = connections(run)
    checked = run("providers", "check", "--json")

    assert (said.code, said.err) == (0, "")
    assert "was not asked" in said.out
    assert one.pop("changed_at").endswith("Z")
    assert one == {
        "provider": "fal",
        "workspace_id": None,
        "source": "database",
        "base_url": nobody,
        "in_use": True,
    }
    assert checked.code == 1
    assert '"standing":"unreachable"' in checked.out
    assert "typed-key" not in said.out + checked.out + checked.err
    assert "fal" in run("doctor").out


@pytest.mark.parametrize("more", [("--key-file", "-"), ()], ids=["asked for", "by itself"])
def test_a_key_comes_through_a_pipe(run: Run, home: Path, nobody: str, more: tuple[str, ...]):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "aims",
            "providers",
            "connect",
            "fal",
            "--base-url",
            nobody,
            "--no-check",
            *more,
        ],
        input=f"{KEY}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert KEY not in done.stdout
    assert len(connections(run)) == 1


def test_a_key_is_asked_for_on_a_terminal_and_not_shown(run: Run, home: Path, nobody: str):
    """The program has a terminal for its own: what is typed there does not come back."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "aims", "providers", "connect", "fal", "--base-url", nobody, "--no-check"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"Key for fal" not in shown:
        assert select.select([ours], [], [], 60)[0], shown
        shown += os.read(ours, 1024)
    os.write(ours, f"{KEY}\n".encode())
    out, _ = process.communicate(timeout=60)
    while select.select([ours], [], [], 0)[0]:
        try:
            piece = os.read(ours, 1024)
        except OSError:
            break
        shown += piece
    os.close(ours)

    assert process.returncode == 0, shown
    assert b"typed-key" not in shown + out
    assert len(connections(run)) == 1


def test_a_key_on_the_command_line_is_taken_with_a_warning(run: Run, nobody: str):
    said = run("providers", "connect", "fal", "--key", KEY, "--base-url", nobody, "--no-check", "--json")

    assert (said.json["connected"], said.json["standing"]) == (True, "unchecked")
    assert "shell's history" in said.err
    assert KEY not in said.out + said.err


def test_one_that_needs_no_key_is_connected_by_its_address(run: Run, nobody: str):
    run("providers", "connect", "comfyui", "--base-url", nobody, "--no-check")

    assert [(each["provider"], each["base_url"]) for each in connections(run)] == [("comfyui", nobody)]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nobody",), 1, "There is no provider 'nobody'"),
        (("fal", "--key-file", "nowhere.key"), 2, "cannot be read"),
        (("fal", "--key", "x", "--key-file", "-"), 2, "not with both"),
        (("fal", "--key", "two words"), 1, "The key of this connection is wrong"),
        (("fal", "--key", KEY, "--base-url", "somewhere"), 1, "The base_url of this connection is wrong"),
        (("fal", "--key", KEY, "--output-origin", "everywhere"), 1, "The output_origins of this connection"),
        (("fal", "--key", KEY, "--set", "colour=red"), 2, "'colour' is no setting"),
        (("fal", "--key", KEY, "--workspace", "Nowhere", "--no-check"), 1, "no such workspace"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_kept_nowhere(
    run: Run, arguments: tuple[str, ...], code: int, says: str
):
    said = run("providers", "connect", *arguments)

    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert KEY not in said.err
    assert "Traceback" not in said.err
    assert connections(run) == []


def test_what_the_settings_say_is_used_before_what_was_connected(
    run: Run, key_file: str, nobody: str, monkeypatch: pytest.MonkeyPatch
):
    run("providers", "connect", "fal", "--key-file", key_file, "--base-url", nobody, "--no-check")
    monkeypatch.setenv("AIMS_FAL_KEY", "another-key")
    monkeypatch.setenv("AIMS_FAL_BASE_URL", nobody)

    assert [(each["source"], each["in_use"]) for each in connections(run)] == [
        ("database", False),
        ("settings", True),
    ]
    gone = run("providers", "disconnect", "fal", "--json").json
    assert gone == {"provider": "fal", "workspace_id": None, "connected": True}
    assert [each["source"] for each in connections(run)] == ["settings"]
    refused(run("providers", "disconnect", "fal"), 1, "was not connected with `aims providers connect`")


def test_a_workspace_has_its_own(run: Run, key_file: str, nobody: str):
    hers = run("workspaces", "create", "--name", "Marketing", "--json").json["workspace_id"]
    for more in ((), ("--workspace", "Marketing"), ("--workspace", hers)):
        line = ("providers", "connect", "fal", "--key-file", key_file, "--base-url", nobody, "--no-check")
        run(*line, *more)

    assert [each["workspace_id"] for each in connections(run)] == [None, hers]
    run("providers", "disconnect", "fal", "--workspace", "Marketing")
    assert [each["workspace_id"] for each in connections(run)] == [None]


def test_the_doctor_says_that_the_sandbox_does_not_come_back(run: Run, key_file: str, nobody: str):
    def looked() -> dict[str, Any]:
        found = json.loads(run("doctor", "--json").out)
        return next(each for each in found["findings"] if each["name"] == "connections")

    assert looked()["ok"]
    run("providers", "connect", "fal", "--key-file", key_file, "--base-url", nobody, "--no-check")
    assert looked()["ok"]
    run("providers", "disconnect", "fal")

    told = looked()

    assert not told["ok"]
    assert "AIMS_SANDBOX=always" in json.dumps(told)
