"""How fast generations are accepted, durably, by one process on one core.

Nothing is switched off: each accepted request is validated, quoted, checked against its key, limit and cap, paid for
by a hold in the ledger, written with its outputs, and synced to the disk before its 202. Drawing goes on meanwhile, on
the same core, standing back (nice). Afterwards every accepted generation is drawn, stored and settled, and the ledger
verified.

The server has processor 0, the load generator (wrk, a closed loop) processor 1.
"""

import argparse
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import machine

BODY = '{"model": "fal-ai/nano-banana-2", "resolution": "0.5K", "prompt": "a lighthouse at dawn"}'
HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Run the measurement and print its table; the raw samples go to `--keep`."""
    options = argparse.ArgumentParser(prog="./dev bench accept")
    options.add_argument("--seconds", type=int, default=6, help="length of each run")
    options.add_argument("--runs", type=int, default=3, help="runs at 64 connections")
    options.add_argument("--starts", type=int, default=5, help="starts to time")
    options.add_argument("--keep", type=Path, default=HERE / "raw" / "accept.json")
    chosen = options.parse_args(arguments)
    machine.need("wrk"), machine.need("taskset")
    with tempfile.TemporaryDirectory(prefix="aims-bench-") as folder:
        raw = measure(Path(folder), chosen.seconds, chosen.runs, chosen.starts)
    chosen.keep.parent.mkdir(parents=True, exist_ok=True)
    chosen.keep.write_text(json.dumps(raw, indent=1) + "\n")
    print(table(raw))
    return 0 if raw["verified"] and raw["unfinished"] == 0 else 1


def measure(home: Path, seconds: int, runs: int, starts: int) -> dict[str, Any]:
    """Everything, in one server's life; returns the raw samples."""
    described = machine.described()
    env = {**os.environ, "AIMS_HOME": str(home), "AIMS_DRAWING_PROCESSES": "2"}
    env.pop("AIMS_DATABASE_URL", None)
    env.pop("AIMS_LOG_LEVEL", None)
    aims(env, "init")
    key = json.loads(aims(env, "keys", "create", "--name", "bench", "--rate-limit", "1000000", "--json"))[
        "api_key"
    ]
    aims(env, "credits", "grant", "--amount", "1000000000")
    port = spare_port()
    base = f"http://127.0.0.1:{port}"
    started = []
    for left in reversed(range(starts)):
        server = serve(env, port)
        started.append(round(machine.wait_for(lambda: machine.answers(f"{base}/health"), 30, "the start"), 3))
        if left:
            end(server)
    try:
        time.sleep(2)
        idle = machine.usage(server.pid)
        headers = f"Authorization: Bearer {key}\nPrefer: respond-async"
        url = f"{base}/api/v1/images/generate"
        wrk(url, 1, 1, headers)
        alone = wrk(url, 1, seconds, headers)
        wrk(url, 64, 1, headers)
        crowd = [loaded(server.pid, url, seconds, headers) for _ in range(runs)]
        machine.spread(server.pid)
        drained = machine.wait_for(
            lambda: unfinished(home) == 0, 3600, "the end of all generations", every=1.0
        )
        busy = machine.usage(server.pid)
    finally:
        end(server)
    verify = subprocess.run([*AIMS, "ledger", "verify"], env=env, capture_output=True, text=True, check=False)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": machine.commit(),
        "machine": described,
        "command": " ".join(["./dev bench accept", *sys.argv[2:]]),
        "server": "AIMS_DRAWING_PROCESSES=2 taskset -c 0 aims serve (SQLite, synchronous=FULL, log to a file)",
        "load": f"taskset -c 1 wrk -t1 -c64 -d{seconds}s --latency",
        "body": BODY,
        "starts": started,
        "idle": [idle.pss_mb, idle.processes],
        "after": [busy.pss_mb, busy.processes],
        "one": alone,
        "crowd": crowd,
        "outcomes": outcomes(home),
        "unfinished": unfinished(home),
        "drained_seconds": round(drained, 1),
        "verified": verify.returncode == 0,
        "verify": verify.stdout.strip()[:300],
    }


AIMS = [sys.executable, "-m", "aims"]


def aims(env: dict[str, str], *words: str) -> str:
    """Run a command of the studio and return what it printed."""
    return subprocess.run([*AIMS, *words], env=env, capture_output=True, text=True, check=True).stdout


def serve(env: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """Start the server on processor 0."""
    command = ["taskset", "-c", "0", *AIMS, "serve", "--port", str(port)]
    with Path(env["AIMS_HOME"], "server.log").open("ab") as log:
        return subprocess.Popen(command, env=env, stdout=log, stderr=log)


def end(server: subprocess.Popen[bytes]) -> None:
    """Stop the server as an operator would."""
    server.send_signal(signal.SIGTERM)
    server.wait(60)


def spare_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wrk(url: str, connections: int, seconds: int, headers: str, body: str = BODY) -> dict[str, Any]:
    """One closed-loop run on processor 1."""
    command = [
        "taskset",
        "-c",
        "1",
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "--latency",
    ]
    done = subprocess.run(
        [*command, "-s", str(HERE / "post.lua"), url],
        env={**os.environ, "BENCH_HEADERS": headers, "BENCH_BODY": body},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("JSON "))
    found: dict[str, Any] = json.loads(line[5:])
    found["per_second"] = round((found["requests"] - found["non2xx"]) / found["seconds"], 1)
    return found


def loaded(pid: int, url: str, seconds: int, headers: str) -> dict[str, Any]:
    """A run at 64 connections, with the processor time that the server's own process took for each request."""
    before = machine.own_cpu(pid)
    found = wrk(url, 64, seconds, headers)
    found["cpu_us_per_request"] = round((machine.own_cpu(pid) - before) / max(1, found["requests"]) * 1e6)
    return found


def unfinished(home: Path) -> int:
    """How many generations have not reached their end."""
    return sum(
        count for state, count in outcomes(home).items() if state not in ("completed", "failed", "cancelled")
    )


def outcomes(home: Path) -> dict[str, int]:
    """How many generations are in each state."""
    with closing(sqlite3.connect(f"file:{home / 'studio.db'}?mode=ro", uri=True, timeout=30)) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM generations GROUP BY state").fetchall())


def table(raw: dict[str, Any]) -> str:
    """The samples as a person reads them."""
    rates = [run["per_second"] for run in raw["crowd"]]
    middle = sorted(raw["crowd"], key=lambda run: run["per_second"])[len(raw["crowd"]) // 2]
    start = statistics.median(raw["starts"])
    rows = [
        (
            "accepted/s, 64 connections (median of runs)",
            f"{statistics.median(rates):,.0f}",
            ">= 1,500",
            str(rates),
        ),
        (
            "latency at 64 connections, p50 / p99",
            f"{middle['p50']:.1f} / {middle['p99']:.1f} ms",
            "p99 <= 100 ms",
            "",
        ),
        ("server's processor time per request", f"{middle['cpu_us_per_request']} us", "", ""),
        (
            "latency at one caller, p50 / p99",
            f"{raw['one']['p50']:.2f} / {raw['one']['p99']:.2f} ms",
            "<= 5 / 20 ms",
            "",
        ),
        ("start to healthy (median)", f"{start:.2f} s", "<= 1.5 s", str(raw["starts"])),
        (
            "idle memory, all processes (PSS)",
            f"{raw['idle'][0]:.0f} MB",
            "<= 150 MB",
            f"{raw['idle'][1]} processes",
        ),
        ("all finished after", f"{raw['drained_seconds']:.0f} s", "", json.dumps(raw["outcomes"])),
        ("ledger", "right" if raw["verified"] else "WRONG", "right", ""),
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    head = f"{raw['date']}, commit {raw['commit']}, {raw['machine']}\n{raw['command']}: {raw['server']}; {raw['load']}"
    return "\n".join([head, "", *lines])
