"""The sandbox provider: offline pictures drawn from the words of a prompt.

It owns the vocabulary, the composition grammar and the brushes; it needs no key, no network and no model
weights. `draw.picture(order)` gives encoded bytes and `draw.paint(order)` the image itself; the studio reaches
both through the adapter, which draws in a child process.
"""

from aims.providers.registry import Tools
from aims.providers.sandbox.adapter import FILM_TASK, TASK, Sandbox

TASKS = (TASK, FILM_TASK)


def connect(tools: Tools) -> Sandbox | None:
    """The sandbox, unless the setting `sandbox` is off."""
    settings = tools.settings
    if settings.sandbox == "off":
        return None
    return Sandbox(
        tools.children,
        drawers=settings.drawing_processes,
        repeatable=settings.sandbox_repeatable,
        journal=settings.sandbox_journal,
    )
