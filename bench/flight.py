"""How many generations can be with a slow provider at once, in one process, and what that costs everybody else.

Each is accepted, paid for and sent to the sandbox, which keeps it for minutes; nothing is switched off. When all of
them are in flight, memory, the lag of the server's event loop and the time of an unrelated request are taken for a
while. Then they end: one in a hundred as a picture, the others told to fail, so that the end takes minutes and not
hours; the ledger is verified.

With `--through fal` they are with the emulator of fal instead, a process beside the server that is asked about each of
them again and again, over HTTP; there all of them end as pictures.
"""

import argparse
import asyncio
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, run
from typing import Any

from bench import machine
from bench.accept import AIMS, aims, outcomes, spare_port, unfinished
from emulators.starting import KEY

HERE = Path(__file__).parent
CONNECTIONS = 32
DRAWN = 100
BETWEEN_LOOKS = 0.1
DIRECTIVES = {
    "sandbox": "[sandbox: delay={delay}s{fails}]",
    "fal": "[emulator: work={delay}]",
}
GET = "GET /api/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n"
POST = (
    "POST /api/v1/images/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    "Prefer: respond-async\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
)


def main(arguments: list[str]) -> int:
    """Run the measurement and print its table; the raw samples go to `--keep`."""
    options = argparse.ArgumentParser(prog="./dev bench flight")
    options.add_argument("number", type=int, nargs="?", default=1000, help="generations in flight")
    options.add_argument(
        "--delay", type=int, help="seconds that the sandbox keeps each (60, or 600 beyond 2,000)"
    )
    options.add_argument(
        "--seconds", type=int, default=20, help="how long is measured while all are in flight"
    )
    options.add_argument("--through", choices=tuple(DIRECTIVES), default="sandbox", help="who keeps them")
    options.add_argument("--keep", type=Path, help="file of the raw samples (bench/raw/flight-NUMBER.json)")
    chosen = options.parse_args(arguments)
    delay = chosen.delay or (60 if chosen.number <= 2000 else 600)
    with tempfile.TemporaryDirectory(prefix="aims-bench-") as folder:
        raw = measure(Path(folder), chosen.number, delay, chosen.seconds, chosen.through)
    whose = "" if chosen.through == "sandbox" else f"-{chosen.through}"
    keep = chosen.keep or HERE / "raw" / f"flight-{chosen.number}{whose}.json"
    keep.parent.mkdir(parents=True, exist_ok=True)
    keep.write_text(json.dumps(raw) + "\n")
    print(table(raw))
    return 0 if raw["verified"] and raw["unfinished"] == 0 else 1


def measure(home: Path, number: int, delay: int, seconds: int, through: str) -> dict[str, Any]:
    """Everything, in one server's life; returns the raw samples."""
    with ExitStack() as stack:
        env = {**os.environ, "AIMS_HOME": str(home), "AIMS_WORKSPACE_CONCURRENCY": str(number + 1)}
        env.pop("AIMS_DATABASE_URL", None)
        if through != "sandbox":
            env |= stack.enter_context(emulated(through))
        return _measured(env, home, number, delay, seconds, DIRECTIVES[through])


@contextmanager
def emulated(provider: str) -> Generator[dict[str, str]]:
    """Start a provider's emulator, and give what connects a studio to it; afterwards it is stopped."""
    command = [sys.executable, "-m", f"emulators.{provider}", "--port", "0", "--leashed"]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        assert emulator.stdin is not None
        prefix = f"AIMS_{provider.upper()}"
        yield {f"{prefix}_KEY": KEY, f"{prefix}_BASE_URL": emulator.stdout.readline().strip()}
        emulator.stdin.close()


def _measured(
    env: dict[str, str], home: Path, number: int, delay: int, seconds: int, directive: str
) -> dict[str, Any]:
    described = machine.described()
    aims(env, "init")
    made = aims(env, "keys", "create", "--name", "bench", "--rate-limit", "1000000", "--json")
    key = json.loads(made)["api_key"]
    aims(env, "credits", "grant", "--amount", "1000000000")
    port, lags = spare_port(), home / "lags.jsonl"
    with (home / "server.log").open("ab") as log:
        command = [sys.executable, "-m", "bench.lag", str(lags), str(port)]
        server = Popen(command, env=env, stdout=log, stderr=log)
    try:
        machine.wait_for(lambda: machine.answers(f"http://127.0.0.1:{port}/health"), 30, "the start")
        time.sleep(1)
        idle = machine.usage(server.pid)
        begun = time.time()
        accepted = asyncio.run(ask_all(port, key, number, delay, directive))
        machine.wait_for(lambda: running(home) == number, delay - seconds, "all of them in flight", every=0.2)
        full, flying = time.time(), time.time() - begun
        looks = asyncio.run(look(port, key, seconds))
        in_flight, until = machine.usage(server.pid), time.time()
        still = running(home)
        drained = machine.wait_for(lambda: unfinished(home) == 0, 3600, "the end of them all", every=1.0)
        over = time.time()
    finally:
        server.terminate()
        server.wait(60)
    verify = run([*AIMS, "ledger", "verify"], env=env, stdout=PIPE, text=True, check=False)
    lag = [json.loads(line) for line in lags.read_text().splitlines()]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": machine.commit(),
        "machine": described,
        "command": " ".join(["./dev bench flight", *sys.argv[2:]]),
        "number": number,
        "directive": directive,
        "still_in_flight": still,
        "idle": [idle.pss_mb, idle.processes],
        "full": [in_flight.pss_mb, in_flight.processes],
        "accepted_seconds": round(accepted, 1),
        "all_in_flight_seconds": round(flying, 1),
        "looks_ms": looks,
        "lag_ms_accepting": [ms for at, ms in lag if begun <= at < full],
        "lag_ms": [ms for at, ms in lag if full <= at < until],
        "lag_ms_ending": [ms for at, ms in lag if until <= at < over],
        "drained_seconds": round(drained, 1),
        "outcomes": outcomes(home),
        "unfinished": unfinished(home),
        "verified": verify.returncode == 0,
        "verify": verify.stdout.strip()[:300],
    }


def running(home: Path) -> int:
    """How many generations are with the provider."""
    return outcomes(home).get("running", 0)


async def ask_all(port: int, key: str, number: int, delay: int, directive: str) -> float:
    """Ask for all of them over a few connections, and return how many seconds it took."""
    left, start = iter(range(number)), time.perf_counter()

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for one in left:
            fails = "" if one % DRAWN == 0 else ", fail=all"
            prompt = f"A lighthouse at dawn {directive.format(delay=delay, fails=fails)}"
            body = json.dumps({"model": "fal-ai/nano-banana-2", "resolution": "0.5K", "prompt": prompt})
            writer.write(POST.format(key=key, length=len(body), body=body).encode())
            if await answered(reader) != 202:
                raise SystemExit("bench: the server did not accept one of them")
        writer.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return time.perf_counter() - start


async def look(port: int, key: str, seconds: int) -> list[float]:
    """Ask for something unrelated, ten times a second; the milliseconds that each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took: list[float] = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        writer.write(GET.format(key=key).encode())
        if await answered(reader) != 200:
            raise SystemExit("bench: GET /api/v1/models was not answered")
        took.append(round((time.perf_counter() - start) * 1000, 2))
        await asyncio.sleep(BETWEEN_LOOKS)
    writer.close()
    return took


async def answered(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end, and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
    return int(head.split()[1])


def at(samples: Sequence[float], part: float) -> float:
    """The sample below which that part of them lies."""
    return sorted(samples)[min(len(samples) - 1, math.ceil(part * len(samples)) - 1)] if samples else math.nan


def spread(samples: Sequence[float]) -> str:
    """A few points of their distribution."""
    return " / ".join(
        f"{each:.1f}" for each in (at(samples, 0.5), at(samples, 0.99), max(samples, default=0))
    )


def table(raw: dict[str, Any]) -> str:
    """The samples as a person reads them."""
    each = (raw["full"][0] - raw["idle"][0]) * 1024 / raw["number"]
    rows = [
        ("in flight at once", f"{raw['number']:,} ({raw['still_in_flight']:,} at the end)", ""),
        (
            "memory of all processes (PSS)",
            f"{raw['full'][0]:.0f} MB, idle {raw['idle'][0]:.0f} MB",
            "<= 600 MB",
        ),
        ("for each in flight", f"{each:.1f} KB", ""),
        ("event-loop lag, p50 / p99 / max", f"{spread(raw['lag_ms'])} ms", "p99 <= 50 ms"),
        ("... while they are accepted and begun", f"{spread(raw['lag_ms_accepting'])} ms", ""),
        ("... while they end", f"{spread(raw['lag_ms_ending'])} ms", ""),
        ("GET /api/v1/models, p50 / p99 / max", f"{spread(raw['looks_ms'])} ms", ""),
        (
            "accepted in, all in flight after",
            f"{raw['accepted_seconds']}, {raw['all_in_flight_seconds']} s",
            "",
        ),
        ("all finished after", f"{raw['drained_seconds']:.0f} s", json.dumps(raw["outcomes"])),
        ("ledger", "right" if raw["verified"] else "WRONG", raw["verify"] if not raw["verified"] else ""),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    median = statistics.median(raw["looks_ms"]) if raw["looks_ms"] else 0
    head = f"{raw['date']}, commit {raw['commit']}, {raw['machine']}\n{raw['command']}: {len(raw['lag_ms'])} lags"
    return "\n".join([f"{head}, median look {median:.1f} ms", "", *lines])
