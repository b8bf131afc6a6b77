"""The four verbs against a server that has no queue: its one call answers when the pictures are there.

So the call runs in a task here, and a poll looks at the task. It costs nothing: what a process that is no more had
asked for is asked for again by the one that takes over.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetched, Fetcher
from aims.providers.asking import Pace, buying
from aims.providers.automatic1111 import speech
from aims.providers.connection import Connection
from aims.providers.contract import (
    Ambiguous,
    BadInput,
    Busy,
    Checked,
    Done,
    Down,
    Failed,
    NoAccess,
    Order,
    ProviderError,
    Running,
)

# A large batch on a small card; what lasts longer has died.
SUBMIT_SECONDS = 3600.0
ASK_SECONDS = 15.0
LARGEST_ANSWER = 1 << 20
LARGEST_PICTURES = 192 << 20
PACE = Pace(first=0.25, longest=1.0, growth=1.3)
TRIES = 3
TASKS_OF_IT = frozenset({"txt2img", "img2img"})
PROGRESS = "/sdapi/v1/progress?skip_current_image=true"


@dataclass(slots=True)
class _Work:
    """A call that is under way, or waits for its turn. sent: whether it is its turn."""

    task: "asyncio.Task[Done | Failed]"
    sent: bool = False


class Automatic1111:
    """One server, which draws one thing at a time: so it is asked for one thing at a time."""

    name = "automatic1111"
    repeatable = True
    tells_progress = True
    concurrency = 16

    def __init__(self, connection: Connection, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._key = connection.key
        self._fetcher = fetcher
        self._turn = asyncio.Lock()
        self._works: dict[str, _Work] = {}
        # How often a call was begun whose end was not seen.
        self._lost: dict[str, int] = {}
        self.output_origins = connection.output_origins

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Running | Done:
        """Begin it, once it is certain that the server is there."""
        if order.endpoint not in TASKS_OF_IT:
            raise BadInput("This model's file does not say whether it is `txt2img` or `img2img`.")
        if order.nonce not in self._works:
            await self._stands()
            self._begin(order)
        return Running(order.nonce, wait=PACE.first)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        work = self._works.get(running.reference)
        if work is None:
            await self._stands()
            self._begin(order)
            return PACE.later(running)
        if not work.task.done():
            progress = await self._progress(running.reference)
            return PACE.later(running, progress if work.sent else None)
        del self._works[running.reference]
        try:
            over = work.task.result()
        except (Ambiguous, Busy, Down) as error:
            # The next poll begins it again.
            lost = self._lost[running.reference] = self._lost.get(running.reference, 0) + 1
            if lost < TRIES:
                raise
            over = Failed(error.code, error.reason)
        self._lost.pop(running.reference, None)
        return over

    async def cancel(self, order: Order, running: Running) -> bool:
        """Take it out of the row; if it is being drawn, stop that. Nothing is paid for either way."""
        work = self._works.pop(running.reference, None)
        self._lost.pop(running.reference, None)
        if work is not None and not work.sent:
            work.task.cancel()
            return False
        try:
            drawn = (await self._stands()).current_task
            # Whatever is drawn would be stopped, also what somebody else has asked for.
            if drawn == running.reference or (drawn is None and work is not None and not work.task.done()):
                await self._ask("POST", "/sdapi/v1/interrupt", ASK_SECONDS, body=b"{}")
        except Unreachable:
            raise Down(speech.UNREACHABLE) from None
        finally:
            if work is not None:
                work.task.cancel()
        return False

    async def check(self) -> Checked:
        """Whether the server is there and takes the user and password."""
        try:
            await self._stands()
        except NoAccess as error:
            return Checked("invalid", error.reason)
        except ProviderError as error:
            return Checked("unreachable", error.reason)
        return Checked("valid", "The Stable Diffusion server answers.")

    async def close(self) -> None:
        """Let go of the calls that are under way. The fetcher belongs to the studio."""
        tasks = [work.task for work in self._works.values()]
        self._works.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _begin(self, order: Order) -> None:
        work = self._works[order.nonce] = _Work(asyncio.create_task(self._draw(order)))
        # One that is left is nobody's to look at.
        work.task.add_done_callback(lambda task: None if task.cancelled() else task.exception())

    async def _draw(self, order: Order) -> Done | Failed:
        said = await asyncio.to_thread(lambda: msgspec.json.encode(speech.body(order)))
        async with self._turn:
            if order.nonce in self._works:
                self._works[order.nonce].sent = True
            with buying(
                speech.UNREACHABLE, "The Stable Diffusion server was asked and its answer did not come."
            ):
                got = await self._ask(
                    "POST", f"/sdapi/v1/{order.endpoint}", SUBMIT_SECONDS, body=said, cap=LARGEST_PICTURES
                )
        if got.status == 200:
            return await asyncio.to_thread(speech.outcomes, got, order.count)
        failed = speech.of_drawing(got)
        if isinstance(failed, ProviderError):
            raise failed
        return failed

    async def _stands(self) -> speech.Standing:
        """How the server stands.

        Raises ProviderError; nothing was asked of it that would be drawn.
        """
        try:
            got = await self._ask("GET", PROGRESS, ASK_SECONDS)
        except Unreachable:
            raise Down(speech.UNREACHABLE) from None
        found = speech.read(got, speech.Standing) if got.status == 200 else None
        if found is None:
            raise speech.of_ask(got)
        return found

    async def _progress(self, reference: str) -> float | None:
        """How far the call is that is being drawn. A server that is too busy to say so still draws it."""
        try:
            found = await self._stands()
        except ProviderError:
            return None
        mine = found.current_task in (None, reference)
        return min(max(found.progress, 0.0), 1.0) if mine else None

    async def _ask(
        self, method: str, path: str, seconds: float, *, body: bytes | None = None, cap: int = LARGEST_ANSWER
    ) -> Fetched:
        headers: Mapping[str, str] = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._key:
            headers = {**headers, "Authorization": f"Basic {base64.b64encode(self._key.encode()).decode()}"}
        try:
            return await self._fetcher.origins(
                method,
                f"{self._url}{path}",
                (self._url,),
                headers=headers,
                body=body,
                deadline=seconds,
                cap=cap,
                hops=0,
            )
        except Blocked:
            raise Down(speech.UNREACHABLE) from None
