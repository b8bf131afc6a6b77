"""Keeps the subjects of a scene from hiding one another: who has no place named moves to the free width."""

from __future__ import annotations

from collections.abc import Sequence

# Figures fill about this much of their square; beams, tails and sails that lean out do not count.
FILLED = 0.95
# This much of a subject may be hidden before it moves.
ALLOWED = 0.3

Box = tuple[float, float, float, float]


def box(x: float, foot: float, height: float) -> Box:
    """The rectangle of a figure: left, top, right, bottom."""
    half = height * FILLED / 2
    return x - half, foot - height, x + half, foot


def hidden(one: Box, two: Box) -> float:
    """The share of the smaller rectangle that the two have in common."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    tall = min(one[3], two[3]) - max(one[1], two[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, two)]
    return wide * tall / max(1e-6, min(areas))


def free_x(x: float, foot: float, height: float, others: Sequence[Box], width: float) -> float:
    """The place nearest to `x` where a figure is hardly hidden, or the least hidden one of all."""
    if max((hidden(box(x, foot, height), other) for other in others), default=0.0) <= ALLOWED:
        return x
    low = min(width / 2, height * FILLED / 2)
    choices = [low + (width - 2 * low) * step / 24 for step in range(25)]

    def cost(choice: float) -> tuple[float, float]:
        worst = max(hidden(box(choice, foot, height), other) for other in others)
        return max(0.0, worst - ALLOWED / 3), abs(choice - x)

    return min(choices, key=cost)
