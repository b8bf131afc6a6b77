"""Every example of the documentation is run as it stands on the page, by the program that a reader would use.

The studio behind it makes films of one second and few lines: its operator says so in files of models, as operators may.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx2
import machine
import pytest
from outside import Outside
from PIL import Image
from serving import PATIENCE, Person, Served
from showing import RUN, TABS, Reading, Shown
from test_documentation import example

from aims import catalog
from aims.catalog import shelf
from aims.web.docs import samples

__all__ = ["example"]

ASKED = {
    "image": ("basic", "shared", "edit", "collage", "styled", "options", "transparent"),
    "video": ("text", "image"),
}
# The command has no flags for a background and a style.
NO_WORDS = {("ask-image-transparent", "cli")}
ELSEWHERE = re.compile(r"-examples$|^claude-code$")
"""The ends of the commands' own helps are tried in tests/cli; another vendor's program is not here to be run."""
FILMS = ("veo3.1-fast", "veo3.1-fast-image-to-video")
BIN = Path(sys.executable).parent


def known() -> list[tuple[str, str]]:
    """Name and language of every example that can be run."""
    asked = [(f"ask-{kind}-{name}", each) for kind, names in ASKED.items() for name in names for each in RUN]
    told = [(name, each) for name in samples.names() for each in RUN if each in samples.languages(name)]
    return sorted({*asked, *told, ("key-create", "cli")} - NO_WORDS)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[Served]:
    """A studio whose films are small, and whose person has credits for all of this."""
    home = tmp_path_factory.mktemp("small")
    folder = home / "catalog" / "models"
    folder.mkdir(parents=True)
    for name in FILMS:
        told = (shelf.HERE / "models" / "veo" / f"{name}.toml").read_text(encoding="utf-8")
        told, lengths = re.subn(r"choices = \[4, 6, 8\]\ndefault = \d", "choices = [1]\ndefault = 1", told)
        told, lines = re.subn(
            r'choices = \["720p".*\]\ndefault = "720p"', 'choices = ["480p"]\ndefault = "480p"', told
        )
        assert (lengths, lines) == (1, 1), name
        (folder / f"{name}.toml").write_text(told, encoding="utf-8")
    machine.new_sqlite(home / "studio.db")
    studio = Served(home, None, network=outside.network, starting_credits=100_000).start()
    yield studio
    studio.stop()


@pytest.fixture(scope="module")
def reader(small: Served) -> Person:
    """Who copies the examples."""
    assert small.first is not None
    workspace = small.first.workspace_id
    return Person(small, workspace, small.key(workspace))


@pytest.fixture(scope="module")
def shown(small: Served) -> dict[tuple[str, str], Shown]:
    """Everything that can be copied, by name and language."""
    pages = [Reading(small.client.get(each).text).examples for each in (*TABS, "/")]
    return {(each.name, each.language): each for page in pages for each in page}


@pytest.fixture(scope="module")
def made(reader: Person) -> dict[str, str]:
    """What stands for the placeholders: ids of the reader's own."""
    view = reader.finished(reader.begin("Abstract", n=1)["id"])
    return {"GENERATION_ID": view["id"], "MEDIA_ID": view["outputs"][0]["id"]}


@cache
def photograph() -> bytes:
    """The picture that lies beside an example."""
    data = io.BytesIO()
    Image.new("RGB", (320, 200), "steelblue").save(data, "PNG")
    return data.getvalue()


def test_what_is_run_here_is_all_that_the_pages_show(shown: dict[tuple[str, str], Shown]):
    there = {key for key in shown if key[1] in RUN and not ELSEWHERE.search(key[0])}

    assert there == set(known())
    assert len(there) > 60


def test_every_example_has_the_readers_own_address_and_no_other(
    small: Served, shown: dict[tuple[str, str], Shown]
):
    for each in shown.values():
        found = set(re.findall(r"https?://[\w.:-]+", each.text)) - {"https://example.com"}
        if each.name.endswith("-examples"):
            # Helps also name programs beside the studio, such as one that draws on this machine.
            assert not found & {"http://127.0.0.1:8787", "https://studio.example.com"}, each
        else:
            assert found <= {small.base}, each


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(("name", "language"), known())
def test_an_example_works_as_it_stands(
    shown: dict[tuple[str, str], Shown],
    reader: Person,
    made: dict[str, str],
    tmp_path: Path,
    name: str,
    language: str,
):
    text = shown[name, language].text
    for placeholder, value in made.items():
        text = text.replace(placeholder, value)
    (tmp_path / "photo.png").write_bytes(photograph())

    done = run(text, language, reader, tmp_path)

    assert done.returncode == 0, (text, done.stdout, done.stderr)
    assert done.stdout or name in {"skill-install"}, text
    for address in set(re.findall(rf"{reader.served.base}/workspaces/[\w./-]+", done.stdout)):
        assert reader.served.client.get(address).status_code == 200, address
    AFTERWARDS.get(name, nothing)(done.stdout, tmp_path)


def run(text: str, language: str, reader: Person, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run an example in a folder and a home of its own."""
    file, command = {
        "python": ("example.py", [sys.executable, "example.py"]),
        "javascript": ("example.mjs", ["node", "example.mjs"]),
    }.get(language, ("example.sh", ["bash", "-eu", "-o", "pipefail", "example.sh"]))
    for program, package in (("curl", "curl"), ("node", "nodejs"), ("bash", "bash")):
        if shutil.which(program) is None:
            machine.missing(f"{program} is not installed (apt-get install {package})")
    (folder / file).write_text(text, encoding="utf-8")
    environment = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "AIMS_API_KEY": reader.text,
        # The commands that run a studio find it here, as they would on its own machine.
        "AIMS_HOME": str(reader.served.settings.home),
        **{name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ},
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def nothing(out: str, folder: Path) -> None:
    """Nothing more is to be seen."""


def is_made(out: str, folder: Path) -> None:
    """An address of what was made, or the whole answer."""
    assert "/workspaces/" in out, out
    if out.startswith("{"):
        told = json.loads(out)
        assert told["success"], told


def lists_models(out: str, folder: Path) -> None:
    """The ids of models."""
    assert "openai/gpt-image-2" in out or "fal-ai/veo3.1/fast" in out


def is_saved(out: str, folder: Path) -> None:
    """The picture lies in the folder."""
    with Image.open(folder / "fox.png") as picture:
        assert picture.format == "PNG"


def skills_lie(out: str, folder: Path) -> None:
    """The skills are in the home of whoever copied that."""
    assert len(list((folder / ".claude" / "skills").glob("aims-*/SKILL.md"))) == 3


AFTERWARDS = {
    **{f"ask-{kind}-{name}": is_made for kind, names in ASKED.items() for name in names},
    "models-image": lists_models,
    "models-video": lists_models,
    "command-first": is_saved,
    "skill-install": skills_lie,
    "plain-python": is_made,
}


def test_an_answer_on_the_page_has_what_the_studio_answers(
    shown: dict[tuple[str, str], Shown], reader: Person
):
    """Prices are those of the catalogue, and every field that is shown is there."""
    printed = json.loads(shown["answer-image-basic", "json"].text)
    asked = json.loads(re.search(r"-d '(\{.*\})'", shown["ask-image-basic", "curl"].text, re.DOTALL)[1])

    told = reader.send("POST", "/images/generate", json=asked).json()

    assert set(printed) <= set(told)
    assert set(printed["images"][0]) <= set(told["images"][0])
    assert printed["credits_used"] == told["credits_used"]
    film = json.loads(shown["answer-video-text", "json"].text)
    price = catalog.open_shelf().model(film["video"]["model"]).price.credits
    # Four seconds were asked for; this studio's films have one.
    assert film["credits_used"] == price


def test_a_refusal_on_the_page_is_the_one_that_is_sent(shown: dict[tuple[str, str], Shown], reader: Person):
    printed = json.loads(shown["error-400", "json"].text)

    told: httpx2.Response = reader.send("POST", "/images/generate", json={"n": 9})

    assert told.status_code == 400
    assert {**told.json(), "request_id": ""} == {**printed, "request_id": ""}
