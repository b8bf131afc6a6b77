"""How fast a library of 200,000 pictures and films is listed and searched, over HTTP, one request after another.

Measured twice on each database: alone, and while 50 generations a second are accepted, driven, drawn and settled by the
same server. The server, with all it draws, has processor 0; the client has processor 1, and Postgres both.
"""

import argparse
import asyncio
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aims.core.db import Database
from bench import machine, shelf
from bench.accept import aims, end, serve, spare_port
from bench.postgres import postgres

HERE = Path(__file__).parent
TARGETS = {"first page": 150, "deep page": 150, "search": 100, "filters": 150}
RATE = 50
PAUSE = 0.05
"""Between two questions, while generations are accepted: readers without a pause would only measure each other."""

type_of_case = tuple[str, str, dict[str, object]]


def main(arguments: list[str]) -> int:
    """Run the measurement and print its table; the raw samples go to `--keep`."""
    options = argparse.ArgumentParser(prog="./dev bench library")
    options.add_argument("--items", type=int, default=200_000, help="how large the library is")
    options.add_argument("--repeat", type=int, default=40, help="requests of each kind")
    options.add_argument("--databases", default="sqlite,postgres", help="which, separated by commas")
    options.add_argument("--keep", type=Path, default=HERE / "raw" / "library.json")
    chosen = options.parse_args(arguments)
    machine.need("taskset")
    raw: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "commit": machine.commit(),
        "machine": machine.described(),
        "command": " ".join(["./dev bench library", *sys.argv[2:]]),
        "items": chosen.items,
        "runs": {},
    }
    for backend in chosen.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="aims-bench-") as folder:
            raw["runs"][backend] = measure(backend, Path(folder), chosen.items, chosen.repeat)
        # After each, so that the first is not lost with the second.
        chosen.keep.parent.mkdir(parents=True, exist_ok=True)
        chosen.keep.write_text(json.dumps(raw, separators=(",", ":")) + "\n")
    print(table(raw))
    return 0


def measure(backend: str, folder: Path, items: int, repeat: int) -> dict[str, Any]:
    """Everything on one database; returns the raw samples."""
    env = {**os.environ, "AIMS_HOME": str(folder / "home"), "AIMS_DRAWING_PROCESSES": "2"}
    env.pop("AIMS_DATABASE_URL", None)
    with ExitStack() as stack:
        location: Path | str = folder / "home" / "studio.db"
        if backend == "postgres":
            location = env["AIMS_DATABASE_URL"] = stack.enter_context(postgres(folder / "postgres"))
        made = json.loads(aims(env, "init", "--json"))
        key = json.loads(aims(env, "keys", "create", "--name", "bench", "--rate-limit", "1000000", "--json"))[
            "api_key"
        ]
        aims(env, "credits", "grant", "--amount", "1000000000")
        begun = time.perf_counter()
        asyncio.run(_fill(location, made["workspace_id"], items))
        filled = time.perf_counter() - begun
        port = spare_port()
        server = serve(env, port)
        running = stack.enter_context(ExitStack())
        running.callback(end, server)
        machine.wait_for(lambda: machine.answers(f"http://127.0.0.1:{port}/health"), 30, "the start")
        os.sched_setaffinity(0, {1})
        client = Client(port, key)
        cases, walked = questions(client)
        found = {"filled_seconds": round(filled, 1), "walked": walked, "alone": client.run(cases, repeat)}
        print(f"{backend}: measured alone", file=sys.stderr, flush=True)
        found["busy"], found["accepting"] = _busy(client, cases, repeat, port, key)
        running.close()
        found["keeping"] = asyncio.run(_keep(location, made["workspace_id"]))
    return found


async def _keep(location: Path | str, workspace_id: str) -> dict[str, list[float]]:
    db = Database(location)
    found = await shelf.keeping(db, workspace_id, 640)
    await db.close()
    return found


async def _fill(location: Path | str, workspace_id: str, items: int) -> None:
    db = Database(location)
    await shelf.fill(db, workspace_id, items)
    await db.close()


class Client:
    """Asks one question after another over one connection."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}"}

    def ask(self, **asked: object) -> tuple[dict[str, Any], float]:
        """A page of the library, and how long it took in milliseconds, until its last byte."""
        path = f"/api/v1/media?{urlencode(asked)}"
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise SystemExit(f"bench: {path}: {answer.status} {body[:300]!r}")
        return json.loads(body), round(took, 2)

    def walk(self, **asked: object) -> tuple[list[str], list[float]]:
        """Every page of a list: the cursors, and how long each page took."""
        cursors, took = [], []
        body, ms = self.ask(**asked)
        while True:
            took.append(ms)
            if body["next_cursor"] is None:
                return cursors, took
            cursors.append(body["next_cursor"])
            body, ms = self.ask(cursor=cursors[-1], **asked)

    def run(self, cases: list[type_of_case], repeat: int, pause: float = 0.0) -> list[dict[str, Any]]:
        """Ask each question so often, in turns. pause: seconds between one answer and the next question."""
        samples: list[dict[str, Any]] = [{"group": group, "name": name, "ms": []} for group, name, _ in cases]
        for _ in range(repeat):
            for sample, (_, _, asked) in zip(samples, cases, strict=True):
                time.sleep(pause)
                body, ms = self.ask(**asked)
                sample["ms"].append(ms)
                sample["found"] = len(body["items"])
        return samples


def questions(client: Client) -> tuple[list[type_of_case], dict[str, list[float]]]:
    """What is asked, as (target, name, parameters), and the time of every page of the list and of a search."""
    pages, list_ms = client.walk(limit=100)
    hits, search_ms = client.walk(limit=100, q="photograph")
    middle, deep_hit = pages[len(pages) // 2], hits[len(hits) // 2]
    then = client.ask(limit=1, cursor=middle)[0]["items"][0]["created_at"]
    first: dict[str, dict[str, object]] = {"first page": {}, "first page of 100": {"limit": 100}}
    deep: dict[str, dict[str, object]] = {
        "middle page": {"cursor": middle},
        "last page": {"cursor": pages[-1]},
    }
    search: dict[str, dict[str, object]] = {
        "common word": {"q": "photograph"},
        "common word, middle page": {"q": "photograph", "cursor": deep_hit},
        "common word, last page": {"q": "photograph", "cursor": hits[-1]},
        "common word, of films": {"q": "photograph", "kind": "video"},
        "common word, oldest half": {"q": "photograph", "created_before": then},
        "rare word": {"q": shelf.RARE},
        "unknown word": {"q": "zyzzyva"},
        "word of the oldest only": {"q": shelf.OLD},
        "two common words": {"q": "photograph the"},
        "a common and a rare word": {"q": f"photograph {shelf.RARE}"},
        "two words never together": {"q": "photograph painting"},
        "beginning of 1 letter": {"q": "p"},
        "beginning of 2 letters": {"q": "ph"},
        "beginning of 3 letters": {"q": "pho"},
        "beginning of 9 letters": {"q": "photograp"},
        "a word and a beginning": {"q": "photograph li"},
    }
    filters: dict[str, dict[str, object]] = {
        "films": {"kind": "video"},
        "uploads": {"source": "upload"},
        "a model": {"model": shelf.MODELS[0]},
        "a model that made nothing": {"model": "acme/none"},
        "films by a model of pictures": {"kind": "video", "model": shelf.MODELS[0]},
        "shared": {"shared": "true"},
        "oldest half": {"created_before": then},
        "films of the oldest half": {"kind": "video", "created_before": then},
        "trash": {"trashed": "true"},
        "films in the trash": {"kind": "video", "trashed": "true"},
    }
    groups = {"first page": first, "deep page": deep, "search": search, "filters": filters}
    cases = [(group, name, asked) for group, named in groups.items() for name, asked in named.items()]
    return cases, {"every page of the list": list_ms, "every page of a search": search_ms}


def _busy(
    client: Client, cases: list[type_of_case], repeat: int, port: int, key: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The same questions while generations are accepted; and how that went."""
    seconds = round(len(cases) * repeat * (PAUSE + 0.03)) + 5
    command = ["taskset", "-c", "1", sys.executable, "-m", "bench.steady"]
    pace = [f"http://127.0.0.1:{port}", key, str(RATE), str(seconds)]
    with subprocess.Popen([*command, *pace], stdout=subprocess.PIPE, text=True) as asking:
        time.sleep(3)
        samples: list[dict[str, Any]] = []
        while asking.poll() is None:
            samples.append({"round": client.run(cases, 1, PAUSE)})
        output = asking.stdout.read() if asking.stdout else ""
    # The last of them was asked when there was nothing to accept any more.
    taken = samples[: max(1, len(samples) - 1)]
    merged = [
        {**first, "ms": [ms for each in taken for ms in each["round"][at]["ms"]]}
        for at, first in enumerate(taken[0]["round"])
    ]
    return merged, json.loads(output)


def share_of(samples: list[float], percent: int) -> float:
    """The value below which that many percent of the samples are."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def line(name: str, samples: list[float], target: str = "", found: object = "") -> list[str]:
    """A line of the table."""
    shown = [f"{share_of(samples, percent):.1f}" for percent in (50, 95, 99)]
    return [name, *shown, str(len(samples)), target, str(found)]


def table(raw: dict[str, Any]) -> str:
    """The samples as a person reads them: milliseconds until the last byte."""
    lines = [
        f"{raw['date']}, commit {raw['commit']}, {raw['machine']}",
        f"{raw['command']}: {raw['items']:,} items",
    ]
    for backend, run in raw["runs"].items():
        for when in ("alone", "busy"):
            rows = [["", "p50", "p95", "p99", "asked", "target p95", "items"]]
            for group, target in TARGETS.items():
                together = [ms for sample in run[when] if sample["group"] == group for ms in sample["ms"]]
                rows.append(line(group.upper(), together, f"<= {target}"))
                rows += [
                    line(f"  {sample['name']}", sample["ms"], "", sample["found"])
                    for sample in run[when]
                    if sample["group"] == group
                ]
            if when == "alone":
                rows += [line(name, samples) for name, samples in run["walked"].items()]
            else:
                rows.append(line(f"accepting {RATE} a second", run["accepting"]["ms"]))
            widths = [max(len(each[at]) for each in rows) for at in range(len(rows[0]))]
            lines += [
                "",
                f"{backend}, {'alone' if when == 'alone' else f'while {RATE} a second are accepted'}",
            ]
            lines += [
                "  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip()
                for each in rows
            ]
        spent = ", ".join(f"{name} {min(each):.0f} us" for name, each in run["keeping"].items())
        lines += ["", f"{backend}, keeping one asset (best of three): {spent}"]
    return "\n".join(lines)
