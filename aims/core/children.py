"""Warm, limited child processes that run pure functions on bytes.

Decoding a stranger's picture and drawing one both go through here: a crash, an endless loop or a bomb costs
one job and one child, never the server. A child starts when it is first needed, is replaced after any
accident, and ends when it has been idle, so that a quiet server holds no memory for it.

    children = Children(2, allowed=["aims.media.decoding:normalise"])
    data = await children.run("aims.media.decoding:normalise", upload, deadline=10)
    await children.close()

What a child may do is in `aims.core.confine`; what passes between the two is in `aims.core.child`. The module
of a task is imported without the `__init__` of its area, which would bring the database into every child.
"""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from aims.core import child
from aims.core.child_process import ChildFailed, ChildProcess, NeverStarted, Reason
from aims.core.errors import Detail, StudioError, Unavailable
from aims.core.turns import Turns

__all__ = ["ChildFailed", "Children", "Reason"]


class Children:
    """A pool of at most `size` child processes, and a queue in front of it.

    allowed: the tasks that may run, as "package.module:function", each a function from bytes to bytes.
    idle_seconds: a child that had nothing to do for so long is ended.
    nice: how far children stand back from the server when both want the processor, 0 to 19.
    memory_bytes: address space of one child; a job may ask for less, never for more.
    answer_bytes: longest answer that is believed.
    waiting: how many jobs may wait for a child.
    jobs_per_child: a child is replaced after so many, so that no leak grows for ever.
    extra_paths: folders that children add to their import path, and may write in; for tests.

    Children end with the thread that started them, so use one pool from one event loop.
    """

    def __init__(
        self,
        size: int,
        *,
        allowed: Iterable[str],
        idle_seconds: float = 60,
        nice: int = 10,
        memory_bytes: int = 1 << 30,
        answer_bytes: int = 256 << 20,
        waiting: int = 1024,
        jobs_per_child: int = 2000,
        extra_paths: Iterable[str] = (),
    ) -> None:
        self._allowed = frozenset(allowed)
        self._idle_seconds = idle_seconds
        self._nice = nice
        self._memory_bytes = memory_bytes
        self._answer_bytes = answer_bytes
        self._jobs_per_child = jobs_per_child
        self._extra_paths = tuple(extra_paths)
        self._turns = Turns(size, waiting)
        self._idle: list[ChildProcess] = []
        self._busy: set[ChildProcess] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that are alive, idle ones first."""
        return [each.pid for each in (*self._idle, *self._busy) if each.alive()]

    async def run(
        self,
        task: str,
        job: bytes,
        *,
        deadline: float,
        cpu_seconds: int = 10,
        memory_bytes: int | None = None,
        priority: int = 0,
    ) -> bytes:
        """Call `task` on `job` in a child and return what it returned.

        deadline: seconds from the moment a child takes the job; waiting for a child does not count.
        cpu_seconds: processor time, in whole seconds, at least 1.
        memory_bytes: address space for this job, at most that of the pool.
        priority: higher goes first; equal ones go in the order of asking.
        Cancelling kills the child that has the job.

        Raises ChildFailed when there was no proper answer; a StudioError that the task raised; Unavailable
        when too many jobs wait or the pool is closed; ValueError for a task or a limit that the pool does not
        allow.
        """
        memory = self._memory_bytes if memory_bytes is None else memory_bytes
        if task not in self._allowed:
            raise ValueError(f"{task!r} is not a task of this pool")
        if not 0 < memory <= self._memory_bytes:
            raise ValueError(f"a job may have at most {self._memory_bytes} bytes of memory, not {memory}")
        name = task.encode()
        head = child.REQUEST.pack(len(name), len(job), cpu_seconds, memory) + name
        async with self._turns.turn(priority):
            try:
                kind, body = await self._try(head, job, deadline)
            except NeverStarted:
                # The child was dead before it had the job, so the job is not to blame.
                kind, body = await self._try(head, job, deadline)
        return self._open(kind, body)

    async def close(self) -> None:
        """End every child and wait until all are gone.

        Jobs that run fail with ChildFailed, those that wait with Unavailable.
        """
        self._closed = True
        self._turns.close()
        for each in (*self._idle, *self._busy):
            self._end(each)
        self._idle.clear()
        while self._ending:
            await asyncio.gather(*self._ending)

    async def _try(self, head: bytes, job: bytes, deadline: float) -> tuple[bytes, bytes]:
        """Give the job to one child. Afterwards that child is idle again or on its way out."""
        if self._closed:
            raise Unavailable("The studio is stopping. Try again in a moment; nothing was charged.")
        one = self._take()
        fit = False
        try:
            async with asyncio.timeout(deadline):
                kind, body = await one.ask(head, job, self._answer_bytes)
            # A child that ran out of memory, or whose task made a mistake, may be left in pieces.
            fit = kind != child.FAILED and one.jobs < self._jobs_per_child
            return kind, body
        except TimeoutError:
            raise ChildFailed("timeout", f"no answer within {deadline:g} s") from None
        except NeverStarted as error:
            await asyncio.shield(self._end(one))
            raise NeverStarted(one.last_words()) from error
        except EOFError:
            await asyncio.shield(self._end(one))
            raise ChildFailed(one.how_it_ended(), one.last_words()) from None
        finally:
            self._busy.discard(one)
            if fit and not self._closed:
                self._rest(one)
            else:
                self._end(one)

    def _take(self) -> ChildProcess:
        while self._idle:
            one = self._idle.pop()
            one.stay()
            if one.alive():
                break
            self._end(one)
        else:
            one = ChildProcess(self._nice, self._memory_bytes, self._extra_paths)
        self._busy.add(one)
        return one

    def _rest(self, one: ChildProcess) -> None:
        self._idle.append(one)
        one.leave_after(self._idle_seconds, self._dismiss)

    def _dismiss(self, one: ChildProcess) -> None:
        self._idle.remove(one)
        self._end(one)

    def _end(self, one: ChildProcess) -> "asyncio.Future[None]":
        """Kill now, and collect in a task of its own, so that a cancelled caller does not wait for it."""
        if one.ending is None:
            one.kill()
            one.ending = asyncio.get_running_loop().create_task(one.gone())
            self._ending.add(one.ending)
            one.ending.add_done_callback(self._ending.discard)
        return one.ending

    def _open(self, kind: bytes, body: bytes) -> bytes:
        if kind == child.DONE:
            return body
        try:
            said: dict[str, Any] = json.loads(body)
            if kind == child.REFUSED:
                raise _refusal(said)
            raise ChildFailed(said["reason"], said["detail"])
        except (ValueError, KeyError, TypeError) as error:
            raise ChildFailed("bad_answer", repr(error)) from error


def _refusal(said: dict[str, Any]) -> StudioError:
    """The error that the task raised, as far as it is one that needs only a sentence."""
    plain = {
        each.kind: each for each in StudioError.__subclasses__() if each.__init__ is StudioError.__init__
    }
    details = tuple(Detail(str(field), str(message)) for field, message in said["details"])
    return plain[said["kind"]](str(said["sentence"]), code=str(said["code"]), details=details)
