"""What may stand in text files, lock files, the changelog and the repository as a whole."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checks import changelog, decided, hygiene, locks, pages, sources, weight

Plant = Callable[[Mapping[str, str]], Path]

HASH = "--hash=sha256:" + "0123456789abcdef" * 4
VARIED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"

# Put together here, so that this file does not stand in the way of the check it tests.
REFUSED = [
    "cd /ho" + "me/alice/studio",
    "cd /Us" + "ers/alice/studio",
    "open('/ro" + "ot/.ssh/id')",
    "C:\\Us" + "ers\\alice",
    "https://files.python" + "hosted.org/packages/a",
    "https://registry.np" + "mjs.org/htmx.org",
    "pip install --index" + "-url https://x",
    "uv pip install --find" + "-links wheels",
    "-----BEGIN RSA PRIVATE" + " KEY-----",
    "<" * 7 + " HEAD",
    ">" * 7 + " branch",
    "# FIX" + "ME",
    "# X" + "XX",
    "sk" + "-proj-" + VARIED,
    "key = 'aims" + f"_{VARIED}'",
    "AK" + "IAQ3EGTZ7L5MWKR2XB",
    "invisible \u200b space",
    "turned \u202e round",
    "tagged \U000e0041",
]
ACCEPTED = [
    "GET /api/v1/home/alice/",
    "https://example.com/home/alice/",
    "--no-emit-index-url",
    "mktemp XXXXXX",
    "todo lists are fine",
    "risk-assessment-of-a-very-long-name-2024-01",
    "aims_" + "x" * 40,
    "sk-" + "0" * 40,
    "AKIA" + "IOSFODNN7EXAMPLE",
    "=======",
    "caf\u00e9 \u2013 \u2600\ufe0f",
]


@pytest.mark.parametrize("line", REFUSED)
def test_a_line_is_refused(line: str, plant: Plant) -> None:
    found = hygiene.check(plant({"docs/page.md": f"\n{line}\n"}))
    assert [(finding.path, finding.line) for finding in found] == [("docs/page.md", 2)]


@pytest.mark.parametrize("line", ACCEPTED)
def test_a_line_is_accepted(line: str, plant: Plant) -> None:
    assert hygiene.check(plant({"docs/page.md": f"{line}\n"})) == []


def test_the_path_of_the_checkout_is_refused(plant: Plant) -> None:
    root = plant({})
    (root / "a.txt").write_text(f"see {root}/README.md and {root}s\n")
    assert [finding.line for finding in hygiene.check(root)] == [1]


def test_unfinished_marks_of_vendored_files_are_their_authors(plant: Plant) -> None:
    files = {"aims/web/static/vendor/htmx.js": "// TO" + "DO\nnode.innerHTML = 1"}
    root = plant(files)
    assert hygiene.check(root) == []
    assert pages.check(root) == []


@pytest.mark.parametrize(
    "line", ["{{ name | safe }}", '<img onerror="run()">', '<a href="javascript:run()">']
)
def test_a_template_that_lets_text_become_code_is_found(line: str, plant: Plant) -> None:
    assert [finding.line for finding in pages.check(plant({"aims/web/templates/a.html": line}))] == [1]


@pytest.mark.parametrize("line", ["{{ name }}", '<button data-on="x" name="one" hx-on="">', "safe | sound"])
def test_a_template_that_escapes_passes(line: str, plant: Plant) -> None:
    assert pages.check(plant({"aims/web/templates/a.html": line})) == []


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("pillow==12.9.9", "13.0.0 or newer"),
        ("pillow==13.0.0rc1", "13.0.0 or newer"),
        ("pillow_heif==1.8.0", "1.8.1 or newer"),
        ("mcp==1.29.9", "2.2.0 or newer"),
        ("mcp==2.1.0", "2.2.0 or newer"),
        ("starlette==1.2.9", "1.3.0 or newer"),
        ("a @ https://example.com/a.whl", "an address"),
        ("a>=1", "is not NAME==VERSION"),
    ],
)
def test_a_requirement_is_refused(requirement: str, words: str, plant: Plant) -> None:
    text = f"pillow==13.0.0 \\\n    {HASH}\n{requirement} \\\n    {HASH} \\\n    {HASH}\n"
    found = locks.check(plant({"requirements.lock": text}))
    assert any(finding.line == 3 and words in finding.sentence for finding in found)


@pytest.mark.parametrize(
    "requirement", ["mcp==1.30.0", "mcp==2.2", "h11==0.16.0", "pillow==13.1 ; sys_platform == 'x'"]
)
def test_a_requirement_is_accepted(requirement: str, plant: Plant) -> None:
    text = f"{requirement} \\\n    {HASH}\npillow==13.0.0 \\\n    {HASH}\n"
    assert locks.check(plant({"requirements.lock": text})) == []


def test_a_dependency_that_was_never_locked_is_found(plant: Plant) -> None:
    root = plant({"requirements-dev.lock": f"Other==1 {HASH}\n"})
    assert [finding.path for finding in locks.check(root)] == ["pyproject.toml"]


def test_a_row_for_something_that_is_not_used_is_found(plant: Plant) -> None:
    page = "| for | choice | why |\n| a | `Pillow[x]`, `numpy` | because |\n"
    found = decided.check(plant({decided.PAGE: page}))
    assert [(finding.path, finding.line) for finding in found] == [(decided.PAGE, 2)]
    assert "numpy" in found[0].sentence


@pytest.mark.parametrize(
    "heading", ["## 1.2", "## 1.2.3", "## v1.2.3 (unreleased)", "## 1.2.3 (May)", "### 1.2.3 (unreleased)"]
)
def test_a_changelog_heading_is_refused(heading: str, plant: Plant) -> None:
    assert len(changelog.check(plant({"CHANGELOG.md": f"{heading}\n"}))) == 1


@pytest.mark.parametrize(
    "heading", ["## 1.2.3 (unreleased)", "## 1.2.3rc1 (2026-01-31)", "## 1.2.3.dev4 (unreleased)"]
)
def test_a_changelog_heading_is_accepted(heading: str, plant: Plant) -> None:
    assert changelog.check(plant({"CHANGELOG.md": f"{heading}\n"})) == []


def test_a_version_has_one_heading(plant: Plant) -> None:
    text = "## 1.0.0 (unreleased)\n## 1.0.0 (2026-01-31)\n"
    assert [finding.line for finding in changelog.check(plant({"CHANGELOG.md": text}))] == [2]


def test_binary_files_are_for_pictures_and_fonts(plant: Plant) -> None:
    root = plant(dict.fromkeys(["docs/pictures/a.png", "aims/web/static/a.woff2", "tests/a.png"], "\0"))
    assert [finding.path for finding in weight.check(root)] == ["tests/a.png"]


def test_all_files_together_stay_small(plant: Plant) -> None:
    root = plant({f"docs/pictures/{number}.txt": "x" * 1_000_000 for number in range(10)})
    assert "10.0 MB" in weight.check(root)[0].sentence


@pytest.mark.parametrize("with_git", [False, True] if shutil.which("git") else [False])
def test_files_are_listed_with_git_and_without(with_git: bool, plant: Plant) -> None:
    root = plant({".ci/run": "", ".venv/a.py": "", "aims/__pycache__/a.py": "", "aims/new.py": ""})
    (root / ".gitignore").write_text(".venv/\n__pycache__/\n")
    (root / "aims/link.py").symlink_to(root / "aims/new.py")
    if with_git:
        subprocess.run(["git", "init", "--quiet", root], check=True)
    listed = sources.files(root)
    assert {".ci/run", "aims/new.py"} <= set(listed)
    assert not {".venv/a.py", "aims/__pycache__/a.py", "aims/link.py"} & set(listed)
