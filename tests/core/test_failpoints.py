"""Failpoints: the places where crash tests stop a process."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import aims
from aims.core import failpoints

HIT = "import sys; from aims.core import failpoints; [failpoints.hit(name) for name in sys.argv[1:]]; print('alive')"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints._armed.clear()
    failpoints._hits.clear()


def hit_elsewhere(*names: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", HIT, *names], env=os.environ | environment, capture_output=True
    )


def test_an_armed_kill_ends_the_process_on_the_spot() -> None:
    ended = hit_elsewhere("settle.inside", AIMS_FAILPOINTS="settle.inside=kill")
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, b"")


def test_a_kill_may_wait_for_the_nth_hit(tmp_path: Path) -> None:
    log = tmp_path / "log"
    ended = hit_elsewhere(
        *["drive.leased"] * 5, AIMS_FAILPOINTS="drive.leased=3*kill", AIMS_FAILPOINT_LOG=str(log)
    )
    assert ended.returncode == -signal.SIGKILL
    assert log.read_text() == "drive.leased\n" * 3


def test_every_hit_is_logged_armed_or_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for _ in range(2):
        assert (
            hit_elsewhere("submit.checked", "submit.inside", AIMS_FAILPOINT_LOG=str(log)).stdout == b"alive\n"
        )
    assert log.read_text() == "submit.checked\nsubmit.inside\n" * 2


def test_an_armed_raise_raises_once_or_always() -> None:
    failpoints.arm("settle.inside=2*raise,release.inside=raise")
    failpoints.hit("settle.inside")
    with pytest.raises(failpoints.FailpointError, match=r"settle\.inside"):
        failpoints.hit("settle.inside")
    failpoints.hit("settle.inside")
    for _ in range(2):
        with pytest.raises(failpoints.FailpointError):
            failpoints.hit("release.inside")


def test_a_name_that_does_not_exist_cannot_be_armed() -> None:
    with pytest.raises(ValueError, match="no failpoint 'settle'"):
        failpoints.arm("settle=kill")
    assert b"no failpoint 'nowhere'" in hit_elsewhere(AIMS_FAILPOINTS="nowhere=kill").stderr


def test_nothing_happens_where_nothing_is_armed() -> None:
    for name in failpoints.POINTS:
        failpoints.hit(name)
    assert failpoints._hits == {}


def test_every_failpoint_stands_somewhere_in_the_product_and_names_its_case() -> None:
    source = "".join(path.read_text() for path in Path(aims.__file__).parent.rglob("*.py"))
    placed = set(re.findall(r'failpoints\.hit\(\s*"([^"]+)"', source))
    assert placed == set(failpoints.POINTS)
    assert all(re.match(r"(F|REC-)\d\d ", case) for case in failpoints.POINTS.values())
