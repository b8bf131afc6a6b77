"""What children are made to do in test_children.py. Imported inside the child only."""

import ctypes
import os
import sys
import time

from aims.core.errors import Detail, Invalid, NotEnoughCredits, TooLarge


def echo(job: bytes) -> bytes:
    return job


def pid(_job: bytes) -> bytes:
    return str(os.getpid()).encode()


def environment(_job: bytes) -> bytes:
    return repr((sorted(os.environ), os.nice(0), os.getcwd(), sys.flags.isolated)).encode()


def refuse(_job: bytes) -> bytes:
    raise TooLarge("Too big.", code="image_too_large", details=(Detail("image", "too big"),))


def refuse_by_field(_job: bytes) -> bytes:
    raise Invalid.field("image", "Cannot be read.", code="unreadable_image")


def refuse_with_numbers(_job: bytes) -> bytes:
    raise NotEnoughCredits(5, 3)


def fail(_job: bytes) -> bytes:
    raise ValueError("a mistake of ours")


def leave(_job: bytes) -> bytes:
    sys.exit(3)


def vanish(_job: bytes) -> bytes:
    os.write(2, b"last words")
    os._exit(7)


def spin(_job: bytes) -> bytes:
    while True:
        pass


def sleep(_job: bytes) -> bytes:
    time.sleep(3600)
    return b""


def hang_then_tell(job: bytes) -> bytes:
    """Show that the job has begun by opening the pipe named in the job, then hang."""
    with open(job.decode(), "wb", buffering=0) as pipe:
        pipe.write(str(os.getpid()).encode())
    time.sleep(3600)
    return b""


def wait_for(job: bytes) -> bytes:
    """Return when somebody writes to the pipe named in the job."""
    with open(job.decode(), "rb", buffering=0) as pipe:
        return pipe.read()


def allocate(job: bytes) -> bytes:
    return str(len(bytearray(int(job)))).encode()


def segfault(_job: bytes) -> bytes:
    ctypes.string_at(8)
    return b""


def print_garbage(job: bytes) -> bytes:
    print("garbage" * 100_000, flush=True)
    print("garbage" * 100_000, file=sys.stderr, flush=True)
    ctypes.CDLL(None).puts(b"garbage from C")
    ctypes.CDLL(None).fflush(None)
    os.write(1, b"D" + b"\xff" * 100)
    sys.stdin.read()
    return job


def answer_long(job: bytes) -> bytes:
    return bytes(int(job))


def answer_text(_job: bytes) -> bytes:
    return "text"  # ty: ignore[invalid-explicit-return] - that is what the test is about


def forge(_job: bytes) -> bytes:
    """Write a false frame straight to the parent."""
    for number in range(3, 16):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
                os.write(number, b"D" + b"\xff" * 8)
        except OSError:
            continue
    time.sleep(3600)
    return b""


def open_socket(_job: bytes) -> bytes:
    import socket

    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except PermissionError:
        return b"refused"
    return b"connected"


def open_socket_in_c(_job: bytes) -> bytes:
    libc = ctypes.CDLL(None, use_errno=True)
    made = [libc.socket(family, 1, 0) for family in (1, 2, 10)]
    return repr([made, ctypes.get_errno()]).encode()


def start_program(_job: bytes) -> bytes:
    import subprocess

    try:
        subprocess.run(["true"], check=True)
    except PermissionError:
        return b"refused"
    return b"ran"


def start_program_in_c(_job: bytes) -> bytes:
    libc = ctypes.CDLL(None, use_errno=True)
    forked = libc.fork()
    if forked == 0:
        os._exit(0)
    return repr([forked, libc.system(b"true") == 0, libc.kill(os.getppid(), 0)]).encode()


def write_file(job: bytes) -> bytes:
    try:
        with open(job.decode(), "wb") as file:
            file.write(b"x")
    except OSError:
        return b"refused"
    return b"written"


def read_file(job: bytes) -> bytes:
    try:
        with open(job.decode(), "rb") as file:
            return file.read()
    except OSError:
        return b"refused"


def threads(_job: bytes) -> bytes:
    import threading

    heard: list[bytes] = []
    thread = threading.Thread(target=heard.append, args=(b"a thread ran",))
    thread.start()
    thread.join()
    return heard[0]
