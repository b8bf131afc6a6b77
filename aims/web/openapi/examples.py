"""The examples: the documentation's own, as they stand there, and ours for what it does not mention."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that is sent or answered. `status` is absent for one that is sent. `body` is JSON text."""

    operation: str
    name: str
    summary: str
    body: str
    status: int | None = None

    @property
    def value(self) -> Any:
        """The body as a value."""
        return json.loads(self.body)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    example: tuple[Example, ...]


@cache
def read(name: str) -> tuple[Example, ...]:
    """The examples of one of our files: `documentation` or `ours`."""
    told = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
    return msgspec.convert(told, _File).example


def of(operation: str, status: int | None) -> dict[str, dict[str, Any]]:
    """The examples of a request (`status` is None) or of an answer, as the document has them."""
    return {
        each.name: {"summary": each.summary, "value": each.value}
        for each in (*read("documentation"), *read("ours"))
        if (each.operation, each.status) == (operation, status)
    }
