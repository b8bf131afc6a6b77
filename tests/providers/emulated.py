"""An emulator as a real process, and the comparison of its books with ours."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from accounts import key_for
from serving import Person, Served
from sqlalchemy import bindparam, select

from aims.core.db import Tx
from aims.generation.tables import attempts
from aims.media.tables import assets

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
KEY = "tested-key-id:tested-key-secret"
# A quick model of each provider that has an emulator: one that makes pictures, where there is any.
MODELS = {
    "automatic1111": "automatic1111/txt2img",
    "comfyui": "comfyui/text-to-picture",
    "fal": "fal-ai/nano-banana-2",
    "google": "google/gemini-3.1-flash-image",
    "openai": "gpt-image-1-mini",
    "replicate": "black-forest-labs/flux-schnell",
    "vertex": "google/veo-3.1/lite",
}
# What is asked of those that make films only, if a test says nothing else.
FILMS: dict[str, dict[str, Any]] = {"vertex": {"duration": 4}}
# What they say among themselves, and about the account behind the key.
PRIVATE = (
    "google",
    "API",
    "Key",
    "balance",
    "quota",
    "CUDA",
    "credit.",
    "123456789012",
    "ya29",
    "tested-project",
)
_THUMBNAIL = re.compile(r"\.\d+\.webp$")
_ATTEMPTS = select(attempts.c.provider_ref, attempts.c.state, attempts.c.cost_outcome)
_ATTEMPTS_OF = select(attempts).where(attempts.c.generation_id == bindparam("generation"))
_KEYS = select(assets.c.storage_key)


def until(look: Callable[[], Any], what: str, *, patience: float = PATIENCE) -> Any:
    """Look until there is something, and return it. Fails the test when it does not come within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {patience:.0f} s, and still not: {what}"
        time.sleep(0.05)
    return found


class Emulator:
    """One emulator. The process ends with this one: it holds the other end of its standard input.

    options: what else it is told. never_taken: calls whose outcome we cannot know, and that it did not take.
    """

    def __init__(
        self, name: str, ledger: Path, port: int = 0, *, key: str = KEY, options: Sequence[str] = ()
    ) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", f"emulators.{name}", "--leashed"),
                *("--port", str(port), "--key", key_for(name, key), "--ledger", ledger),
                *options,
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.name = name
        self.never_taken = 0
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith(("http://127.0.0.1:", "https://localhost:"))
        self._books = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, isolation_level=None)

    @property
    def connection(self) -> dict[str, Any]:
        """The setting `connections` that leads here."""
        return connection_to(self.name, self.url)

    def close(self) -> None:
        """End the process."""
        self._books.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def weather(self, **steps: str) -> None:
        """From now on everybody is given these steps, on these routes; on the others scripts say it."""
        httpx2.put(f"{self.url}/weather", json=steps, trust_env=False).raise_for_status()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds in its books."""
        return self._books.execute(sql, values).fetchall()

    def billed(self) -> dict[str, int]:
        """The units that each paid request cost."""
        return dict(self.rows("SELECT request_id, units FROM billed"))

    def requests(self, prompt: str) -> list[dict[str, Any]]:
        """The requests with these words in their prompt, as they were taken: endpoint, body, headers."""
        found = self.rows("SELECT id, endpoint, body, headers FROM requests ORDER BY rowid")
        taken = [
            {"id": key, "endpoint": endpoint, "body": json.loads(body), "headers": json.loads(headers)}
            for key, endpoint, body, headers in found
        ]
        return [each for each in taken if prompt in json.dumps(each["body"], ensure_ascii=False)]

    def calls(self, route: str, whose: str) -> list[str]:
        """The steps that were taken on a route for a request's id; for a submit, for the prompts with these words."""
        query = "SELECT step FROM calls WHERE route = ? AND instr(whose, ?) ORDER BY rowid"
        return [step for (step,) in self.rows(query, route, whose)]

    def kept_its_key_to_itself(self) -> None:
        """No output was asked for with the key, nobody was led inside, and no address was made up."""
        assert self.rows("SELECT count(*) FROM calls WHERE route = 'output' AND with_key = 1") == [(0,)]
        assert self.rows("SELECT step FROM calls WHERE route IN ('inside', 'stray')") == []


def connection_to(name: str, url: str) -> dict[str, Any]:
    """The setting `connections` that leads to a provider at this address."""
    return {name: {"key": key_for(name, KEY, url), "base_url": url}}


def agree(emulator: Emulator, served: Served) -> None:
    """Each request that the provider bills is one attempt's, which says so; and no other attempt says so.

    The provider may write it down a little later than we give up on it.
    """

    def ours(tx: Tx) -> list[Any]:
        return tx.all(_ATTEMPTS)

    def compare() -> bool:
        billed, rows = set(emulator.billed()), served.read(ours)
        booked = [row for row in rows if row.cost_outcome is not None]
        known = {row.provider_ref for row in booked if row.provider_ref is not None}
        lost = [row for row in booked if row.provider_ref is None]
        assert all(row.state == "unknown" for row in lost)
        return known <= billed and len(billed - known) == len(lost) - emulator.never_taken

    try:
        until(compare, "the provider's books and ours agree")
    except AssertionError as error:
        raise AssertionError(f"{error}\ntheirs: {emulator.billed()}\nours: {served.read(ours)}") from None


def files_are_whole(served: Served) -> None:
    """Each asset has its file, each file its asset, and nothing half-written lies about."""

    def keys(tx: Tx) -> set[str]:
        return {row.storage_key for row in tx.all(_KEYS)}

    root = served.studio.storage.root
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert {name for name in found if not _THUMBNAIL.search(name)} == served.read(keys)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a request came to. view: as the API tells it; the rest is the one attempt's row."""

    view: dict[str, Any]
    state: str
    error_code: str | None
    cost_outcome: str | None
    tries: int
    request_id: str | None

    @property
    def status(self) -> str:
        return str(self.view["status"])

    @property
    def charged(self) -> int:
        return int(self.view["credits"]["charged"])


def is_clean(end: Ended, provider: str) -> None:
    """Nothing of the connection, and nothing of how we are made, is in what the user sees. provider: its name."""
    text = json.dumps([end.view["error"], end.view["outputs"]])
    for private in (*KEY.split(":"), "http", "127.0.0.1", "Traceback", "emulator", *PRIVATE):
        assert private not in text, text
    assert provider not in text.lower(), text
    assert end.view["error"].endswith(".")


def begin(person: Person, prompt: str, script: str = "", **body: Any) -> str:
    """Ask for a picture, or whatever else the body says, and do not wait. script: what the emulator is to do."""
    words = f"{prompt} [emulator: {script}]" if script else prompt
    provider = next(iter(person.served.settings.connections))
    kind = body.pop("kind", "video" if provider in FILMS else "image")
    asked = {"model": MODELS[provider], "prompt": words} | FILMS.get(provider, {}) | body
    answer = person.send("POST", f"/{kind}s/generate", headers={"Prefer": "respond-async"}, json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def ended(person: Person, generation_id: str) -> Ended:
    """What a request of one call came to, once it is over. Nothing of it is held any more."""
    view = person.finished(generation_id)

    def find(tx: Tx) -> Any:
        (row,) = tx.all(_ATTEMPTS_OF, generation=generation_id)
        return row

    row = person.served.read(find)
    assert view["credits"]["held"] == 0
    return Ended(view, row.state, row.error_code, row.cost_outcome, row.tries, row.provider_ref)


def made(person: Person, prompt: str, script: str = "", **body: Any) -> Ended:
    """What a request comes to."""
    return ended(person, begin(person, prompt, script, **body))


def uploaded(person: Person, data: bytes, content_type: str = "image/png") -> str:
    """The address of a picture, once it is that person's."""
    answer = person.send("POST", "/uploads", files={"file": ("a.png", data, content_type)})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["url"])
