"""Logs: one line per event, with the id of the request it belongs to. Prompts and keys are never logged."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def _with_request(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    current = request_id.get()
    if current is not None:
        event["request_id"] = current
    return event


def configure(level: str, form: str) -> None:
    """Send log lines to standard error: text for a person at a terminal, JSON lines otherwise."""
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer()
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
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


logger = structlog.get_logger()
