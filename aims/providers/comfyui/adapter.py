"""The four verbs against a ComfyUI server. Its work costs nothing, and is named by us, so that it is found again."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from aims.core import ids
from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetched, Fetcher
from aims.core.fetch.forms import Part, form
from aims.providers.asking import Pace, buying, looking
from aims.providers.comfyui import errors, graph, results
from aims.providers.comfyui.answers import Entry, Queue, Queued, Uploaded, read
from aims.providers.comfyui.progress import Watch
from aims.providers.connection import Connection
from aims.providers.contract import (
    Busy,
    Checked,
    Done,
    Down,
    Failed,
    NoAccess,
    Order,
    ProviderError,
    Running,
    Source,
)
from aims.providers.wording import LONGEST_BUSY

SUBMIT_SECONDS = 60.0
ASK_SECONDS = 30.0
UPLOAD_SECONDS = 300.0
LARGEST_ANSWER = 1 << 20
# Both carry whole workflows: of all that waits, and of the one that is over.
LARGEST_QUEUE = 64 << 20
LARGEST_ENTRY = 16 << 20
PACE = Pace(first=0.25, longest=1.0, growth=1.3)
# The queue is looked at once for everybody who asks within that time.
QUEUE_SECONDS = 0.5
FOLDER = "studio"
MARK = "studio_call"


class ComfyUI:
    """One server, which runs one workflow at a time and keeps the others in its queue."""

    name = "comfyui"
    repeatable = True
    tells_progress = True
    concurrency = 16

    def __init__(self, connection: Connection, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._fetcher = fetcher
        self._client = ids.token()
        self._watch = Watch(fetcher, connection.url)
        self._queue: tuple[float, asyncio.Task[dict[str, bool]]] | None = None
        self.output_origins = tuple(dict.fromkeys((connection.url, *connection.output_origins)))

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Running | Done:
        """Send it, unless the server has it: the call may have been sent before, by a process that is no more."""
        workflow, name = graph.workflow_of(order), graph.name_of(order)
        running = Running(name, {"client": self._client}, wait=PACE.first)
        found = await self._find(name)
        if found is not None:
            return Running(found, running.data, wait=PACE.first)
        pictures = [await self._upload(source) for source in order.references]
        self._watch.follow(self._client, name, workflow.nodes)
        body = {
            "prompt": graph.filled(order, workflow, pictures),
            "prompt_id": name,
            "client_id": self._client,
            "extra_data": {MARK: name},
            "partial_execution_targets": workflow.outputs,
        }
        with buying(errors.UNREACHABLE, "The ComfyUI server was asked and its answer did not come."):
            got = await self._ask("POST", "/prompt", SUBMIT_SECONDS, body=msgspec.json.encode(body))
        if got.status != 200:
            self._watch.leave(self._client, name)
            raise errors.of_submit(got)
        answer = read(got, Queued)
        if answer is None or not answer.prompt_id:
            raise errors.garbled()
        if answer.prompt_id != name:
            # An older server, which names what it takes by itself.
            self._watch.leave(self._client, name)
            self._watch.follow(self._client, answer.prompt_id, workflow.nodes)
        return Running(answer.prompt_id, running.data, wait=PACE.first)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        workflow, key, client = graph.workflow_of(order), running.reference, running.data["client"]
        progress = self._watch.follow(client, key, workflow.nodes)
        try:
            entry, gone = await self._whereabouts(key)
        except NoAccess as error:
            # It has the work: somebody may let us in again while it is made.
            raise Busy(error.reason, retry_after=LONGEST_BUSY) from None
        if entry is not None or gone:
            self._watch.leave(client, key)
        if entry is not None:
            return results.outcomes(self._url, entry, workflow.outputs, order)
        if gone:
            return Failed("provider_error", errors.LOST)
        return PACE.later(running, progress)

    async def cancel(self, order: Order, running: Running) -> bool:
        """Take it out of the queue; if it runs, stop it. Nothing is paid for either way."""
        key = running.reference
        self._watch.leave(running.data["client"], key)
        if key in (queued := await self._look_at_queue()) and not queued[key]:
            await self._tell("/queue", {"delete": [key]})
            queued = await self._look_at_queue()
        # Asked just before, since an older server stops whatever runs, also another's.
        if queued.get(key):
            await self._tell("/interrupt", {"prompt_id": key})
        return False

    async def check(self) -> Checked:
        """Whether a ComfyUI answers there."""
        try:
            await self._read_queue()
        except NoAccess as error:
            return Checked("invalid", error.reason)
        except ProviderError as error:
            return Checked("unreachable", error.reason)
        return Checked("valid", "The ComfyUI server answers.")

    async def close(self) -> None:
        """Let go of what listens and asks. The fetcher belongs to the studio."""
        if self._queue is not None:
            self._queue[1].cancel()
        await self._watch.close()

    async def _find(self, name: str) -> str | None:
        """The server's id for work of that name. The queue first: from there it goes to the history."""
        queue = await self._read_queue()
        for each in (*queue.queue_running, *queue.queue_pending):
            marked = each[3].get(MARK) if len(each) > 3 and isinstance(each[3], dict) else None
            if len(each) > 1 and isinstance(each[1], str) and name in (each[1], marked):
                return each[1]
        return name if await self._entry(name) is not None else None

    async def _entry(self, key: str) -> Entry | None:
        """What the history says of a workflow; None while it is not over."""
        got = await self._look(f"/history/{quote(key, safe='')}", LARGEST_ENTRY)
        found = read(got, dict[str, Entry])
        if found is None:
            raise errors.garbled()
        return found.get(key)

    async def _whereabouts(self, key: str) -> tuple[Entry | None, bool]:
        """What the history says of a workflow, and whether the server knows nothing of it at all."""
        entry = await self._entry(key)
        if entry is not None or key in await self._queued() or key in await self._look_at_queue():
            return entry, False
        # It goes from the queue to the history: where the second look at both finds nothing, there is nothing.
        entry = await self._entry(key)
        return entry, entry is None

    async def _queued(self) -> Mapping[str, bool]:
        """The ids in the queue as it was a moment ago, and whether each runs."""
        moment = time.monotonic()
        if self._queue is None or moment >= self._queue[0] + QUEUE_SECONDS:
            self._queue = moment, asyncio.create_task(self._look_at_queue())
        return await asyncio.shield(self._queue[1])

    async def _look_at_queue(self) -> dict[str, bool]:
        queue = await self._read_queue()
        listed = ((queue.queue_pending, False), (queue.queue_running, True))
        return {
            each[1]: runs
            for items, runs in listed
            for each in items
            if len(each) > 1 and isinstance(each[1], str)
        }

    async def _read_queue(self) -> Queue:
        queue = read(await self._look("/queue", LARGEST_QUEUE), Queue)
        if queue is None:
            raise errors.garbled()
        return queue

    async def _upload(self, source: Source) -> str:
        """The server's name for a picture or film that it is to work from. The same bytes have the same name."""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(source.data).hexdigest())
        name = f"{digest[:32]}.{source.ending}"
        content_type, body = form(
            (
                Part("type", b"input"),
                Part("subfolder", FOLDER.encode()),
                Part("overwrite", b"true"),
                Part("image", source.data, name, source.content_type),
            )
        )
        headers = {"Content-Type": content_type}
        try:
            got = await self._ask("POST", "/upload/image", UPLOAD_SECONDS, headers=headers, body=body)
        except Unreachable:
            raise Down(errors.UNREACHABLE) from None
        if got.status != 200:
            raise errors.of_submit(got) if got.status == 413 else errors.of_ask(got)
        answer = read(got, Uploaded)
        if answer is None or not answer.name:
            raise errors.garbled()
        return f"{answer.subfolder}/{answer.name}" if answer.subfolder else answer.name

    async def _tell(self, path: str, said: object) -> None:
        """Ask for something that can be asked twice.

        Raises Down, or what an error answer means.
        """
        try:
            got = await self._ask("POST", path, ASK_SECONDS, body=msgspec.json.encode(said))
        except Unreachable:
            raise Down(errors.UNREACHABLE) from None
        if got.status != 200:
            raise errors.of_ask(got)

    async def _look(self, path: str, cap: int) -> Fetched:
        with looking(errors.UNREACHABLE, "The ComfyUI server's answer is larger than any it gives."):
            got = await self._ask("GET", path, ASK_SECONDS, cap=cap)
        if got.status != 200:
            raise errors.of_ask(got)
        return got

    async def _ask(
        self,
        method: str,
        path: str,
        seconds: float,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        cap: int = LARGEST_ANSWER,
    ) -> Fetched:
        # Without an Origin: with one that is not its own, the server answers 403.
        asked = {"Accept": "application/json", "Content-Type": "application/json"} | dict(headers or {})
        try:
            return await self._fetcher.origins(
                method,
                f"{self._url}{path}",
                (self._url,),
                headers=asked,
                body=body,
                deadline=seconds,
                cap=cap,
                hops=0,
            )
        except Blocked:
            raise Down(errors.UNREACHABLE) from None
