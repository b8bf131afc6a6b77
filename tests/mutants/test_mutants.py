"""Break the product on purpose, one rule at a time: a test that promises the rule has to fail.

Each `.patch` beside this file says in its first line which rule it breaks, and in its `Test:` lines who must notice.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import machine
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATCHES = sorted(HERE.glob("*.patch"))
INVARIANTS = {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I12", "I13", "I14", "I16"}
FAILED = 1
# The installed package is this checkout: what runs has to be the copy, or a mutant would be found alive for nothing.
RUN = """
import sys, aims, pytest
assert aims.__file__.startswith(sys.argv[1]), aims.__file__
sys.exit(pytest.main(sys.argv[2:]))
"""


def named_tests(patch: Path) -> list[str]:
    return re.findall(r"^Test: (\S+)$", patch.read_text(), re.MULTILINE)


def backend_of(patch: Path) -> str:
    return "postgres" if "\nDatabase: postgres\n" in patch.read_text() else "sqlite"


def copy_of_the_product(folder: Path) -> Path:
    # With the compiled files: they stay valid for all but the one that is changed.
    shutil.copytree(ROOT / "aims", folder / "aims")
    return folder


def mutate(copy: Path, patch: Path) -> None:
    """Apply the patch. One that does not fit any more fails: the rule it breaks may have moved."""
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", patch],
        cwd=copy,
        capture_output=True,
        text=True,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(copy.parent)},
    )
    assert done.returncode == 0, f"{patch.name} does not apply any more:\n{done.stderr}"


def run(
    copy: Path, tests: list[str], backend: str, changes_schema: bool
) -> "subprocess.CompletedProcess[str]":
    """Run the named tests against the copy, on one database."""
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    if changes_schema:
        # Else the databases are copies of the one that this run has migrated.
        del environment[machine.FOLDER]
    other = "sqlite" if backend == "postgres" else "postgres"
    options = ["-q", "-x", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-P", "-c", RUN, str(copy), *options, "-k", f"not {other}", *tests],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("patch", PATCHES, ids=[patch.stem for patch in PATCHES])
def test_a_broken_rule_is_noticed(patch: Path, tmp_path: Path) -> None:
    backend = backend_of(patch)
    if backend == "postgres":
        machine.postgres()
    copy = copy_of_the_product(tmp_path)
    mutate(copy, patch)
    ran = run(copy, named_tests(patch), backend, "aims/migrations/" in patch.read_text())
    assert ran.returncode == FAILED, f"{patch.name} lives:\n{ran.stdout}\n{ran.stderr}"
    noticed = re.search(r"\b\d+ failed\b|the books are broken", ran.stdout)
    assert noticed, f"{patch.name} broke the test, not the rule:\n{ran.stdout}"


def test_without_a_mutant_every_one_of_these_tests_passes(tmp_path: Path) -> None:
    tests = sorted(
        {test for patch in PATCHES if backend_of(patch) == "sqlite" for test in named_tests(patch)}
    )
    ran = run(copy_of_the_product(tmp_path), tests, "sqlite", changes_schema=False)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"


def test_every_invariant_of_the_ledger_and_the_keys_has_a_mutant() -> None:
    broken = {patch.read_text().split(":")[0] for patch in PATCHES}
    assert broken >= INVARIANTS
    assert all(named_tests(patch) for patch in PATCHES)
