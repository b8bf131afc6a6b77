"""The sandbox as a provider: takes an order, waits if it was told to, and draws or films in a child process."""

import os
import time
from pathlib import Path

import msgspec

from aims.core import failpoints
from aims.core.children import ChildFailed, Children
from aims.core.errors import StudioError, Unavailable
from aims.providers.contract import (
    Ambiguous,
    Busy,
    Done,
    Down,
    Failed,
    Made,
    Order,
    Outcome,
    Refused,
    Running,
    Withheld,
)
from aims.providers.sandbox import directives

TASK = "aims.providers.sandbox.drawing:draw"
FILM_TASK = "aims.providers.sandbox.filming:film"
DRAW_SECONDS = 120.0
AHEAD = 6
# Fifteen seconds of 4K on a machine with much else to do.
FILM_SECONDS = 1800.0
DRAW_MEMORY = 1536 << 20


class Sandbox:
    """Makes real pictures and films offline.

    films: where films are made; None makes them where pictures are drawn. filmers: how many at once.
    repeatable: whether the same work may be sent twice, as it costs nothing.
    journal: a file to which each submit is appended, so that a test can count what arrived here.
    """

    name = "sandbox"
    output_origins: tuple[str, ...] = ()

    def __init__(
        self,
        children: Children,
        *,
        drawers: int,
        films: Children | None = None,
        filmers: int = 0,
        repeatable: bool = True,
        journal: Path | None = None,
    ) -> None:
        self.repeatable = repeatable
        # More than can draw: others are being written down meanwhile, and each of their steps waits for the disk.
        self.concurrency = drawers + filmers + AHEAD
        self._children = children
        self._films = films
        self._journal = journal

    def vet(self, prompt: str) -> tuple[str, str]:
        return directives.take_out(prompt)

    async def submit(self, order: Order) -> Running | Done:
        directive = directives.read(order.directive)
        if directive.error == "busy":
            raise Busy("The sandbox was told to be busy.", retry_after=0.2)
        if directive.error == "down":
            raise Down("The sandbox was told to be down.")
        self._write_down(order)
        failpoints.hit("attempt.sent")
        if directive.error == "refused":
            raise Refused("The sandbox was told to refuse this prompt.")
        if directive.error == "timeout":
            raise Ambiguous("The sandbox was told not to answer.")
        until = time.time() + directive.delay
        return Running(order.nonce, {"until": f"{until:.3f}"}, wait=directive.delay)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        left = float(running.data["until"]) - time.time()
        if left > 0.01:
            return Running(running.reference, running.data, wait=left)
        fail = directives.read(order.directive).fail
        made = order.of if fail < 0 else fail
        outcomes = [await self._draw(order, at, fails=at >= order.of - made) for at in self._positions(order)]
        return Done(tuple(outcomes), cost_usd_micros=0)

    async def cancel(self, order: Order, running: Running) -> None:
        """Nothing is drawn before its time, so there is nothing to stop."""

    async def close(self) -> None:
        """The children that draw belong to the studio; those that film end here."""
        if self._films is not None:
            await self._films.close()

    @staticmethod
    def _positions(order: Order) -> range:
        return range(order.first, order.first + order.count)

    async def _draw(self, order: Order, position: int, *, fails: bool) -> Outcome:
        if fails:
            return Withheld("The sandbox was told to fail this one.")
        job = msgspec.msgpack.encode((position, order))
        where, task, seconds = self._children, TASK, DRAW_SECONDS
        if order.kind == "video":
            where, task, seconds = self._films or where, FILM_TASK, FILM_SECONDS
        try:
            data = await where.run(
                task, job, deadline=seconds, cpu_seconds=int(seconds), memory_bytes=DRAW_MEMORY
            )
        except ChildFailed as error:
            return Withheld(f"The sandbox did not finish it ({error.reason}).")
        except Unavailable:
            raise  # no child to draw it with now, which says nothing about this order
        except StudioError as error:
            return Withheld(error.sentence)
        return Made(data=data)

    def _write_down(self, order: Order) -> None:
        if self._journal is None:
            return
        descriptor = os.open(self._journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{order.nonce} {order.first} {order.count}\n".encode())
        finally:
            os.close(descriptor)


__all__ = ["FILM_TASK", "TASK", "Sandbox"]
