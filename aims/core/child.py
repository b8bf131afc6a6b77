"""The inside of a child process: waits for a job, calls one pure function on its bytes, answers, waits again.

Started by `aims.core.children`, never by hand:
`python -I -B -m aims.core.child --nice N --memory BYTES [--path DIR]`.
File descriptor 0 is a socket to the parent; nothing else is shared with it.

    job      REQUEST: length of the task's name, length of the job, processor seconds, bytes of memory;
             then the name and the job
    answer   STARTED, one byte, when the whole job has been read; then
             ANSWER: one of the letters below and a length; then that many bytes

The answers carry JSON or plain bytes and never pickles, because the parent must not trust a child that has
just read a stranger's file.
"""

import faulthandler
import importlib
import importlib.util
import json
import os
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from aims.core import confine
from aims.core.errors import StudioError

REQUEST = struct.Struct("!HQIQ")
ANSWER = struct.Struct("!cQ")
STARTED = b"S"
DONE = b"D"
REFUSED = b"R"
FAILED = b"F"
# Room for one sentence and its fields; a child that says more is not to be believed.
LARGEST_REFUSAL = 64 * 1024

_OPEN_FILES = 32
_TAIL_OF_TRACEBACK = 4000


def main(arguments: list[str]) -> None:
    """Serve jobs until the parent closes its end."""
    settings = list(zip(arguments[::2], arguments[1::2], strict=True))
    chosen = dict(settings)
    paths = [value for name, value in settings if name == "--path"]
    sys.path.extend(paths)

    parent = _keep_the_parent_to_ourselves()
    # The parent decides when we end, also when Ctrl-C or a service manager signals the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    faulthandler.enable(2)
    _stand_back(int(chosen["--nice"]))
    _limit(int(chosen["--memory"]))
    confine.confine(open_to_it=paths)

    # The pipe behind 2 never blocks, so a long print from Python would raise in the middle of a job.
    with open(parent, "rb") as jobs, open(os.devnull, "w") as sys.stderr:
        while _serve_one(jobs, parent):
            pass


def _keep_the_parent_to_ourselves() -> int:
    """Move the socket away from 0 and 1, so that a stray print or read cannot touch a frame."""
    parent = os.dup(0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return parent


def _stand_back(nice: int) -> None:
    """Let the server have the processor whenever it wants it, and not take it away when a job arrives."""
    os.nice(nice)
    if sys.platform == "linux":
        # Niceness alone lets a sleeper that is woken in before its turn: the server stood still in the middle of what
        # it did, for each job. Some containers, and musl, do not know the call.
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _limit(memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    _limit_memory(memory, memory)


def _limit_memory(soft: int, hard: int) -> None:
    # macOS knows this limit by name and refuses to set it; there the deadline and the pixel limits remain.
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _serve_one(jobs: BinaryIO, parent: int) -> bool:
    """Read one job and answer it; False when the parent has closed."""
    head = jobs.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return False
    name_length, job_length, processor_seconds, memory = REQUEST.unpack(head)
    try:
        name = jobs.read(name_length).decode()
        job = jobs.read(job_length)
    except MemoryError:
        # The rest of the job is still in the socket, so this child cannot be used again.
        _send(parent, STARTED)
        _answer(parent, FAILED, _failure("memory"))
        return False
    if len(job) < job_length:
        return False
    _send(parent, STARTED)
    kind, body = _work(name, job, processor_seconds, memory)
    _answer(parent, kind, body)
    return True


def _work(name: str, job: bytes, processor_seconds: int, memory: int) -> tuple[bytes, bytes]:
    """The letter and the bytes of the answer, whatever the task does short of ending the process."""
    try:
        task = _find(name)
        _allow_processor(processor_seconds)
        _limit_memory(memory, resource.getrlimit(resource.RLIMIT_AS)[1])
        answer = task(job)
        if not isinstance(answer, bytes):
            return FAILED, _failure("bad_answer", f"{name} returned {type(answer).__name__}, not bytes")
        return DONE, answer
    except StudioError as error:
        return REFUSED, _refusal(error)
    except MemoryError:
        return FAILED, _failure("memory")
    except BaseException:  # noqa: BLE001 - a task may raise anything, SystemExit included; the child lives on
        return FAILED, _failure("crash", traceback.format_exc()[-_TAIL_OF_TRACEBACK:])
    finally:
        _allow_processor(0)


_found: dict[str, Callable[[bytes], bytes]] = {}


def _find(name: str) -> Callable[[bytes], bytes]:
    if name not in _found:
        module, _, function = name.partition(":")
        _pass_front_doors(module)
        _found[name] = getattr(importlib.import_module(module), function)
    return _found[name]


def _pass_front_doors(module: str) -> None:
    """Let the task's module be imported without the `__init__` of the areas around it.

    An area's front door brings the database with it: a third of a second and 40 MB for each child. So code for
    a child imports modules (`from aims.media import frames`), never names that a front door offers.
    """
    parts = module.split(".")
    for depth in range(2, len(parts)):
        package = ".".join(parts[:depth])
        spec = importlib.util.find_spec(package)
        if package not in sys.modules and spec is not None:
            sys.modules[package] = importlib.util.module_from_spec(spec)


def _allow_processor(seconds: int) -> None:
    # Not RLIMIT_CPU, which counts from the start of the process by ticks of the clock: after some minutes of work that
    # is seconds more than what the process can learn of itself, and would end a child that has done nothing wrong.
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _refusal(error: StudioError) -> bytes:
    return json.dumps(
        {
            "kind": error.kind,
            "code": error.code,
            "sentence": error.sentence,
            "details": [[detail.field, detail.message] for detail in error.details],
        }
    ).encode()[:LARGEST_REFUSAL]


def _failure(reason: str, detail: str = "") -> bytes:
    return json.dumps({"reason": reason, "detail": detail}).encode()


def _answer(parent: int, kind: bytes, body: bytes) -> None:
    head = ANSWER.pack(kind, len(body))
    if len(body) < LARGEST_REFUSAL:
        _send(parent, head + body)
    else:
        _send(parent, head)
        _send(parent, body)


def _send(parent: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(parent, left) :]


if __name__ == "__main__":
    main(sys.argv[1:])
