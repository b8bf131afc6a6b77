"""What the build machine's script does with the two commands it runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "run"
DEV = """#!/bin/sh
echo "$CI $AIMS_REQUIRE_ALL $*"
[ "$1" = test ] && echo "=== 3 passed in 1.20s ===" && echo "a database closes" >&2
case "$FAILING" in *"$1"*) exit 3 ;; esac
"""


@pytest.mark.parametrize("failing", ["", "check", "test", "check test"])
def test_both_commands_run_and_either_fails_the_build(failing: str, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / ".ci" / "run")
    (tmp_path / "dev").write_text(DEV)
    (tmp_path / "dev").chmod(0o755)
    environment = {**os.environ, "FAILING": failing}
    done = subprocess.run(
        [tmp_path / ".ci/run"], env=environment, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    assert {"true 1 check", "true 1 test"} <= set(lines)
    assert lines[-1] == "=== 3 passed in 1.20s ==="
    assert (done.returncode == 0) is (failing == "")


SHAKY = """#!/bin/sh
[ "$1" = test ] || exit 0
case "$*" in
  *--last-failed*) echo "again: $*"; echo "=== 1 passed in 0.10s ==="; exit "$SECOND" ;;
esac
for number in $(seq "$FAILURES"); do echo "FAILED tests/test_it.py::test_$number - late"; done
echo "=== $FAILURES failed, 9 passed in 3.00s ==="
exit 1
"""


@pytest.mark.parametrize(
    ("failures", "second", "asked_again", "passes"),
    [(1, 0, True, True), (3, 1, True, False), (4, 0, False, False)],
)
def test_a_few_failures_are_asked_again_alone_and_named(
    failures: int, second: int, asked_again: bool, passes: bool, tmp_path: Path
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / ".ci" / "run")
    (tmp_path / "dev").write_text(SHAKY)
    (tmp_path / "dev").chmod(0o755)
    environment = {**os.environ, "FAILURES": str(failures), "SECOND": str(second)}
    done = subprocess.run(
        [tmp_path / ".ci/run"], env=environment, capture_output=True, text=True, check=False
    )
    named = [line for line in done.stdout.splitlines() if line.startswith("ci: failed among")]
    assert ("again: test -n 0" in done.stdout) is asked_again
    assert len(named) == (failures if asked_again else 0)
    assert (done.returncode == 0) is passes
