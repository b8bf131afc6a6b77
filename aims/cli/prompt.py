"""Where a prompt comes from: the arguments, or standard input."""

from __future__ import annotations

import os
import stat
import sys

import click


def prompt_of(words: tuple[str, ...], stdin: bool) -> str:
    """The arguments joined by spaces; standard input with `--stdin`, with `-`, or when it is a pipe or a file.

    Raises UsageError when there is none.
    """
    wanted = stdin or words == ("-",)
    given = () if words == ("-",) else words
    if stdin and given:
        raise click.UsageError("Write the prompt as arguments or give --stdin, not both.")
    text = _read() if wanted or (not given and _is_piped()) else " ".join(given)
    if not text.strip():
        raise click.UsageError("There is no prompt. Write it as an argument, or pipe it in.")
    return text.strip()


def _is_piped() -> bool:
    """Whether something is connected that was meant to be read: no terminal, and not /dev/null either."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _read() -> str:
    if sys.stdin is None:
        return ""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError("Standard input is no UTF-8 text.") from None
