"""Puts a style on a prompt."""

from .spec import Style


def styled(style: Style, prompt: str) -> str:
    """The prompt inside the style's template."""
    before, _, after = style.template.partition("{prompt}")
    return f"{before}{prompt}{after}"


def merged_negative(asked: str | None, style: Style | None) -> str | None:
    """The request's negative prompt first, then the style's; None when there is neither."""
    parts = [part for part in (asked, style.negative_prompt if style else None) if part]
    return ", ".join(parts) or None
