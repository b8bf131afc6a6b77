"""A studio that is connected to fal's emulator, and what both sides' books must say after a crash."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import machine
import pytest
from asking import Caller, balance, check_books, check_files
from server import Instance, Server

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("web", "providers")]
pytest.register_assert_rewrite("emulated")

from emulated import KEY, MODELS, Emulator  # noqa: E402 - its asserts are to say what they saw

START = 1000
DAY = 86_400


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """The provider."""
    made = Emulator("fal", tmp_path / "books.db")
    yield made
    made.close()


def steer(emulator: Emulator, **said: Any) -> None:
    """Change how the emulator's world is."""
    httpx2.post(f"{emulator.url}/steer", json=said, trust_env=False).raise_for_status()


def connected(
    new_instance: Callable[..., Instance],
    backend: str,
    emulator: Emulator,
    *,
    hooks: bool = True,
    **more: str,
) -> tuple[Instance, int]:
    """An instance, and the port at which the emulator looks for whichever of its servers is there.

    hooks: whether it asks for word of what is over.
    """
    port = machine.spare_port()
    steer(emulator, names={"studio.example": ["127.0.0.1", port]})
    given = {
        "AIMS_FAL_KEY": KEY,
        "AIMS_FAL_BASE_URL": emulator.url,
        "AIMS_PUBLIC_URL": "https://studio.example",
        "AIMS_PROVIDER_WEBHOOKS": str(hooks).lower(),
    }
    return new_instance(backend, **(given | more)), port


def body(script: str = "", prompt: str = "A lighthouse") -> dict[str, Any]:
    """A request for one picture. script: what the emulator is to do."""
    return {"model": MODELS["fal"], "prompt": f"{prompt} [emulator: {script}]"}


async def serve(instance: Instance, port: int, **more: str) -> Server:
    """Start a server at that port, and wait until it answers."""
    server = instance.launch(port=port, **more)
    await server.answers()
    return server


def hooks_sent(emulator: Emulator) -> list[str]:
    """Each message that the emulator sent, and how it was answered."""
    return [step for (step,) in emulator.rows("SELECT step FROM calls WHERE route = 'hook' ORDER BY rowid")]


async def delivered_once(instance: Instance, emulator: Emulator, alice: Caller, generation_id: str) -> None:
    """One picture: bought once, charged once, on the disk."""
    made = await alice.finished(generation_id)
    price = made["credits"]["charged"]
    assert made["status"] == "completed"
    assert balance(instance) == (START - price, 0)
    ((reference, outcome),) = instance.rows("SELECT provider_ref, cost_outcome FROM attempts")
    assert emulator.billed() == {reference: 1}
    assert (outcome, instance.count("assets"), instance.count("holds")) == ("posted", 1, 1)
    assert emulator.rows("SELECT count(*) FROM requests") == [(1,)]
    check_files(instance)
    check_books(instance)
    assert instance.complaints() == []


async def sweep(instance: Instance) -> None:
    """What the killed were writing is swept by whoever starts a day later, where several may write there."""
    yesterday = time.time() - DAY
    for path in (instance.media / ".incoming").iterdir():
        os.utime(path, (yesterday, yesterday))
    await instance.serve()


async def in_order(instance: Instance, *, but: str = "") -> None:
    """The books hold, also as the program itself sees them; no file is left over; nobody complained.

    but: words of complaints that are to be expected.
    """
    check_files(instance)
    check_books(instance)
    verified = await instance.command("ledger", "verify")
    assert verified.code == 0, verified.out
    assert [said for said in instance.complaints() if not but or but not in said] == []


def books_agree(instance: Instance, emulator: Emulator) -> None:
    """The provider was paid for what was captured or absorbed, and for nothing else; nothing was bought twice."""
    booked = instance.rows(
        "SELECT provider_ref, state, cost_outcome FROM attempts WHERE cost_outcome IS NOT NULL"
    )
    billed, known = set(emulator.billed()), {ref for ref, _, _ in booked if ref is not None}
    lost = [row for row in booked if row[0] is None]
    assert known - billed <= {ref for ref, _, outcome in booked if outcome == "absorbed"}
    assert all((state, outcome) == ("unknown", "absorbed") for _, state, outcome in lost)
    assert len(billed - known) <= len(lost), "each that nobody knows of was written off"
    taken = Counter(prompt for (prompt,) in emulator.rows("SELECT whose FROM calls WHERE route = 'submit'"))
    asked_twice = {prompt for prompt, times in taken.items() if times > 1}
    assert all("submit=runner" in prompt or "submit=429" in prompt for prompt in asked_twice)
    bodies = Counter(body for (body,) in emulator.rows("SELECT body FROM requests"))
    assert set(bodies.values()) <= {1}, "no request was taken twice"
