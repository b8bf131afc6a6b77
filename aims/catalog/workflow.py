"""A workflow: a graph that its provider runs, exported in the API format, and what of a request goes where in it.

A model of such a provider is two files: its TOML, and the graph beside it. Every value of a request has a name (the
`sent_as` of the model's file); `inputs` says which inputs of which nodes take it. So a new model needs no code.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from .spec import Model

LARGEST = 1 << 20
# Filled for every call, whether a request can say it or not: the same graph with the same seed makes nothing new.
SEED = "seed"
# The graph goes under this name beside the values.
RESERVED = "workflow"
SIDES = ("width", "height")

Places = str | tuple[str, ...]


class Workflow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `workflow` of a model's file.

    file: the graph, a file beside the model's. outputs: the nodes whose files are the results, the first one that has
    any first. inputs: a value's name to the place that takes it, as "NODE.INPUT", or to several; of a list of pictures
    each takes one, and the last picture fills those that are left over.
    sets: a value that is no input itself but sets others: its name, each of its choices, and what that sets.
    nodes: the graph, once it has been read.
    """

    file: str
    outputs: tuple[str, ...]
    inputs: dict[str, Places]
    sets: dict[str, dict[str, dict[str, str | int | float | bool]]] = {}
    nodes: dict[str, Any] = {}

    @property
    def takes_sides(self) -> bool:
        """Whether it can be told a size. One that edits may keep that of its picture."""
        return not self.inputs.keys().isdisjoint(SIDES)

    def places(self, name: str) -> list[tuple[str, str]]:
        """Where a value goes, as (node, input)."""
        said = self.inputs[name]
        found = [each.partition(".") for each in ([said] if isinstance(said, str) else said)]
        return [(node, field) for node, _, field in found]

    def spelled(self) -> dict[str, Any]:
        """All that whoever runs it needs, as JSON."""
        inputs = {name: [list(place) for place in self.places(name)] for name in self.inputs}
        return {"nodes": self.nodes, "inputs": inputs, "sets": self.sets, "outputs": list(self.outputs)}


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


def faults(model: "Model", workflow: Workflow) -> Iterator[str]:
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


def _set_faults(model: "Model", workflow: Workflow, sent: set[str]) -> Iterator[str]:
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


def _sent(model: "Model", workflow: Workflow) -> dict[str, str]:
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
