"""What ComfyUI answers, as far as it is looked at (server.py at 002c3fb9 and, for older ones, at 005f3ba4)."""

import json
from typing import Any, TypeVar

import msgspec

from aims.core.fetch import Fetched

Answer = TypeVar("Answer")


class Queued(msgspec.Struct):
    """A workflow that was taken. An older server gives it an id of its own."""

    prompt_id: str


class Refusal(msgspec.Struct):
    """A workflow that was not taken: what is wrong with all of it, and with each node."""

    error: Any = None
    node_errors: Any = None


class Queue(msgspec.Struct):
    """What runs and what waits. Each is [number, id, workflow, extra data, nodes]."""

    queue_running: list[list[Any]]
    queue_pending: list[list[Any]]


class Status(msgspec.Struct):
    """How a workflow ended. messages: pairs of a type and its data."""

    status_str: Any = None
    messages: Any = None


class Entry(msgspec.Struct):
    """A workflow that is over. outputs: by node."""

    outputs: dict[str, Any] = {}
    status: Status | None = None


class Uploaded(msgspec.Struct):
    """A file that is among the server's inputs."""

    name: str
    subfolder: str = ""


class Word(msgspec.Struct):
    """A message of the WebSocket."""

    type: str
    data: dict[str, Any] = {}


def read(got: Fetched, kind: type[Answer]) -> Answer | None:
    """The answer's body as that kind; None when it is nothing like it.

    A node that always runs says so with NaN, which then stands in the history although JSON has no such number.
    """
    try:
        return msgspec.json.decode(got.body, type=kind)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return msgspec.convert(json.loads(got.body), kind)
    except (msgspec.ValidationError, ValueError, RecursionError):
        return None
