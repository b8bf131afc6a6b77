"""How long the command takes to say what it can do: a process each time, as a person or a completion starts it."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from subprocess import DEVNULL, run
from typing import Any

from bench import machine

HERE = Path(__file__).parent
ASKED: tuple[tuple[tuple[str, ...], int | None], ...] = (
    (("--help",), 150),
    (("--version",), None),
    (("image", "--help"), 200),
    (("video", "--help"), 200),
    (("models", "--help"), 200),
    (("serve", "--help"), 250),
    (("keys", "--help"), 250),
    (("catalog", "add", "--help"), 250),
    (("providers", "--help"), 250),
)
"""What is asked, and the milliseconds that the median may take."""


def main(arguments: list[str]) -> int:
    """Run the measurement and print its table; the raw samples go to `--keep`."""
    options = argparse.ArgumentParser(prog="./dev bench help")
    options.add_argument("--repeat", type=int, default=10, help="how often each is asked")
    options.add_argument("--keep", type=Path, default=HERE / "raw" / "help.json")
    chosen = options.parse_args(arguments)
    program = Path(sys.prefix) / "bin" / "aims"
    raw: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "commit": machine.commit(),
        "machine": machine.described(),
        "command": " ".join(["./dev bench help", *sys.argv[2:]]),
        "ms": {},
    }
    with tempfile.TemporaryDirectory(prefix="aims-bench-") as home:
        env = {**os.environ, "AIMS_HOME": home}
        # Started in turns, so that a busy moment of the machine does not fall on one of them alone.
        for _ in range(chosen.repeat + 1):
            for words, _target in ASKED:
                begun = time.perf_counter()
                run([program, *words], env=env, stdout=DEVNULL, check=True)
                took = round((time.perf_counter() - begun) * 1000, 1)
                raw["ms"].setdefault(" ".join(("aims", *words)), []).append(took)
    # The first of each reads the files from the disk.
    raw["ms"] = {name: samples[1:] for name, samples in raw["ms"].items()}
    chosen.keep.parent.mkdir(parents=True, exist_ok=True)
    chosen.keep.write_text(json.dumps(raw) + "\n")
    print(table(raw))
    return 0


def table(raw: dict[str, Any]) -> str:
    """The samples as a person reads them."""
    targets = {" ".join(("aims", *words)): target for words, target in ASKED}
    rows = [("", "median ms", "fastest", "slowest", "target")]
    for name, samples in raw["ms"].items():
        figures = (statistics.median(samples), min(samples), max(samples))
        target = f"<= {targets[name]}" if targets[name] else ""
        rows.append((name, *(f"{each:.0f}" for each in figures), target))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([f"{raw['date']}, commit {raw['commit']}, {raw['machine']}", raw["command"], "", *lines])
