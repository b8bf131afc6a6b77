"""Fixtures: instances of the real program, each in a folder of its own, none of which outlives its test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from server import Instance


@pytest.fixture
async def new_instance(
    tmp_path: Path, new_location: Callable[[str], Any]
) -> AsyncIterator[Callable[..., Instance]]:
    """Makes instances on a database of a kind; every process of theirs is gone afterwards."""
    made: list[Instance] = []

    def make(backend: str = "sqlite", **settings: str) -> Instance:
        folder = tmp_path / f"instance-{len(made) + 1}"
        folder.mkdir()
        url = new_location("postgres") if backend == "postgres" else None
        made.append(Instance(folder, url, settings))
        return made[-1]

    yield make
    for instance in made:
        await instance.close()


@pytest.fixture
def instance(new_instance: Callable[..., Instance]) -> Instance:
    """An instance with a SQLite file."""
    return new_instance("sqlite")
