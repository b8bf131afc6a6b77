"""The pool against real children that do everything a hostile file could make them do (MED-06)."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import machine
import pytest
import uvloop

from aims.core.children import ChildFailed, Children
from aims.core.errors import Invalid, TooLarge, Unavailable

HERE = Path(__file__).parent
DEEDS = [
    *("echo", "pid", "environment", "refuse", "refuse_by_field", "refuse_with_numbers", "fail", "leave"),
    *("vanish", "spin", "sleep", "hang_then_tell", "wait_for", "allocate", "segfault", "print_garbage"),
    *("answer_long", "answer_text", "forge", "open_socket", "open_socket_in_c", "start_program"),
    *("start_program_in_c", "write_file", "read_file", "threads"),
]


def deed(name: str) -> str:
    return f"child_deeds:{name}"


def pool(size: int = 1, *pipes: Path, **settings: object) -> Children:
    return Children(
        size,
        allowed=[deed(name) for name in DEEDS],
        extra_paths=[str(HERE), *(str(pipe.parent) for pipe in pipes)],
        **settings,  # ty: ignore[invalid-argument-type] - each test passes its own
    )


@pytest.fixture
def linux() -> None:
    """For what only Linux promises."""
    if sys.platform != "linux":
        machine.missing("Linux")


@pytest.fixture
async def children(pipe: Path) -> AsyncIterator[Children]:
    made = pool(1, pipe)
    yield made
    await made.close()


async def do(children: Children, name: str, job: bytes = b"", *, deadline: float = 20, **more: int) -> bytes:
    return await children.run(deed(name), job, deadline=deadline, **more)


def has_landlock() -> bool:
    """Whether this kernel can hide files: asking for the version of Landlock answers at least 1."""
    return sys.platform == "linux" and ctypes.CDLL(None).syscall(444, 0, 0, 1) > 0


async def pid_of(children: Children) -> int:
    return int(await do(children, "pid"))


def is_gone(pid: int) -> bool:
    """Neither running nor left uncollected."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def begun(pipe: Path) -> int:
    """Wait until the job that was given `pipe` has begun; the process it runs in."""
    return int(await asyncio.to_thread(_first_words, pipe))


def _first_words(pipe: Path) -> bytes:
    with open(pipe, "rb", buffering=0) as words:
        return words.read(32)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    made = tmp_path / "open" / "pipe"
    made.parent.mkdir()
    os.mkfifo(made)
    return made


async def test_a_job_comes_back_as_it_was_however_long(children: Children) -> None:
    for job in (b"", b"x", os.urandom(70_000), os.urandom(9_000_000)):
        assert await do(children, "echo", job) == job


async def test_one_warm_child_serves_many_jobs(children: Children) -> None:
    assert await pid_of(children) == await pid_of(children)


async def test_a_child_sees_nothing_of_the_server(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIMS_SECRET", "secret")
    seen = (await do(children, "environment")).decode()
    assert "AIMS_SECRET" not in seen
    assert seen.endswith(", 10, '/', 1)")


async def test_only_allowed_tasks_run(children: Children) -> None:
    for task in ("os:system", "child_deeds:nothing", ""):
        with pytest.raises(ValueError, match="not a task"):
            await children.run(task, b"", deadline=1)
    with pytest.raises(ValueError, match="memory"):
        await do(children, "echo", memory_bytes=1 << 40)
    assert children.pids == []


async def test_what_a_task_refuses_arrives_as_it_was_said(children: Children) -> None:
    child = await pid_of(children)
    with pytest.raises(TooLarge, match=r"^Too big\.$") as large:
        await do(children, "refuse")
    assert large.value.code == "image_too_large"
    with pytest.raises(Invalid, match="Cannot be read") as invalid:
        await do(children, "refuse_by_field")
    assert [(detail.field, detail.message) for detail in invalid.value.details] == [
        ("image", "Cannot be read.")
    ]
    assert await pid_of(children) == child


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("fail", "crash", "a mistake of ours"),
        ("leave", "crash", "SystemExit: 3"),
        ("vanish", "crash", "ended with 7; it said: last words"),
        ("segfault", "crash", "Segmentation fault"),
        ("allocate", "memory", ""),
        ("answer_text", "bad_answer", "not bytes"),
        ("answer_long", "bad_answer", "bytes"),
        ("refuse_with_numbers", "bad_answer", "not_enough_credits"),
    ],
)
async def test_an_accident_costs_one_job(name: str, reason: str, words: str) -> None:
    children = pool(answer_bytes=1_000_000)
    await pid_of(children)
    job = b"10737418240" if name == "allocate" else b"1000001"
    with pytest.raises(ChildFailed) as failure:
        await do(children, name, job)
    assert failure.value.reason == reason
    assert words in failure.value.detail
    assert await do(children, "echo", b"next") == b"next"
    await children.close()


async def test_a_job_that_spins_is_ended_by_its_processor_time(children: Children) -> None:
    await pid_of(children)
    with pytest.raises(ChildFailed) as failure:
        await do(children, "spin", cpu_seconds=1)
    assert failure.value.reason == "timeout"
    assert await do(children, "echo", b"next") == b"next"


async def test_a_job_that_sleeps_is_ended_by_its_deadline(children: Children) -> None:
    child = await pid_of(children)
    with pytest.raises(ChildFailed) as failure:
        await do(children, "sleep", deadline=0.2)
    assert failure.value.reason == "timeout"
    assert await pid_of(children) != child


@pytest.mark.usefixtures("linux")
async def test_a_false_frame_is_not_believed(children: Children) -> None:
    with pytest.raises(ChildFailed) as failure:
        await do(children, "forge")
    assert failure.value.reason == "bad_answer"
    assert await do(children, "echo", b"next") == b"next"


@pytest.mark.usefixtures("linux")
async def test_a_job_may_have_less_memory_than_the_pool(children: Children) -> None:
    with pytest.raises(ChildFailed) as failure:
        await do(children, "allocate", b"200000000", memory_bytes=200_000_000)
    assert failure.value.reason == "memory"
    assert await do(children, "allocate", b"200000000") == b"200000000"


async def test_printing_does_not_disturb_the_answer(children: Children) -> None:
    child = await pid_of(children)
    for _ in range(3):
        assert await do(children, "print_garbage", b"answer") == b"answer"
    assert await pid_of(children) == child


async def test_a_child_killed_between_jobs_is_replaced_unseen(children: Children) -> None:
    for _ in range(5):
        os.kill(await pid_of(children), signal.SIGKILL)
        assert await do(children, "echo", b"x" * 100_000) == b"x" * 100_000


async def test_a_child_killed_at_work_fails_its_job(children: Children, pipe: Path) -> None:
    job = asyncio.create_task(do(children, "hang_then_tell", os.fsencode(pipe)))
    os.kill(await begun(pipe), signal.SIGKILL)
    with pytest.raises(ChildFailed) as failure:
        await job
    assert failure.value.reason == "killed"
    assert await do(children, "echo", b"next") == b"next"


async def test_cancelling_ends_the_child_and_nothing_is_left(children: Children, pipe: Path) -> None:
    job = asyncio.create_task(do(children, "hang_then_tell", os.fsencode(pipe)))
    child = await begun(pipe)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert await do(children, "echo", b"next") == b"next"
    await children.close()
    assert is_gone(child)


async def test_closing_ends_jobs_that_run_and_jobs_that_wait(pipe: Path) -> None:
    children = pool(1, pipe)
    runs = asyncio.create_task(do(children, "hang_then_tell", os.fsencode(pipe)))
    child = await begun(pipe)
    waits = asyncio.create_task(do(children, "echo"))
    await asyncio.sleep(0)
    await children.close()
    with pytest.raises(ChildFailed, match="killed"):
        await runs
    with pytest.raises(Unavailable):
        await waits
    with pytest.raises(Unavailable):
        await do(children, "echo")
    assert is_gone(child)


async def test_more_urgent_jobs_go_first_and_equal_ones_in_order(children: Children, pipe: Path) -> None:
    first = asyncio.create_task(do(children, "wait_for", os.fsencode(pipe)))
    await asyncio.sleep(0)
    done: list[str] = []

    async def queue(name: str, priority: int) -> None:
        await do(children, "echo", priority=priority)
        done.append(name)

    waiting = [queue("a", 0), queue("b", 0), queue("urgent", 1), queue("c", 0), queue("late", -1)]
    tasks = [asyncio.create_task(each) for each in waiting]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.to_thread(pipe.write_bytes, b"go")
    assert await first == b"go"
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == ["urgent", "a", "c", "late"]


async def test_the_queue_has_an_end(pipe: Path) -> None:
    children = pool(1, pipe, waiting=1)
    runs = asyncio.create_task(do(children, "wait_for", os.fsencode(pipe)))
    waits = asyncio.create_task(do(children, "echo", b"second"))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as busy:
        await do(children, "echo")
    assert busy.value.code == "busy"
    await asyncio.to_thread(pipe.write_bytes, b"go")
    assert (await runs, await waits) == (b"go", b"second")
    await children.close()


async def test_a_child_is_replaced_after_its_share_of_jobs() -> None:
    children = pool(jobs_per_child=3)
    pids = [await pid_of(children) for _ in range(6)]
    assert len(set(pids)) == 2
    assert pids[0] == pids[2] != pids[3]
    await children.close()


async def test_an_idle_child_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    children = pool(idle_seconds=0.01)
    left = asyncio.Event()
    end = children._end

    def end_and_tell(one: object) -> object:
        left.set()
        return end(one)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(children, "_end", end_and_tell)
    child = await pid_of(children)
    async with asyncio.timeout(20):
        await left.wait()
        await asyncio.gather(*children._ending)
    assert is_gone(child)
    assert children.pids == []
    assert await do(children, "echo", b"again") == b"again"
    await children.close()


async def test_a_child_opens_no_socket_and_starts_no_program(children: Children) -> None:
    assert await do(children, "open_socket") == b"refused"
    assert await do(children, "start_program") == b"refused"
    assert await do(children, "threads") == b"a thread ran"


@pytest.mark.usefixtures("linux")
async def test_native_code_opens_no_socket_and_starts_no_program(children: Children) -> None:
    assert await do(children, "open_socket_in_c") == b"[[-1, -1, -1], 1]"
    assert await do(children, "start_program_in_c") == b"[-1, False, -1]"


async def test_a_child_writes_no_file(children: Children, tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert await do(children, "write_file", os.fsencode(target)) == b"refused"
    assert not target.exists() or target.read_bytes() == b""


async def test_a_child_reads_nothing_of_the_server(children: Children, tmp_path: Path) -> None:
    if not has_landlock():
        machine.missing("Landlock")
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    for file in (str(secret), f"/proc/{os.getpid()}/environ", "/etc/passwd", "/proc/self/environ"):
        assert await do(children, "read_file", file.encode()) == b"refused"
    assert (await do(children, "read_file", os.fsencode(os.__file__))).startswith(b'r"""OS routines')


async def test_sixteen_callers_share_two_children_under_storm() -> None:
    children = pool(2)

    async def caller(number: int) -> None:
        for turn in range(12):
            if (number + turn) % 6 == 0:
                with pytest.raises(ChildFailed):
                    await do(children, ("segfault", "vanish")[turn % 2])
            else:
                assert await do(children, "echo", b"%d" % number) == b"%d" % number

    await asyncio.gather(*map(caller, range(8)))
    assert len(children.pids) <= 2
    await children.close()


def test_it_works_on_uvloop(pipe: Path) -> None:
    async def everything() -> None:
        children = pool(1, pipe)
        big = os.urandom(3_000_000)
        assert await do(children, "echo", big) == big
        for name in ("segfault", "allocate", "vanish"):
            with pytest.raises(ChildFailed):
                await do(children, name, b"10737418240")
        with pytest.raises(ChildFailed):
            await do(children, "sleep", deadline=0.1)
        job = asyncio.create_task(do(children, "hang_then_tell", os.fsencode(pipe)))
        await begun(pipe)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        os.kill(await pid_of(children), signal.SIGKILL)
        assert await do(children, "echo", b"last") == b"last"
        await children.close()

    uvloop.run(everything())


@pytest.mark.usefixtures("linux")
def test_children_end_with_a_server_that_is_killed(pipe: Path) -> None:
    server = (
        "import asyncio, os, sys\n"
        "from aims.core.children import Children\n"
        "names = ['child_deeds:hang_then_tell']\n"
        f"children = Children(1, allowed=names, extra_paths=[{str(HERE)!r}, {str(pipe.parent)!r}])\n"
        f"asyncio.run(children.run(names[0], {os.fsencode(pipe)!r}, deadline=600))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", server])
    with open(pipe, "rb", buffering=0) as words:
        child = int(words.read(32))
        assert not is_gone(child)
        parent.kill()
        parent.wait()
        # The child holds the other end of the pipe until it is gone, and it would sleep for an hour.
        assert words.read() == b""


async def test_how_long_a_job_takes(children: Children, capsys: pytest.CaptureFixture[str]) -> None:
    begin = time.perf_counter()
    await do(children, "echo")
    start = time.perf_counter() - begin
    taken = []
    for _ in range(200):
        begin = time.perf_counter()
        await do(children, "echo", b"x" * 100)
        taken.append(time.perf_counter() - begin)
    with capsys.disabled():
        print(f"\nchild: start {start * 1e3:.0f} ms, job {sorted(taken)[100] * 1e6:.0f} us (median of 200)")
