"""Walls around a child process that reads strangers' files.

    everywhere         Python code cannot make a socket, start a program or fork (an audit hook; it cannot be
                       taken off)
    Linux              the process ends when its parent does, and can gain no privileges
    Linux 5.13         files can be opened only below Python, this package and the system's libraries, and none
                       can be written or made (Landlock)
    Linux on x86-64    the kernel refuses, native code too: sockets, programs, forks, io_uring, tracing,
    and arm64          and other processes' memory, signals and limits (seccomp)

Where the kernel lacks one of them the others hold. This is a second line behind the limits and the short list of
formats; it is not a virtual machine.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from collections.abc import Sequence
from typing import NamedTuple

_REFUSED_EVENTS = frozenset(
    {"socket.__new__", "subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
)

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000
_CLONE_THREAD = 0x00010000
# Source: linux/bpf_common.h and linux/seccomp.h, read 2026-11-24. Offsets into struct seccomp_data.
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_ABOVE, _JUMP_IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16


class _Calls(NamedTuple):
    """The system calls of one architecture, by number."""

    architecture: int
    refused: tuple[int, ...]
    only_on_itself: tuple[int, ...]
    clone: int
    clone3: int


# refused: socket, socketpair, bind, connect, execve, execveat, ptrace, process_vm_readv, process_vm_writev,
# pidfd_open, pidfd_getfd, io_uring_setup (which makes sockets past a filter), and on x86-64 fork and vfork.
# only_on_itself: kill, tgkill, prlimit64. Source: asm/unistd_64.h, asm-generic/unistd.h, read 2026-11-24.
_CALLS = {
    "x86_64": _Calls(
        0xC000003E, (41, 53, 49, 42, 59, 322, 101, 310, 311, 434, 438, 425, 57, 58), (62, 234, 302), 56, 435
    ),
    "aarch64": _Calls(
        0xC00000B7, (198, 199, 200, 203, 221, 281, 117, 270, 271, 434, 438, 425), (129, 131, 261), 220, 435
    ),
}


# Source: linux/landlock.h, read 2026-11-24. Rights: execute, write, read a file; read a folder; and all of the first
# version, which no kernel with Landlock lacks.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _BELOW_PATH = 444, 445, 446, 1
_WRITE, _READ, _LIST, _EVERY_RIGHT = 2, 4, 8, (1 << 13) - 1
# What programs of this system read without being asked: libraries, fonts, time zones, the number of processors.
_OF_THE_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
)
_OF_THE_KERNEL = ("/dev/urandom", "/proc/cpuinfo", "/sys/devices/system/cpu")


def confine(*, open_to_it: Sequence[str] = ()) -> None:
    """Raise the walls that this system has. They stay until the process ends.

    open_to_it: folders in which it may do everything; for tests.
    """
    sys.addaudithook(_refuse)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _hide_files(libc, open_to_it)
        if calls := _CALLS.get(platform.machine()):
            _filter(libc, _program(calls, os.getpid()))


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _REFUSED_EVENTS:
        raise PermissionError(f"{event} is not for a child process")


def _hide_files(libc: ctypes.CDLL, open_to_it: Sequence[str]) -> None:
    rights = struct.pack("@Q", _EVERY_RIGHT)
    rules = libc.syscall(_CREATE_RULESET, rights, ctypes.c_size_t(len(rights)), 0)
    if rules < 0:
        return
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    readable = {ours, sys.prefix, sys.base_prefix, *sys.path, *_OF_THE_SYSTEM, *_OF_THE_KERNEL}
    readable.update(os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    allowed = [(path, _READ | _LIST) for path in readable if path and os.path.exists(path)]
    allowed += [(os.devnull, _READ | _WRITE), *((path, _EVERY_RIGHT) for path in open_to_it)]
    # A wall with a place missing would stop every task, so it is all of them or no wall.
    if all(_allow(libc, rules, path, right) for path, right in allowed):
        libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, right: int) -> bool:
    try:
        place = os.open(path, os.O_PATH)
    except OSError:
        return False
    try:
        if not os.path.isdir(path):
            right &= _READ | _WRITE
        return libc.syscall(_ADD_RULE, rules, _BELOW_PATH, struct.pack("=Qi", right, place), 0) == 0
    finally:
        os.close(place)


def _filter(libc: ctypes.CDLL, program: bytes) -> None:
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, padding, where they are.
    whole = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(whole), 0, 0)


def _program(calls: _Calls, pid: int) -> bytes:
    """The filter in the kernel's classic BPF: each rule skips itself unless it is meant."""
    refuse = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, calls.architecture),
        refuse,
        (_LOAD, 0, 0, _NUMBER),
        # The x32 calls have the same architecture and other numbers.
        (_JUMP_IF_ABOVE, 0, 1, 0x40000000),
        refuse,
        # Says "unknown" so that the C library falls back to clone, whose flags a filter can read.
        (_JUMP_IF_EQUAL, 0, 1, calls.clone3),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
    ]
    for number in calls.refused:
        code += [(_JUMP_IF_EQUAL, 0, 1, number), refuse]
    code += [
        (_JUMP_IF_EQUAL, 0, 4, calls.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_IF_BITS, 0, 1, _CLONE_THREAD),
        allow,
        refuse,
    ]
    for number in calls.only_on_itself:
        code += [
            (_JUMP_IF_EQUAL, 0, 5, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT),
            (_JUMP_IF_EQUAL, 1, 0, 0),
            (_JUMP_IF_EQUAL, 0, 1, pid),
            allow,
            refuse,
        ]
    code.append(allow)
    return b"".join(struct.pack("@HBBI", *instruction) for instruction in code)
