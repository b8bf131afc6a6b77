"""One child process as its parent sees it: start, ask, kill, collect.

The process is collected by `Popen` alone. asyncio's own subprocess support collects in a second place, and
the two meeting is what logs "Unknown child process".
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Literal

from aims.core import child

Reason = Literal["killed", "timeout", "memory", "crash", "bad_answer"]

# One job uses one processor; libraries that start a thread per processor would take the server's too.
_ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")
}
_JOINED = 64 * 1024
_STEP = 1 << 20
_LAST_WORDS = 2000


class ChildFailed(Exception):
    """A child gave no proper answer.

    reason: "killed" from outside, "timeout" of its deadline or processor time, "memory" over its limit,
    "crash" of the task or the process, "bad_answer" that is too long or makes no sense.
    detail: for the log, never for a person; it may hold words of the file that was read.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail


class NeverStarted(ChildFailed):
    """The child ended before it had the job, so the job may be given to another."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("killed", detail)


class ChildProcess:
    """A process that runs `aims.core.child`, and the socket to it."""

    def __init__(self, nice: int, memory_bytes: int, extra_paths: tuple[str, ...]) -> None:
        self.jobs = 0
        self.ending: asyncio.Task[None] | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._words = b""
        self._ahead = bytearray()
        command = [sys.executable, "-I", "-B", "-m", "aims.core.child"]
        command += ["--nice", str(nice), "--memory", str(memory_bytes)]
        for path in extra_paths:
            command += ["--path", path]
        self._socket, theirs = socket.socketpair()
        self._stderr, their_stderr = os.pipe()
        # A child that prints more than the pipe holds loses the rest, and does not hang.
        os.set_blocking(self._stderr, False)
        os.set_blocking(their_stderr, False)
        self._socket.setblocking(False)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=their_stderr,
                env=_environment(),
                cwd=os.sep,
                start_new_session=True,
            )
        except BaseException:
            self._socket.close()
            os.close(self._stderr)
            raise
        finally:
            theirs.close()
            os.close(their_stderr)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it still runs; collects it when it does not."""
        return self._process.poll() is None

    async def ask(self, head: bytes, job: bytes, longest: int) -> tuple[bytes, bytes]:
        """Send one job and return the letter and the bytes of the answer.

        Raises NeverStarted when the child ended before it had the job, EOFError when it ended later,
        ChildFailed when the answer makes no sense or is longer than `longest` bytes.
        """
        loop = asyncio.get_running_loop()
        if self._ahead:
            # It would be taken for the answer to somebody else's job.
            raise ChildFailed("bad_answer", "said more than it was asked")
        try:
            if len(job) < _JOINED:
                await loop.sock_sendall(self._socket, head + job)
            else:
                await loop.sock_sendall(self._socket, head)
                await loop.sock_sendall(self._socket, job)
            started = await self._read(len(child.STARTED))
        except (EOFError, OSError) as error:
            raise NeverStarted from error
        if started != child.STARTED:
            raise ChildFailed("bad_answer", f"said {started!r} for a start")
        kind, length = child.ANSWER.unpack(await self._read(child.ANSWER.size))
        if kind == child.DONE:
            most = longest
        elif kind in (child.REFUSED, child.FAILED):
            most = child.LARGEST_REFUSAL
        else:
            raise ChildFailed("bad_answer", f"answered with {kind!r}")
        if length > most:
            raise ChildFailed("bad_answer", f"wanted to send {length} bytes")
        body = await self._read(length)
        self.jobs += 1
        self._listen()
        return kind, body

    async def _read(self, length: int) -> bytes:
        """So many bytes. What came with them is kept: most answers are there in one piece."""
        loop = asyncio.get_running_loop()
        while len(self._ahead) < length:
            try:
                piece = await loop.sock_recv(
                    self._socket, max(_JOINED, min(length - len(self._ahead), _STEP))
                )
            except OSError:
                # Gone, or closed by whoever ended it before we came round to see that: both are the end.
                piece = b""
            if not piece:
                raise EOFError
            self._ahead += piece
        data = bytes(memoryview(self._ahead)[:length])
        del self._ahead[:length]
        return data

    def leave_after(self, seconds: float, leave: Callable[["ChildProcess"], None]) -> None:
        """Call `leave` with this child in so many seconds, unless `stay` is called before."""
        self._leaving = asyncio.get_running_loop().call_later(seconds, leave, self)

    def stay(self) -> None:
        """It is needed again."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def kill(self) -> None:
        """End it at once. There is nothing in it that needs a good end."""
        self.stay()
        self._process.kill()

    async def gone(self) -> None:
        """Wait until a killed child is collected, and close what led to it."""
        pause = 0.001
        # A killed process takes milliseconds to give its memory back; no event for that exists everywhere.
        while self._process.poll() is None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.05)
        self._listen()
        os.close(self._stderr)
        self._socket.close()

    def how_it_ended(self) -> Reason:
        """Why a child that is gone went without an answer."""
        match -(self._process.returncode or 0):
            case signal.SIGKILL | signal.SIGTERM:
                return "killed"
            case signal.SIGPROF:
                return "timeout"
            case _:
                return "crash"

    def last_words(self) -> str:
        """How it ended and the end of what it printed, for the log."""
        words = self._words.decode(errors="replace").strip()
        return f"ended with {self._process.returncode}" + (f"; it said: {words}" if words else "")

    def _listen(self) -> None:
        try:
            while heard := os.read(self._stderr, 65536):
                self._words = (self._words + heard)[-_LAST_WORDS:]
        except BlockingIOError:
            pass


def _environment() -> dict[str, str]:
    # Nothing of the server's environment, where its secrets may be; the loader's path, for odd installations.
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **_ONE_THREAD, **kept}
