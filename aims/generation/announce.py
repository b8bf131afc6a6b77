"""Tell a workspace's webhook endpoints how a generation ended. Thin: ids, states and amounts; no prompt, no address."""

from collections.abc import Iterable
from typing import Any

from aims import credits, webhooks
from aims.core.db import Tx
from aims.generation.lifecycle import OUTSIDE, TERMINAL, State

EVENTS = tuple(f"generation.{OUTSIDE[state]}" for state in State if state in TERMINAL)
"""The types of event that an endpoint can subscribe to."""


def announce(tx: Tx, row: Any, to: State, outputs: Iterable[tuple[str, str]], hold: credits.Hold) -> None:
    """Write the event of an end, in the transaction of that end. outputs: of each its id and its status."""
    webhooks.emit(
        tx,
        row.workspace_id,
        f"generation.{OUTSIDE[to]}",
        {
            "id": row.id,
            "kind": row.kind,
            "status": OUTSIDE[to],
            "outputs": [{"id": output_id, "status": status} for output_id, status in outputs],
            "credits": {"held": 0, "charged": hold.captured, "refunded": hold.released},
        },
    )
