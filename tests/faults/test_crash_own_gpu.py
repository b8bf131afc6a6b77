"""F06, F08, F09 and what comes after, with a machine of one's own: the program is killed around a call that is free.

Its work is found there by the name that we gave it, or, where the machine has no names, made again: one delivery either
way, charged for once.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import balance, calling, check_books, check_files
from crashing import START, ask_again, crash
from server import Instance

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("web", "providers")]
pytest.register_assert_rewrite("emulated")

from emulated import KEY, MODELS, Emulator  # noqa: E402 - its asserts are to say what they saw

POINTS = ("attempt.recorded", "attempt.answered", "attempt.running", "output.fetched", "settle.committed")
# How often the machine may have had it: it keeps what it made, names what it takes by itself, or shows it to one call.
TIMES = {"comfyui": 1, "comfyui --older": 2, "automatic1111": 2}


@pytest.fixture(params=TIMES)
def machine_of_ones_own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Emulator, int]]:
    """Each of them, and how often it may have had one call."""
    name, *options = request.param.split()
    emulator = Emulator(name, tmp_path / "books.db", options=options)
    yield emulator, TIMES[request.param]
    emulator.close()


@pytest.mark.parametrize(
    ("backend", "point"), [*(("sqlite", point) for point in POINTS), ("postgres", "attempt.answered")]
)
async def test_it_is_delivered_once_and_charged_for_once(
    machine_of_ones_own: tuple[Emulator, int],
    new_instance: Callable[..., Instance],
    backend: str,
    point: str,
) -> None:
    emulator, most = machine_of_ones_own
    variable = f"AIMS_{emulator.name.upper()}"
    key = {f"{variable}_KEY": KEY} if emulator.name == "automatic1111" else {}
    instance = new_instance(backend, **{f"{variable}_BASE_URL": emulator.url}, **key)
    body: dict[str, Any] = {"model": MODELS[emulator.name], "prompt": "A lighthouse"}

    await crash(instance, point, body)
    server = await instance.serve()
    async with calling(server, instance.first_key) as alice:
        generation, replayed = await ask_again(alice, body)

        assert replayed
        assert (generation["status"], generation["credits"]["charged"]) == ("completed", 1)
        assert balance(instance) == (START - 1, 0)
        assert [instance.count(table) for table in ("generations", "holds", "attempts", "assets")] == [1] * 4
        assert 1 <= len(emulator.requests("A lighthouse")) <= most
        check_files(instance)
        check_books(instance)
    assert (await instance.command("ledger", "verify")).code == 0
    assert instance.complaints() == []
