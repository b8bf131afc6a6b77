"""Puts what a request said into a sentence, short and safe to send."""

from collections.abc import Iterable


def shown(text: str, most: int = 60) -> str:
    """The text as it can stand in a sentence: short, one line, and always valid UTF-8."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    if short.isascii() and short.isprintable():
        return short
    return "".join(c if c.isprintable() else "�" for c in short)


def got(value: object) -> str:
    """What was sent, in a few words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Turning a very long integer into text is refused by Python, and would help nobody.
        return str(value) if -(10**18) < value < 10**18 else "a number with very many digits"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return f'"{shown(value, 40)}"' if value else "an empty text"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object"


def listed(choices: Iterable[object]) -> str:
    """The choices as a reader would say them: `a, b or c`."""
    words = [str(choice) for choice in choices]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
