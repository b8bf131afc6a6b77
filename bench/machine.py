"""What a process and its children use, from /proc; and where things run."""

import os
import platform
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a process tree: processor seconds since its start, proportional memory in MB, number of processes."""

    cpu: float
    pss_mb: float
    processes: int


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                todo += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def usage(pid: int) -> Usage:
    """What the tree below `pid` uses now."""
    cpu = pss = 0.0
    count = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            # Its own, and that of children which have ended.
            cpu += sum(map(int, fields[11:15])) / TICK
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    pss += int(line.split()[1])
            count += 1
        except OSError:
            continue
    return Usage(cpu, round(pss / 1024, 1), count)


def own_cpu(pid: int) -> float:
    """Processor seconds of one process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def spread(pid: int) -> None:
    """Let a process tree use every processor again."""
    for one in tree(pid):
        try:
            os.sched_setaffinity(one, range(os.cpu_count() or 1))
        except OSError:
            continue


def wait_for(condition: Callable[[], bool], seconds: float, what: str, *, every: float = 0.01) -> float:
    """Wait until something is so, and return how long it took, in seconds."""
    start = time.perf_counter()
    while not condition():
        if time.perf_counter() - start > seconds:
            raise SystemExit(f"bench: {what} did not happen within {seconds:g} s")
        time.sleep(every)
    return time.perf_counter() - start


def answers(url: str) -> bool:
    """Whether the address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def need(program: str) -> str:
    """The path of a program that a measurement needs."""
    path = shutil.which(program)
    if path is None:
        raise SystemExit(f"bench: {program} is not on this machine (on Debian: apt-get install {program})")
    return path


def described() -> str:
    """The machine, in a line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}, load {load:.1f} before the run"


def commit() -> str:
    """The commit that is measured, with + when the tree has changes."""
    name = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    dirty = subprocess.run(
        ["git", "status", "--porcelain", "aims"], capture_output=True, text=True, check=False
    ).stdout
    return name + ("+" if dirty.strip() else "")
