"""On a terminal: a line that tells how far it is, Ctrl-C, completion; and how soon the command answers."""

import re
import subprocess
import sys

from remotely import SMALL, Shell
from serving import Person
from typing_in import Said

CLEAR = "\r\x1b[2K"


def test_a_line_tells_how_far_it_is_and_is_gone_afterwards(bob: Person, aims: Shell):
    terminal = aims.on_a_terminal("image", "A barn [sandbox: delay=10m]", "--print", "url", *SMALL)
    terminal.until("running")

    (begun,) = bob.send("GET", "/generations").json()["items"]
    bob.send("POST", f"/generations/{begun['id']}/cancel")
    said = terminal.ended()

    assert (said.code, said.out) == (1, "")
    drawn, _, rest = said.err.rpartition(CLEAR)
    assert re.search(r"running  \d+ s", drawn)
    assert rest.startswith("1 of 1 failed: ")


def test_quiet_is_quiet_on_a_terminal_too(bob: Person, aims: Shell):
    said = aims.on_a_terminal("image", "A barn", "--quiet", *SMALL).ended()

    assert (said.code, said.err) == (0, "")


def test_ctrl_c_says_that_the_work_goes_on_and_where(bob: Person, aims: Shell):
    terminal = aims.on_a_terminal("image", "A barn [sandbox: delay=10m]", *SMALL).until("running")

    said = terminal.interrupt().ended()

    assert said.code == 130
    assert said.out == ""
    assert "Traceback" not in said.err
    (left,) = bob.send("GET", "/generations").json()["items"]
    assert f"Generation {left['id']} goes on" in said.err
    assert f"{bob.served.base}/api/v1/generations/{left['id']}" in said.err
    assert left["status"] == "running"
    bob.send("POST", f"/generations/{left['id']}/cancel")
    bob.finished(left["id"])


def test_what_can_be_asked_is_listed(bob: Person, aims: Shell):
    films = aims("models", "--type", "video", "--json").json
    assert "image_models" not in films
    ids = aims("models", "--print", "url").out.split()
    assert {"openai/gpt-image-2", "fal-ai/veo3.1/fast"} <= set(ids)
    assert "openai/gpt-image-2" in aims("models", "--type", "image").out
    assert "watercolor-style" in aims("styles", "--print", "url").out.split()
    assert aims("styles", "--json").json["styles"][0]["preview_url"].startswith(bob.served.base)


def test_what_is_no_picture_is_not_uploaded(aims: Shell):
    (aims.folder / "fake.png").write_text("<svg/>")

    said = aims("upload", "fake.png", AIMS_BASE_URL="http://127.0.0.1:9")

    assert (said.code, said.out) == (1, "")
    assert "no picture that the studio takes" in said.err


def test_the_shell_completes_commands_and_flags(stranger: Shell):
    def completed(words: str, at: int) -> list[str]:
        said = stranger(_AIMS_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(at))
        return [line.partition(",")[2] for line in said.out.splitlines()]

    assert completed("aims im", 1) == ["image"]
    assert "--aspect-ratio" in completed("aims image --as", 2)


def test_help_loads_nothing_that_it_does_not_need():
    """What makes a start slow is what is imported; the time itself depends on the machine."""
    heavy = "'httpx2', 'msgspec', 'asyncio', 'sqlalchemy', 'litestar', 'aims.client', 'aims.bootstrap', 'ssl'"
    script = (
        "import contextlib, sys\nfrom aims.cli import run\n"
        "for words in (['--help'], ['image', '--help'], ['video', '--help'], ['login', '--help']):\n"
        "    with contextlib.suppress(SystemExit): run(words)\n"
        f"print([name for name in ({heavy}) if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert Said(done.returncode, "", done.stderr) == Said(0, "", "[]\n")
