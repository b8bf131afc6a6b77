"""Instructions to the sandbox inside a prompt, as test card numbers steer a payment sandbox.

    [sandbox: delay=5s]              answer after that long (ms, s or m; at most 10 minutes)
    [sandbox: fail=2]                that many of the outputs fail; `fail=all` fails every one
    [sandbox: error=busy]            refused, busy, down or timeout instead of an answer
    [sandbox: delay=1s, fail=1]      combined

They are taken out before anything is drawn, and mean nothing to other providers.
"""

import re
from dataclasses import dataclass

from aims.core.errors import Invalid

ERRORS = ("refused", "busy", "down", "timeout")
LONGEST_DELAY = 600.0
_DIRECTIVE = re.compile(r"\[sandbox:([^\]\n]{0,200})\]", re.IGNORECASE)
_DELAY = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Directive:
    """What the sandbox was told. delay: seconds; fail: how many outputs, -1 for all; error: one of ERRORS."""

    delay: float = 0.0
    fail: int = 0
    error: str = ""


def take_out(prompt: str) -> tuple[str, str]:
    """The prompt without its directives, and their text.

    Raises Invalid for a directive that the sandbox does not know.
    """
    if "[" not in prompt:
        return prompt, ""
    found = [match[1] for match in _DIRECTIVE.finditer(prompt)]
    if not found:
        return prompt, ""
    text = ",".join(found)
    read(text)
    return _DIRECTIVE.sub("", prompt).strip(), text


def read(text: str) -> Directive:
    """A directive's meaning.

    Raises Invalid, saying which part and what it could be.
    """
    delay, fail, error = 0.0, 0, ""
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (piece.strip().lower() for piece in part.partition("="))
        if name == "delay":
            delay = _read_delay(value)
        elif name == "fail" and (value == "all" or (value.isascii() and value.isdigit() and len(value) <= 3)):
            fail = -1 if value == "all" else int(value)
        elif name == "error" and value in ERRORS:
            error = value
        else:
            raise Invalid.field(
                "prompt",
                f"The sandbox does not know `{part[:60]}`. It knows delay=5s, fail=2, fail=all and "
                f"error={'|'.join(ERRORS)}.",
                code="unknown_directive",
            )
    return Directive(delay, fail, error)


def _read_delay(value: str) -> float:
    match = _DELAY.fullmatch(value)
    seconds = float(match[1]) * _UNITS[match[2]] if match else -1.0
    if not 0 <= seconds <= LONGEST_DELAY:
        raise Invalid.field(
            "prompt",
            "A sandbox delay is written like 500ms, 5s or 2m, and is at most 10 minutes.",
            code="unknown_directive",
        )
    return seconds
