"""Whole generations through the fal adapter against an upstream that answers at once, beside gateways, in one run.

What is under way when a run ends is not counted, which is a second's worth where many wait: runs are long.

Everything of ours is on: each generation is checked, quoted, paid for, written, sent with its attempt on the disk
first, asked about, its picture fetched, recognised, opened in a child, given a thumbnail, stored, settled and
announced, and the caller waits for all of it. A gateway passes one request on, and keeps nothing. Afterwards everything
of ours has to be finished and the ledger right.

The server measured and its children have processor 0; the load (wrk, a closed loop) and the upstream (nginx) share
processor 1. The gateways are installed by hand, outside of this folder; `--peers` says where:

    python3 -m venv PEERS/venv-litellm && PEERS/venv-litellm/bin/pip install 'litellm[proxy]'
    mkdir -p PEERS/portkey && cd PEERS/portkey && npm install @portkey-ai/gateway
"""

import argparse
import getpass
import json
import os
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, run
from typing import Any

from PIL import Image

from bench import machine
from bench.accept import AIMS, aims, outcomes, serve, spare_port, unfinished, wrk
from bench.peers import PEERS, Peer

HERE = Path(__file__).parent
DRAIN = 600


def main(arguments: list[str]) -> int:
    """Run the measurement and print its table; the raw samples go to `--keep`."""
    options = argparse.ArgumentParser(prog="./dev bench overhead")
    options.add_argument("--seconds", type=int, default=20, help="length of each run")
    options.add_argument("--connections", default="1,64,256", help="how many callers, separated by commas")
    options.add_argument("--side", type=int, default=64, help="pixels on each side of the upstream's picture")
    options.add_argument("--peers", type=Path, help="folder in which the gateways are installed")
    options.add_argument("--keep", type=Path, default=HERE / "raw" / "overhead.json")
    chosen = options.parse_args(arguments)
    for program in ("wrk", "taskset", "nginx"):
        machine.need(program)
    callers = [int(each) for each in chosen.connections.split(",")]
    raw: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "commit": machine.commit(),
        "machine": machine.described(),
        "command": " ".join(["./dev bench overhead", *sys.argv[2:]]),
        "runs": {},
    }
    with (
        tempfile.TemporaryDirectory(prefix="aims-bench-") as folder,
        upstream(Path(folder) / "upstream", chosen.side) as url,
    ):
        raw["runs"]["upstream alone"] = loaded(
            f"{url}/v1/images/generations", "", "{}", callers, chosen.seconds
        )
        raw["runs"]["AI Media Studio"] = studio(Path(folder) / "home", url, callers, chosen.seconds)
        for peer in PEERS:
            if chosen.peers is not None and peer.found(chosen.peers):
                raw["runs"][peer.name] = gateway(
                    peer, chosen.peers, Path(folder), url, callers, chosen.seconds
                )
    chosen.keep.parent.mkdir(parents=True, exist_ok=True)
    chosen.keep.write_text(json.dumps(raw, indent=1) + "\n")
    print(table(raw))
    ours = raw["runs"]["AI Media Studio"]
    return 0 if ours["verified"] and ours["unfinished"] == 0 else 1


@contextmanager
def upstream(folder: Path, side: int) -> Generator[str]:
    """Start nginx on processor 1, and give its address. side: pixels of its picture."""
    folder.mkdir(parents=True)
    # Small: what a picture of megapixels takes is opening it, and is the same whoever asked for it.
    Image.linear_gradient("L").convert("RGB").resize((side, side)).save(folder / "picture.png")
    port = spare_port()
    # Its worker has to be who may read the folder. A server that root did not start stays who it is, and says so.
    filled = {"folder": folder, "port": port, "user": getpass.getuser()}
    written = (HERE / "upstream.conf").read_text()
    for name, value in filled.items():
        written = written.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(written)
    command = [
        "taskset",
        "-c",
        "1",
        "nginx",
        "-p",
        folder,
        "-c",
        folder / "nginx.conf",
        "-e",
        folder / "nginx.log",
    ]
    with Popen(command) as server:
        try:
            machine.wait_for(
                lambda: machine.answers(f"http://127.0.0.1:{port}/health"), 10, "the upstream's start"
            )
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def loaded(
    url: str, headers: str, body: str, callers: list[int], seconds: int, pid: int | None = None
) -> dict[str, Any]:
    """One run after another, each with more callers, after a short one that is not counted."""
    found: dict[str, Any] = {}
    wrk(url, max(callers), 2, headers, body)
    for connections in callers:
        before = machine.usage(pid).cpu if pid else 0.0
        one = wrk(url, connections, seconds, headers, body)
        if pid:
            after = machine.usage(pid)
            one |= {
                "cpu_ms": round((after.cpu - before) * 1000 / max(1, one["requests"]), 2),
                "pss_mb": after.pss_mb,
            }
        found[str(connections)] = one
    return found


def studio(home: Path, url: str, callers: list[int], seconds: int) -> dict[str, Any]:
    """The studio, connected to the upstream as if it were fal."""
    env = {**os.environ, "AIMS_HOME": str(home), "AIMS_FAL_KEY": "bench:secret", "AIMS_FAL_BASE_URL": url}
    env |= {"AIMS_WORKSPACE_CONCURRENCY": "1000", "AIMS_FAL_CONCURRENCY": "128"}
    env.pop("AIMS_DATABASE_URL", None)
    aims(env, "init")
    made = aims(env, "keys", "create", "--name", "bench", "--rate-limit", "1000000", "--json")
    aims(env, "credits", "grant", "--amount", "1000000000")
    port = spare_port()
    base = f"http://127.0.0.1:{port}"
    server = serve(env, port)
    try:
        begun = machine.wait_for(lambda: machine.answers(f"{base}/health"), 30, "the start")
        headers = f"Authorization: Bearer {json.loads(made)['api_key']}"
        body = json.dumps({"model": "fal-ai/nano-banana-2", "prompt": "a lighthouse at dawn"})
        found = loaded(f"{base}/api/v1/images/generate", headers, body, callers, seconds, server.pid)
        machine.wait_for(lambda: unfinished(home) == 0, DRAIN, "the end of all generations", every=0.5)
    finally:
        server.terminate()
        server.wait(60)
    verify = run([*AIMS, "ledger", "verify"], env=env, stdout=PIPE, text=True, check=False)
    return {
        **found,
        "start": round(begun, 2),
        "outcomes": outcomes(home),
        "unfinished": unfinished(home),
        "verified": verify.returncode == 0,
        "verify": verify.stdout.strip()[:300],
    }


def gateway(
    peer: Peer, installed: Path, folder: Path, url: str, callers: list[int], seconds: int
) -> dict[str, Any]:
    """A gateway, passing pictures on to the upstream as if it were OpenAI."""
    port = spare_port()
    command, environment, headers, body = peer.plan(installed, folder, port, url)
    with (folder / f"{peer.name}.log").open("ab") as log:
        server = Popen(
            ["taskset", "-c", "0", *command],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        begun = machine.wait_for(
            lambda: machine.answers(f"http://127.0.0.1:{port}{peer.health}"), 120, "the start"
        )
        found = loaded(
            f"http://127.0.0.1:{port}/v1/images/generations", headers, body, callers, seconds, server.pid
        )
    finally:
        server.terminate()
        server.wait(60)
    return {**found, "start": round(begun, 2)}


def table(raw: dict[str, Any]) -> str:
    """The samples as a person reads them."""
    rows = [("", "callers", "per second", "p50 ms", "p99 ms", "failed", "cpu ms each", "memory MB")]
    for name, found in raw["runs"].items():
        for callers, one in found.items():
            if isinstance(one, dict) and "per_second" in one:
                rows.append(
                    (
                        name,
                        callers,
                        f"{one['per_second']:,.0f}",
                        f"{one['p50']:.1f}",
                        f"{one['p99']:.1f}",
                        str(one["non2xx"] + one["broken"]),
                        str(one.get("cpu_ms", "")),
                        str(one.get("pss_mb", "")),
                    )
                )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    ours = raw["runs"]["AI Media Studio"]
    end = (
        f"AI Media Studio: {json.dumps(ours['outcomes'])}, ledger {'right' if ours['verified'] else 'WRONG'}"
    )
    return "\n".join(
        [f"{raw['date']}, commit {raw['commit']}, {raw['machine']}", raw["command"], "", *lines, "", end]
    )
