"""Reads the graph of a model's file, and finds what the two say of each other that is not so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .spec import Model
from .workflow import RESERVED, SEED, SIDES, Workflow

LARGEST = 1 << 20


def read_nodes(path: Path) -> dict[str, Any]:
    """The graph in a file.

    Raises ValueError with a sentence about what is wrong.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST >> 20} MiB")
    try:
        nodes = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as problem:
        raise ValueError("it is not JSON") from problem
    return checked_nodes(nodes)


def checked_nodes(nodes: Any) -> dict[str, Any]:
    """The graph, if it is one.

    Raises ValueError with a sentence about what is wrong.
    """
    if isinstance(nodes, dict) and isinstance(nodes.get("nodes"), list):
        raise ValueError("it is in the editor's own format; export it with `Export (API)`")
    if not isinstance(nodes, dict) or not nodes:
        raise ValueError("it holds no nodes")
    for name, node in nodes.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            raise ValueError(f"its node {name} has no `class_type`")
        if not isinstance(node.get("inputs"), dict):
            raise ValueError(f"its node {name} has no `inputs`")
        for field, value in node["inputs"].items():
            if is_link(value) and value[0] not in nodes:
                raise ValueError(f"its input {name}.{field} comes from node {value[0]}, which is not there")
    return nodes


def is_link(value: object) -> bool:
    """Whether an input takes what another node makes."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and type(value[1]) is int


def faults(model: Model, workflow: Workflow) -> Iterator[str]:
    """What a model's file says about its graph that is not so."""
    if not workflow.outputs:
        yield "`workflow.outputs` names no node."
    for name in workflow.outputs:
        if name not in workflow.nodes:
            yield f"`workflow.outputs` has node {name}, which is not in {workflow.file}."
    for name in workflow.inputs:
        yield from _place_faults(workflow, name)
    sent = _sent(model, workflow)
    for where, name in sent.items():
        if name == RESERVED:
            yield f"`{where}` is '{name}', which is the graph itself; call the value something else."
        if name not in workflow.inputs and name not in workflow.sets:
            yield f"`{where}` is '{name}', which is not in `workflow.inputs`."
    known = {
        *sent.values(),
        SEED,
        *(name for each in workflow.sets.values() for one in each.values() for name in one),
    }
    for name in workflow.inputs:
        if name not in known:
            yield f"`workflow.inputs.{name}` is a value that nothing in this file sends."
    yield from _set_faults(model, workflow, set(sent.values()))
    for name, source in model.sources.items():
        if source.as_list and source.most > len(workflow.places(source.sent_as)):
            yield f"`sources.{name}.most` is more than the pictures that `workflow.inputs.{source.sent_as}` takes."
    if model.outputs_per_call > 1 and model.outputs_sent_as is None:
        yield "`outputs_per_call` above 1 needs `outputs_sent_as`."


def _place_faults(workflow: Workflow, name: str) -> Iterator[str]:
    where = f"`workflow.inputs.{name}`"
    for node, field in workflow.places(name):
        if not field:
            yield f"{where} must name a node and its input, such as '6.text'; got '{node}'."
        elif node not in workflow.nodes:
            yield f"{where} has node {node}, which is not in {workflow.file}."
        elif field not in (inputs := workflow.nodes[node]["inputs"]):
            kind = workflow.nodes[node]["class_type"]
            yield f"{where} has the input `{field}` of node {node}; its {kind} has {', '.join(inputs) or 'none'}."
        elif is_link(inputs[field]):
            yield f"{where} has {node}.{field}, which takes what node {inputs[field][0]} makes."


def _set_faults(model: Model, workflow: Workflow, sent: set[str]) -> Iterator[str]:
    for name, choices in workflow.sets.items():
        if name in workflow.inputs or name not in sent:
            yield f"`workflow.sets.{name}` must be a value that this file sends, and no input."
        for choice, values in choices.items():
            for target in values:
                if target not in workflow.inputs:
                    yield f"`workflow.sets.{name}.{choice}` sets '{target}', which is not in `workflow.inputs`."
    for parameter in model.parameters.values():
        named = workflow.sets.get(parameter.sent_as or "")
        for choice in parameter.choices if named is not None else ():
            if str(parameter.sent.get(str(choice), choice)) not in (named or {}):
                yield f"`workflow.sets.{parameter.sent_as}` does not say what '{choice}' sets."


def _sent(model: Model, workflow: Workflow) -> dict[str, str]:
    """Where in the file a value is sent, and under which name."""
    found = {"prompt.sent_as": model.prompt.sent_as}
    if model.outputs_sent_as is not None:
        found["outputs_sent_as"] = model.outputs_sent_as
    if model.picture is not None and model.picture.encoding == "sides":
        if workflow.takes_sides or model.task != "img2img":
            found |= {f"picture.encoding ({side})": side for side in SIDES}
    elif model.picture is not None:
        found["picture.sent_as"] = model.picture.sent_as
    found |= {f"sources.{name}.sent_as": source.sent_as for name, source in model.sources.items()}
    found |= {
        f"parameters.{name}.sent_as": parameter.sent_as
        for name, parameter in model.parameters.items()
        if parameter.sent_as is not None
    }
    return found
