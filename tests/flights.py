"""How many calls were with a provider at once, from the instants that the database wrote down."""

from collections.abc import Iterable

SPANS = "SELECT a.created_at, a.finished_at FROM attempts a JOIN generations g ON g.id = a.generation_id"


def most_at_once(spans: Iterable[tuple[int, int | None]]) -> int:
    """The largest number of spans that have an instant in common; one without an end is still open.

    One that begins in the instant in which another ends does not meet it.
    """
    known = list(spans)
    changes = [(begun, 1) for begun, _ in known]
    changes += [(ended, -1) for _, ended in known if ended is not None]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
