"""Logs: one line per event, with the id of the request it belongs to. Prompts and keys are never logged."""

import asyncio
import atexit
import json
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TextIO

import msgspec
import structlog

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class Lines:
    """Writes log lines. Those of one turn of the event loop are written together, at its end.

    Every write lets other threads go first: requests that are answered together would each wait for that. A warning or
    an error, and what is said outside an event loop, is written at once, after what waits.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        # The event loop that will write what waits.
        self._loop: asyncio.AbstractEventLoop | None = None
        atexit.register(self.flush)

    def info(self, line: str) -> None:
        """Write a line by the end of this turn."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.error(line)
            return
        with self._lock:
            self._waiting.append(line)
            expected, self._loop = self._loop is loop, loop
        if not expected:
            loop.call_soon(self.flush)

    def error(self, line: str) -> None:
        """Write a line now."""
        with self._lock:
            self._waiting.append(line)
        self.flush()

    def flush(self) -> None:
        """Write what waits. A log that cannot be written stops nothing."""
        with self._lock:
            lines, self._waiting, self._loop = self._waiting, [], None
            if lines:
                with suppress(OSError):
                    self._stream.write("\n".join([*lines, ""]))
                    self._stream.flush()

    debug = msg = info
    warning = critical = exception = error


def _with_request(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    current = request_id.get()
    if current is not None:
        event["request_id"] = current
    return event


def _as_json(event: dict[str, Any], default: Callable[[Any], Any]) -> str:
    try:
        return msgspec.json.encode(event, enc_hook=default).decode()
    except UnicodeEncodeError:
        # A lone surrogate, which the slower one writes as an escape.
        return json.dumps(event, default=default)


def configure(level: str, form: str) -> None:
    """Send log lines to standard error: text for a person at a terminal, JSON lines otherwise."""
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer(serializer=_as_json)
    if as_text:
        # The traceback that it prefers shows the variables too: the request, and with it the key and the prompt.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    processors: list[Any] = [
        _with_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not as_text:
        processors.append(structlog.processors.format_exc_info)
    lines = Lines(sys.stderr)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )


logger = structlog.get_logger()
