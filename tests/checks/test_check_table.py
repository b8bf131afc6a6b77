"""Every check of the table turns red on a planted violation, and only that check does."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checks import __main__ as command
from checks import table

HEADER = '"""A file."""\n\n'
FUNCTION = "def long() -> None:\n" + "    print()\n" * 60

# Check name -> files to plant, the place that must be named, and words of the sentence.
PLANTED: dict[str, tuple[Mapping[str, str], str, str]] = {
    "types": (
        {"aims/core/ids.py": f'{HEADER}number: int = "one"\n'},
        "aims/core/ids.py:3",
        "invalid-assignment",
    ),
    "imports": (
        {"aims/core/up.py": f"{HEADER}import aims.web\n\nWEB = aims.web\n"},
        "pyproject.toml:1",
        "BROKEN",
    ),
    "lint": ({"aims/core/ids.py": f"{HEADER}import os\n"}, "aims/core/ids.py:3", "F401"),
    "format": ({"aims/core/ids.py": f"{HEADER}number  =  1\n"}, "aims/core/ids.py:3", "reformatted"),
    "file-lines": ({"tests/test_a.py": "print()\n" * 401}, "tests/test_a.py:1", "401 lines"),
    "function-lines": ({"aims/core/ids.py": HEADER + FUNCTION}, "aims/core/ids.py:3", "long has 61 lines"),
    "names": ({"aims/core/utils.py": HEADER}, "aims/core/utils.py:1", "`utils`"),
    "one-provider": ({"aims/core/ids.py": f'{HEADER}NAME = "FAL_URL"\n'}, "aims/core/ids.py:3", "`fal`"),
    "sql": (
        {"aims/core/ids.py": f'{HEADER}def find(tx, name):\n    tx.execute(f"select {{name}}")\n'},
        "aims/core/ids.py:4",
        "bind its values",
    ),
    "execution": ({"bench/a.py": f'{HEADER}eval("1")\n'}, "bench/a.py:3", "eval"),
    "pixel-limit": ({"aims/a.py": f"{HEADER}MAX_IMAGE_PIXELS = None\n"}, "aims/a.py:3", "set a number"),
    "outbound": (
        {"aims/a.py": f"{HEADER}import http.client\n\nUSED = http.client\n"},
        "aims/a.py:3",
        "http.client",
    ),
    "catch": (
        {"aims/a.py": f"{HEADER}try:\n    print()\nexcept Exception:\n    print()\n"},
        "aims/a.py:5",
        "catch what you can name",
    ),
    "pages": (
        {"aims/web/static/create.js": "one();\nnode.innerHTML = name;\n"},
        "aims/web/static/create.js:2",
        "textContent",
    ),
    "text": ({"docs/a.md": "To be done.\n\nTO" + "DO later\n"}, "docs/a.md:3", "do it"),
    "locks": ({"requirements.lock": "pillow==13.0.0\n"}, "requirements.lock:1", "no sha256 hash"),
    "dependencies": ({"decisions/0002-dependencies.md": "# None\n"}, "pyproject.toml:4", "pillow has no row"),
    "sleeps": (
        {"tests/test_a.py": "import time\n\ntime.sleep(0.2)\n"},
        "tests/test_a.py:3",
        "wait on an event",
    ),
    "skips": (
        {"tests/test_a.py": 'import pytest\n\n\ndef test_a() -> None:\n    pytest.skip("no")\n'},
        "tests/test_a.py:5",
        "tests/machine.py",
    ),
    "docstrings": ({"aims/core/ids.py": "NUMBER = 1\n"}, "aims/core/ids.py:1", "module docstring"),
    "changelog": ({"CHANGELOG.md": "# Changelog\n\n## Soon\n"}, "CHANGELOG.md:3", "a version heading is"),
    "weight": ({"aims/core/words.txt": "word\n" * 80_001}, "aims/core/words.txt:1", "400 is the most"),
    "exceptions": (
        {"checks/exceptions.txt": "\nnames aims/core/utils.py old\n"},
        "checks/exceptions.txt:2",
        "`names`",
    ),
}


def test_every_check_has_a_planted_violation() -> None:
    assert set(PLANTED) == set(table.ALL)


def test_the_clean_product_passes_every_check(plant: Callable[[Mapping[str, str]], Path]) -> None:
    found = command.run(list(table.ALL), plant({}))
    assert {name: findings for name, findings in found.items() if findings} == {}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_turns_its_check_red(
    name: str, plant: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files, place, words = PLANTED[name]
    status = command.main([name], plant(files))
    printed = capsys.readouterr().out
    assert status == 1
    assert f"{place}: " in printed
    assert words in printed
    assert printed.splitlines()[-1].endswith(f"1 finding ({name} 1)")


@pytest.mark.parametrize("name", sorted(set(PLANTED) - set(table.TOOLS)))
def test_a_planted_violation_leaves_the_other_house_checks_green(
    name: str, plant: Callable[[Mapping[str, str]], Path]
) -> None:
    found = command.run(list(table.HOUSE), plant(PLANTED[name][0]))
    assert [red for red, findings in found.items() if findings] == [name]


def test_an_unknown_name_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["size"])
    assert stopped.value.code == 2
    assert "file-lines" in capsys.readouterr().err


def test_the_list_says_what_each_check_asks(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(table.ALL)
    assert all(len(line.split()) > 4 for line in lines)
