"""One call's graph: the model's workflow with this call's values in it."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from aims.providers.contract import BadInput, Order

_SPACE = uuid.UUID("6f2f0f6e-6f5c-5a0e-9a6f-3d1c1f3a7b52")
_LARGEST_SEED = 2**63


class Workflow(msgspec.Struct, frozen=True):
    """A model's workflow, as its file says it. inputs: a value's name to (node, input). sets: to what it sets."""

    nodes: dict[str, Any]
    inputs: dict[str, list[tuple[str, str]]]
    outputs: list[str]
    sets: dict[str, dict[str, dict[str, Any]]] = {}


def workflow_of(order: Order) -> Workflow:
    """The workflow that an order comes with.

    Raises BadInput for an order without one.
    """
    try:
        return msgspec.convert(order.input.get("workflow"), Workflow)
    except msgspec.ValidationError:
        raise BadInput("This model has no workflow that could be run. Its operator has to add one.") from None


def name_of(order: Order) -> str:
    """The id that an order has at the server: the same whenever it is sent, and a UUID in its canonical form."""
    return str(uuid.uuid5(_SPACE, order.nonce))


def filled(order: Order, workflow: Workflow, pictures: Sequence[str]) -> dict[str, Any]:
    """The graph to send. pictures: the server's names for the order's references."""
    nodes: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(workflow.nodes))
    for name, value in _values(order, workflow).items():
        for node, field in workflow.inputs.get(name, ()):
            nodes[node]["inputs"][field] = value
    for name, at in order.input_sources.items():
        names = [pictures[position] for position in (at if isinstance(at, list) else [at])]
        for number, (node, field) in enumerate(workflow.inputs.get(name, ())):
            nodes[node]["inputs"][field] = names[min(number, len(names) - 1)]
    return nodes


def _values(order: Order, workflow: Workflow) -> Mapping[str, Any]:
    values = {name: value for name, value in order.input.items() if name != "workflow"}
    for name, choices in workflow.sets.items():
        if name in values:
            values |= choices.get(str(values.pop(name)), {})
    # The same graph with the same seed is not run again: the server gives what it made before.
    values["seed"] = _seed(order)
    return values


def _seed(order: Order) -> int:
    """What was asked for, a picture further on for each that other calls make; else one that is this call's own."""
    if order.seed is not None:
        return (order.seed + order.first) % _LARGEST_SEED
    return uuid.uuid5(_SPACE, f"seed of {order.nonce}").int >> 97
