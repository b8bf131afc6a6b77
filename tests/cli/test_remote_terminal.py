"""On a terminal: a line that tells how far it is, Ctrl-C, completion; and how soon the command answers."""

import base64
import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from remotely import SMALL, Shell
from serving import Person
from typing_in import Said

from aims.cli import preview

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


@pytest.mark.parametrize(
    "terminal", [{"TERM": "xterm-kitty"}, {"TERM_PROGRAM": "WezTerm"}, {"AIMS_PREVIEW": "kitty"}]
)
@pytest.mark.usefixtures("bob")
def test_a_terminal_that_shows_pictures_shows_what_was_made(aims: Shell, terminal: dict[str, str]):
    said = aims.on_a_terminal("image", "A barn", "--aspect-ratio", "16:9", *SMALL, **terminal).ended()

    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b", said.err)
    assert (said.code, pieces[0][0]) == (0, "a=T,f=100,q=2,m=1")
    assert [each for each, _ in pieces[1:]] == ["m=1"] * (len(pieces) - 2) + ["m=0"]
    with Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in pieces)))) as picture:
        assert (picture.format, picture.width) == ("PNG", 256)
        assert picture.height < 160
    assert "\x1b" not in said.out


@pytest.mark.usefixtures("bob")
def test_iterm_gets_the_file_as_it_is(aims: Shell):
    said = aims.on_a_terminal("image", "A barn", *SMALL, TERM_PROGRAM="iTerm.app").ended()

    found = re.search(r"\x1b]1337;File=inline=1;size=(\d+);width=256px:([^\a]*)\a", said.err)
    assert found
    assert len(base64.b64decode(found[2])) == int(found[1])


@pytest.mark.parametrize(
    ("words", "terminal"),
    [
        ((), {}),
        ((), {"TERM": "xterm-kitty", "TMUX": "/tmp/tmux,1"}),
        ((), {"TERM": "xterm-kitty", "AIMS_PREVIEW": "off"}),
        (("--json",), {"TERM": "xterm-kitty"}),
        (("--quiet",), {"TERM": "xterm-kitty"}),
    ],
)
@pytest.mark.usefixtures("bob")
def test_other_terminals_and_programs_get_none(aims: Shell, words: tuple[str, ...], terminal: dict[str, str]):
    said = aims.on_a_terminal("image", "A barn", *words, *SMALL, **terminal).ended()

    assert said.code == 0
    assert "\x1b_G" not in said.err + said.out


def test_sixels_are_the_picture():
    """Painted again by what a terminal does with them, the picture is there to the pixel."""
    picture = Image.radial_gradient("L").resize((37, 23)).convert("RGB")

    text = "".join(preview.drawn("sixel", picture))

    head = re.match(r'\x1bPq"1;1;37;23', text)
    assert head
    assert text.endswith("\x1b\\")
    assert painted(text[head.end() : -2], 37, 24) == [
        [
            tuple(round(round(value * 100 / 255) * 2.55) for value in colour)
            for colour in [few.getpixel((x, y)) for x in range(37)]
        ]
        for few in [picture.quantize(preview.COLOURS).convert("RGB")]
        for y in range(23)
    ]


def painted(text: str, width: int, height: int) -> list[list[tuple[int, ...] | None]]:
    """What stands on a terminal of these pixels afterwards; the last row is left out."""
    colours: dict[int, tuple[int, ...]] = {}
    rows: list[list[tuple[int, ...] | None]] = [[None] * width for _ in range(height)]
    x = top = 0
    now: tuple[int, ...] = ()
    for found in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)(.)|(.)", text):
        at, red, green, blue, count, many, one = found.groups()
        if at and red is not None:
            colours[int(at)] = tuple(round(int(each) * 2.55) for each in (red, green, blue))
        elif at:
            now = colours[int(at)]
        elif one == "$":
            x = 0
        elif one == "-":
            x, top = 0, top + 6
        else:
            for column in range(x, x + int(count or 1)):
                for y in range(6):
                    if (ord(many or one) - 63) >> y & 1:
                        rows[top + y][column] = now
            x += int(count or 1)
    return rows[:23]


@pytest.mark.usefixtures("bob")
def test_what_was_made_is_opened(aims: Shell):
    """With whatever the machine has for that: here a program that writes down what it was given."""
    opener = aims.folder / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" >> {aims.folder}/opened.txt\n')
    opener.chmod(0o755)
    path = {"PATH": f"{aims.folder}{os.pathsep}{os.environ['PATH']}"}

    address = aims("image", "A barn", "--open", "--print", "url", *SMALL, **path)
    file = aims("image", "A barn", "--open", "-o", "barn.png", *SMALL, **path)

    assert (address.code, file.code) == (0, 0)
    assert until_lines(aims.folder / "opened.txt", 2) == [address.out.strip(), "barn.png"]


def until_lines(file: Path, number: int) -> list[str]:
    """The lines of a file, once there are that many."""
    end = time.monotonic() + 30
    while not file.exists() or len(file.read_text().splitlines()) < number:
        assert time.monotonic() < end, "nothing was opened"
        time.sleep(0.05)
    return file.read_text().splitlines()


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
