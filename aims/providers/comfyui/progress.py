"""How far each workflow is: what the server says over a WebSocket while somebody asks after it.

One socket for each client id: the server tells how far a workflow is to the client that sent it, and to nobody else.
The id is kept with the work, so that a process that takes the work over hears of it too.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetcher
from aims.core.log import logger
from aims.providers.comfyui.answers import Word

SILENCE_SECONDS = 20.0
# A server that hangs up is not called again before that.
AGAIN_SECONDS = 5.0
LARGEST_WORD = 4 << 20
# What takes the time: a sampler counts as much as that many other nodes.
SAMPLER = 20.0

_decode = msgspec.json.Decoder(Word).decode


@dataclass(slots=True)
class Work:
    """One workflow. weights: of each of its nodes. over: the nodes that are done; now: the others' fractions."""

    weights: Mapping[str, float]
    over: set[str] = field(default_factory=set)
    now: dict[str, float] = field(default_factory=dict)
    heard: bool = False

    @property
    def fraction(self) -> float | None:
        """How far it is, from 0 to 1; None while nothing was heard of it."""
        if not self.heard:
            return None
        done = sum(self.weights.get(node, 0.0) for node in self.over)
        part = sum(
            self.weights.get(node, 0.0) * each for node, each in self.now.items() if node not in self.over
        )
        return (done + part) / (sum(self.weights.values()) or 1.0)

    def hear(self, word: Word) -> None:
        """Take in a message about it."""
        data, self.heard = word.data, True
        match word.type:
            case "execution_cached":
                self.over.update(each for each in _list(data.get("nodes")) if isinstance(each, str))
            case "executing" | "executed":
                self._begins(data.get("node"), over=word.type == "executed")
            case "progress":
                self._is_at(data.get("node"), data.get("value"), data.get("max"))
            case "progress_state":
                for node, state in _dict(data.get("nodes")).items():
                    if _dict(state).get("state") == "finished":
                        self.over.add(node)
                    else:
                        self._is_at(node, _dict(state).get("value"), _dict(state).get("max"))
            case "execution_success":
                self.over.update(self.weights)

    def _begins(self, node: object, *, over: bool) -> None:
        """Nodes run one after the other: where one begins, those before it are done."""
        if not isinstance(node, str):
            return
        self.over.update(each for each in self.now if each != node)
        self.now = {node: self.now.get(node, 0.0)}
        if over:
            self.over.add(node)

    def _is_at(self, node: object, value: object, most: object) -> None:
        if (
            isinstance(node, str)
            and isinstance(value, int | float)
            and isinstance(most, int | float)
            and most > 0
        ):
            self.now[node] = min(max(value / most, self.now.get(node, 0.0)), 1.0)


@dataclass(slots=True)
class _Line:
    """A socket and the workflows that somebody asks after."""

    works: dict[str, Work] = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None
    called: float = -AGAIN_SECONDS


class Watch:
    """The sockets to one server."""

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        self._fetcher = fetcher
        self._url = url
        self._lines: dict[str, _Line] = {}

    def follow(self, client: str, prompt_id: str, nodes: Mapping[str, Any]) -> float | None:
        """How far a workflow is, as far as was heard; from now on it is listened for."""
        line = self._lines.setdefault(client, _Line())
        work = line.works.get(prompt_id)
        if work is None:
            work = line.works[prompt_id] = Work({name: _weight(node) for name, node in nodes.items()})
        moment = time.monotonic()
        if (line.task is None or line.task.done()) and moment >= line.called + AGAIN_SECONDS:
            line.called = moment
            line.task = asyncio.create_task(self._listen(client, line))
        return work.fraction

    def leave(self, client: str, prompt_id: str) -> None:
        """Nobody asks after a workflow any more. With the last one the socket goes."""
        line = self._lines.get(client)
        if line is None:
            return
        line.works.pop(prompt_id, None)
        if not line.works:
            del self._lines[client]
            if line.task is not None:
                line.task.cancel()

    async def close(self) -> None:
        """Let go of all sockets."""
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        self._lines.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _listen(self, client: str, line: _Line) -> None:
        words = self._fetcher.listen(
            f"{self._url}/ws?clientId={client}", (self._url,), silence=SILENCE_SECONDS, cap=LARGEST_WORD
        )
        try:
            async with aclosing(words):
                async for text in words:
                    _hear(line, text)
        except (Unreachable, Blocked) as error:
            logger.info("progress not heard", reason=error.code)


def _hear(line: _Line, text: str) -> None:
    try:
        word = _decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return
    work = (
        line.works.get(word.data.get("prompt_id", ""))
        if isinstance(word.data.get("prompt_id"), str)
        else None
    )
    if work is not None:
        work.hear(word)


def _weight(node: Any) -> float:
    inputs = _dict(_dict(node).get("inputs"))
    samples = "Sampler" in str(_dict(node).get("class_type")) and not inputs.keys().isdisjoint(
        ("latent_image", "steps")
    )
    return SAMPLER if samples else 1.0


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
