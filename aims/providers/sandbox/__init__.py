"""The sandbox provider: offline pictures drawn from the words of a prompt.

It owns the vocabulary, the composition grammar and the brushes; it needs no key, no network and no model
weights. `draw.picture(order)` gives encoded bytes and `draw.paint(order)` the image itself; `filming.film` gives a
film. The studio reaches all three through the adapter, which draws and films in child processes.
"""

from aims.core.children import Children
from aims.providers.registry import Tools
from aims.providers.sandbox.adapter import DRAW_MEMORY, FILM_TASK, TASK, Sandbox

# As far back as drawing. Further, and a film would stand still on a machine that has much else to do.
FILM_NICE = 15
TASKS = (TASK, FILM_TASK)


def connect(tools: Tools) -> Sandbox | None:
    """The sandbox, unless the setting `sandbox` is off."""
    settings = tools.settings
    if settings.sandbox == "off":
        return None
    filmers = max(1, settings.drawing_processes // 2)
    return Sandbox(
        tools.children,
        drawers=settings.drawing_processes,
        # A film takes as long as a hundred pictures. Uploads and pictures do not stand behind it.
        films=Children(filmers, allowed=[FILM_TASK], nice=FILM_NICE, memory_bytes=DRAW_MEMORY),
        filmers=filmers,
        repeatable=settings.sandbox_repeatable,
        journal=settings.sandbox_journal,
    )
